"""Words of a company that mean the same: ``synonyms.csv``, one group of words or phrases a line."""

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

Stems = tuple[str, ...]
SYNONYMS_FILE = "synonyms.csv"
"""Beside the company's documents."""
LONGEST_PHRASE = 6
MOST_GROUPS = 10_000


class SynonymsError(ValueError):
    """The file of synonyms cannot be used."""


class Synonyms:
    """Groups of phrases, each known by its stems; ``analyze`` is the analysis of the full text."""

    def __init__(self, groups: Sequence[Sequence[str]], analyze: Callable[[str], list[str]]) -> None:
        self._of: dict[Stems, set[Stems]] = {}
        for group in groups:
            phrases = [stems for phrase in group if (stems := tuple(analyze(phrase)))]
            for stems in phrases:
                self._of.setdefault(stems, set()).update(other for other in phrases if other != stems)
        self._longest = max(map(len, self._of), default=0)

    def expand(self, words: Sequence[str]) -> list[str]:
        """Return the further words that a question's stems stand for, in order, each once."""
        further: dict[str, None] = {}
        for start in range(len(words)):
            for end in range(start + 1, min(start + self._longest, len(words)) + 1):
                for phrase in sorted(self._of.get(tuple(words[start:end]), ())):
                    further |= dict.fromkeys(phrase)
        return [word for word in further if word not in words]


def read_synonyms(path: Path) -> list[list[str]]:
    """Return the groups of a file, none when there is no file; lines that begin with ``#`` are remarks.

    Raises ``SynonymsError`` for a line with one phrase only, a phrase that is too long, or too many groups.
    """
    if not path.exists():
        return []
    groups: list[list[str]] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SynonymsError(f"{path} cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        group = [phrase.strip() for phrase in next(csv.reader([line])) if phrase.strip()]
        if len(group) < 2 or any(len(phrase.split()) > LONGEST_PHRASE for phrase in group):
            raise SynonymsError(
                f"{path}, line {number}: two or more phrases of up to {LONGEST_PHRASE} words expected, between commas"
            )
        groups.append(group)
    if len(groups) > MOST_GROUPS:
        raise SynonymsError(f"{path} has {len(groups):,} groups; {MOST_GROUPS:,} are taken")
    return groups
