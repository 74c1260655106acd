"""The rules in force now: bands and limits from settings, the stop switch from a file, the engine by what answers."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from activities.budgets import Budgets
from graphs.policy import AUTO_SCORE, POLICY_VERSION, REVIEW_SCORE
from graphs.state import Policy


class CurrentPolicy:
    """Read at the start of each turn. The stop switch is a file: while it exists every question goes to a person."""

    def __init__(
        self,
        *,
        refund_limit: float,
        stop_file: Path,
        model_available: Callable[[], Awaitable[bool]] | None = None,
        model_seconds: float = 0.0,
        budgets: Budgets | None = None,
    ) -> None:
        """``model_seconds`` is the longest that one try at an answer by the models may take."""
        self._refund_limit = refund_limit
        self._stop_file = stop_file
        self._model_available = model_available
        self._model_seconds = model_seconds
        self._budgets = budgets

    async def current(self, customer_id: str) -> Policy:
        """Return the policy of this moment for a turn of a customer."""
        model = self._model_available is not None and await self._model_available()
        spent = await self._budgets.allow(customer_id) if model and self._budgets else ""
        return Policy(
            version=POLICY_VERSION,
            auto_score=AUTO_SCORE,
            review_score=REVIEW_SCORE,
            refund_limit=self._refund_limit,
            stopped=self._stop_file.exists(),
            engine="ollama" if model and not spent else "embedded",
            engine_reason=spent,
            model_seconds=self._model_seconds,
        )
