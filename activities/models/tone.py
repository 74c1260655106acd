"""Sentiment and language of a message."""

import math
from functools import cached_property
from typing import Any

from activities.languages import language_scores
from graphs.state import Sentiment

ENGLISH_LETTERS = 8.0
"""Letters of evidence that the prior for English weighs: shorter texts need to be clearly foreign."""
ENGLISH_PRIOR = 0.75
LANGUAGES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "pt": "Portuguese",
    "nl": "Dutch",
    "pl": "Polish",
    "sv": "Swedish",
    "da": "Danish",
    "no": "Norwegian",
    "fi": "Finnish",
    "cs": "Czech",
    "tr": "Turkish",
    "ru": "Russian",
    "uk": "Ukrainian",
    "ar": "Arabic",
    "zh": "Chinese",
    "ja": "Japanese",
    "ko": "Korean",
    "hi": "Hindi",
}
"""Those that support desks in these markets see; py3langid knows 97, and short texts scatter over all of them."""
SLOPE, NEUTRAL = 5.0, 1.0
"""With these, VADER's compound score of +-0.2 is where neutral stops being the likeliest."""


class Tone:
    """VADER (Hutto and Gilbert, 2014) for sentiment, py3langid for language; both loaded at the first use."""

    @cached_property
    def _vader(self) -> Any:
        # Inline: reading its lexicon takes longer than everything else a command-line start needs.
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

        return SentimentIntensityAnalyzer()

    def sentiment(self, text: str) -> tuple[Sentiment, float]:
        """Return the sentiment of ``text`` and its probability: a softmax over VADER's compound score."""
        compound = float(self._vader.polarity_scores(text)["compound"])
        logits: dict[Sentiment, float] = {
            "negative": -SLOPE * compound,
            "neutral": NEUTRAL,
            "positive": SLOPE * compound,
        }
        total = sum(math.exp(value) for value in logits.values())
        best = max(logits, key=lambda name: logits[name])
        return best, math.exp(logits[best]) / total

    def language(self, text: str) -> tuple[str, float]:
        """Return the ISO 639-1 code of ``text`` and its probability; short texts lean on a prior for English."""
        letters = sum(character.isalpha() for character in text)
        if not letters:
            return "en", ENGLISH_PRIOR
        weight = letters / (letters + ENGLISH_LETTERS)
        found = {code: score for code, score in language_scores(text).items() if code in LANGUAGES}
        share = weight / (sum(found.values()) or 1.0)
        scores = {code: share * score for code, score in found.items()}
        scores["en"] = scores.get("en", 0.0) + (1 - weight) * ENGLISH_PRIOR
        best = max(scores, key=lambda code: scores[code])
        return best, min(1.0, scores[best] / sum(scores.values()))
