"""Answers of a chat model given again to questions that mean the same, without asking the model anew.

An answer is found under the same rights, state of the knowledge, prompt and models only, for a question of the same
intent that stands alone. It goes through the same check as a new one: every passage that it quotes must have been
retrieved for this turn too, and the first of them must be of a document that it quotes. Never for risky or personal
questions.
"""

import asyncio
import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from activities.ports import Embedder, KnowledgeUnavailableError, ReadScope
from activities.records.answer_tables import KeptAnswer
from activities.records.database import DatabaseUnavailableError, utc_now
from graphs.prompts import PROMPT_VERSION
from graphs.state import Draft, PassageRef, SupportState

UNREADABLE = (DatabaseUnavailableError, KnowledgeUnavailableError)
ALIKE_SCORE = 0.92
"""Cosine from which two questions ask the same: no wrong answer among StackFAQ's paraphrases; see benchmarks.md."""
FIGURES = re.compile(r"\d[\d.,:/-]*|\b(?:no|not|never|without|none|\w+n['’]t)\b", re.IGNORECASE)
NAMES = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w-]+\b|\b\w*[A-Z]\w*[A-Z]\w*\b|\b\w*\d\w*\b")


class Store(Protocol):
    """``records.kept_answers.KeptAnswers``."""

    async def list_for(self, key: str) -> list[KeptAnswer]:
        """Return the answers under a key."""
        ...

    async def keep(self, answer: KeptAnswer) -> None:
        """Keep an answer."""
        ...

    async def knowledge_state(self) -> str:
        """Return what changes with the knowledge."""
        ...


class Readers(Protocol):
    """Who may read what."""

    async def scope_of(self, person_id: str) -> ReadScope:
        """Return the filter of somebody's searches. Raises ``KnowledgeUnavailableError``."""
        ...


class AnswerCache:
    """Finds and keeps answers; when records cannot be read or written there is no cache, and no error."""

    def __init__(self, store: Store, readers: Readers, embedder: Embedder, models: Sequence[str]) -> None:
        """``readers`` tell what a customer may read now; ``models`` are the chat models whose answers are kept."""
        self._store = store
        self._readers = readers
        self._embedder = embedder
        self._models = tuple(models)

    async def find(self, state: SupportState) -> Draft | None:
        """Return the draft kept for the question of a turn that has been retrieved for, or None."""
        if not may_share(state):
            return None
        try:
            kept = await self._store.list_for(await self._key(state))
        except UNREADABLE:
            return None
        if not kept:
            return None
        question = state["classification"]["question"]
        vector = await asyncio.to_thread(self._vector, question)
        vectors = np.stack([np.frombuffer(each.vector, np.float32) for each in kept])
        passages = state.get("passages", [])
        for place in alike(question, vector, [each.question for each in kept], vectors):
            draft = cast(Draft, kept[place].draft)
            if _rests_on(draft, passages):
                return {**draft, "cached": True}
        return None

    async def keep(self, turn_id: str, state: SupportState) -> None:
        """Keep the draft of a turn that was sent without a person's help."""
        draft = state.get("draft")
        if draft is None or draft["engine"] != "ollama" or draft.get("cached") or not may_share(state):
            return
        question = state["classification"]["question"]
        vector = await asyncio.to_thread(self._vector, question)
        kept: dict[str, Any] = {name: value for name, value in draft.items() if name != "route"}
        try:
            await self._store.keep(
                KeptAnswer(
                    id=turn_id,
                    key=await self._key(state),
                    question=question,
                    vector=vector.tobytes(),
                    draft=kept,
                    created_at=utc_now(),
                )
            )
        except UNREADABLE:
            return

    def _vector(self, question: str) -> Any:
        return self._embedder.embed([question])[0].astype(np.float32)

    async def _key(self, state: SupportState) -> str:
        scope = await self._readers.scope_of(state["user_id"])
        parts = [
            [sorted(scope.partitions), scope.documents],
            await self._store.knowledge_state(),
            PROMPT_VERSION,
            self._models,
            state["classification"]["intent"],
            state["classification"]["language"],
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def alike(
    question: str,
    vector: NDArray[np.float32],
    others: Sequence[str],
    vectors: NDArray[np.float32],
    threshold: float = ALIKE_SCORE,
) -> list[int]:
    """Return the places of the questions that ask the same, the nearest first; ``vectors`` ``[n, 384]`` are theirs."""
    scores = vectors @ vector
    exact = said_exactly(question)
    near = [int(place) for place in np.argsort(-scores, kind="stable") if scores[place] >= threshold]
    return [place for place in near if said_exactly(others[place]) == exact]


def may_share(state: SupportState) -> bool:
    """Say whether an answer to this question may be given to others, and another's to this customer."""
    classification = state["classification"]
    personal = state["guard"]["redacted"] or re.search(
        r"\b(?:my|our)\s+(?:name|order|invoice|account|case)\b", state["message"], re.IGNORECASE
    )
    alone = not state["history"] and not state.get("redrafts")
    safe = classification["risk"] == "low" and not state["guard"]["injection_flagged"]
    return bool(alone and safe and not personal and not classification["small_talk"])


def said_exactly(question: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return figures and negations, and names and codes: an embedding hardly tells them apart."""
    return (
        frozenset(each.lower().strip(".,:/-") for each in FIGURES.findall(question)),
        frozenset(each.lower() for each in NAMES.findall(question)),
    )


def _rests_on(draft: Draft, passages: Sequence[PassageRef]) -> bool:
    """Whether today's search found all that a draft quotes, and puts one of its documents first."""
    if not passages or passages[0]["document_id"] not in {each["document_id"] for each in draft["citations"]}:
        return False
    return {each["chunk_id"] for each in draft["citations"]} <= {each["chunk_id"] for each in passages}
