"""How many tokens the embedding model will see, estimated without its tokenizer."""

import re
from bisect import bisect_right
from itertools import accumulate

PIECE = re.compile(r"[\u2e80-\U0010ffff]|[^\W\d_\u2e80-\U0010ffff]{1,40}|\d{1,40}|[^\w\s]|_")
"""BERT's vocabulary splits Chinese, Japanese and Korean (from U+2E80) into single characters. No piece is longer than
forty characters, so that a text can always be cut between two."""
LETTERS_PER_TOKEN = 4.6
"""Words up to seven letters are mostly whole in BERT's vocabulary; of longer or rarer ones a token covers 4 to 5."""
WHOLE_WORD = 7
DIGITS_PER_TOKEN = 2.5


class TokenRuler:
    """Measures spans of one text in constant time; offsets are characters.

    Tokens are WordPieces of BERT's uncased vocabulary, by estimate.
    """

    def __init__(self, text: str) -> None:
        pieces = [(found.end(), _piece_tokens(found.group())) for found in PIECE.finditer(text)]
        self._ends = [end for end, _ in pieces]
        self._totals = [0, *accumulate(tokens for _, tokens in pieces)]

    def measure(self, start: int, end: int) -> int:
        """Return the tokens of the words that end within ``start..end``."""
        return self._totals[bisect_right(self._ends, end)] - self._totals[bisect_right(self._ends, start)]

    def reach(self, start: int, tokens: int) -> int:
        """Return the offset of the last word's end that still measures at most ``tokens`` from ``start``."""
        first = bisect_right(self._ends, start)
        last = bisect_right(self._totals, self._totals[first] + tokens) - 1
        return self._ends[last - 1] if last > first else start


def _piece_tokens(piece: str) -> int:
    if piece.isdecimal():
        return int(len(piece) / DIGITS_PER_TOKEN) + 1
    return 1 if len(piece) <= WHOLE_WORD else int(len(piece) / LETTERS_PER_TOKEN) + 1
