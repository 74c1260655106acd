"""A passage taken apart: the pieces that may stand in an answer, and the texts that their vectors are made of."""

import json
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import groupby
from typing import Protocol

from activities.models.asked import Asked, Headed
from activities.models.model_store import Vectors
from activities.models.sentences import Unit, split_units

VERSION = "1"
"""Of what is done here and in ``sentences``: vectors kept on disk are made again when it changes."""
WHOLE_CHARACTERS = 320
"""Characters of a candidate that its vector is made of: time grows with length, and what a list is for stands first."""
BEGINNING_CHARACTERS = 300
LISTED = {"step": "steps", "item": "items"}
Piece = tuple[Unit, tuple[Unit, ...]]
"""A unit alone, or the whole of a list with its units."""


class Written(Headed, Protocol):
    """A passage, or a chunk as the index takes it."""

    @property
    def text(self) -> str:
        """The passage itself."""
        ...


def pieces_of(passage: Written) -> list[Piece]:
    """Return every unit, and after the units of a list of two or more the list."""
    found: list[Piece] = []
    for _, block in groupby(split_units(passage.text, passage.heading), key=lambda unit: (unit.block, unit.kind)):
        units = tuple(block)
        found += [(unit, ()) for unit in units]
        if len(units) > 1 and units[0].kind in LISTED:
            whole = replace(units[0], end=units[-1].end, text="\n".join(unit.text for unit in units))
            found.append((whole, units))
    return found


def texts_of(passage: Written, pieces: Sequence[Piece], asked: Asked) -> list[str]:
    """Return what is embedded of a passage: each piece under its lead, the beginning, and each question it answers."""
    texts = [f"{unit.lead}. {unit.text}"[:WHOLE_CHARACTERS] for unit, _ in pieces]
    beginning = f"{passage.title}. {passage.heading}. {passage.text}"[:BEGINNING_CHARACTERS]
    return [*texts, beginning, *asked.answers(passage)]


def basis_of(embedder: Vectors, asked: Asked) -> str:
    """Return a name of all that the vectors of a passage hang on beside itself: the model, the method, ``asked``."""
    known = sorted([*place, *map(asked.names.replaced, questions)] for place, questions in asked.questions.items())
    digest = sha256(json.dumps(known).encode()).hexdigest()
    return f"{getattr(embedder, 'fingerprint', type(embedder).__name__)} {VERSION} {digest}"
