"""Misspelt words of a question, put right by words of passages that the reader may read, and by no others."""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain

from activities.knowledge.fulltext import FullText
from activities.knowledge.passages import Reads, load_passages
from activities.ports import KnowledgeUnavailableError, Passage, ReadScope

WORD = re.compile(r"[^\W\d_]{4,24}")
LONG = 8
"""From this length on a word may differ by two letters from the one that was meant, below by one."""
MOST_WORDS = 5
PASSAGES = 20
"""Passages with a similar word that are read to find it."""


class Spelling:
    """Corrects words that the reader's passages do not have and that are no common English either."""

    def __init__(self, reads: Reads, fulltext: FullText, is_common: Callable[[str], bool]) -> None:
        """``is_common`` knows the words of the language: they are spelt right, though no passage has them."""
        self._reads = reads
        self._fulltext = fulltext
        self._is_common = is_common

    async def corrections(self, query: str, scope: ReadScope) -> dict[str, str]:
        """Return what was meant for each misspelt word, as far as that can be told. Never raises."""
        words = dict.fromkeys(word for word in WORD.findall(query) if not self._is_common(word.lower()))
        try:
            near = await asyncio.to_thread(self._similar, list(words), scope)
            passages = await load_passages(self._reads, [*dict.fromkeys(chain(*near.values()))], scope)
        except KnowledgeUnavailableError:
            return {}
        seen = {name: words_of(passage) for name, passage in passages.items()}
        found = {
            word: nearest(word.lower(), chain(*(seen[name] for name in names if name in seen)), allowed_distance(word))
            for word, names in near.items()
        }
        return {word: meant for word, meant in found.items() if meant}

    def _similar(self, words: Sequence[str], scope: ReadScope) -> dict[str, list[str]]:
        """Return chunks that have a similar word, for each word that none has. Blocks."""
        return {
            word: self._fulltext.similar(
                word.lower(), allowed_distance(word), scope.partitions, PASSAGES, scope.documents
            )
            for word in self._fulltext.unknown(words, scope.partitions)[:MOST_WORDS]
        }


def words_of(passage: Passage) -> list[str]:
    """Return the words that a misspelt one could have been, in lower case."""
    return WORD.findall(f"{passage.title} {passage.heading} {passage.text}".lower())


def correct(query: str, corrections: dict[str, str]) -> str:
    """Return the question with the misspelt words replaced."""
    return WORD.sub(lambda found: corrections.get(found.group(), found.group()), query)


def allowed_distance(word: str) -> int:
    """Return how many letters of a word may be wrong."""
    return 2 if len(word) >= LONG else 1


def nearest(word: str, others: Iterable[str], distance: int) -> str | None:
    """Return the nearest word within ``distance``, the commonest of several; the first letter must be right."""
    counts = Counter(other for other in others if other[0] == word[0] and abs(len(other) - len(word)) <= distance)
    ranked = [(edit_distance(word, other), -count, other) for other, count in counts.items()]
    within = [each for each in ranked if 0 < each[0] <= distance]
    return min(within)[2] if within else None


def edit_distance(one: str, other: str) -> int:
    """Return the letters to insert, drop, change or swap with their neighbour (optimal string alignment)."""
    before, last = [0] * (len(other) + 1), list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, opposite in enumerate(other, 1):
            best = min(last[column] + 1, line[-1] + 1, last[column - 1] + (letter != opposite))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == opposite:
                best = min(best, before[column - 2] + 1)
            line.append(best)
        before, last = last, line
    return last[-1]
