"""The review desk: cases that wait for a person, for people and programs alike."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from activities.ports import Principal
from activities.records.database import utc_now
from activities.records.models import Review
from activities.records.reviews import ReviewState, listed_at
from api.deps import Reviewer, Services, ServicesDep, Supervisor
from api.disclosure import Disclosure, withheld_of_cases
from api.paging import BorderDep, cut
from api.problems import ProblemError, forbidden, invalid, not_found, problems
from api.reviewing import departments_of, in_departments, list_cases, obstacle, require_rights
from api.schemas import Assign, DecisionRequest, ReviewPage, ReviewSummary, ReviewView
from api.transcripts import transcript
from workflows.messages import Decide, Decided

router = APIRouter(prefix="/v1/reviews", tags=["reviews"], responses=problems(401, 403, 404, 422, 429, 503))


async def get_case(review_id: str, caller: Reviewer, services: ServicesDep) -> Review:
    """Return a case that the caller may see. Raises a 403 or 404 problem."""
    row = await services.reviews.get(review_id)
    if row is None:
        raise not_found("review")
    await require_rights(caller, row, services)
    return row


Case = Annotated[Review, Depends(get_case)]


async def get_takeable(row: Case, caller: Reviewer, services: ServicesDep) -> Review:
    """Return a case that the caller may take and decide. Raises a 403 or 404 problem."""
    if problem := await obstacle(caller, row, services):
        raise problem
    return row


Takeable = Annotated[Review, Depends(get_takeable)]


@router.get("", operation_id="list_reviews")
async def list_reviews(
    caller: Reviewer,
    services: ServicesDep,
    border: BorderDep,
    state: ReviewState = "pending",
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> ReviewPage:
    """List the cases of the caller's departments: waiting ones the soonest due first, others the latest first.

    The list moves while it is read: `before` and `before_id` skip and repeat no case that stays in it, `offset` may.
    """
    found = (await list_cases(caller, state, offset + limit + 1, services, border))[offset:]
    page = cut(found, limit, listed_at)
    withheld = await withheld_of_cases(page.rows, caller, services)
    items = [_summary(row, changed) for row, changed in zip(page.rows, withheld, strict=True)]
    next_offset = offset + limit if page.next else None
    return ReviewPage(items=items, next=page.next, next_id=page.next_id, next_offset=next_offset)


@router.get("/{review_id}", operation_id="get_review")
async def get_review(row: Case, caller: Reviewer, services: ServicesDep) -> ReviewView:
    """Read a case with its conversation so far, the draft, why it was held, and its sources."""
    return await _view(row, caller, services)


@router.post("/{review_id}/claim", operation_id="claim_review", responses=problems(409))
async def claim_review(row: Takeable, caller: Reviewer, services: ServicesDep) -> ReviewView:
    """Take a case that nobody has, so that others leave it alone."""
    if not await services.reviews.claim(row.id, caller.id):
        raise await _conflict(row.id, services)
    return await _reread(row.id, caller, services)


@router.post("/{review_id}/release", operation_id="release_review", responses=problems(409))
async def release_review(row: Case, caller: Reviewer, services: ServicesDep) -> ReviewView:
    """Give a case back; a supervisor may give back anybody's."""
    holder = row.claimed_by or caller.id
    if holder != caller.id and departments_of(caller) is not None:
        raise forbidden("Somebody else has claimed this case; they or a supervisor can release it.")
    if row.claimed_by and not await services.reviews.release(row.id, holder):
        raise await _conflict(row.id, services)
    return await _reread(row.id, caller, services)


@router.post("/{review_id}/assign", operation_id="assign_review", responses=problems(409))
async def assign_review(assign: Assign, caller: Supervisor, row: Case, services: ServicesDep) -> ReviewView:
    """Give a case to a reviewer who may decide it."""
    reviewer = await services.people.principal(assign.reviewer_id)
    if reviewer is None or not await _may_decide(reviewer, row, services):
        raise invalid("There is no reviewer of this case's department with that id.")
    if not await services.reviews.assign(row.id, reviewer.id, instead_of=row.claimed_by):
        raise await _conflict(row.id, services)
    return await _reread(row.id, caller, services)


@router.post("/{review_id}/decision", operation_id="decide_review", responses=problems(409))
async def decide_review(decision: DecisionRequest, row: Takeable, caller: Reviewer, services: ServicesDep) -> Decided:
    """Decide a case. The answer tells whether this decision counted: exactly one does."""
    _require_words(decision)
    if row.state != "pending":
        raise ProblemError(409, "review-not-pending", f"This case is {row.state} already.")
    if decision.action in ("approve", "edit") and row.kind == "review":
        await _require_reader(row, services)
    decided = await services.chat.decide(
        row.conversation_id,
        Decide(
            review_id=row.id,
            action=decision.action,
            text=decision.text,
            reason=decision.reason,
            digest=decision.draft_digest,
            reviewer_id=caller.id,
            reviewer_role=caller.role,
            reviewer_department=caller.department,
        ),
    )
    turn = await Disclosure(caller, row.customer_id, services).turn(decided.turn)
    return decided.model_copy(update={"turn": turn})


def _require_words(decision: DecisionRequest) -> None:
    if decision.action in ("edit", "respond") and not decision.text.strip():
        raise invalid(f"The action {decision.action!r} needs 'text': what the customer will read.")
    if decision.action == "reject" and not decision.reason.strip():
        raise invalid("The action 'reject' needs 'reason': what the next draft should do better.")


async def _require_reader(row: Review, services: Services) -> None:
    """Refuse to send a draft to who may read nothing any more. The workflow could only say that it cannot tell."""
    if await services.people.principal(row.customer_id) is None:
        problem = "The customer's account is switched off, so no draft can be sent: respond in your own words."
        raise ProblemError(409, "customer-switched-off", problem)


async def _may_decide(reviewer: Principal, row: Review, services: Services) -> bool:
    if not in_departments(reviewer, row) or await services.readers.beyond(reviewer, [row.customer_id]):
        return False
    return await obstacle(reviewer, row, services) is None


async def _conflict(review_id: str, services: Services) -> ProblemError:
    row = await services.reviews.get(review_id)
    if row is None or row.state != "pending":
        return ProblemError(409, "review-not-pending", "This case does not wait for a decision any more.")
    return ProblemError(409, "review-claimed", "Somebody else has this case now; reload it.")


async def _reread(review_id: str, caller: Principal, services: Services) -> ReviewView:
    row = await services.reviews.get(review_id)
    if row is None:
        raise not_found("review")
    return await _view(row, caller, services)


async def _view(row: Review, caller: Principal, services: Services) -> ReviewView:
    conversation = await services.conversations.get(row.conversation_id)
    turns, _ = await transcript(conversation, caller, services) if conversation else ([], True)
    holder = await services.people.get(row.claimed_by) if row.claimed_by else None
    name = (holder.display_name or holder.username) if holder else None
    [withheld] = await withheld_of_cases([row], caller, services)
    more = {**_age(row), "conversation": turns, "claimed_by_name": name, **withheld}
    return ReviewView.model_validate(row).model_copy(update=more)


def _summary(row: Review, withheld: dict[str, Any]) -> ReviewSummary:
    shown = {name: value for name, value in withheld.items() if name in ReviewSummary.model_fields}
    return ReviewSummary.model_validate(row).model_copy(update={**_age(row), **shown})


def _age(row: Review) -> dict[str, float]:
    # The worker's clock may be ahead of this one.
    return {"age_seconds": max(0.0, round((utc_now() - row.created_at).total_seconds(), 3))}
