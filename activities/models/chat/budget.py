"""What fits into a model's context: passages by rank, the latest of the conversation, and never a cut question."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from activities.ports import ModelTask, Passage
from graphs.prompts import ANSWER_REQUEST, ANSWER_SYSTEM, REDRAFT, answer_request, spoken
from graphs.state import Exchange

BYTES_PER_TOKEN = 3.0
"""To begin with: English has four and more in the vocabularies of today's models, other scripts fewer."""
FENCE_TOKENS = 24
"""Marks, number and title around each fenced text."""
CONVERSATION_SHARE = 0.25
"""The most that earlier exchanges may take of what the passages leave, so that sources go first."""
MIN_PASSAGE_TOKENS = 64


class TokenGauge:
    """Estimates a model's tokens, and learns from what the server counted: only ever towards more tokens."""

    def __init__(self) -> None:
        self._bytes_per_token = BYTES_PER_TOKEN

    def measure(self, text: str) -> int:
        """Return how many tokens a text may have."""
        return int(len(text.encode()) / self._bytes_per_token) + 1

    def reach(self, tokens: int) -> int:
        """Return how many bytes fit into that many tokens."""
        return int(max(0, tokens) * self._bytes_per_token)

    def learn(self, text: str, tokens: int) -> None:
        """Take in that the server counted ``tokens`` for a prompt; a count of a cached prompt's rest says nothing."""
        if tokens:
            self._bytes_per_token = max(0.5, min(self._bytes_per_token, len(text.encode()) / tokens))


@dataclass(frozen=True)
class Prompt:
    """The user message, and the passages in it: number 1 is the first of these."""

    text: str
    passages: tuple[Passage, ...]


def fit(task: ModelTask, tokens: int, gauge: TokenGauge) -> Prompt:
    """Return the prompt for a task within ``tokens``, the system prompt included.

    The question and a reviewer's remark are always there. Passages are taken from the best on; the first that does
    not fit whole ends the list, cut when it is the first of all.
    """
    left = tokens - sum(
        gauge.measure(each) for each in (ANSWER_SYSTEM, ANSWER_REQUEST, REDRAFT, task.question, task.redraft_reason)
    )
    left -= 3 * FENCE_TOKENS
    history, summary, spent = _conversation(task, int(left * CONVERSATION_SHARE), gauge)
    passages = _by_rank(task.passages, left - spent, gauge)
    text = answer_request(
        task.question, [(each.title, each.text) for each in passages], history, task.redraft_reason, summary
    )
    return Prompt(text, tuple(passages))


def _conversation(task: ModelTask, tokens: int, gauge: TokenGauge) -> tuple[list[Exchange], str, int]:
    """The latest exchanges that fit, then the summary's lines that share most words with the question."""
    left, history = tokens, list[Exchange]()
    for exchange in reversed(task.history):
        cost = gauge.measure(spoken(exchange))
        if cost > left:
            break
        history.insert(0, exchange)
        left -= cost
    asked = set(task.question.lower().split())
    lines = task.summary.splitlines()
    chosen: set[int] = set()
    for index in sorted(range(len(lines)), key=lambda each: (-len(asked & set(lines[each].lower().split())), -each)):
        if (cost := gauge.measure(lines[index])) <= left:
            chosen.add(index)
            left -= cost
    return history, "\n".join(lines[index] for index in sorted(chosen)), tokens - left


def _by_rank(passages: Sequence[Passage], tokens: int, gauge: TokenGauge) -> list[Passage]:
    taken: list[Passage] = []
    for passage in passages:
        cost = gauge.measure(passage.title + passage.text) + FENCE_TOKENS
        if cost > tokens:
            break
        taken.append(passage)
        tokens -= cost
    if not taken and passages:
        taken.append(_cut(passages[0], max(tokens, MIN_PASSAGE_TOKENS), gauge))
    return taken


def _cut(passage: Passage, tokens: int, gauge: TokenGauge) -> Passage:
    """The beginning of a passage, ending at a word; its offsets stay right."""
    room = gauge.reach(tokens - FENCE_TOKENS - gauge.measure(passage.title))
    text = passage.text.encode()[:room].decode(errors="ignore")
    text = text[: text.rfind(" ")] if " " in text and len(text) < len(passage.text) else text
    return replace(passage, text=text, end=passage.start + len(text))
