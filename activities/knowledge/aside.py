"""Damaged files of the index, moved out of the way: kept for some days for whoever wants to know what happened."""

import shutil
import time
from collections.abc import Iterable
from pathlib import Path

PREFIX = "damaged-"
KEPT_SECONDS = 7 * 24 * 3600.0
"""They hold words of documents, also of those that are deleted later: so not for ever."""


def set_aside(parts: Iterable[Path], folder: Path) -> Path:
    """Move files and folders into one of their own in ``folder``; return where they are. Raises ``OSError``."""
    place = folder / f"{PREFIX}{time.time_ns() // 1_000_000}"
    place.mkdir()
    for part in parts:
        part.rename(place / part.name)
    return place


def is_aside(path: Path) -> bool:
    """Tell whether a folder is one that ``set_aside`` has made."""
    return path.name.startswith(PREFIX)


def remove_old(folder: Path, kept_seconds: float = KEPT_SECONDS) -> None:
    """Remove what was set aside in ``folder`` long ago."""
    for place in folder.glob(f"{PREFIX}*"):
        if time.time() - place.stat().st_mtime > kept_seconds:
            shutil.rmtree(place, ignore_errors=True)
