"""The people of a drill: clients that do what ours do when a server goes away, the same request again."""

import asyncio
import json
import uuid
from pathlib import Path
from typing import Any

import httpx

PATIENCE_SECONDS = 60.0
AGAIN = (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.BAD_GATEWAY, httpx.codes.SERVICE_UNAVAILABLE)

Json = dict[str, Any]


class Visitor:
    """Somebody who is logged in and does not give up for a minute."""

    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        self._client = client
        self.headers = {"Authorization": f"Bearer {token}"}

    async def call(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Send a request until the API answers it. Raises ``TimeoutError`` after a minute."""
        headers = {**self.headers, **request.pop("headers", {})}
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                try:
                    response = await self._client.request(method, path, headers=headers, **request)
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
                    continue
                if response.status_code not in AGAIN:
                    return response
                await asyncio.sleep(0.2)

    async def ask(self, text: str, conversation_id: str = "") -> Json:
        """Send a message under one idempotency key until it has a turn that is not running; return the turn."""
        path = f"/v1/conversations/{conversation_id}/messages" if conversation_id else "/v1/conversations"
        key = {"Idempotency-Key": uuid.uuid4().hex}
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                response = await self.call(
                    "POST", path, json={"message": text}, headers=key, params={"wait_seconds": 20}
                )
                turn: Json | None = response.raise_for_status().json()["turn"]
                if turn and turn["status"] != "running":
                    return turn

    async def decide(self, turn: Json) -> int:
        """Approve the turn's draft, or answer by hand when there is none; return the HTTP status."""
        path = f"/v1/reviews/{turn['review_id']}"
        review = (await self.call("GET", path)).raise_for_status().json()
        decision = {"action": "approve", "draft_digest": review["draft_digest"]}
        if review["kind"] == "handoff":
            decision = {"action": "respond", "draft_digest": "", "text": "A colleague answers this."}
        return (await self.call("POST", f"{path}/decision", json=decision)).status_code

    async def turns(self, conversation_id: str) -> list[Json]:
        """Return the conversation's turns."""
        found: list[Json] = (await self.call("GET", f"/v1/conversations/{conversation_id}")).json()["turns"]
        return found

    async def answers_sent(self, conversation_id: str) -> dict[str, int]:
        """Close the conversation, read its events to the end and count the answers that were sent for each turn."""
        await self.call("POST", f"/v1/conversations/{conversation_id}/close")
        counts: dict[str, int] = {}
        async with asyncio.timeout(PATIENCE_SECONDS):
            path = f"/v1/conversations/{conversation_id}/events"
            async with self._client.stream("GET", path, headers=self.headers) as response:
                async for line in response.aiter_lines():
                    if not line.startswith("data:"):
                        continue
                    event = json.loads(line.removeprefix("data:"))
                    if event.get("name") == "message.completed" and event["turn"]["status"] == "answered":
                        counts[event["turn_id"]] = counts.get(event["turn_id"], 0) + 1
                    if event.get("name") == "conversation.closed":
                        break
        return counts

    async def audit_rows(self, conversation_id: str) -> list[Json]:
        """Return the conversation's audit rows."""
        response = await self.call("GET", "/v1/audit", params={"conversation_id": conversation_id})
        rows: list[Json] = response.raise_for_status().json()["items"]
        return rows


async def log_in(client: httpx.AsyncClient, data_dir: Path, role: str) -> Visitor:
    """Log in as the first demo person of a role."""
    people = json.loads((data_dir / "demo-users.json").read_text(encoding="utf-8"))
    person = next(person for person in people if person["role"] == role)
    form = {"username": person["username"], "password": person["password"]}
    response = await client.post("/v1/auth/token", data=form)
    return Visitor(client, response.raise_for_status().json()["access_token"])
