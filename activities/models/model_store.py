"""Fitted classifiers kept under the hash of what they were made of: refitted only when data, model or method change."""

import csv
import hashlib
import io
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from activities.models.intent_model import VERSION, TextModel, Unlabelled


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
    unlabelled: list[str] = field(default_factory=list)
    """More texts of the same kind, whose labels are not known."""

    @classmethod
    def read(cls, path: Path) -> "Labelled":
        """Read a UTF-8 CSV with the columns ``text,label``, or as ``COLUMNS`` also calls them.

        Messages without labels that lie beside it (``unlabelled_beside``) belong to it. Raises ``TrainingDataError``.
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
        beside = unlabelled_beside(path)
        more = read_unlabelled(beside) if beside.exists() else []
        return cls([text for text, _ in rows], [label for _, label in rows]).with_unlabelled(more)

    def with_unlabelled(self, texts: Sequence[str]) -> "Labelled":
        """Add messages without labels; what is empty, there already or has a label is left out."""
        known = {"", *self.texts, *self.unlabelled}
        return replace(self, unlabelled=self.unlabelled + [text for text in dict.fromkeys(texts) if text not in known])

    def with_names(self, oos_label: str = "") -> "Labelled":
        """Add the name of each label as one more message, where it is made of words: ``card_arrival``."""
        names = {label: " ".join(_WORD.findall(label)).lower() for label in dict.fromkeys(self.labels)}
        kept = {label: name for label, name in names.items() if len(name) > 3 and label != oos_label}
        return self + Labelled(list(kept.values()), list(kept))

    def __add__(self, other: "Labelled") -> "Labelled":
        """Put the rows of ``other`` after these."""
        both = Labelled(self.texts + other.texts, self.labels + other.labels)
        return both.with_unlabelled(self.unlabelled + other.unlabelled)


def unlabelled_beside(path: Path) -> Path:
    """Return where the messages without labels lie that go with labelled ones: ``intents.unlabelled.csv``."""
    return path.with_name(f"{path.stem}.unlabelled.csv")


def read_unlabelled(path: Path) -> list[str]:
    """Read messages without labels: UTF-8, a CSV with the column ``text`` (or as ``COLUMNS`` calls it) or one a line.

    Raises ``TrainingDataError``.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
        reader = csv.DictReader(io.StringIO(content, newline=""))
        column = next((each for each in COLUMNS[0] if each in (reader.fieldnames or ())), None)
        found = [row[column] or "" for row in reader] if column else content.splitlines()
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TrainingDataError(
            f"{path}: messages are needed, in UTF-8, one a line or in a column text ({error!r})"
        ) from error
    texts = list(dict.fromkeys(text.strip() for text in found if text.strip()))
    if not texts:
        raise TrainingDataError(f"{path}: there is no message in it")
    return texts


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
    content = [rows, data.unlabelled] if data.unlabelled else rows
    name = hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    if data.unlabelled:
        with unlabelled_beside(path).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("text",), *((text,) for text in data.unlabelled)])
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
        unlabelled = Unlabelled(data.unlabelled, embedder.embed(data.unlabelled)) if data.unlabelled else None
        model = TextModel.fit(data.texts, embedder.embed(data.texts), data.labels, oos_label, unlabelled=unlabelled)
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
    for text in data.unlabelled:
        digest.update(f"\0\0{text}\0".encode())
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
