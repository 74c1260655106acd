"""Fitted classifiers kept under the hash of what they were made of: refitted only when data, model or method change."""

import csv
import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from activities.models.intent_model import VERSION, TextModel


class Vectors(Protocol):
    """A sentence embedder: unit vectors ``[n, 384]``."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row a text."""
        ...


class TrainingDataError(ValueError):
    """Labelled messages that a classifier cannot be trained on."""


@dataclass(frozen=True)
class Labelled:
    """Texts and their labels, row by row."""

    texts: list[str]
    labels: list[str]

    @classmethod
    def read(cls, path: Path) -> "Labelled":
        """Read a UTF-8 CSV with the columns ``text,label``. Raises ``TrainingDataError``."""
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = [(row["text"].strip(), row["label"].strip()) for row in csv.DictReader(file)]
        except (OSError, UnicodeDecodeError, csv.Error, KeyError, AttributeError) as error:
            raise TrainingDataError(
                f"{path}: a UTF-8 CSV file with the columns text,label is needed ({error!r})"
            ) from error
        if len({label for _, label in rows}) < 2:
            raise TrainingDataError(f"{path}: at least two labels are needed")
        return cls([text for text, _ in rows], [label for _, label in rows])

    def __add__(self, other: "Labelled") -> "Labelled":
        """Put the rows of ``other`` after these."""
        return Labelled(self.texts + other.texts, self.labels + other.labels)


def load_or_fit(data: Labelled, embedder: Vectors, cache_dir: Path, *, oos_label: str = "") -> TextModel:
    """Return the classifier fitted on ``data``, from ``cache_dir`` when it is there; fitting takes some seconds."""
    path = cache_dir / "classifiers" / f"{_address(data, embedder, oos_label)}.npz"
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return TextModel.from_arrays(arrays)
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        model = TextModel.fit(data.texts, embedder.embed(data.texts), data.labels, oos_label)
        _write(path, lambda temporary: _save(temporary, model))
        return model


def _address(data: Labelled, embedder: Vectors, oos_label: str) -> str:
    digest = hashlib.sha256(
        f"{VERSION}\0{getattr(embedder, 'fingerprint', type(embedder).__name__)}\0{oos_label}\0".encode()
    )
    for text, label in zip(data.texts, data.labels, strict=True):
        digest.update(f"{label}\0{text}\0".encode())
    return digest.hexdigest()[:32]


def _save(path: Path, model: TextModel) -> None:
    arrays: dict[str, Any] = model.arrays()
    np.savez_compressed(path, **arrays)


def _write(path: Path, save: Callable[[Path], None]) -> None:
    """Write beside and rename, so that nobody reads half a file; a folder that cannot be written costs only time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(suffix=".npz", dir=path.parent)
        os.close(handle)
        save(Path(name))
        Path(name).replace(path)
    except OSError:
        return
