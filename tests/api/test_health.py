"""Probes that look at what they claim, and metrics that are true when they are read."""

import asyncio
import shutil
import sys
from pathlib import Path

import httpx
from prometheus_client import REGISTRY

from activities.probes import DEGRADED, standing
from api import looks
from api.probes import ProbeError, Probes
from tests.api.conftest import World


async def test_a_running_door_is_alive_started_and_ready(world: World) -> None:
    client = await world.client()
    for path in ("live", "startup", "ready"):
        answer = await client.get(f"/health/{path}")
        assert (answer.status_code, answer.json()["status"]) == (200, "ok")


async def test_a_door_without_its_database_is_alive_and_not_ready(world: World) -> None:
    async def broken() -> None:
        raise ConnectionError("10.0.0.7 refused the password hunter2")

    world.services.probes._probes["temporal"] = broken
    client = await world.client()
    ready = await client.get("/health/ready")
    assert (ready.status_code, ready.json()["checks"]) == (503, {"database": "ok", "temporal": "unavailable"})
    assert (await client.get("/health/live")).status_code == 200


async def test_a_probe_may_say_what_is_wrong_in_its_own_words() -> None:
    async def no_worker() -> None:
        raise ProbeError("no worker polls")

    assert await Probes({"worker": no_worker}).check() == {"worker": "no worker polls"}


async def test_a_door_with_half_a_search_is_ready_and_says_which_half_is_broken(world: World) -> None:
    async def broken() -> None:
        raise ProbeError(f"{DEGRADED}the full-text index is damaged")

    world.services.probes._probes["words"] = broken
    ready = await (await world.client()).get("/health/ready")
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    assert ready.json()["checks"]["words"] == "degraded: the full-text index is damaged"


async def test_all_who_ask_at_once_share_one_look() -> None:
    looks = []

    async def look() -> None:
        looks.append(1)

    probes = Probes({"database": look})
    await asyncio.gather(*(probes.check() for _ in range(20)))
    assert len(looks) == 1


async def test_metrics_show_what_waits_and_how_requests_went(world: World) -> None:
    await world.open_case(await world.ask("ada"))
    page = (await (await world.client("root")).get("/metrics")).text
    assert 'support_reviews_waiting{process="api"} 1.0' in page
    assert 'support_review_oldest_seconds{process="api"}' in page
    assert 'method="POST",process="api",route="/v1/conversations",status="201"' in page
    assert world.people["ada"].id not in page


async def test_metrics_are_for_this_machine_and_for_operators(world: World) -> None:
    async def read(host: str, **headers: str) -> int:
        transport = httpx.ASGITransport(world.app, client=(host, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://x", headers=headers) as client:
            return (await client.get("/metrics")).status_code

    assert await read("127.0.0.1") == 200
    assert await read("203.0.113.9") == 401
    assert await read("127.0.0.1", **{"X-Forwarded-For": "203.0.113.9"}) == 401
    assert await read("203.0.113.9", Authorization=f"Bearer {world.token('ada')}") == 403


async def test_metrics_count_messages_in_which_the_guard_found_something(world: World) -> None:
    def count(mark: str) -> float:
        return REGISTRY.get_sample_value("support_guard_marks_total", {"mark": mark}) or 0

    before = count("personal_data"), count("injection")
    await world.ask("ada", "My mail is ada@example.com")
    await world.ask("ada", "Where is my order?")
    assert (count("personal_data"), count("injection")) == (before[0] + 1, before[1])


async def test_a_worker_has_no_gauges_that_only_the_door_sets() -> None:
    program = (
        "from prometheus_client import generate_latest\n"
        "import activities.metrics, workflows.worker\n"
        "print(generate_latest().decode())\n"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)
    page = (await process.communicate())[0].decode()
    assert "support_turns" in page
    assert "support_reviews_waiting" not in page
    assert "support_index_chunks" not in page


async def test_a_disk_that_is_nearly_full_is_told_before_anything_is_refused(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    checks = await Probes({"disk": looks.disk(tmp_path, 2 * free)}).check()
    assert (standing(checks), checks["disk"].endswith("on a full disk nothing more is kept")) == ("degraded", True)
    assert await Probes({"disk": looks.disk(tmp_path, free // 2)}).check() == {"disk": "ok"}
