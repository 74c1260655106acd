"""The HTTP API as the commands use it: logs in as a demo person, asks, uploads, follows."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from activities.settings import Settings
from commands.errors import BadInputError, CommandError
from commands.runtime import read_runtime

DEMO_USERS = "demo-users.json"
PATIENCE_SECONDS = 90.0
POLL_SECONDS = 0.15
LONGEST_POLL_SECONDS = 2.0
POLL_GROWTH = 1.2
"""A large file takes minutes, and each look at it costs the worker that takes it in some milliseconds."""
BUSY_RETRIES = 60

Json = dict[str, Any]
Login = dict[str, str]
"""``username``, ``role``, perhaps ``department``, and ``password`` or ``api_key``."""


class Door:
    """A session of one person or service with the API at ``url``; every method raises ``CommandError``."""

    def __init__(self, url: str, login: Login, transport: httpx.BaseTransport | None = None) -> None:
        """Log in. ``login`` has ``api_key``, or ``username`` and ``password``."""
        self._client = httpx.Client(base_url=url, timeout=PATIENCE_SECONDS, trust_env=False, transport=transport)
        self._login = login
        self._sign_in()

    def __enter__(self) -> "Door":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def ask(self, text: str, wait_seconds: float = 60) -> Json:
        """Start a conversation with a message; return its turn, followed until it has an outcome."""
        body = self.call("POST", "/v1/conversations", params={"wait_seconds": wait_seconds}, json={"message": text})
        turn: Json | None = body.get("turn")
        while turn is None or turn["status"] == "running":
            time.sleep(POLL_SECONDS)
            turns = self.call("GET", f"/v1/conversations/{body['conversation_id']}")["turns"]
            turn = turns[-1] if turns else None
        return turn

    def upload(self, name: str, data: bytes, fields: Mapping[str, str]) -> Json:
        """Upload a file with its rights and follow its ingestion to the end; return the ingestion."""
        body = self.call("POST", "/v1/documents", files={"file": (name, data)}, data=dict(fields))
        pause = POLL_SECONDS
        while body.get("status") == "running":
            time.sleep(pause)
            pause = min(POLL_GROWTH * pause, LONGEST_POLL_SECONDS)
            body = self.call("GET", f"/v1/ingestions/{body['id']}")
        return body

    def call(self, method: str, path: str, **request: Any) -> Json:
        """Send a request and return the JSON body; waits when told to, logs in again when the token has expired."""
        for _ in range(BUSY_RETRIES):
            response = self._send(method, path, request)
            if response.status_code == httpx.codes.UNAUTHORIZED and "password" in self._login:
                self._sign_in()
            elif response.status_code in (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE):
                time.sleep(_retry_after(response))
            else:
                break
        return _body(response)

    def _sign_in(self) -> None:
        if key := self._login.get("api_key"):
            self._client.headers["X-API-Key"] = key
            return
        form = {"username": self._login["username"], "password": self._login["password"]}
        token = _body(self._send("POST", "/v1/auth/token", {"data": form}))["access_token"]
        self._client.headers["Authorization"] = f"Bearer {token}"

    def _send(self, method: str, path: str, request: Mapping[str, Any]) -> httpx.Response:
        try:
            return self._client.request(method, path, **request)
        except httpx.HTTPError as error:
            raise CommandError(
                f"No answer from {self._client.base_url} ({error or type(error).__name__}); is `holdfast up` running?"
            ) from error


def find_url(settings: Settings) -> str:
    """Return where the API is: named in the settings, or written by ``up``. Raises ``CommandError``."""
    if settings.api_url:
        return settings.api_url
    running = read_runtime(settings.data_dir)
    if running is None:
        raise CommandError(
            f"Nothing runs on {settings.data_dir.resolve()}: start `holdfast up`, or set HOLDFAST_API_URL"
        )
    return running.url


def read_logins(settings: Settings) -> list[Login]:
    """Return the demo log-ins. Raises ``BadInputError``."""
    path = settings.data_dir / DEMO_USERS
    try:
        logins: list[Login] = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BadInputError(
            f"Cannot read the log-ins in {path}: start `holdfast up` once, or set HOLDFAST_DATA_DIR"
        ) from error
    return logins


def find_login(settings: Settings, username: str | None, role: str) -> Login:
    """Return the demo log-in of ``username``, else the first of that role. Raises ``BadInputError``."""
    logins = read_logins(settings)
    found = [login for login in logins if (login["username"] == username if username else login["role"] == role)]
    if not found:
        names = ", ".join(login["username"] for login in logins)
        raise BadInputError(f"There is no demo log-in of {username or 'the role ' + role}; there are {names}")
    return found[0]


def read_file(path: Path) -> bytes:
    """Return a file's bytes. Raises ``BadInputError``."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInputError(f"Cannot read {path}: {error.strerror or error}") from error


def _retry_after(response: httpx.Response) -> float:
    wanted = response.headers.get("Retry-After", "")
    return min(float(wanted), 30.0) if wanted.isdigit() else 1.0


def _body(response: httpx.Response) -> Json:
    try:
        body: Json = response.json()
    except ValueError as error:
        raise CommandError(f"{response.request.url} answered {response.status_code} without JSON") from error
    if response.is_success:
        return body
    detail = body.get("detail") or body.get("title") or f"status {response.status_code}"
    raise BadInputError(detail) if response.is_client_error else CommandError(detail)
