"""Chunks, and vectors whose nearness is known."""

import numpy as np
from numpy.typing import NDArray

from activities.ports import IndexedChunk


def chunk(chunk_id: str, text: str, title: str = "Guide", heading: str = "") -> IndexedChunk:
    return IndexedChunk(chunk_id, chunk_id.split(":")[0], title, heading, text)


def directions(*degrees: float) -> NDArray[np.float32]:
    """Unit vectors in one plane of the 384 dimensions: the cosine of two is that of the angle between them."""
    vectors = np.zeros((len(degrees), 384), np.float32)
    vectors[:, 0] = np.cos(np.radians(degrees))
    vectors[:, 1] = np.sin(np.radians(degrees))
    return vectors
