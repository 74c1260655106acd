"""Which language a text is in: one model for messages and documents, as it takes 100 MB and a second to load."""

from functools import cache
from typing import Any


def language_scores(text: str) -> dict[str, float]:
    """Return the probability of each of 97 languages, by ISO 639-1 code (py3langid, naive Bayes)."""
    return {str(code): float(score) for code, score in _identifier().rank(text)}


def load_languages() -> None:
    """Load the model now, in the caller's thread: unpacking it is half of its time, and other threads go on."""
    _identifier()


@cache
def _identifier() -> Any:
    # Inline: most commands never ask for a language.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
