"""The models' view of one text: its intent and what else it could be."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class IntentReading:
    """The intent of ``text``, the probability of each (``scores``; of the risky ones ``risks``), and its vector."""

    text: str
    intent: str
    intent_score: float
    out_of_scope_score: float
    risks: dict[str, float]
    scores: dict[str, float]
    vector: NDArray[np.float32]

    @property
    def risk_score(self) -> float:
        """How probable the risky intents are together."""
        return sum(self.risks.values())

    @property
    def certainty(self) -> float:
        """How sure its intent is, as one of ours."""
        return self.intent_score * (1 - self.out_of_scope_score)
