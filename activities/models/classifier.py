"""What a customer's message is about and how it is said."""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from activities.models.asked import read_asked
from activities.models.company_intents import NO_TOPICS, OUT_OF_SCOPE, REFUND, SMALL_TALK, prepared, read_intents
from activities.models.focus import focus
from activities.models.followup import LONGEST_WORDS, Slots, dependence, stand_alone, topic_of
from activities.models.intent_model import Prediction
from activities.models.intent_reading import IntentReading
from activities.models.known_questions import Known, known_questions
from activities.models.known_sections import SURE, KnownSections
from activities.models.model_store import Labelled, Vectors, load_or_fit
from activities.models.pleasantries import CANONICAL, UNCLEAR, SmallTalk, says_too_little, small_talk_kind, unwrap
from activities.models.product_names import ProductNames
from activities.models.ready_made import choice
from activities.models.risk import clauses, refund_risk
from activities.models.section_risk import SectionRisk
from activities.models.terms import stems
from activities.models.tone import Tone
from activities.models.unsolved import says_unsolved
from activities.models.wants_person import asks_by_form
from graphs.state import Classification, Exchange, Reading, Risk, Urgency

SURE_SCORE = 0.7
"""A message whose own intent is at least this sure does not take that of the conversation."""
INHERIT_SCORE = 0.5
"""A follow-up whose intent is less sure than this keeps the intent of the conversation."""
RISKY_SCORE = 0.3
"""Risky intents that are this probable together make a turn risky: a miss costs more than a review."""
SURELY_RISKY_SCORE = 0.7
"""From here on no known question near it makes a message harmless."""
RISKY_CLAUSE_SCORE = 0.9
"""The same for a clause of a message that is harmless as a whole: less is said in it, so it has to be surer."""
MISREAD_SCORE = 0.7
"""A fragment is not taken at its word below this, where the question that it completes is sure and harmless."""
PERSON_SCORE, WISHED = 0.5, 0.9
CHOICE_STEMS, ALIKE_SHARE = 2, 0.6
"""Of a message with so few words of its own, two topics are named when the second is so near the first."""
SMALL_TALK_WORDS = 9
"""A longer message says more than a pleasantry."""
LONGEST = 1_000
"""Characters read by the models; the beginning of a longer message and its end say what it is about."""


class IntentClassifier:
    """Logistic regression on MiniLM embeddings with n-grams (see ``intent_model``), VADER and py3langid."""

    def __init__(
        self, embedder: Vectors, intents_csv: Path, intents_json: Path, cache_dir: Path, refund_limit: float
    ) -> None:
        """Load or fit the models (some seconds at the first start).

        The files beside ``intents_json`` belong to it: ``urgency``, ``wants_person``, ``insider.csv``; ``slots.json``.
        Raises ``TrainingDataError``.
        """
        folder = intents_json.parent
        self._embedder = embedder
        self._refund_limit = refund_limit
        self.known = known_questions(folder, intents_csv, cache_dir)
        self._intents = read_intents(intents_json)
        self._wording, messages = prepared(Labelled.read(intents_csv), folder)
        self._slots: Slots = json.loads((folder / "slots.json").read_text(encoding="utf-8"))
        self.sections = KnownSections(embedder, read_asked(folder / "asked.csv", ProductNames(self._slots)), cache_dir)
        self._intent = load_or_fit(messages, embedder, cache_dir, oos_label=OUT_OF_SCOPE)
        others = Labelled(messages.texts[::3], ["other"] * len(messages.texts[::3]))
        self._person = load_or_fit(Labelled.read(folder / "wants_person.csv") + others, embedder, cache_dir)
        asked = [text for text, label in zip(messages.texts, messages.labels, strict=True) if label not in NO_TOPICS]
        customers = Labelled(asked[::3], ["customer"] * len(asked[::3]))
        self._insider = load_or_fit(Labelled.read(folder / "insider.csv") + customers, embedder, cache_dir)
        self._urgency = load_or_fit(Labelled.read(folder / "urgency.csv"), embedder, cache_dir)
        self._tone = Tone()
        self._section_risk = SectionRisk(self.sections, self._risky)

    async def classify(self, message: str, history: Sequence[Exchange]) -> Classification:
        """Classify one message in the light of the conversation so far: some milliseconds of processor time."""
        language, language_score = self._tone.language(_shortened(message))
        known = await self._read_as(message, language, language_score)
        read_as = known.question if known else ""
        text = self._wording.apply(unwrap(read_as or _shortened(message)))
        own = self._read(text)
        leans = dependence(message) if history and not read_as else "none"
        kind = small_talk_kind(message) if leans != "none" else self._small_talk(message, own)
        unclear = "" if kind or history or read_as else self._unclear(message, own)
        kind = "unclear" if unclear else kind
        alone = own if kind else self._ours(self._focused(own))
        reading = alone if kind or read_as else self._in_context(alone, text, history)
        sentiment, sentiment_score = self._tone.sentiment(_shortened(message))
        urgency, urgency_score = self._urgency_of(own)
        person_score = max(self._person_score(own, message), WISHED if known and known.wish else 0.0)
        about = self._small(kind, unclear, message, own) if kind else self._about(message, own, reading)
        found = Classification(
            **about,  # type: ignore[typeddict-item]  # the keys that are not required follow
            sentiment=sentiment,
            sentiment_score=round(sentiment_score, 4),
            urgency=urgency,
            urgency_score=round(urgency_score, 4),
            language=language,
            language_score=round(language_score, 4),
            wants_person=person_score >= PERSON_SCORE,
            wants_person_score=round(person_score, 4),
            small_talk=kind,
        )
        if reading is not alone:
            found["alone"] = self._about(message, own, alone)
        if history and not kind and says_unsolved(message):
            found["unsolved"] = True
        if read_as and not kind:
            found["read_as"] = read_as
        return found

    def _about(self, message: str, own: IntentReading, reading: IntentReading) -> Reading:
        """What a reading of the message says; ``own`` is that of all its words and nothing else."""
        risk, reason = self._risk(message, *([reading] if self._misread(own, reading) else [own, reading]))
        return Reading(
            intent=reading.intent,
            intent_score=round(reading.intent_score, 4),
            department=self._intents[reading.intent].department,
            risk=risk,
            risk_reason=reason,
            out_of_scope_score=round(reading.out_of_scope_score, 4),
            inside_score=round(self._inside_score(reading), 4),
            question=self._question(reading),
        )

    def _small(self, kind: SmallTalk, unclear: str, message: str, own: IntentReading) -> Reading:
        """A pleasantry, or a message that ``unclear`` stands for: nothing is asked that documents could answer."""
        return Reading(
            intent=SMALL_TALK,
            intent_score=1.0 if small_talk_kind(message) else round(own.intent_score, 4),
            department=self._intents[SMALL_TALK].department,
            risk="low",
            risk_reason="",
            out_of_scope_score=0.0,
            inside_score=0.0,
            question=unclear or CANONICAL[kind],
        )

    async def _read_as(self, message: str, language: str, score: float) -> Known | None:
        """The known question that a message in another language asks; None when there is none, or no need."""
        if small_talk_kind(message):
            return None
        return await asyncio.to_thread(self.known.nearest, _shortened(message), language, score)

    def topics(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probability of each intent that documents can be about: ``[n, intents]``, rows sum to 1."""
        found = self._intent.predict(texts, vectors).probabilities
        topics = found[:, [name not in NO_TOPICS for name in self._intent.labels]]
        scaled: NDArray[np.float32] = topics / topics.sum(axis=1, keepdims=True)
        return scaled

    def inside(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the probability that a question is about the company's insides (``insider.csv``), row by row."""
        found: NDArray[np.float32] = self._insider.predict(texts, vectors).probabilities
        return found[:, self._insider.labels.index("inside")]

    def _question(self, reading: IntentReading) -> str:
        """What is asked; a risky message often asks nothing, so what it is about goes with it, for its reviewer."""
        intent = self._intents[reading.intent]
        if intent.risk != "high" or reading.intent_score < SURE_SCORE:
            return reading.text
        return f"{reading.text.rstrip()} ({intent.about})"

    def _inside_score(self, reading: IntentReading) -> float:
        """The probability of ``inside``; none for a message that surely is a risky one, which a reviewer must see."""
        if self._intents[reading.intent].risk == "high" and reading.intent_score >= INHERIT_SCORE:
            return 0.0
        return float(self.inside([reading.text], reading.vector)[0])

    def _read(self, text: str) -> IntentReading:
        vector = self._embedder.embed([text])
        found: Prediction = self._intent.predict([text], vector)
        scores = dict(zip(self._intent.labels, map(float, found.probabilities[0]), strict=True))
        intent = max(scores, key=lambda name: scores[name])
        risks = {name: score for name, score in scores.items() if self._intents[name].risk == "high"}
        return IntentReading(text, intent, scores[intent], float(found.out_of_scope[0]), risks, scores, vector)

    def _focused(self, own: IntentReading) -> IntentReading:
        """The reading of what a long message asks; the intent stays that of the whole when it is surer."""
        asked = focus(own.text, self._slots)
        if asked == own.text:
            return own
        return part if (part := self._read(asked)).certainty >= own.certainty else replace(own, text=asked)

    def _small_talk(self, message: str, own: IntentReading) -> SmallTalk:
        if kind := small_talk_kind(message) or small_talk_kind(own.text):
            return kind
        sure = own.intent == SMALL_TALK and own.intent_score >= INHERIT_SCORE and not self._is_known(own.text)
        return "greeting" if sure and len(message.split()) <= SMALL_TALK_WORDS else ""

    def _unclear(self, message: str, own: IntentReading) -> str:
        """What stands for a message that nobody could answer: it says too little, or two topics fit it alike."""
        if says_too_little(message):
            return UNCLEAR
        few = len(stems(own.text)) <= CHOICE_STEMS and not re.search(r"\d", message)
        one, other = sorted(own.scores, key=lambda name: -own.scores[name])[:2]
        alike = own.scores[other] >= ALIKE_SHARE * own.scores[one] and own.scores[one] < INHERIT_SCORE
        topics = {one, other} <= self._topics() and own.out_of_scope_score < INHERIT_SCORE
        if not (few and alike and topics) or own.risk_score >= RISKY_SCORE or self._is_known(own.text):
            return ""
        return choice(self._intents[one].about, self._intents[other].about)

    def _is_known(self, text: str) -> bool:
        return any(each.score >= SURE for each in self.sections.near(text))

    def _ours(self, reading: IntentReading) -> IntentReading:
        """The reading as one of the company's topics where a known question is near, whatever else it sounds like."""
        foreign = reading.intent == OUT_OF_SCOPE or reading.out_of_scope_score >= INHERIT_SCORE
        if not foreign or not (known := self.sections.near(reading.text)) or known[0].score < SURE:
            return reading
        intent = max(self._topics(), key=lambda name: (reading.scores.get(name, 0.0), name))
        return replace(reading, intent=intent, out_of_scope_score=min(reading.out_of_scope_score, 1 - known[0].score))

    def _in_context(self, own: IntentReading, message: str, history: Sequence[Exchange]) -> IntentReading:
        """The message as a question about what the conversation is about; ``own`` for a long one and the first.

        An unsure intent is that of the conversation.
        """
        if not history or len(message.split()) > LONGEST_WORDS:
            return own
        joint, topic = self._wording.apply(stand_alone(message, history, self._slots)), topic_of(history)
        text = f"{joint} ({topic})" if topic else joint
        if text == own.text:
            return own
        found = self._read(text)
        inherited = next((each["intent"] for each in reversed(history) if each["intent"] in self._topics()), "")
        apart = own.intent_score >= SURE_SCORE and own.intent not in {inherited, *NO_TOPICS}
        unsure = inherited and not apart and found.intent_score < INHERIT_SCORE
        return replace(found, intent=inherited) if unsure else found

    def _topics(self) -> set[str]:
        return set(self._intents) - {SMALL_TALK, OUT_OF_SCOPE}

    def _misread(self, own: IntentReading, joint: IntentReading) -> bool:
        """Whether a fragment only sounds risky: "and removing one?" after a question about seats."""
        sure = joint.intent_score >= SURE_SCORE and joint.risk_score < RISKY_SCORE
        return sure and joint is not own and own.risk_score < MISREAD_SCORE

    def _risk(self, message: str, *readings: IntentReading) -> tuple[Risk, str]:
        """The risk of the message as a whole, of the question in it, and of what it says of money."""
        reading = readings[-1]
        for each in readings:
            risky = each.risk_score >= RISKY_SCORE or (each is reading and self._intents[each.intent].risk == "high")
            if risky and not self._harmless(each):
                return "high", self._intents[max(each.risks, key=lambda name: each.risks[name])].risk_reason
        risk, reason = refund_risk(message, self._refund_limit, asked=reading.intent == REFUND)
        return (risk, reason) if risk == "high" else self._risk_in_clause(readings[0].text)

    def _harmless(self, reading: IntentReading) -> bool:
        """Whether what sounds risky is asked of a section without risk, and no clause of it surely is a risk."""
        if reading.risk_score >= SURELY_RISKY_SCORE or not self._section_risk.harmless(reading.text):
            return False
        return all(self._read(each).risk_score < SURELY_RISKY_SCORE for each in clauses(reading.text))

    def _risky(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> NDArray[np.bool_]:
        high = [self._intents[label].risk == "high" for label in self._intent.labels]
        risky: NDArray[np.bool_] = (
            self._intent.predict(texts, vectors).probabilities[:, high].sum(axis=1) >= RISKY_SCORE
        )
        return risky

    def _risk_in_clause(self, text: str) -> tuple[Risk, str]:
        """The risk of each clause alone: a threat beside an ordinary question counts for less in the whole."""
        for clause in clauses(text):
            reading = self._read(clause)
            if reading.risk_score >= RISKY_CLAUSE_SCORE:
                return "high", self._intents[max(reading.risks, key=lambda name: reading.risks[name])].risk_reason
        return "low", ""

    def _urgency_of(self, reading: IntentReading) -> tuple[Urgency, float]:
        scores = self._urgency.predict([reading.text], reading.vector).probabilities[0]
        best = int(scores.argmax())
        levels: dict[str, Urgency] = {"low": "low", "normal": "normal", "high": "high"}
        return levels[self._urgency.labels[best]], float(scores[best])

    def _person_score(self, reading: IntentReading, message: str) -> float:
        """The model's probability, moved by the form of the message: patterns find what few examples cannot teach."""
        scores = self._person.predict([reading.text], reading.vector).probabilities[0]
        score = float(scores[self._person.labels.index("person")])
        if asks_by_form(reading.text) or asks_by_form(message):
            return max(score, 0.97)
        return score if score >= 0.8 else score * 0.6


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST * 3 // 4]} {text[-LONGEST // 4 :]}"
