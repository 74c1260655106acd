"""The last look at a draft: sources that stand, sentences that say no more, nobody's data, nothing of the prompt."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from activities.models.composition import CONNECTIVES
from activities.models.echo import without_echo
from activities.models.grounding import Grounding, bare, ground
from activities.models.joined import MISSING
from activities.models.model_store import Vectors
from activities.models.ready_made import TEMPLATE, is_ready_made
from activities.ports import Passage, Redaction
from graphs.prompts import ANSWER_SYSTEM, CANARY, FENCE_CLOSE, FENCE_OPEN
from graphs.reasons import FOREIGN_ADDRESS, SENTENCE
from graphs.state import Check, Citation, Draft

GROUNDED_SCORE = 0.5
"""A sentence below this is not carried by its quote."""
SHINGLE_WORDS = 8
"""This many words of the system prompt in a row are no coincidence."""
_MARKS = re.compile(r"\s*((?:\[\d{1,3}\]\s*)+)")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[\"'“(]?[A-Z0-9])|\n+")
_LIST_MARK = re.compile(r"^[ \t]*(?:[-*•]|\d{1,2}[.)])[ \t]+", re.MULTILINE)
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s)\]>\"']+|!\[[^\]]*\]\([^)]*\)|<\s*/?\s*(?:script|img|iframe|a)\b[^>]*>", re.IGNORECASE
)
_ENTITY = re.compile(r"<[A-Z][A-Z_]+>")


@dataclass(frozen=True)
class Statement:
    """A sentence of the draft and the numbers of the citations after it, from 1; none means unmarked."""

    text: str
    marks: tuple[int, ...]


class OutputCheck:
    """``ports.Checker``: the same for quoted answers and for a model's own sentences."""

    def __init__(self, embedder: Vectors, redact: Callable[[str], Redaction]) -> None:
        """``redact`` finds personal data, as ``ports.Guard.redact`` does."""
        self._embedder = embedder
        self._redact = redact

    async def check(self, draft: Draft, passages: Sequence[Passage]) -> Check:
        """Return what is wrong in words for a reviewer, and the mean grounding (0..1) of the draft's sentences."""
        if draft["model"] == TEMPLATE:
            known = is_ready_made(draft["text"]) and not draft["citations"]
            return Check(grounding_score=float(known), problems=[] if known else [UNKNOWN_TEMPLATE], passed=known)
        return await asyncio.to_thread(self._check, draft, {each.chunk_id: each for each in passages})

    def _check(self, draft: Draft, passages: Mapping[str, Passage]) -> Check:
        problems = [*citation_problems(draft["citations"], passages), *leak_problems(draft["text"])]
        groundings = self._groundings(draft, passages)
        problems += [SENTENCE.format(problem=each.problem) for each in groundings if each.problem]
        quotes = " ".join(each["quote"] for each in draft["citations"])
        problems += self._foreign(draft["text"], quotes)
        if not groundings:
            problems.append("The draft says nothing.")
        score = sum(each.score for each in groundings) / len(groundings) if groundings else 0.0
        return Check(grounding_score=round(score, 4), problems=list(dict.fromkeys(problems)), passed=not problems)

    def _groundings(self, draft: Draft, passages: Mapping[str, Passage]) -> list[Grounding]:
        text = without_echo(draft["text"]) if draft["engine"] == "embedded" else draft["text"]
        citations, found = draft["citations"], statements(text)
        marked = any(each.marks for each in found)
        groundings = []
        for each in found:
            if not citations or any(not 0 < mark <= len(citations) for mark in each.marks):
                groundings.append(Grounding(0.0, f"has no source: {_excerpt(each.text)}"))
            elif marked and not each.marks:
                groundings.append(Grounding(0.0, f"has no mark of its source: {_excerpt(each.text)}"))
            else:
                cited = [citations[mark - 1] for mark in each.marks] or citations
                groundings.append(self._best_grounding(each.text, cited, passages))
        return groundings

    def _best_grounding(self, text: str, cited: Sequence[Citation], passages: Mapping[str, Passage]) -> Grounding:
        """The best that one quote, or all of them together, can do for a sentence."""
        quotes = [each["quote"] for each in cited] + (
            [" \n".join(each["quote"] for each in cited)] if len(cited) > 1 else []
        )
        context = " ".join(_context(each, passages) for each in cited)
        results = [ground(text, quote, context, self._alike) for quote in quotes]
        best = max(results, key=lambda each: each.score)
        if best.score < GROUNDED_SCORE and not best.problem:
            return Grounding(best.score, f"is not carried by its source: {_excerpt(text)}")
        return best

    def _alike(self, one: str, other: str) -> float:
        vectors = self._embedder.embed([one, other])
        return float(vectors[0] @ vectors[1])

    def _foreign(self, text: str, quotes: str) -> list[str]:
        """Addresses and personal data that no quote has."""
        said = bare(quotes)
        if all(bare(each.text) in said for each in statements(text)):
            return []  # word for word; looking for personal data takes half of a check
        problems = [FOREIGN_ADDRESS.format(address=each) for each in _ADDRESS.findall(text) if bare(each) not in said]
        for kind, value in personal_values(text, self._redact(text).text):
            if bare(value) not in said:
                problems.append(f"The draft holds personal data that no source has: {kind}.")
        return problems


UNKNOWN_TEMPLATE = "A ready-made reply was changed."


def statements(text: str) -> list[Statement]:
    """Split a draft into sentences, each with the marks that close its stretch; ready-made lines are left out."""
    found: list[Statement] = []
    position = 0
    for mark in [*_MARKS.finditer(text), None]:
        stretch = text[position : mark.start() if mark else len(text)]
        numbers = tuple(int(each) for each in re.findall(r"\d+", mark[1])) if mark else ()
        stretch = MISSING.sub("\n", stretch)
        for connective in CONNECTIVES:
            stretch = stretch.replace(connective, "\n")
        pieces = (each.strip() for each in _SENTENCE.split(_LIST_MARK.sub("", stretch)))
        found += [Statement(each, numbers) for each in pieces if any(map(str.isalnum, each))]
        position = mark.end() if mark else len(text)
    return found


def citation_problems(citations: Sequence[Citation], passages: Mapping[str, Passage]) -> list[str]:
    """Return what is wrong with citations: not retrieved for this turn, of another version, or not standing there."""
    problems = []
    for number, each in enumerate(citations, 1):
        passage = passages.get(each["chunk_id"])
        if passage is None:
            problems.append(f"Source {number} was not found for this question.")
        elif (each["document_id"], each["version"]) != (passage.document_id, passage.version):
            problems.append(f"Source {number} is of another document or version than it says.")
        elif (
            not each["quote"]
            or passage.text[each["start"] - passage.start : each["end"] - passage.start] != each["quote"]
        ):
            problems.append(f"The quote of source {number} does not stand where it says.")
    return problems


def leak_problems(text: str) -> list[str]:
    """Return what is found of the system prompt: its secret mark, its fences, or eight of its words in a row."""
    squeezed = re.sub(r"[^a-z0-9]", "", text.lower())
    words, prompt = bare(text).split(), f" {bare(ANSWER_SYSTEM)} "
    shingles = (" ".join(words[index : index + SHINGLE_WORDS]) for index in range(len(words) - SHINGLE_WORDS + 1))
    leaked = (
        re.sub(r"[^a-z0-9]", "", CANARY.lower()) in squeezed
        or FENCE_OPEN in text
        or FENCE_CLOSE in text
        or any(f" {shingle} " in prompt for shingle in shingles)
    )
    return ["The draft holds text of the assistant's own instructions."] if leaked else []


def personal_values(text: str, redacted: str) -> list[tuple[str, str]]:
    """Return ``(type, value)`` of what was replaced by ``<TYPE>`` between ``text`` and ``redacted``."""
    kinds = [each for each in _ENTITY.findall(redacted) if each not in text]
    if not kinds:
        return []
    parts = re.split("|".join(map(re.escape, dict.fromkeys(kinds))), redacted)
    found = re.fullmatch("(.+?)".join(map(re.escape, parts)), text, re.DOTALL)
    return list(zip((kind.strip("<>") for kind in kinds), found.groups(), strict=True)) if found else []


def _context(cited: Citation, passages: Mapping[str, Passage]) -> str:
    passage = passages.get(cited["chunk_id"])
    return f"{cited['title']} {passage.heading if passage else ''}"


def _excerpt(text: str) -> str:
    return f"“{text[:80]}…”" if len(text) > 80 else f"“{text}”"
