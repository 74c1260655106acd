"""Fitted classifiers kept under the hash of what they were made of: refitted only when data, model or method change."""

import csv
import hashlib
import json
import os
import re
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


COLUMNS = ("text", "sentence", "message", "utterance"), ("label", "category", "intent")
TRAINED, CURRENT = "intents", "current"
"""In the data folder: messages by their hash, and the hash of those in use."""
_WORD = re.compile(r"[^\W\d_]{2,}")


class TrainingDataError(ValueError):
    """Labelled messages that a classifier cannot be trained on."""


@dataclass(frozen=True)
class Labelled:
    """Texts and their labels, row by row."""

    texts: list[str]
    labels: list[str]

    @classmethod
    def read(cls, path: Path) -> "Labelled":
        """Read a UTF-8 CSV with the columns ``text,label``, or as ``COLUMNS`` also calls them.

        Raises ``TrainingDataError``.
        """
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file)
                text, label = [next(each for each in names if each in (reader.fieldnames or ())) for names in COLUMNS]
                rows = [(row[text].strip(), row[label].strip()) for row in reader]
        except (OSError, UnicodeDecodeError, csv.Error, StopIteration, AttributeError) as error:
            raise TrainingDataError(
                f"{path}: a UTF-8 CSV file with the columns text,label is needed ({error!r})"
            ) from error
        if len({label for _, label in rows}) < 2:
            raise TrainingDataError(f"{path}: at least two labels are needed")
        return cls([text for text, _ in rows], [label for _, label in rows])

    def with_names(self, oos_label: str = "") -> "Labelled":
        """Add the name of each label as one more message, where it is made of words: ``card_arrival``."""
        names = {label: " ".join(_WORD.findall(label)).lower() for label in dict.fromkeys(self.labels)}
        kept = {label: name for label, name in names.items() if len(name) > 3 and label != oos_label}
        return self + Labelled(list(kept.values()), list(kept))

    def __add__(self, other: "Labelled") -> "Labelled":
        """Put the rows of ``other`` after these."""
        return Labelled(self.texts + other.texts, self.labels + other.labels)


def chosen_messages(data_dir: Path, company_csv: Path) -> Path:
    """Return the messages that the intents are trained on: a company's own once ``train intents`` took them."""
    try:
        name = (data_dir / TRAINED / CURRENT).read_text(encoding="utf-8").strip()
    except OSError:
        return company_csv
    path = data_dir / TRAINED / f"{name}.csv"
    return path if name.isalnum() and path.is_file() else company_csv


def keep_messages(data: Labelled, data_dir: Path) -> Path:
    """Store messages under their hash in the data folder and choose them; workers use them from their next start."""
    folder = data_dir / TRAINED
    folder.mkdir(parents=True, exist_ok=True)
    rows = list(zip(data.texts, data.labels, strict=True))
    name = hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:32]
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    choice = folder / f"{CURRENT}.new"
    choice.write_text(name, encoding="utf-8")
    choice.replace(folder / CURRENT)
    return path


def load_or_fit(
    data: Labelled,
    embedder: Vectors,
    cache_dir: Path,
    *,
    oos_label: str = "",
) -> TextModel:
    """Return the classifier fitted on ``data``, from ``cache_dir`` when it is there; fitting takes some seconds."""
    path = _path(data, embedder, cache_dir, oos_label)
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return TextModel.from_arrays(arrays)
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        model = TextModel.fit(data.texts, embedder.embed(data.texts), data.labels, oos_label)
        keep_model(model, data, embedder, cache_dir)
        return model


def keep_model(model: TextModel, data: Labelled, embedder: Vectors, cache_dir: Path) -> None:
    """Store the classifier fitted on ``data`` where ``load_or_fit`` finds it."""
    path = _path(data, embedder, cache_dir, model.oos_label)
    write_whole(path, lambda temporary: _save(temporary, model))


def _path(data: Labelled, embedder: Vectors, cache_dir: Path, oos_label: str) -> Path:
    return cache_dir / "classifiers" / f"{_address(data, embedder, oos_label)}.npz"


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


def write_whole(path: Path, save: Callable[[Path], None]) -> None:
    """Write beside and rename, so that nobody reads half a file; a folder that cannot be written costs only time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(suffix=path.suffix, dir=path.parent)
        os.close(handle)
        save(Path(name))
        Path(name).replace(path)
    except OSError:
        return
