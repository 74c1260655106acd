"""Public data sets beside the project, for benchmarks; they are no part of it."""

import os
from pathlib import Path

VARIABLE = "HOLDFAST_SHARED_DATA"
BESIDE = Path(__file__).parents[2] / "shared" / "data"


class DataSetMissingError(ValueError):
    """A benchmark needs a data set that is not on this machine."""


def shared_data(name: str) -> Path:
    """Return the path of a data set's file, e.g. ``scifact/corpus.jsonl.gz``. Raises ``DataSetMissingError``."""
    path = Path(os.environ.get(VARIABLE) or BESIDE) / name
    if not path.exists():
        raise DataSetMissingError(f"{path} is not there: set {VARIABLE} to the folder that holds {name!r}.")
    return path
