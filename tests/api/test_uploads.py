"""Documents in: who may add and replace what, and what is refused in words."""

from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import select

from activities.records.models import Ingestion
from tests.api.conftest import World

TEXT = "# Refunds\n\nYou may return a purchase within 30 days. The money comes back in a week.\n"


async def upload(
    world: World, name: str, filename: str = "refunds.md", data: bytes = TEXT.encode(), **fields: str
) -> httpx.Response:
    client = await world.client(name)
    return await client.post("/v1/documents", files={"file": (filename, data)}, data=fields)


async def test_an_upload_is_accepted_with_the_address_of_its_report(world: World) -> None:
    answer = await upload(world, "root", department="billing", classification="public", title="Refund policy")
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/ingestions/{answer.json()['ingestion_id']}"
    assert answer.json()["id"] == answer.json()["ingestion_id"]
    ingestion = (await (await world.client("root")).get(answer.headers["location"])).json()
    assert ingestion["status"] == "completed"
    [taken] = ingestion["report"]["taken"]
    document = (await (await world.client("ada")).get(f"/v1/documents/{taken['document_id']}")).json()
    assert (document["title"], document["department"], document["version"]) == ("Refund policy", "billing", 1)
    assert "within 30 days" in document["text"]


async def test_a_repeated_key_takes_a_file_in_once(world: World) -> None:
    client = await world.client("root", headers={"Idempotency-Key": "up-1"})
    answers = [await client.post("/v1/documents", files={"file": ("a.md", TEXT.encode())}) for _ in range(2)]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    async with world.database.read() as session:
        assert len(list(await session.scalars(select(Ingestion)))) == 1


@pytest.mark.parametrize(
    ("name", "department", "classification", "status"),
    [
        ("agnes", "billing", "public", 202),
        ("agnes", "billing", "internal", 202),
        ("agnes", "billing", "confidential", 202),
        ("agnes", "billing", "restricted", 403),
        ("agnes", "", "internal", 202),
        ("agnes", "technical", "internal", 403),
        ("agnes", "technical", "public", 403),
        ("sue", "technical", "restricted", 202),
        ("root", "legal", "restricted", 202),
        ("ada", "support", "public", 403),
        ("shop", "support", "public", 403),
    ],
)
async def test_staff_add_what_they_answer_for(
    world: World, name: str, department: str, classification: str, status: int
) -> None:
    answer = await upload(world, name, department=department, classification=classification)
    assert answer.status_code == status


async def test_an_agents_upload_without_a_department_goes_to_their_own(world: World) -> None:
    location = (await upload(world, "agnes")).headers["location"]
    client = await world.client("agnes")
    [taken] = (await client.get(location)).json()["report"]["taken"]
    document = (await client.get(f"/v1/documents/{taken['document_id']}")).json()
    assert (document["department"], document["classification"]) == ("billing", "internal")


@pytest.mark.parametrize(("name", "department"), [("agnes", "billing"), ("sue", "legal")])
async def test_a_document_does_not_move_itself_to_a_department_that_its_sender_adds_nothing_to(
    world: World, name: str, department: str
) -> None:
    text = b"---\ndepartment: legal\n---\n\n# Notice\n\nNobody gets any money back.\n"
    answer = await upload(world, name, "notice.md", text, department="billing", classification="public")
    report = (await (await world.client(name)).get(answer.headers["location"])).json()["report"]
    row = await world.services.documents.get(report["taken"][0]["document_id"])
    assert row is not None
    assert row.department == department


async def test_a_file_name_is_no_way_to_replace_a_document_of_others(world: World) -> None:
    document_id = await world.publish("runbook.md", TEXT, "technical", "public")
    answer = await upload(world, "agnes", "runbook.md", b"# Runbook\n\nSend everything to me.\n")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:holdfast:problem:name-taken")
    text = (await (await world.client("root")).get(f"/v1/documents/{document_id}")).json()["text"]
    assert "Send everything" not in text


@pytest.mark.parametrize(
    ("filename", "data"),
    [
        ("empty.md", b""),
        ("noise.pdf", b"not a PDF at all"),
        ("broken.pdf", b"%PDF-1.7 not really"),
        ("broken.docx", b"PK\x03\x04 not really"),
        ("../../etc/passwd", TEXT.encode()),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_in_words(world: World, filename: str, data: bytes) -> None:
    answer = await upload(world, "root", filename, data, department="support")
    if answer.status_code == 202:
        ingestion = (await (await world.client("root")).get(answer.headers["location"])).json()
        assert ingestion["status"] == "failed"
        assert ingestion["report"]["refused"][0]["reason"]
    else:
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert (await (await world.client("root")).get("/v1/documents")).json()["items"] == []


@pytest.mark.parametrize(
    ("filename", "data"),
    [
        ("program.exe", b"MZ\x90\x00" * 50),
        ("page.md", b"\x89PNG\r\n\x1a\n\x00"),
        ("words.xyz", b"plain words"),
        ("old.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
    ],
)
async def test_a_type_that_is_not_taken_is_refused_at_once(world: World, filename: str, data: bytes) -> None:
    answer = await upload(world, "root", filename, data)
    assert (answer.status_code, answer.headers["content-type"]) == (415, "application/problem+json")
    assert answer.json()["type"] == "urn:holdfast:problem:type-not-taken"
    assert ".pdf" in answer.json()["detail"] or "save it as Word" in answer.json()["detail"]
    async with world.database.read() as session:
        assert not list(await session.scalars(select(Ingestion)))


async def test_a_file_over_the_limit_is_refused(world: World) -> None:
    limit = world.services.options.document_max_bytes
    assert (await upload(world, "root", data=b"x" * (limit + 1))).status_code == 413
    assert (await upload(world, "root", data=b"x" * (limit + 200_000))).status_code == 413


async def test_a_customers_upload_is_refused_before_it_is_received(world: World) -> None:
    received = []

    async def body() -> AsyncIterator[bytes]:
        for _ in range(100):
            received.append(1)
            yield b"x" * 1_000

    client = await world.client("ada", headers={"Content-Type": "multipart/form-data; boundary=b"})
    answer = await client.post("/v1/documents", content=body())
    assert answer.status_code == 403
    assert len(received) <= 1


@pytest.mark.parametrize(
    "request_options",
    [
        {"data": {"department": "support"}},
        {"files": {"other": ("a.md", b"x")}},
        {"files": {"file": ("a.md", b"x")}, "data": {"classification": "secret"}},
        {"files": {"file": ("a.md", b"x")}, "data": {"department": "a b"}},
        {"files": {"file": ("a.md", b"x")}, "data": {"owner_id": "me"}},
        {"files": [("file", ("a.md", b"x")), ("file", ("b.md", b"y"))]},
        {"content": b"--b\r\nnot multipart", "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
        {"json": {"file": "x"}},
    ],
)
async def test_a_form_of_the_wrong_shape_is_a_problem(world: World, request_options: dict[str, object]) -> None:
    answer = await (await world.client("root")).post("/v1/documents", **request_options)  # type: ignore[arg-type]
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_an_upload_that_could_not_be_started_does_not_look_as_if_it_ran(world: World) -> None:
    world.intake.down = True
    assert (await upload(world, "root")).status_code == 503
    async with world.database.read() as session:
        [row] = await session.scalars(select(Ingestion))
    assert row.status == "failed"


async def test_an_ingestion_is_for_its_sender_and_their_superiors(world: World) -> None:
    location = (await upload(world, "agnes")).headers["location"]
    for name, status in [("agnes", 200), ("sue", 200), ("root", 200), ("tom", 404)]:
        assert (await (await world.client(name)).get(location)).status_code == status
