"""What a customer may read while the model is still writing: sentences that pass every check and the policy."""

from collections.abc import Awaitable, Callable, Sequence

from activities.counts import counted
from activities.ports import Checker, HaltedError, Passage
from graphs.policy import judge
from graphs.state import Check, Citation, Draft, SupportState

Publish = Callable[[int, int, str], Awaitable[None]]
"""Takes attempt, number of the sentence in it from 1, and the text that it adds to the answer."""


class SentenceGate:
    """``ports.Gate``: a sentence goes out when it is carried by its own quote and the turn would be answered alone."""

    def __init__(
        self, state: SupportState, passages: Sequence[Passage], checker: Checker, publish: Publish, attempts: int
    ) -> None:
        """``attempts`` were made before: what this gate lets through replaces theirs."""
        self._state = state
        self._passages = passages
        self._checker = checker
        self._publish = publish
        self._attempt = attempts
        self._grounding: list[float] = []
        self._text = ""

    def restart(self) -> None:
        """Begin the next attempt."""
        self._attempt += 1
        self._grounding, self._text = [], ""

    async def offer(self, sentence: str, cited: Citation, so_far: Draft) -> bool:
        """Check a sentence by itself, judge the turn as if the draft ended here, and publish."""
        alone = Draft(**{**so_far, "text": sentence, "citations": [cited]})
        check = await self._checker.check(alone, self._passages)
        grounding = [*self._grounding, check["grounding_score"]]
        whole = Check(grounding_score=sum(grounding) / len(grounding), problems=[], passed=True)
        verdict = judge({**self._state, "draft": so_far, "check": whole})
        if not check["passed"] or verdict["route"] != "finish":
            return self._refuse(check["problems"] or verdict["reasons"])
        await self._publish(self._attempt, len(grounding), so_far["text"].removeprefix(self._text))
        self._grounding, self._text = grounding, so_far["text"]
        return True

    def _refuse(self, reasons: Sequence[str]) -> bool:
        if not self._grounding:
            return False
        read = counted(len(self._grounding), "sentence")
        raise HaltedError(f"The answer was stopped after {read}: {' '.join(reasons)}")
