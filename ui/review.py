"""The review desk. The browser says which case and which draft it shows; the API decides what counts."""

from typing import Any

import gradio as gr
from pydantic import BaseModel, ValidationError

from ui import cases, diff, markup, passages, words
from ui.client import Api, ApiError, Caller
from ui.contract import Action, Listed, Person, Review, ReviewSummary
from ui.rounds import Rounds
from ui.screen import Screen
from ui.sessions import Sessions, token_of

Updates = tuple[Any, ...]


class Shown(BaseModel):
    """What the browser has on its screen: the open case and its draft as shown, and stamps of what was rendered."""

    case: str = ""
    digest: str = ""
    draft: str = ""
    stamp: str = ""
    queue_stamp: str = ""


class Desk:
    """What the page's events call. Each call asks the API anew, with the rights of whoever calls."""

    def __init__(self, api: Api, sessions: Sessions) -> None:
        self._api = api
        self._sessions = sessions
        self._rounds = Rounds()

    async def refresh(self, shown_json: str, answer: str, request: gr.Request) -> Any:
        """Return the news of the queue and of the open case as JSON, and for which screen they are meant.

        The browser takes them only while that is still its screen.
        """
        with self._rounds.begin(request) as alone:
            return await self._news(read_shown(shown_json), answer, request) if alone else gr.skip()

    async def _news(self, shown: Shown, answer: str, request: gr.Request) -> str:
        try:
            screen = await (await self._seat(request)).refresh(shown, answer)
        except ApiError as error:
            screen = Screen(notice=markup.trouble(error, trying=True))
        return screen.news(shown.stamp, shown.queue_stamp, answer)

    async def open_case(self, event: gr.EventData, request: gr.Request) -> Updates:
        """Open the case that was chosen."""
        try:
            return (await (await self._seat(request)).open(str(event.case))).updates()
        except ApiError as error:
            return Screen(notice=markup.trouble(error)).updates()

    async def claim(self, shown_json: str, request: gr.Request) -> Updates:
        """Take the open case."""
        return await self._change_hands(shown_json, request, "claim")

    async def release(self, shown_json: str, request: gr.Request) -> Updates:
        """Give the open case back."""
        return await self._change_hands(shown_json, request, "release")

    async def send_answer(self, shown_json: str, answer: str, request: gr.Request) -> Updates:
        """Approve the draft as it is, or send what the reviewer made of it."""
        shown = read_shown(shown_json)
        if not answer.strip():
            return Screen(notice=cases.told(words.NEEDS_TEXT, "bad")).updates()
        if answer.strip() == shown.draft.strip():
            return await self._decide(shown, request, "approve")
        return await self._decide(shown, request, "edit", text=answer)

    async def reject(self, shown_json: str, reason: str, request: gr.Request) -> Updates:
        """Send the draft back with the reason."""
        if not reason.strip():
            return Screen(notice=cases.told(words.NEEDS_REASON, "bad")).updates()
        return await self._decide(read_shown(shown_json), request, "reject", reason=reason)

    async def respond(self, shown_json: str, own: str, request: gr.Request) -> Updates:
        """Send the reviewer's own words."""
        if not own.strip():
            return Screen(notice=cases.told(words.NEEDS_TEXT, "bad")).updates()
        return await self._decide(read_shown(shown_json), request, "respond", text=own)

    async def open_source(self, event: gr.EventData, request: gr.Request) -> str:
        """Return a source of the draft or of an earlier answer, as far as the reviewer may see it."""
        caller = self._api.caller(token_of(request))
        try:
            review = await caller.review(str(event.case))
        except ApiError as error:
            return passages.problem(error)
        earlier = {turn.id: turn.citations for turn in review.conversation}
        return await passages.source(caller, earlier.get(str(event.turn), review.citations), event.source)

    async def _decide(
        self, shown: Shown, request: gr.Request, action: Action, *, text: str = "", reason: str = ""
    ) -> Updates:
        try:
            seat = await self._seat(request)
            return (await seat.decide(shown, action, text, reason)).updates()
        except ApiError as error:
            return Screen(notice=markup.trouble(error)).updates()

    async def _change_hands(self, shown_json: str, request: gr.Request, move: str) -> Updates:
        shown = read_shown(shown_json)
        try:
            seat = await self._seat(request)
            return (await seat.change_hands(shown, move)).updates()
        except ApiError as error:
            return Screen(notice=markup.trouble(error)).updates()

    async def _seat(self, request: gr.Request) -> "Seat":
        token = token_of(request)
        person = await self._sessions.person(token)
        if person is None:
            raise ApiError(401, words.SESSION_OVER)
        return Seat(self._api.caller(token), person)


class Seat:
    """The desk as one reviewer sees it. Every method raises ``ApiError``."""

    def __init__(self, caller: Caller, me: Person) -> None:
        self.caller = caller
        self.me = me

    async def refresh(self, shown: Shown, answer: str) -> Screen:
        """Return what has changed since ``shown``; what the reviewer has typed is never overwritten."""
        screen = Screen()
        listed = cases.queue(await self.caller.reviews(), shown.case)
        if cases.stamp(listed) != shown.queue_stamp:
            screen.queue = listed
        if not shown.case:
            return screen if shown.stamp else self._nothing(screen)
        review = await self.caller.review(shown.case)
        drawn = cases.case_html(review, self.me)
        if cases.stamp(drawn) == shown.stamp:
            return screen
        if not shown.stamp:
            return self._opened(review, screen)
        screen.case = drawn
        if review.draft_digest != shown.digest:
            screen.notice = cases.told(words.CASE_CHANGED, "bad")
            screen.answer = review.draft_text if answer.strip() == shown.draft.strip() else None
        return screen

    async def open(self, case_id: str) -> Screen:
        """Return the screen with this case on it."""
        review = await self.caller.review(case_id)
        return self._opened(review, Screen(queue=cases.queue(await self.caller.reviews(), case_id)))

    async def decide(self, shown: Shown, action: Action, text: str, reason: str) -> Screen:
        """Decide, and return the screen with the next case; when it did not count, with this one and why."""
        try:
            await self.caller.decide(shown.case, action, shown.digest, text, reason)
        except ApiError as error:
            if error.status not in (403, 404, 409):
                raise
            return await self._conflict(shown, error)
        return await self._next(cases.decided(action, shown.case), shown.case)

    async def change_hands(self, shown: Shown, move: str) -> Screen:
        """Claim or release the open case, and return the screen with it; typed words stay."""
        told = ""
        try:
            await (self.caller.claim if move == "claim" else self.caller.release)(shown.case)
        except ApiError as error:
            if error.status not in (403, 409):
                raise
            told = cases.told(error.detail, "bad")
        review = await self.caller.review(shown.case)
        listed = cases.queue(await self.caller.reviews(), shown.case)
        return Screen(queue=listed, case=cases.case_html(review, self.me), notice=told)

    async def _next(self, told: str, decided: str) -> Screen:
        waiting = await self.caller.reviews()
        waiting[:] = [case for case in waiting if case.id != decided]
        free = [case for case in waiting if case.claimed_by in (None, self.me.id)]
        if not free:
            return self._nothing(Screen(queue=cases.queue(waiting, ""), notice=told))
        screen = await self._follow_up(free[0], waiting)
        screen.notice = told
        return screen

    async def _follow_up(self, case: ReviewSummary, waiting: Listed[ReviewSummary]) -> Screen:
        review = await self.caller.review(case.id)
        return self._opened(review, Screen(queue=cases.queue(waiting, case.id)))

    async def _conflict(self, shown: Shown, error: ApiError) -> Screen:
        told = cases.told(words.CONFLICT.format(detail=error.detail), "bad")
        listed = await self.caller.reviews()
        try:
            review = await self.caller.review(shown.case)
        except ApiError:
            return self._nothing(Screen(queue=cases.queue(listed, ""), notice=told))
        drawn = cases.case_html(review, self.me)
        return Screen(queue=cases.queue(listed, shown.case), case=drawn, notice=told)

    def _opened(self, review: Review, screen: Screen) -> Screen:
        screen.case = cases.case_html(review, self.me)
        screen.notice, screen.fresh = "", True
        screen.answer, screen.kind = review.draft_text, review.kind
        return screen

    def _nothing(self, screen: Screen) -> Screen:
        screen.case, screen.fresh = cases.nothing_open(), True
        return screen


def compare(draft: str, answer: str) -> tuple[str, Any]:
    """Return what the reviewer has changed so far, and what the button then does."""
    changed = draft.strip() != answer.strip()
    return diff.changes(draft, answer), gr.update(value=words.SEND_EDITED if changed else words.APPROVE)


def read_shown(text: str) -> Shown:
    """Return what the browser shows; what is not a word of our page counts as an empty screen."""
    try:
        return Shown.model_validate_json(text or "{}")
    except ValidationError:
        return Shown()
