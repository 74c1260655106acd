"""The two places where Chroma may live: a folder that one process opens, or a server that many share."""

import threading
import time
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import chromadb
import httpx
from chromadb.config import Settings as ChromaSettings

from activities.knowledge.folder_lock import FolderLock

REQUEST_SECONDS = 10.0
RESTART_SECONDS = 60.0
POLL_SECONDS = 0.2
SERVING_FILE = "serving"
"""In the folder of a server that ``up`` has started: its ``host:port``."""
WISH_FILE = "set-aside"
"""Whoever writes it into that folder wants the server to move its files out of the way and to begin anew."""


class ChromaPlace(Protocol):
    """Where the vectors are."""

    def client(self) -> chromadb.ClientAPI:
        """Return the client, connecting at the first call that can."""
        ...

    def begin_anew(self) -> bool:
        """Have the files moved out of the way and empty ones begun; say whether that has happened."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


class ChromaFolder:
    """Files opened by this process alone."""

    def __init__(self, folder: Path) -> None:
        """Open the folder. Raises ``FolderInUseError``."""
        self._lock = FolderLock(folder)
        self._client = chromadb.PersistentClient(str(folder), settings=quiet())

    def client(self) -> chromadb.ClientAPI:
        """Return the client."""
        return self._client

    def begin_anew(self) -> bool:
        """Say that it cannot be done while the files are open here."""
        return False

    def close(self) -> None:
        """Close the files, then let the next process in."""
        self._client.close()
        self._lock.release()


class ChromaServer:
    """A server at ``http://host:port``, found at the first use, so that processes may start in any order."""

    def __init__(self, url: str, folder: Path | None = None) -> None:
        """Remember the address; nothing is sent yet. ``folder`` is the server's if ``up`` has started it.

        Raises ``ValueError`` when the address is none.
        """
        self._folder = folder
        self._address = urlsplit(url)
        if self._address.scheme not in ("http", "https") or not self._address.hostname:
            raise ValueError(f"HOLDFAST_CHROMA_URL is {url!r}: write it as http://host:port.")
        self._guard = threading.Lock()
        self._connected: chromadb.ClientAPI | None = None

    def client(self) -> chromadb.ClientAPI:
        """Return the client. Raises what ``chromadb`` raises when the server does not answer."""
        with self._guard:
            if self._connected is None:
                self._connected = self._connect()
            return self._connected

    def begin_anew(self) -> bool:
        """Ask the server of ``folder`` by a file, and wait for it; no other can be asked. Raises ``OSError``."""
        if self._folder is None:
            return False
        serving = self._folder / SERVING_FILE
        if not serving.exists() or serving.read_text(encoding="ascii") != self._address.netloc:
            return False
        wish, until = self._folder / WISH_FILE, time.monotonic() + RESTART_SECONDS
        wish.touch()
        while wish.exists():
            if time.monotonic() > until:
                wish.unlink(missing_ok=True)
                return False
            time.sleep(POLL_SECONDS)
        return True

    def close(self) -> None:
        """Close the connections."""
        if self._connected is not None:
            self._connected.close()

    def _connect(self) -> chromadb.ClientAPI:
        secure = self._address.scheme == "https"
        port = self._address.port or (443 if secure else 80)
        client = chromadb.HttpClient(str(self._address.hostname), port, ssl=secure, settings=quiet())
        # The client waits for ever by default and offers no setting for it.
        client._server._session.timeout = httpx.Timeout(REQUEST_SECONDS)
        return client


def quiet() -> ChromaSettings:
    """Return client settings that send no usage data."""
    return ChromaSettings(anonymized_telemetry=False)
