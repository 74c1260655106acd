"""Which language a document is written in, when it does not say so."""

SAMPLE_CHARACTERS = 2_000
ENOUGH_CHARACTERS = 60
DEFAULT = "en"


def detect_language(text: str) -> str:
    """Return a two-letter code by py3langid (97 languages, naive Bayes); English when there is too little text."""
    if len(text) < ENOUGH_CHARACTERS:
        return DEFAULT
    # Inline: the model takes a second to load, and most documents come with processes that never ingest.
    from py3langid import classify

    code, _ = classify(text[:SAMPLE_CHARACTERS])
    return str(code)
