"""A customer's words put into the company's: misspelt words corrected, other names for a thing replaced.

Search and sentence selection compare words and small vectors; both are blind to ``recieve`` and to ``2FA``.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from functools import lru_cache
from pathlib import Path

from tokenizers import Tokenizer

from activities.models.terms import stems

_WORD = re.compile(r"(?<![\w@./#-])[A-Za-z]{4,24}(?![\w@/#]|\.\w)")
_CONTRACTIONS = frozenset(
    (
        "dont doesnt didnt cant couldnt wouldnt wont isnt arent wasnt werent hasnt havent shouldnt whats wheres hows "
        "thats youre theres"
    ).split()
)
OWN_COUNT = 2
"""A word that is written so often is no slip, though common English lacks it."""
LONG_WORD = 7
"""From this length on two slips are forgiven."""
GENERAL_WORD = 6
"""From this length on a word that is not the company's may be corrected to a common English one."""


class Wording:
    """Corrects spelling against the company's vocabulary first and common English second, then replaces names."""

    def __init__(self, texts: Iterable[str], english: Set[str], names: Mapping[str, str]) -> None:
        """``texts`` show how customers and company write, ``english`` are known words, ``names`` maps phrases."""
        counts = Counter(word for text in texts for word in re.findall(r"[a-z]{3,}", text.lower()))
        self._own = {word: count for word, count in counts.items() if word in english or count >= OWN_COUNT}
        self._english = english
        self._known = frozenset(stem for word in {*english, *self._own} for stem in stems(word))
        self._names = {key.lower(): value for key, value in names.items()}
        phrases = sorted(self._names, key=len, reverse=True)
        self._phrases = re.compile(
            rf"(?<![\w-])(?:{'|'.join(map(re.escape, phrases))})(?![\w-])" if phrases else r"(?!)", re.I
        )
        self._corrected = lru_cache(maxsize=4_096)(self._correct)

    @classmethod
    def read(cls, texts: Iterable[str], names_file: Path, tokenizer_file: Path) -> "Wording":
        """Take the names from a JSON object and English from the whole words of a WordPiece vocabulary."""
        names: dict[str, str] = json.loads(names_file.read_text(encoding="utf-8"))
        vocabulary = Tokenizer.from_file(str(tokenizer_file)).get_vocab()
        english = frozenset(word for word in vocabulary if word.isascii() and word.isalpha())
        return cls([*texts, *names, *names.values()], english, names)

    def apply(self, text: str) -> str:
        """Return the text in the company's words; codes, addresses and names with capitals inside stay as they are."""
        spelt = _WORD.sub(lambda found: self._spell(found[0], first=not text[: found.start()].strip()), text)
        return self._phrases.sub(lambda found: self._names[found[0].lower()], spelt)

    def _spell(self, word: str, *, first: bool) -> str:
        lower = word.lower()
        if lower in self._english or lower in _CONTRACTIONS or not self._known.isdisjoint(stems(lower)):
            return word
        if word != lower and not (first and word[1:].islower()):
            return word
        corrected = str(self._corrected(lower))
        return word if corrected == lower else corrected

    def _correct(self, word: str) -> str:
        reach = 2 if len(word) >= LONG_WORD else 1
        own = [
            (slips(word, each, reach), -count, each)
            for each, count in self._own.items()
            if abs(len(each) - len(word)) <= reach
        ]
        best = min((each for each in own if each[0] <= reach), default=None)
        if best:
            return str(best[2])
        if len(word) < GENERAL_WORD:
            return word
        common = sorted(each for each in single_slips(word) if each in self._english and len(each) >= GENERAL_WORD - 1)
        return common[0] if common else word


def slips(first: str, second: str, most: int) -> int:
    """Return the edits between two words, or ``most + 1``; swapped neighbours are one (optimal string alignment)."""
    if first == second:
        return 0
    if not first or not second or first[0] != second[0]:
        return most + 1 if {*first[:2]} != {*second[:2]} else _distance(first, second, most)
    return _distance(first, second, most)


def _distance(first: str, second: str, most: int) -> int:
    before: list[int] = []
    row = list(range(len(second) + 1))
    for index, letter in enumerate(first, 1):
        earlier, before, row = before, row, [index]
        for other, against in enumerate(second, 1):
            cost = min(before[other] + 1, row[other - 1] + 1, before[other - 1] + (letter != against))
            if index > 1 and other > 1 and letter == second[other - 2] and first[index - 2] == against:
                cost = min(cost, earlier[other - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def single_slips(word: str) -> set[str]:
    """Return every word that is one edit away (Norvig, How to Write a Spelling Corrector, 2007)."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    splits = [(word[:index], word[index:]) for index in range(1, len(word) + 1)]
    deletes = {left + right[1:] for left, right in splits if right}
    swaps = {left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1}
    replaces = {left + letter + right[1:] for left, right in splits if right for letter in letters}
    inserts = {left + letter + right for left, right in splits for letter in letters}
    return deletes | swaps | replaces | inserts
