"""Who is at the browser: the token in its cookie, and who that is, remembered for a few seconds."""

import time
from collections import OrderedDict

import gradio as gr

from ui.client import Api, ApiError
from ui.contract import Person

SESSION_COOKIE = "holdfast_session"
REMEMBER_SECONDS = 10.0
REMEMBER_PEOPLE = 1_000


class Sessions:
    """Looks people up for the gate. It lets pages load; every right is the API's to judge, call by call."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: OrderedDict[str, tuple[float, Person]] = OrderedDict()

    async def person(self, token: str) -> Person | None:
        """Return who holds a token; None when it is not valid. Raises ``ApiError`` when that cannot be found out."""
        if not token:
            return None
        seen_at, person = self._known.get(token, (0.0, None))
        if person is not None and time.monotonic() - seen_at < REMEMBER_SECONDS:
            return person
        try:
            person = await self._api.caller(token).me()
        except ApiError as error:
            if error.status in (401, 403):
                self._known.pop(token, None)
                return None
            raise
        self._known[token] = (time.monotonic(), person)
        while len(self._known) > REMEMBER_PEOPLE:
            self._known.popitem(last=False)
        return person

    def remembered(self, token: str) -> Person | None:
        """Return who held a token when it was last looked up, however long ago; None when that is not known."""
        return self._known.get(token, (0.0, None))[1]

    def forget(self, token: str) -> None:
        """Forget a token at log-out."""
        self._known.pop(token, None)


def token_of(request: gr.Request) -> str:
    """Return the token that came with a call of a handler; empty when there is none."""
    return str(request.cookies.get(SESSION_COOKIE, ""))
