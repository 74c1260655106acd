"""Chroma whose files are damaged while its server runs: noticed, and made to begin anew."""

import time

import httpx
from chromadb.errors import InternalError

from activities.knowledge.chroma import POLL_SECONDS, ChromaPlace
from activities.knowledge.vectors import Vectors, explained
from activities.ports import KnowledgeUnavailableError

SERVER_SECONDS = 30.0
ENDED = (httpx.RemoteProtocolError, httpx.ReadError)
"""A server that reads a cut file ends in the middle of the request."""


class ChromaCare:
    """Looks after the vectors of one generation; methods block and may be called from threads."""

    def __init__(self, place: ChromaPlace, vectors: Vectors) -> None:
        self._place = place
        self._vectors = vectors

    def fault(self, *, thorough: bool = False) -> str:
        """Return what Chroma fails at though it is there, or nothing: its files are damaged then.

        A ``thorough`` look lists everything, and waits for a server that starts. Raises ``KnowledgeUnavailableError``
        when it is away.
        """
        for last in (False, True):
            self._wait_for_server(SERVER_SECONDS if thorough else 0)
            try:
                self._vectors.try_all(thorough=thorough)
            except KnowledgeUnavailableError as error:
                if isinstance(error.__cause__, InternalError):
                    return "its files cannot be read"
                if not isinstance(error.__cause__, ENDED):
                    raise
                if last:  # once may be chance
                    return "its server ends when it reads its files"
            else:
                return ""
        return ""

    def begin_anew(self) -> str:
        """Have the damaged files set aside, or the collections removed where nobody can do that; say which it was.

        Returns when Chroma answers again. Raises ``KnowledgeUnavailableError``.
        """
        with explained():
            moved = self._place.begin_anew()
        if moved:
            self._wait_for_server(SERVER_SECONDS)
            self._vectors.forget()
            return "its server has set them aside"
        self._vectors.clear()
        return "its collections were removed"

    def _wait_for_server(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while True:
            try:
                with explained():
                    self._place.client().heartbeat()
                return
            except KnowledgeUnavailableError:
                if time.monotonic() > until:
                    raise
                time.sleep(POLL_SECONDS)
