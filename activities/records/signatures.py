"""Signatures of texts as records keep them: MinHash values, and the bands by which candidates are found."""

from hashlib import blake2b

import numpy as np

PERMUTATIONS = 128
ROWS = 8
"""Values in a band: 16 bands of 8 find a pair of similarity 0.85 in 99 % of cases, one of 0.5 in 6 %.

Leskovec, Rajaraman, Ullman: Mining of Massive Datasets, section 3.4.
"""
VALUE = np.dtype("<u4")


def bands_of(signature: bytes) -> list[str]:
    """Return the names of a signature's bands; none of an empty one."""
    width = ROWS * VALUE.itemsize
    pieces = [signature[start : start + width] for start in range(0, len(signature), width)]
    return [f"{number}.{blake2b(piece, digest_size=16).hexdigest()}" for number, piece in enumerate(pieces)]


def similarity(one: bytes, other: bytes) -> float:
    """Return the estimated Jaccard similarity of two texts, 0..1, by their signatures; its error is 0.03 at 0.85."""
    if not one or len(one) != len(other):
        return 0.0
    return float(np.mean(np.frombuffer(one, VALUE) == np.frombuffer(other, VALUE)))
