"""Chunks, vectors whose nearness is known, and a small library."""

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from activities.knowledge import half
from activities.models.embedding import MiniLmEmbedder
from activities.ports import IndexedChunk
from activities.settings import Settings
from tests.knowledge.library import World, filled


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for both halves of a search: on a busy machine a slow one is not an absent one."""
    monkeypatch.setattr(half, "HALF_SECONDS", 60)


def chunk(chunk_id: str, text: str, title: str = "Guide", heading: str = "") -> IndexedChunk:
    return IndexedChunk(chunk_id, chunk_id.split(":")[0], title, heading, text)


def directions(*degrees: float) -> NDArray[np.float32]:
    """Unit vectors in one plane of the 384 dimensions: the cosine of two is that of the angle between them."""
    vectors = np.zeros((len(degrees), 384), np.float32)
    vectors[:, 0] = np.cos(np.radians(degrees))
    vectors[:, 1] = np.sin(np.radians(degrees))
    return vectors


@pytest.fixture(scope="module")
def embedder() -> MiniLmEmbedder:
    return MiniLmEmbedder(Settings().cache_dir)


@pytest.fixture(scope="module")
async def library(tmp_path_factory: pytest.TempPathFactory, embedder: MiniLmEmbedder) -> AsyncIterator[World]:
    """A world that tests only read."""
    async with filled(tmp_path_factory.mktemp("library"), embedder) as world:
        yield world


@pytest.fixture
async def world(tmp_path: Path, embedder: MiniLmEmbedder) -> AsyncIterator[World]:
    """A world of the test's own, to change."""
    async with filled(tmp_path, embedder) as world:
        yield world
