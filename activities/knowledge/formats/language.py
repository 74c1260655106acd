"""Which language a document is written in, when it does not say so."""

from activities.languages import language_scores

SAMPLE_CHARACTERS = 2_000
ENOUGH_CHARACTERS = 60
DEFAULT = "en"


def detect_language(text: str) -> str:
    """Return a two-letter code, one of 97 languages; English when there is too little text."""
    if len(text) < ENOUGH_CHARACTERS:
        return DEFAULT
    scores = language_scores(text[:SAMPLE_CHARACTERS])
    return max(scores, key=lambda code: scores[code])
