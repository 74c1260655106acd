"""TEMPORARY stand-in, uncommitted, to try the stack: the LANGUAGE engineer overwrites this file with the real one."""

from collections.abc import Callable, Sequence

from activities.ports import Passage, Redaction
from graphs.state import Check, Draft


class OutputCheck:
    """Temporary."""

    def __init__(self, redact: Callable[[str], Redaction]) -> None:
        self._redact = redact

    async def check(self, draft: Draft, passages: Sequence[Passage]) -> Check:
        """Temporary."""
        return Check(grounding_score=1.0, problems=[], passed=True)
