"""What documents with the same or nearly the same text are known by.

The same: equal words in the same order, whatever their case, spaces, punctuation and mark-up. Those are merged when
they have the same readers. Nearly the same: MinHash over runs of words (Broder 1997). Those are named in the report and
never merged: the word in which they differ may be the one that counts.
"""

import re
import unicodedata
from hashlib import sha256

from activities.records.signatures import PERMUTATIONS, VALUE

RUN = 4
"""Words in a run."""
LEAST_WORDS = 12
"""Shorter texts are nobody's duplicate: a line that stands under two titles means two things."""
WORD = re.compile(r"[^\W_]+(?:[.,][0-9]+)*")
"""A word or a number with its decimals: 1.5 and 15 are different words."""


def words_of(text: str) -> list[str]:
    """Return the words of a text, without case and in one form of Unicode."""
    return WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def text_hash(words: list[str]) -> str:
    """Return what texts with the same words share; empty for one that is too short."""
    return sha256(" ".join(words).encode()).hexdigest() if len(words) >= LEAST_WORDS else ""


def signature(words: list[str]) -> bytes:
    """Return the MinHash of a text, 512 bytes; empty for one that is too short. One millisecond for 450 words."""
    if len(words) < LEAST_WORDS:
        return b""
    # Loaded here: it brings scipy, 60 MB that a process which takes no documents in does not need.
    from datasketch import MinHash

    runs = {" ".join(words[start : start + RUN]).encode() for start in range(len(words) - RUN + 1)}
    minhash = MinHash(PERMUTATIONS)
    minhash.update_batch(runs)
    return bytes(minhash.hashvalues.astype(VALUE).tobytes())
