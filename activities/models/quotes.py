"""What the chat model must hand in, and the search for its quotes in the passages."""

import re
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, Field, field_validator

from activities.ports import ModelOutputError, Passage, citation
from graphs.prompts import unfence
from graphs.state import Citation

MIN_QUOTE_CHARACTERS = 12
"""Shorter quotes stand almost anywhere and prove nothing; a shorter passage may be quoted whole."""

SUPPORT_SCORES = {"fully": 1.0, "partly": 0.6, "not": 0.0}


class QuotedSentence(BaseModel):
    """One sentence of the answer and what it rests on."""

    text: str = Field(min_length=1, max_length=1_000)
    passage: int = Field(ge=1, description="Number of the passage the sentence rests on.")
    quote: str = Field(min_length=1, max_length=2_000, description="The words of that passage, verbatim.")

    @field_validator("text", "quote")
    @classmethod
    def _storable(cls, value: str) -> str:
        if "\0" in value:
            raise ValueError("a sentence has no NUL character: no record could keep it")
        return value


class QuotedAnswer(BaseModel):
    """The structured output asked of the model."""

    answers: Literal["fully", "partly", "not"] = Field(description="How much of the question the passages answer.")
    sentences: list[QuotedSentence] = Field(max_length=20)


def locate(quote: str, text: str) -> tuple[int, int] | None:
    """Return where ``quote`` stands in ``text`` (start, end), exactly or with other white space; None when nowhere."""
    words = quote.split()
    if not words or len(quote.strip()) < min(MIN_QUOTE_CHARACTERS, len(text.strip())):
        return None
    if (start := text.find(quote)) >= 0:
        return start, start + len(quote)
    found = re.search(r"\s+".join(map(re.escape, words)), text)
    return found.span() if found else None


def compose(answer: QuotedAnswer, passages: Sequence[Passage]) -> tuple[str, list[Citation], float]:
    """Return the answer's text, its citations and its support score (0..1) from the sentences whose quotes stand.

    A sentence whose quote cannot be found is dropped. The support score is what the model says of the passages,
    times the share of its sentences that stand.

    Raises:
        ModelOutputError: more sentences fell than stood.
    """
    if answer.answers == "not" or not answer.sentences:
        return "", [], 0.0
    cited = [(each.text.strip(), found) for each in answer.sentences if (found := cite(each, passages))]
    if 2 * len(cited) < len(answer.sentences) or not cited:
        fallen = len(answer.sentences) - len(cited)
        raise ModelOutputError(f"{fallen} of {len(answer.sentences)} sentences cite words that no passage has")
    share = len(cited) / len(answer.sentences)
    citations = distinct([each for _, each in cited])
    return join([text for text, _ in cited]), citations, SUPPORT_SCORES[answer.answers] * share


def distinct(citations: Sequence[Citation]) -> list[Citation]:
    """Return citations with each place quoted once."""
    return list({(each["chunk_id"], each["start"], each["end"]): each for each in citations}.values())


def cite(sentence: QuotedSentence, passages: Sequence[Passage]) -> Citation | None:
    """Return the citation of one sentence, or None when the passage or the quote does not exist."""
    if sentence.passage > len(passages) or not sentence.text.strip():
        return None
    passage = passages[sentence.passage - 1]
    span = locate(unfence(sentence.quote), unfence(passage.text))
    return citation(passage, *span) if span else None


def join(sentences: Sequence[str]) -> str:
    """Return sentences as one text; numbered steps and list items start their own lines."""
    text = ""
    for sentence in sentences:
        listed = re.match(r"(\d+[.)]|[-*•])\s", sentence)
        text += (("\n" if listed else " ") if text else "") + sentence
    return text
