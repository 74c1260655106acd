"""How a customer addresses us, where their language tells: ``Sie`` or ``du``, ``vous`` or ``tu``."""

import re
from collections.abc import Mapping, Sequence
from typing import Literal

Formality = Literal["formal", "informal"]

_SENTENCE_START = r"(?<![.!?:\n]\s)(?<!^)"
"""German writes the formal pronoun with a capital, and every first word of a sentence too."""
MARKS: Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]] = {
    "de": (
        re.compile(rf"{_SENTENCE_START}\b(?:Sie|Ihnen|Ihre?[mnrs]?)\b"),
        re.compile(r"\b(?:du|dir|dich|deine?[mnrs]?|(?-i:ihr)|euch|eure?[mnrs]?)\b", re.IGNORECASE),
    ),
    "fr": (
        re.compile(r"\b(?:vous|votre|vos)\b", re.IGNORECASE),
        re.compile(r"\b(?:tu|toi|ton|tes)\b|\bt['’](?=[aeéèhiouy])", re.IGNORECASE),
    ),
    "es": (
        re.compile(r"\b(?:usted(?:es)?|ud\.|uds\.)", re.IGNORECASE),
        re.compile(r"\b(?:tú|ti|contigo|tus?|puedes|tienes|sabes|quieres|podrías)\b", re.IGNORECASE),
    ),
    "it": (
        re.compile(rf"{_SENTENCE_START}\b(?:Lei|La|Le|Suo|Sua|Suoi|Sue)\b|\bpotrebbe\b"),
        re.compile(r"\b(?:tu|ti|te|tuo|tua|tuoi|tue|puoi|hai|sai|potresti)\b", re.IGNORECASE),
    ),
    "nl": (
        re.compile(r"\b(?:u|uw)\b", re.IGNORECASE),
        re.compile(r"\b(?:je|jij|jou|jouw|jullie)\b", re.IGNORECASE),
    ),
    "pt": (
        re.compile(r"\b(?:o senhor|a senhora|os senhores|vossa)\b", re.IGNORECASE),
        re.compile(r"\b(?:tu|ti|teu|tua|contigo|podes|tens|sabes)\b", re.IGNORECASE),
    ),
}
"""By language the words of formal and of informal address. English does not tell."""


def formality(language: str, messages: Sequence[str]) -> Formality:
    """Return how the customer speaks to us: as in the latest message that shows it, formally when none does."""
    if language not in MARKS:
        return "formal"
    formal, informal = MARKS[language]
    for message in reversed(messages):
        polite, familiar = len(formal.findall(message)), len(informal.findall(message))
        if polite != familiar:
            return "formal" if polite > familiar else "informal"
    return "formal"
