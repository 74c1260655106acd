"""Files of questions with what a careful company would do: one JSON object a line."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from evals.faults import fault

Row = TypeVar("Row", bound=BaseModel)


class QuestionFileError(ValueError):
    """A file of questions or conversations that cannot be used."""


def read_lines(path: Path, kind: type[Row], name: str) -> list[Row]:
    """Return the lines of a JSONL file, each of a ``kind``; ``name`` says what they are.

    Raises ``QuestionFileError``.
    """
    try:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        rows = [kind.model_validate_json(line) for line in lines]
    except (OSError, UnicodeDecodeError, ValidationError) as error:
        raise QuestionFileError(f"{path} is not a file of {name}: {fault(error)}") from error
    if not rows:
        raise QuestionFileError(f"{path} has no {name}")
    return rows
