"""How well prompt injection is told from ordinary messages."""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from activities.guard.injection import InjectionScreen
from activities.models.embedding import MiniLmEmbedder


class GuardCase(BaseModel):
    """One line of a case file."""

    text: str
    label: Literal["attack", "benign"]


def evaluate_guard(cases: Path, cache_dir: Path | None = None) -> dict[str, Any]:
    """Return ``recall``, ``precision``, ``false_positive_rate`` (each None when it has no cases) and ``n``.

    ``cases`` is JSONL of ``{text, label: attack or benign}``; ``cache_dir`` is where the embedding model lies.
    Raises ``ValueError`` on a line that is neither.
    """
    lines = cases.read_text(encoding="utf-8").splitlines()
    read = [GuardCase.model_validate_json(line) for line in lines if line.strip()]
    screen = InjectionScreen(MiniLmEmbedder(cache_dir or default_cache()))
    flags = [screen.screen(case.text)["injection_flagged"] for case in read]
    return figures([case.label == "attack" for case in read], flags)


def default_cache() -> Path:
    """Return the folder where the product keeps its embedding model."""
    return Path(os.environ.get("HOLDFAST_CACHE_DIR") or Path.home() / ".cache" / "holdfast")


def figures(attacks: Sequence[bool], flags: Sequence[bool]) -> dict[str, Any]:
    """Return the figures of ``evaluate_guard`` for what each case is and what was said of it."""
    counts = Counter(zip(attacks, flags, strict=True))
    hits, misses = counts[True, True], counts[True, False]
    alarms, passed = counts[False, True], counts[False, False]
    return {
        "recall": _share(hits, misses),
        "precision": _share(hits, alarms),
        "false_positive_rate": _share(alarms, passed),
        "n": len(attacks),
    }


def _share(part: int, rest: int) -> float | None:
    return part / (part + rest) if part + rest else None
