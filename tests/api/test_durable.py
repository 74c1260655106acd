"""The door on a real Temporal server, a real worker and real records; only the models' steps are trivial."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from httpx import AsyncClient

from activities.deletion import DeletionActivities
from activities.ingestion import IngestionActivities
from activities.knowledge.ingest import KnowledgeWriter
from activities.knowledge.revisions import Revisions
from activities.promises import Promises
from activities.records.ledger import TurnLedger
from activities.turn_records import TurnRecords
from api.events import EventHub
from api.intake import Intake
from evals.benchmarks.trivial_steps import TrivialSteps
from tests.api.conftest import World
from tests.api.fakes import FakeEmbedder
from workflows.client import Conversations, connect
from workflows.registry import build_worker


@pytest.fixture
async def durable(world: World, temporal_address: str, task_queue: str) -> AsyncIterator[World]:
    """The world with conversations and ingestions as real workflows."""
    client, steps = await connect(temporal_address), TrivialSteps()
    services, database = world.services, world.database
    writer = KnowledgeWriter(database, FakeEmbedder(), world.knowledge.index)
    revisions, wait = Revisions(database, writer), timedelta(seconds=120)
    chat = Conversations(client, task_queue=task_queue)
    world.app.state.services = replace(
        services,
        chat=chat,
        hub=EventHub(chat.events),
        intake=Intake(client, writer, services.ingestions, revisions, task_queue=task_queue, wait=wait),
    )
    records = TurnRecords(TurnLedger(database), services.reviews, services.conversations)
    models = [
        steps.take_steps,
        steps.classify,
        steps.retrieve,
        steps.answer,
        steps.ask_model,
        steps.check,
        steps.recheck,
    ]
    written = [records.record_turn, records.record_case, records.record_rating, records.record_end]
    documents = [*IngestionActivities(writer).all(), *DeletionActivities(writer.deletion).all()]
    activities = [*models, *written, *documents, Promises(world.services.replies.current).write_notice]
    async with build_worker(client, activities, task_queue=task_queue):
        yield world


async def test_a_customer_asks_goes_on_rates_ends_and_reads_it_all_again(durable: World) -> None:
    conversation_id = await durable.ask("ada", "What does the plan cost?")
    client, path = await durable.client("ada"), f"/v1/conversations/{conversation_id}"
    second = await client.post(f"{path}/messages", json={"message": "And for a year?"})
    assert (second.status_code, second.json()["turn"]["number"]) == (201, 2)
    assert (await client.post(f"{path}/feedback", json={"score": 5})).status_code == 204
    assert (await client.post(f"{path}/close")).status_code == 204
    read = (await client.get(path)).json()
    assert (read["status"], read["score"]) == ("closed", 5)
    assert [turn["status"] for turn in read["turns"]] == ["answered", "answered"]
    assert (await client.post(f"{path}/messages", json={"message": "One more"})).status_code == 409


async def test_the_same_key_is_one_turn_and_another_message_under_it_is_refused(durable: World) -> None:
    client = await durable.client("ada", headers={"Idempotency-Key": "k-1"})
    answers = await asyncio.gather(*(client.post("/v1/conversations", json={"message": "Hello"}) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({json.dumps(answer.json()) for answer in answers}) == 1
    other = await client.post("/v1/conversations", json={"message": "Goodbye"})
    assert (other.status_code, other.json()["type"]) == (422, "urn:holdfast:problem:key-reused")
    path = f"/v1/conversations/{answers[0].json()['conversation_id']}"
    assert len((await client.get(path)).json()["turns"]) == 1


async def test_a_risky_answer_waits_for_the_right_person_and_exactly_one_decision_counts(durable: World) -> None:
    customer = await durable.client("ada")
    asked = (await customer.post("/v1/conversations", json={"message": "A risky question about my invoice"})).json()
    turn = asked["turn"]
    assert (turn["status"], turn["answer"]) == ("pending_review", None)
    desk, path = await durable.client("agnes"), f"/v1/reviews/{turn['review_id']}"
    case = (await desk.get(path)).json()
    assert (case["state"], case["conversation_id"]) == ("pending", asked["conversation_id"])
    old = await desk.post(f"{path}/decision", json={"action": "approve", "draft_digest": "an older one"})
    assert (old.status_code, old.json()["type"]) == (409, "urn:holdfast:problem:draft-changed")
    assert (await customer.post(f"{path}/decision", json={"action": "approve"})).status_code == 403
    other = await durable.client("tom")
    assert (await other.post(f"{path}/decision", json={"action": "approve"})).status_code == 403
    decision = {"action": "edit", "text": "It is right.", "draft_digest": case["draft_digest"]}
    decided = await asyncio.gather(*(desk.post(f"{path}/decision", json=decision) for _ in range(3)))
    assert sorted(answer.status_code for answer in decided) == [200, 409, 409]
    read = (await customer.get(f"/v1/conversations/{asked['conversation_id']}")).json()
    assert [(turn["status"], turn["answer"]) for turn in read["turns"]] == [("answered", "It is right.")]


async def read_to_the_answer(client: AsyncClient, path: str, *, after: str = "") -> list[str]:
    """Return the ids of a stream's events; on a busy machine its short life may end before the answer does."""
    for _ in range(20):
        stream = await client.get(path, headers={"Last-Event-ID": after} if after else {})
        if "event: message.completed" in stream.text:
            return [line[4:] for line in stream.text.splitlines() if line.startswith("id: ")]
    raise AssertionError(f"no answer in {path}: {stream.text}")


async def test_events_of_a_turn_arrive_in_order_and_go_on_where_a_reader_left(durable: World) -> None:
    conversation_id = await durable.ask("ada")
    options = replace(durable.services.options, stream_life=timedelta(seconds=1))
    durable.app.state.services = replace(durable.app.state.services, options=options)
    client, path = await durable.client("ada"), f"/v1/conversations/{conversation_id}/events"
    ids = await asyncio.gather(*(read_to_the_answer(client, path) for _ in range(6)))
    assert all(numbers == ids[0] for numbers in ids)
    assert ids[0] == sorted(ids[0], key=int)
    assert await read_to_the_answer(client, path, after=ids[0][1]) == ids[0][2:]


async def test_a_customer_with_many_open_streams_can_still_ask(durable: World) -> None:
    conversation_id = await durable.ask("ada")
    client, path = await durable.client("ada"), f"/v1/conversations/{conversation_id}"
    streams = [asyncio.create_task(client.get(f"{path}/events")) for _ in range(8)]
    answer = await client.post(f"{path}/messages", json={"message": "Still there?"})
    assert answer.status_code == 201
    assert (await client.post(f"{path}/close")).status_code == 204
    texts = [stream.text for stream in await asyncio.gather(*streams)]
    assert all("event: conversation.closed" in text for text in texts)


async def test_asking_for_a_person_opens_a_case_that_a_person_answers(durable: World) -> None:
    conversation_id = await durable.ask("ada")
    customer = await durable.client("ada")
    turn = (await customer.post(f"/v1/conversations/{conversation_id}/escalate")).json()["turn"]
    assert turn["status"] == "handed_off"
    desk = await durable.client("sue")
    [case] = (await desk.get("/v1/reviews")).json()["items"]
    assert (case["kind"], case["id"]) == ("handoff", turn["review_id"])
    answer = await desk.post(
        f"/v1/reviews/{case['id']}/decision", json={"action": "respond", "text": "Hello, Sue here."}
    )
    assert answer.status_code == 200
    read = (await customer.get(f"/v1/conversations/{conversation_id}")).json()
    assert read["turns"][-1]["answer"] == "Hello, Sue here."


async def test_a_document_comes_in_and_goes_out_as_durable_workflows(durable: World) -> None:
    client = await durable.client("root", headers={"Idempotency-Key": "doc-1"})
    file = {"file": ("plan.md", b"# Plans\n\nThe plan costs 9 euros.\n")}
    accepted = [await client.post("/v1/documents", files=file) for _ in range(2)]
    assert [answer.status_code for answer in accepted] == [202, 202]
    assert accepted[0].json()["id"] == accepted[1].json()["id"]
    other = await client.post("/v1/documents", files={"file": ("plan.md", b"# Plans\n\nOther words.\n")})
    assert (other.status_code, other.json()["type"]) == (422, "urn:holdfast:problem:key-reused")
    async with asyncio.timeout(120):
        while (report := (await client.get(accepted[0].headers["location"])).json())["status"] == "running":
            await asyncio.sleep(0.05)
    [taken] = report["report"]["taken"]
    gone = await client.delete(f"/v1/documents/{taken['document_id']}")
    assert (gone.status_code, gone.json()["outcome"]) == (200, "deleted")
    assert (await client.get(f"/v1/documents/{taken['document_id']}")).status_code == 404


async def test_without_a_worker_a_message_is_a_503_and_a_read_still_works(
    world: World, temporal_address: str, task_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflows.client.ACCEPT_SECONDS", 0.3)
    chat = Conversations(await connect(temporal_address), task_queue=task_queue)
    world.app.state.services = replace(world.services, chat=chat)
    client = await world.client("ada")
    headers = {"Idempotency-Key": "nobody-polls"}
    answer = await client.post("/v1/conversations?wait_seconds=0", json={"message": "Hello"}, headers=headers)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    [conversation] = (await client.get("/v1/conversations")).json()["items"]
    read = await client.get(f"/v1/conversations/{conversation['id']}")
    assert (read.status_code, read.json()["turns"]) == (200, [])


async def test_an_ingestion_that_nothing_runs_ends_when_somebody_cancels_it(durable: World) -> None:
    intake = durable.app.state.services.intake
    request = await intake._writer.accept("lost.md", b"# Lost\n\nNobody started this.\n")
    client, path = await durable.client("root"), f"/v1/ingestions/{request.ingestion_id}"
    assert (await client.get(path)).json()["status"] == "running"
    assert (await client.post(f"{path}/pause")).status_code == 409
    assert (await client.get(path)).json()["status"] == "running"
    assert (await client.post(f"{path}/cancel")).status_code == 409
    ended = (await client.get(path)).json()
    assert ended["status"] == "failed"
    [refused] = ended["report"]["refused"]
    assert refused == {"source": "lost.md", "reason": "could not be started; send it again"}
