"""The four working steps of a turn as Temporal activities; the graph's ``Nodes`` for evaluations and tests too."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import zip_longest
from typing import Any, Protocol

from temporalio import activity

from activities import spans
from activities.deltas import deltas
from activities.heartbeats import heartbeats
from activities.knowledge.access import PUBLIC, home_of
from activities.model_tries import attempts_before, tries_told
from activities.models.answer_cache import AnswerCache
from activities.models.answer_language import SAMPLE_CHARACTERS, with_language
from activities.models.chat.gate import SentenceGate
from activities.models.echo import with_echo
from activities.models.repetition import says_again
from activities.models.subquestions import questions_of
from activities.models.tone import Tone
from activities.ports import (
    ChatModel,
    Checker,
    Classifier,
    Drafter,
    Gate,
    Knowledge,
    KnowledgeUnavailableError,
    ModelTask,
    Passage,
    ReadScope,
)
from activities.reading import read
from activities.replies import Replies
from graphs.ahead import steps_ahead
from graphs.formality import formality
from graphs.notices import ENGLISH
from graphs.policy import may_point, may_stream
from graphs.routing import tier_of
from graphs.state import Classification, Draft, PassageRef, Policy, SupportState

Update = dict[str, Any]
PASSAGES = 14
"""Passages retrieved for a turn."""
BRISK_SECONDS = 0.25
"""After so long the next step is taken by itself: the customer sees which, and a crash does not repeat those before."""
OWN_WORDS = 0.5
"""Share of a message's words from which a passage in its language is taken to be about it."""
WARM_UP = Passage(
    chunk_id="warm-up",
    document_id="warm-up",
    title="Password",
    version=1,
    position=0,
    heading="Reset",
    kind="text",
    text="To reset your password, open the log-in page and choose the link below the form. It is valid for one hour.",
    start=0,
    end=106,
    department="support",
    classification="public",
)


class Readers(Protocol):
    """What somebody may read, asked anew at each step, so that revoked rights act at once."""

    async def scope_of(self, person_id: str) -> ReadScope:
        """Return the filter of their searches. Raises ``KnowledgeUnavailableError`` when they have no rights."""
        ...


class Policies(Protocol):
    """The rules in force now."""

    async def current(self, customer_id: str) -> Policy:
        """Return the policy for a customer's turn, with the engine that it should try first."""
        ...


class SupportNodes:
    """classify, retrieve, answer, check over adapters given by a composition root."""

    def __init__(
        self,
        *,
        policies: Policies,
        readers: Readers,
        classifier: Classifier,
        knowledge: Knowledge,
        embedded: Drafter,
        checker: Checker,
        model: ChatModel | None = None,
        answers: AnswerCache | None = None,
        replies: Callable[[], Replies] = Replies,
    ) -> None:
        self._policies = policies
        self._readers = readers
        self._classifier = classifier
        self._knowledge = knowledge
        self._embedded = embedded
        self._checker = checker
        self._model = model
        self._answers = answers
        self._drafting = asyncio.Lock()
        self._replies = replies
        self._tone = Tone()

    @activity.defn
    async def take_steps(self, state: SupportState) -> dict[str, Update]:
        """Take the steps from ``classify`` on as far as they wait for nothing; return what each sets, by its name."""
        started = time.monotonic()
        return await steps_ahead(self, state, lambda: time.monotonic() - started < BRISK_SECONDS)

    @activity.defn
    async def classify(self, state: SupportState) -> Update:
        """Read the policy and classify the message in the light of the conversation."""
        with spans.step("classify"):
            policy = await self._policies.current(state["user_id"])
            classification = await self._classifier.classify(state["message"], state["history"])
        said = [*(each["message"] for each in state["history"]), state["message"]]
        language = classification["language"]
        frame = self._replies().of(language, formality(language, said))["answered"]
        if frame != ENGLISH["answered"]:
            policy["answer_frame"] = frame
        return {"policy": policy, "classification": classification}

    @activity.defn
    async def retrieve(self, state: SupportState) -> Update:
        """Search what the customer may read now. Raises ``KnowledgeUnavailableError``."""
        with spans.step("retrieve"), spans.retrieval("knowledge"):
            scope = await self._readers.scope_of(state["user_id"])
            classification = await self._in_own_words(state, scope)
            classification, (found, denied) = await read(
                state["message"], classification, lambda asked: self._search(asked, scope), self._support
            )
        inside = any(home_of(each) != PUBLIC for each in scope.partitions)
        references = [passage_reference(passage) for passage in found]
        update: Update = {"passages": references, "denied_count": denied, "reads_inside": inside}
        return update if classification is state["classification"] else {**update, "classification": classification}

    async def _search(self, asked: str, scope: ReadScope) -> tuple[list[Passage], int]:
        """The passages found, of several questions in turn, and how many hidden ones there are of the whole."""
        result = await self._knowledge.search(asked, scope, k=PASSAGES)
        found = [result.passages]
        if len(parts := questions_of(asked)) > 1:
            found += [(await self._knowledge.search(each, scope, k=PASSAGES)).passages for each in parts]
        return taken_in_turn(found, PASSAGES), result.denied_count

    async def _support(self, asked: str, passages: Sequence[Passage]) -> float:
        """How well passages support an answer."""
        async with self._drafting:
            return (await self._embedded.draft(asked, passages, []))["support_score"]

    async def _in_own_words(self, state: SupportState, scope: ReadScope) -> Classification:
        """What is asked: the customer's own words, and no guess, where documents in their language have these words."""
        asked = state["classification"]
        if "read_as" not in asked:
            return asked
        found = (await self._knowledge.search(state["message"], scope, k=1)).passages
        if not found or found[0].lexical_score < OWN_WORDS:
            return asked
        if self._tone.language(found[0].text[:SAMPLE_CHARACTERS])[0] != asked["language"]:
            return asked
        own: Classification = {**asked, "question": state["message"]}
        del own["read_as"]
        return own

    @activity.defn
    async def answer(self, state: SupportState) -> Update:
        """Draft with the embedded engine; it needs no model server."""
        with spans.step("answer"):
            passages = await self._passages(state)
            # One by one: a crowd that asks of the same passages would embed each of them many times.
            async with self._drafting:
                draft = await self._embedded.draft(
                    state["classification"]["question"],
                    passages,
                    state["history"],
                    redraft_reason=state.get("redraft_reason", ""),
                )
            if says_again(state["message"], draft["text"], state["history"]):
                draft["again"] = True
            return {"draft": with_echo(draft, state["message"])}

    @activity.defn
    async def ask_model(self, state: SupportState) -> Update:
        """Draft with a chat model, or take the draft of a like question; sentences are read while it writes.

        Raises ``ModelUnavailableError``, ``ModelOutputError`` or ``ModelBypassedError`` (in an activity as
        ``ApplicationError`` of that type, with the route in its details).
        """
        assert self._model is not None, "the policy chose a model that this worker does not have"
        if self._answers and (kept := await self._answers.find(state)):
            return {"draft": kept}
        task = ModelTask(
            question=state["message"] if "read_as" in state["classification"] else state["classification"]["question"],
            passages=await self._passages(state),
            history=state["history"],
            summary=state.get("summary", ""),
            redraft_reason=state.get("redraft_reason", ""),
            tier=tier_of(state),
        )
        with spans.step("ask_model"), tries_told(task) as before:
            async with heartbeats(), deltas(state["turn_id"]) as publish:
                gate: Gate | None = None
                if publish and may_stream(state):
                    gate = SentenceGate(state, task.passages, self._checker, publish, attempts_before())
                draft = await self._model.draft(task, gate)
        draft["route"]["tries"][:0] = before
        return {"draft": draft}

    @activity.defn
    async def check(self, state: SupportState) -> Update:
        """Check the draft against passages read again, with today's rights."""
        with spans.step("check"):
            passages = await self._passages(state)
            found = await self._checker.check(state["draft"], passages)
            told: Update = {"check": with_language(found, state["classification"], state["draft"], self._tone)}
            if passages and may_point({**state, **told}):  # type: ignore[typeddict-item]
                told |= await self._nearest(state, passages)
        return told

    async def _nearest(self, state: SupportState, passages: Sequence[Passage]) -> Update:
        """What is near and would pass as a draft."""
        async with self._drafting:
            found = await self._embedded.nearest(state["classification"]["question"], passages)
        if found is None:
            return {}
        quoted = found["citation"]
        named: Draft = {**state["draft"], "text": f"{quoted['quote']} [1]", "citations": [quoted], "engine": "embedded"}
        checked = with_language(await self._checker.check(named, passages), state["classification"], named, self._tone)
        return {"nearest": found} if checked["passed"] else {}

    @activity.defn
    async def recheck(self, state: SupportState) -> list[str]:
        """Return the titles of documents that the draft quotes and its customer cannot read as quoted any more."""
        with spans.step("recheck"):
            cited = {citation["chunk_id"]: citation["title"] for citation in state["draft"]["citations"]}
            scope = await self._readers.scope_of(state["user_id"])
            found = await self._knowledge.passages(list(cited), scope)
        readable = {passage.chunk_id for passage in found}
        return sorted({title for chunk_id, title in cited.items() if chunk_id not in readable})

    async def warm_up(self) -> None:
        """Do each step once, so that no customer waits until everything is loaded that loads at its first use."""
        classification = await self._classifier.classify(WARM_UP.text, [])
        with suppress(KnowledgeUnavailableError):
            await self._knowledge.search(classification["question"], ReadScope(("public",)), k=PASSAGES)
        draft = await self._embedded.draft(WARM_UP.text, [WARM_UP], [])
        await self._checker.check(draft, [WARM_UP])

    async def _passages(self, state: SupportState) -> list[Passage]:
        references = state.get("passages", [])
        if not references:
            return []
        scope = await self._readers.scope_of(state["user_id"])
        found = await self._knowledge.passages([reference["chunk_id"] for reference in references], scope)
        scored = {reference["chunk_id"]: reference for reference in references}
        return [with_scores(passage, scored[passage.chunk_id]) for passage in found]


def taken_in_turn(found: Sequence[Sequence[Passage]], most: int) -> list[Passage]:
    """Return the passages of several searches, the best of each first, each once, at most ``most``."""
    taken: dict[str, Passage] = {}
    for each in (each for rank in zip_longest(*found) for each in rank if each is not None):
        taken.setdefault(each.chunk_id, each)
    return list(taken.values())[:most]


def passage_reference(passage: Passage) -> PassageRef:
    """Return what a turn keeps of a passage."""
    return PassageRef(
        chunk_id=passage.chunk_id,
        document_id=passage.document_id,
        title=passage.title,
        version=passage.version,
        position=passage.position,
        score=round(passage.score, 4),
        dense_score=round(passage.dense_score, 4),
        lexical_score=round(passage.lexical_score, 4),
    )


def with_scores(passage: Passage, reference: PassageRef) -> Passage:
    """Return the passage with what it scored when it was retrieved: a text read again has no scores."""
    return replace(
        passage,
        score=reference["score"],
        dense_score=reference["dense_score"],
        lexical_score=reference["lexical_score"],
    )
