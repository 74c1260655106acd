"""The steps of a turn with nothing in them, so that what is measured is the framework; tests steer them by words."""

import asyncio
from typing import Any

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.promises import Promises
from activities.replies import Replies
from activities.turns import CaseRecord, ConversationEnd, Rating, TurnRecord
from graphs.ahead import steps_ahead
from graphs.state import Check, Citation, Classification, Draft, Engine, PassageRef, Policy, SupportState

Update = dict[str, Any]


class TrivialSteps:
    """Activities of the names that the workflow calls; ``records`` keeps what was written, newest last.

    Words in the message steer it: ``doubt`` gets a review, ``nothing`` an empty draft, ``person`` asks for one,
    ``broken search`` and ``broken reading`` fail for good, ``model`` tries the chat model, which then fails.
    """

    def __init__(self) -> None:
        self.records: list[TurnRecord] = []
        self.stages: list[CaseRecord] = []
        self.ratings: list[Rating] = []
        self.ends: list[ConversationEnd] = []
        self.calls: dict[str, int] = {}
        self.removed: set[str] = set()
        """Titles of documents that were removed since."""
        self.document_id = "d"
        """The document that drafts quote."""
        self.replies = Replies()
        self.blind = False
        """Whether sources cannot be looked at now."""
        self.unwritable = 0
        """How often still nothing can be written down."""
        self.rating_begun, self.rating_allowed = asyncio.Event(), asyncio.Event()
        self.rating_allowed.set()

    @property
    def activities(self) -> list[Any]:
        """All activities, to register with a worker."""
        steps = [self.take_steps, self.classify, self.retrieve, self.answer, self.ask_model, self.check, self.recheck]
        return [*steps, *self.recorders]

    @property
    def recorders(self) -> list[Any]:
        """What writes down and tells, whatever steps go before."""
        records = [self.record_turn, self.record_case, self.record_rating, self.record_end]
        return [*records, Promises(lambda: self.replies).write_notice]

    @activity.defn
    async def take_steps(self, state: SupportState) -> dict[str, Update]:
        """Take the steps that wait for nothing."""
        return await steps_ahead(self, state, lambda: True)

    @activity.defn
    async def classify(self, state: SupportState) -> Update:
        """Return a fixed classification."""
        self._count("classify")
        message = state["message"]
        if "broken reading" in message:
            raise ApplicationError("cannot read", non_retryable=True)
        engine: Engine = "ollama" if "model" in message else "embedded"
        policy = Policy(
            version="t",
            auto_score=0.9,
            review_score=0.5,
            refund_limit=50.0,
            stopped="stopped" in message,
            engine=engine,
        )
        return {"policy": policy, "classification": _classification(message)}

    @activity.defn
    async def retrieve(self, state: SupportState) -> Update:
        """Return one passage."""
        self._count("retrieve")
        if "broken search" in state["message"]:
            raise ApplicationError("no index", non_retryable=True)
        reference = PassageRef(
            chunk_id="d:1:0",
            document_id="d",
            title="T",
            version=1,
            position=0,
            score=0.9,
            dense_score=0.9,
            lexical_score=0.9,
        )
        return {"passages": [reference], "denied_count": 0}

    @activity.defn
    async def answer(self, state: SupportState) -> Update:
        """Return a draft that repeats the question."""
        self._count("answer")
        return {"draft": _draft(state, "embedded", self.document_id)}

    @activity.defn
    async def ask_model(self, state: SupportState) -> Update:
        """Fail as a model that talks nonsense does, unless the message says ``good model`` or ``lying model``."""
        self._count("ask_model")
        if "good model" in state["message"] or "lying model" in state["message"]:
            return {"draft": _draft(state, "ollama", self.document_id)}
        raise ApplicationError("nonsense", type="ModelOutputError", non_retryable=True)

    @activity.defn
    async def check(self, state: SupportState) -> Update:
        """Pass every draft but the lying model's."""
        self._count("check")
        lying = "lying model" in state["message"] and state["draft"]["engine"] == "ollama"
        problems = ["A sentence has no source."] if lying else []
        return {"check": Check(grounding_score=0.0 if lying else 1.0, problems=problems, passed=not lying)}

    @activity.defn
    async def recheck(self, state: SupportState) -> list[str]:
        """Say that the removed documents are lost."""
        self._count("recheck")
        if self.blind:
            raise ApplicationError("no database", non_retryable=True)
        return sorted(self.removed & {citation["title"] for citation in state["draft"]["citations"]})

    @activity.defn
    async def record_turn(self, record: TurnRecord) -> None:
        """Keep the record."""
        self._write()
        self.records.append(record)

    @activity.defn
    async def record_case(self, case: CaseRecord) -> None:
        """Keep the stage."""
        self._write()
        self.stages.append(case)

    @activity.defn
    async def record_rating(self, rating: Rating) -> None:
        """Keep the rating."""
        self.rating_begun.set()
        await self.rating_allowed.wait()
        self.ratings.append(rating)

    @activity.defn
    async def record_end(self, end: ConversationEnd) -> None:
        """Keep the end."""
        self._write()
        self.ends.append(end)

    def _write(self) -> None:
        if self.unwritable:
            self.unwritable -= 1
            raise ApplicationError("no database")

    def _count(self, step: str) -> None:
        self.calls[step] = self.calls.get(step, 0) + 1


def _classification(message: str) -> Classification:
    return Classification(
        intent="pricing_plans",
        intent_score=0.99,
        department="billing",
        risk="high" if "risky" in message else "low",
        risk_reason="Risky on purpose." if "risky" in message else "",
        sentiment="neutral",
        sentiment_score=0.5,
        urgency="normal",
        urgency_score=0.5,
        language="en",
        language_score=1.0,
        wants_person="person" in message,
        wants_person_score=1.0 if "person" in message else 0.0,
        out_of_scope_score=0.0,
        small_talk="",
        question=message,
    )


def _draft(state: SupportState, engine: Engine, document_id: str) -> Draft:
    message = state["message"]
    text = "" if "nothing" in message else f"Answer to {message} ({state.get('redrafts', 0)}) [1]"
    citation = Citation(document_id=document_id, title="T", version=1, chunk_id="d:1:0", quote="x", start=0, end=1)
    return Draft(
        text=text,
        citations=[citation],
        engine=engine,
        model="trivial",
        prompt_version="t",
        support_score=0.5 if "doubt" in message else 1.0,
        fallback_reason="",
        digest=f"digest-{state.get('redrafts', 0)}",
    )
