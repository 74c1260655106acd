"""Texts cut into n-grams exactly as scikit-learn's vectorizers cut them, for weights that were trained there.

Source: ``_word_ngrams`` and ``_char_wb_ngrams`` of ``sklearn.feature_extraction.text``.
"""

import re
from itertools import chain


def word_grams(text: str, token: re.Pattern[str], longest: int) -> list[str]:
    """Return the lower-cased tokens, then each run of 2 to ``longest`` of them, joined by a space."""
    tokens = token.findall(text.lower())
    runs = (
        (" ".join(tokens[start : start + size]) for start in range(len(tokens) - size + 1))
        for size in range(2, longest + 1)
    )
    return [*tokens, *chain.from_iterable(runs)]


def letter_grams(text: str, shortest: int, longest: int) -> list[str]:
    """Return each run of ``shortest`` to ``longest`` characters within the lower-cased, space-padded words.

    A padded word no longer than ``shortest`` counts once, whole.
    """
    found: list[str] = []
    for word in text.lower().split():
        padded = f" {word} "
        for size in range(shortest, longest + 1):
            found.extend(padded[start : start + size] for start in range(max(1, len(padded) - size + 1)))
            if len(padded) <= size:
                break
    return found
