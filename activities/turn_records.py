"""Activities that write what happened: turns with their audit row and case, deadlines, ratings, ends."""

from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Any

from temporalio import activity

from activities import metrics
from activities.model_costs import model_calls
from activities.models.answer_cache import AnswerCache
from activities.records.conversations import Conversations
from activities.records.ledger import TurnLedger
from activities.records.models import AuditRow, Review, Turn
from activities.records.reviews import Reviews
from activities.turns import CaseRecord, ConversationEnd, Rating, TurnRecord, TurnView
from graphs.prices import Price

SETTLED = ("answered", "failed")


class TurnRecords:
    """Each activity may run twice and has its effect once."""

    def __init__(
        self,
        ledger: TurnLedger,
        reviews: Reviews,
        conversations: Conversations,
        *,
        prices: Mapping[str, Price] | None = None,
        answers: AnswerCache | None = None,
    ) -> None:
        """Write to these; calls of models cost what ``prices`` says, sure answers are kept in ``answers``."""
        self._ledger = ledger
        self._reviews = reviews
        self._conversations = conversations
        self._prices = prices or {}
        self._answers = answers

    @activity.defn
    async def record_turn(self, record: TurnRecord) -> None:
        """Write the turn, its one audit row and its case. Raises ``DatabaseUnavailableError``."""
        case = review_row(record, record.case) if record.case else None
        with metrics.step("record"):
            calls = model_calls(record, self._prices)
            changed = await self._ledger.record(turn_row(record), audit_row(record), case, calls=calls)
        count_changes(record, changed)
        if record.turn.id in changed:
            for call in calls:
                metrics.MODEL_COST.labels(call.model).inc(call.cost)
            if self._answers and record.turn.status == "answered" and not record.decisions:
                await self._answers.keep(record.turn.id, record.state)

    @activity.defn
    async def record_case(self, case: CaseRecord) -> None:
        """Write how far an open case's deadline has gone, and what the customer has added to it."""
        await self._reviews.set_stage(case.id, case.stage)
        await self._reviews.set_question(case.id, case.question)

    @activity.defn
    async def record_rating(self, rating: Rating) -> None:
        """Write the customer's rating."""
        await self._conversations.rate(rating.conversation_id, rating.score, rating.comment)

    @activity.defn
    async def record_end(self, end: ConversationEnd) -> None:
        """Write that the conversation is closed."""
        await self._conversations.close(end.conversation_id, end.at)


def count_changes(record: TurnRecord, changed: Collection[str]) -> None:
    """Count what a write changed, once: ``changed`` has the ids of its turn and its case, none when it is a repeat."""
    turn, case = record.turn, record.case
    seconds = max(0.0, (record.at - turn.created_at).total_seconds())
    if turn.id in changed and is_complete(turn):
        metrics.TURNS.labels("expired" if turn.status == "handed_off" else turn.status, turn.engine).inc()
        if turn.review_id is None:
            metrics.TURN_SECONDS.labels(turn.status).observe(seconds)
    if case is None or case.id not in changed:
        return
    if case.state == "decided" and case.action:
        metrics.REVIEW_DECISIONS.labels(case.action).inc()
    if case.state == "pending" and not record.decisions:
        metrics.TURNS_HELD.labels(case.kind).inc()
        metrics.TURN_SECONDS.labels(turn.status).observe(seconds)


def is_complete(turn: TurnView) -> bool:
    """Say whether nobody is waited for any more: answered, failed, or handed to a person who never came."""
    return turn.status in SETTLED or (turn.status == "handed_off" and turn.due_at is None)


def turn_row(record: TurnRecord) -> Turn:
    """Return the row of a turn."""
    turn = record.turn
    return Turn(
        **turn.model_dump(exclude={"notice"}),
        classification=dict(record.state.get("classification", {})),
        completed_at=record.at if is_complete(turn) else None,
    )


def audit_row(record: TurnRecord) -> AuditRow:
    """Return the turn's audit row: hashes, ids and scores, none of the customer's words."""
    state, draft = record.state, record.state.get("draft")
    return AuditRow(
        turn_id=record.turn.id,
        conversation_id=record.turn.conversation_id,
        user_id=record.owner_id,
        created_at=record.turn.created_at,
        input_hash=sha256(record.turn.message.encode()).hexdigest(),
        documents=[dict(passage) for passage in state.get("passages", [])],
        denied_count=state.get("denied_count", 0),
        engine=record.turn.engine,
        model=draft["model"] if draft else "",
        prompt_version=draft["prompt_version"] if draft else "",
        policy_version=state["policy"]["version"] if "policy" in state else "",
        scores=_scores(record),
        guard=dict(state["guard"]),
        outcome=record.turn.status,
        reasons=[
            *record.reasons,
            *([f"fallback: {draft['fallback_reason']}"] if draft and draft["fallback_reason"] else []),
        ],
        decisions=[decision.model_dump(mode="json") for decision in record.decisions],
        route=dict(draft.get("route", {})) if draft else {},
    )


def review_row(record: TurnRecord, case: CaseRecord) -> Review:
    """Return the row of a case, opened or settled."""
    state, draft = record.state, record.state.get("draft")
    shown = draft if case.kind == "review" else None
    return Review(
        id=case.id,
        conversation_id=record.turn.conversation_id,
        turn_id=record.turn.id,
        customer_id=record.owner_id,
        kind=case.kind,
        state=case.state,
        stage=case.stage,
        department=case.department,
        urgency=state["classification"]["urgency"] if "classification" in state else "normal",
        intent=record.turn.intent,
        confidence_score=record.turn.confidence_score,
        reasons=case.reasons,
        question=case.question,
        draft_text=shown["text"] if shown else "",
        draft_digest=shown["digest"] if shown else "",
        citations=shown["citations"] if shown else [],
        created_at=case.opened_at,
        due_at=case.due_at,
        decided_at=case.decided_at,
        decided_by=case.decided_by,
        action=case.action,
        final_text=case.text or None,
        reason=case.reason or None,
    )


def _scores(record: TurnRecord) -> dict[str, Any]:
    scores: dict[str, Any] = {"confidence_score": record.turn.confidence_score}
    classification = record.state.get("classification")
    if classification:
        scores |= {name: value for name, value in classification.items() if name.endswith("_score")}
    if "draft" in record.state:
        scores["support_score"] = record.state["draft"]["support_score"]
    if "check" in record.state:
        scores["grounding_score"] = record.state["check"]["grounding_score"]
    return scores
