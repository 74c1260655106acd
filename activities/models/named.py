"""Names in a sentence that its source does not have: products, people, places, codes."""

import re
from collections.abc import Iterator
from functools import lru_cache

from activities.models.dates import moments
from activities.models.opposites import stem
from activities.models.quantities import quantities

_WORD = re.compile(r"[^\W_]+(?:[-_.'’/&][^\W_]+)*")
_PART = re.compile(r"[^\W_]+")
_NAME_OF_WORDS = re.compile(r"[A-Z][a-z]+(?: [A-Z][a-z]+)+")
_ORDINARY = frozenset("i i'm i'll i'd i've ok faq pdf url id".split())


def foreign_names(sentence: str, known: str) -> list[str]:
    """Return the names and codes of ``sentence`` that ``known`` (quote, title, headings) lacks, as written.

    A name is a word with a capital inside a sentence, and a code one with digits beside letters or in capitals. The
    first word of a sentence is a name only when it looks like a code.
    """
    words = known_words(known)
    short = initials(known)
    return [
        name
        for name in names(sentence)
        if name not in short and not any(_known(each, words) for each in (name, _singular(name)))
    ]


def initials(text: str) -> frozenset[str]:
    """Return what the names of several words are shortened to: ``EU`` for ``European Union``."""
    return frozenset("".join(word[0] for word in each.split()) for each in _NAME_OF_WORDS.findall(text))


def names(sentence: str) -> Iterator[str]:
    """Return the names and codes of a sentence in order."""
    taken = [(each.start, each.end) for each in quantities(sentence)]
    taken += [(each.start, each.end) for each in moments(sentence)]
    for found in _WORD.finditer(sentence):
        if found[0].lower() in _ORDINARY or any(start <= found.start() < end for start, end in taken):
            continue
        if is_code(found[0]) or (found[0][0].isupper() and not _begins(sentence, found.start())):
            yield found[0]


def is_code(word: str) -> bool:
    """Tell whether a word is a code or a spelled name: ``PAY-209``, ``NAS``, ``iPhone``, not ``Two``."""
    digits, letters = any(map(str.isdigit, word)), [each for each in word if each.isalpha()]
    if digits:
        return bool(letters)
    inner = [part[1:] for part in _PART.findall(word)]
    return any(any(map(str.isupper, part)) for part in inner) and len(letters) > 1


@lru_cache(maxsize=1_024)
def known_words(text: str) -> frozenset[str]:
    """Return the words of a text in lower case, whole, in parts, and as stems."""
    plain = text.replace("’", "'").lower()
    found = set(_WORD.findall(plain)) | set(_PART.findall(plain))
    return frozenset(found | {stem(each) for each in found})


def _known(name: str, words: frozenset[str]) -> bool:
    """Known whole, or an ordinary word in capitals of which every part is known."""
    lower = name.replace("’", "'").lower().removesuffix("'s")
    if lower in words or stem(lower) in words:
        return True
    parts = _PART.findall(lower)
    if len(parts) < 2:
        return False
    return not any(map(str.isdigit, lower)) and all(each in words or stem(each) in words for each in parts)


def _singular(name: str) -> str:
    return name.removesuffix("s") if len(name) > 2 else name


def _begins(sentence: str, place: int) -> bool:
    """Tell whether a word begins the sentence, or something that begins like one: a quotation, a piece after ``:``."""
    before = sentence[:place].rstrip("\"'“‘([*_ ")
    return not before or before[-1] in ".!?:;–—•\n"
