"""A Chroma server of the run, chunks, and vectors whose nearness is known."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
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


@pytest.fixture(scope="session")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("chroma")
    program = Path(sys.executable).with_name("chroma")
    with (folder / "log").open("wb") as log:
        command = [program, "run", "--path", folder / "data", "--host", "127.0.0.1", "--port", str(port)]
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    try:
        transport = httpx.HTTPTransport(retries=8)
        with httpx.Client(transport=transport, timeout=10) as client:
            client.get(f"{url}/api/v2/heartbeat").raise_for_status()
        yield url
    finally:
        server.terminate()
        server.wait(10)
