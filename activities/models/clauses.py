"""The clauses of a text and what each asserts or denies, for comparing an answer with its source clause by clause."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from activities.models.terms import stems

_SENTENCE = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9])|\n+")
_CUT = re.compile(
    r"\s*[;:]\s+|\s*,\s+|\s+[-–—]\s+|\s*[()]\s*"
    r"|\s+(?=(?:but|and|if|unless|when|whenever|because|until|so|which|while|although|though|after|before|except"
    r"|provided|as\s+long\s+as|even|in\s+order|once|where)\b)",
    re.IGNORECASE,
)
REACH = 3
_LEAST_STEMS = 2
"""A shorter piece belongs to its neighbour."""
_DENIAL = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|nowhere|neither|nor|without|cannot|zero)\b|n['’]t\b|\bnon(?=-)"
    r"|\b(?:dont|cant|wont|doesnt|isnt|arent)\b",
    re.IGNORECASE,
)
_NO_DENIAL = re.compile(
    r"\b(?:no|not)\s+(?:more|less|later|longer|earlier|fewer)\s+than\b|\bnot\s+only\b"
    r"|\bwhether\s+or\s+not\b|\bno\s+matter\b|\b(?:nobody|nothing|no\s+one)\s+(?:but|except)\b"
    r"|\bnot\s+exceed\b|\bcannot\s+exceed\b|\bdo(?:n['’]t| not)\s+hesitate\b|\bno\.\s*(?=\d)|\bif\s+not\b"
    r"|\bno\s+problem\b|\bnot\s+last\s+longer\s+than\b",
    re.IGNORECASE,
)
_SOFT = re.compile(
    r"\b(?:fail\w*|refus\w*|declin\w*|den(?:y|ied|ies)|reject\w*|avoid\w*|lack\w*|unable|impossible"
    r"|prevent\w*|block\w*"
    r"|stop\w*|except\w*|unless|until|instead|forbid\w*|forbidden|prohibit\w*|ban(?:s|ned)?|exclud\w*"
    r"|empty|lost|invalid"
    r"|in(?:active|accessible|correct|eligible|complete)|free|un(?:available|paid|able|used|known"
    r"|supported)|ignor\w*|optional)\b",
    re.IGNORECASE,
)
"""Words that deny in one wording what another wording denies with ``not``; alone they deny nothing."""
_ONLY = re.compile(
    r"(?<!-)\b(?:only|solely|exclusively|nothing\s+but|no\s+one\s+but|nobody\s+but|except|limited\s+to"
    r"|restricted\s+to|reserved\s+for|nobody\s+else|no\s+one\s+else)\b",
    re.IGNORECASE,
)
_RESTRICTS = re.compile(
    r"\b(?:unless|until|must|need\w*|required?|requires|not|no|cannot|never|if|provided|as\s+long\s+as"
    r"|other\s+than|apart\s+from)\b|n['’]t\b",
    re.IGNORECASE,
)
_JOINED = (
    (re.compile(r"\b(?:is|are|be)\s+able\s+to\b"), "can"),
    (re.compile(r"\b(?:have|has|had|'ve)\s+to\b"), "have-to"),
    (re.compile(r"\bneeds?\s+to\b"), "need-to"),
    (re.compile(r"\b(turn|turns|turned|switch|switches|switched)\s+(on|off)\b"), r"turn-\2"),
    (re.compile(r"\b(?:turn|switch)(?:es|s|ed)?\s+((?:\w+\s+){1,3}?)(on|off)\b"), r"\1turn-\2"),
    (
        re.compile(
            r"\b(?:at\s+(?:least|most|the\s+latest|the\s+earliest)|up\s+to|(?:more|less|fewer|greater"
            r"|longer|shorter|larger|smaller|higher|lower|older|newer)\s+than|as\s+many\s+as"
            r"|over|under|above|below|within|before|after|until|by)(?=\s+(?:[€$£]|eur\s|usd\s|gbp\s|the\s)?\s?\d)"
        ),
        " ",
    ),
    (re.compile(r"\bevery\s+(day|week|month|year|hour)\b"), r"\1ly"),
    (
        re.compile(
            r"\b(?:sign|log|set|back|pick|look|end|start|check|clean|free|speed)\s*(?:s|ed"
            r"|ing)?[\s-]+(?:up|down|out|off|in|on)\b"
        ),
        " ",
    ),
    (re.compile(r"\b(?:on|off|up|down|in|out)\s+(?=(?:the|your|our|a|an|this|that|its|their|my|any|each)\b)"), " "),
)
_PHRASES = frozenset({"have-to", "need-to", "turn-on", "turn-off", "read-only", "one-off", "one-time"})
_LEAD = re.compile(
    r"^(?:(?:yes|no|sure|certainly|absolutely|of course|in short|in brief|in summary|in other words"
    r"|to sum up|basically|unfortunately|fortunately"
    r"|please note(?: that)?|note(?: that)?|(?:just )?so you know|for your information|good news"
    r"|great question|hi(?: there)?|hello|thanks?(?: you)? for [\w ]{3,30}"
    r"|(?:i'm|i am|we're|we are) (?:sorry|happy|glad) [\w ]{0,30}|(?:to answer|as for|regarding"
    r"|about) your question|no (?:problem|worries)"
    r"|(?:according to|from what|as) (?:our|the) [\w ]{3,30}|however|therefore|also|in addition|then|next"
    r"|finally|first|so)\s*[,:;.!–—-]+\s*)+",
    re.IGNORECASE,
)
"""Words that begin a reply and promise nothing."""
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")


@dataclass(frozen=True)
class Clause:
    """A clause or a sentence as it is compared."""

    text: str
    words: frozenset[str]
    """Lower case; phrases such as ``have to`` are one word."""
    stems: frozenset[str]
    """Of the words that carry meaning, numbers among them."""
    denials: int
    denied: frozenset[str]
    """The stems that its denials reach, those that two of them reach left out."""
    soft: frozenset[str]
    only: bool
    restricts: bool


@lru_cache(maxsize=8_192)
def read_clause(text: str) -> Clause:
    """Return what a clause asserts and denies."""
    plain = _NO_DENIAL.sub(" ", text.replace("’", "'"))
    return Clause(
        text,
        frozenset(_words(text)),
        frozenset(stems(text)),
        len(_DENIAL.findall(plain)),
        _denied(plain),
        frozenset(each.lower() for each in _SOFT.findall(plain)),
        _ONLY.search(plain) is not None,
        _RESTRICTS.search(plain) is not None,
    )


def _denied(text: str) -> frozenset[str]:
    """The stems within ``REACH`` words of meaning after a denial, up to the next denial, an odd number of times."""
    times: Counter[str] = Counter()
    cues = list(_DENIAL.finditer(text))
    for index, cue in enumerate(cues):
        end = cues[index + 1].start() if index + 1 < len(cues) else len(text)
        reached = stems(text[cue.end() : end])[:REACH]
        if not reached and index + 1 < len(cues):
            reached = stems(text[cues[index + 1].end() :])[:REACH]
        times.update(set(reached))
    return frozenset(each for each, count in times.items() if count % 2)


def without_lead(sentence: str) -> str:
    """Return a sentence without what only begins the reply: ``In short, ...``."""
    return _LEAD.sub("", sentence.replace("’", "'")) or sentence


def sentences_of(text: str) -> list[str]:
    """Split a text into sentences and lines."""
    return [each.strip() for each in _SENTENCE.split(text) if any(map(str.isalnum, each))]


@lru_cache(maxsize=4_096)
def clauses(sentence: str) -> tuple[Clause, ...]:
    """Split a sentence into clauses that each say something; the whole when there is but one."""
    pieces: list[str] = []
    for piece in _pieces(sentence):
        if pieces and (len(set(stems(piece))) < _LEAST_STEMS or len(set(stems(pieces[-1]))) < _LEAST_STEMS):
            pieces[-1] += f" {piece}"
        else:
            pieces.append(piece)
    return tuple(read_clause(each) for each in pieces)


@lru_cache(maxsize=1_024)
def units(quote: str) -> tuple[Clause, ...]:
    """Return what a sentence can be compared with: each sentence of a quote, its clauses, and neighbours together."""
    sentences = sentences_of(quote)
    found = [read_clause(each) for each in sentences]
    found += [each for sentence in sentences for each in clauses(sentence)]
    found += [read_clause(f"{one} {other}") for one, other in pairwise(sentences)]
    return tuple(dict.fromkeys(found))


def overlap(said: Clause, unit: Clause) -> float:
    """Return how well a unit is what a clause speaks of: the share of its stems, and a little for being short."""
    both = len(said.stems & unit.stems)
    return both / (len(said.stems) or 1) + 0.25 * both / (len(unit.stems) or 1)


def nearest(said: Clause, source: Sequence[Clause], slack: float = 0.12) -> list[Clause]:
    """Return the units that a clause may speak of: the best and those within ``slack`` of it, best first."""
    ranked = sorted(source, key=lambda unit: -overlap(said, unit))
    near = [unit for unit in ranked if overlap(said, unit) >= overlap(said, ranked[0]) - slack]
    return [unit for unit in near if not any(_tighter(each, unit, said) for each in near)]


def _tighter(one: Clause, unit: Clause, said: Clause) -> bool:
    """Tell whether one is a part of the unit that has all which the unit has of what is said."""
    return one is not unit and one.text in unit.text and said.stems & unit.stems <= one.stems


def _pieces(sentence: str) -> Iterator[str]:
    for piece in _CUT.split(without_lead(sentence)):
        if piece and any(map(str.isalnum, piece)):
            yield piece.strip()


def _words(text: str) -> list[str]:
    plain = text.replace("’", "'").lower()
    for pattern, replacement in _JOINED:
        plain = pattern.sub(replacement, plain)
    found = _WORD.findall(plain)
    return [*found, *(part for word in found if word not in _PHRASES for part in word.split("-") if "-" in word)]
