"""Documents come in and go as a whole, whatever is killed, repeated or overtaken."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from activities.knowledge.ingest import UploadMissingError
from activities.knowledge.preparation import document_id_of
from activities.knowledge.reports import DeletionProof
from activities.knowledge.validate import DocumentRefusedError
from activities.records.database import Database, utc_now
from activities.records.documents import Documents
from activities.records.ingestions import Ingestions
from activities.records.models import Blob
from tests.knowledge.builders import jsonl_file
from tests.knowledge.guide import GUIDE, NEW, NEW_TEXTS, OLD, OLD_TEXTS
from tests.knowledge.writing import Bench


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database)


async def blob_count(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(Blob)) or 0


async def test_an_upload_answers_with_all_its_passages(bench: Bench) -> None:
    report = await bench.ingest("guide.md", OLD)
    assert (report.status, report.counts.taken) == ("completed", 1)
    assert (report.taken[0].version, report.taken[0].chunks) == (1, 2)
    assert await bench.answering() == {"guide.md": OLD_TEXTS}
    assert bench.index.ids() == {"public": {f"{GUIDE}:1:0", f"{GUIDE}:1:1"}}


async def test_passages_are_embedded_with_title_and_headings_but_stored_without(bench: Bench) -> None:
    await bench.ingest("guide.md", OLD)
    assert bench.embedder.texts[0] == "Guide\nA\nOld one."
    assert bench.index.partitions["public"][f"{GUIDE}:1:0"].text == "Old one."


async def test_offsets_of_passages_stand_in_the_text_of_their_version(bench: Bench) -> None:
    await bench.ingest("guide.md", OLD)
    version = await Documents(bench.database).version(GUIDE, 1)
    assert version is not None
    start = version.text.index("Old two.")
    assert version.text[start : start + 8] in await answering_texts(bench)


async def answering_texts(bench: Bench) -> list[str]:
    return [text for texts in (await bench.answering()).values() for text in texts]


async def test_a_repeated_upload_is_unchanged(bench: Bench) -> None:
    await bench.ingest("guide.md", OLD)
    bench.embedder.texts.clear()
    report = await bench.ingest("guide.md", OLD)
    assert (report.status, report.counts.unchanged, report.counts.taken) == ("completed", 1, 0)
    assert bench.embedder.texts == []
    assert await bench.chunk_ids() == {f"{GUIDE}:1:0", f"{GUIDE}:1:1"}


async def test_a_new_version_replaces_the_old_one_whose_text_stays_for_old_answers(bench: Bench) -> None:
    await bench.ingest("guide.md", OLD)
    await bench.ingest("guide.md", NEW)
    assert await bench.answering() == {"guide.md": NEW_TEXTS}
    assert bench.index.ids() == {"public": await bench.chunk_ids()}
    documents = Documents(bench.database)
    versions = await documents.versions(GUIDE)
    assert [row.version for row in versions] == [2, 1]
    assert all("text" not in vars(row) for row in versions), "a list of versions reads all of their texts"
    first = await documents.version(GUIDE, 1)
    assert first is not None
    assert "Old one." in first.text


async def test_other_rights_move_the_passages_to_their_partition(bench: Bench) -> None:
    await bench.ingest("guide.md", OLD)
    report = await bench.ingest("guide.md", OLD, department="legal", classification="restricted")
    assert report.counts.taken == 1
    assert bench.index.ids() == {"restricted.legal": {f"{GUIDE}:2:0", f"{GUIDE}:2:1"}}


@pytest.mark.parametrize(
    ("said", "sent", "partition"),
    [
        ("restricted", "internal", "restricted.legal"),
        ("public", "confidential", "confidential.legal"),
        ("nonsense", "internal", "internal.legal"),
    ],
)
async def test_a_document_raises_its_class_but_never_lowers_it(
    bench: Bench, said: str, sent: str, partition: str
) -> None:
    data = f"---\nclassification: {said}\ndepartment: support\n---\nText.".encode()
    await bench.ingest("guide.md", data, department="legal", classification=sent)  # type: ignore[arg-type]
    assert list(bench.index.ids()) == [partition]


async def test_a_document_names_its_department_when_its_sender_does_not(bench: Bench) -> None:
    await bench.ingest("guide.md", b"---\nclassification: internal\ndepartment: HR\n---\nText.")
    assert list(bench.index.ids()) == ["internal.hr"]


async def test_one_bad_document_of_many_is_reported_and_the_rest_answers(bench: Bench) -> None:
    data = jsonl_file({"_id": "a", "body": "One."}, {"_id": "b", "body": " "}, {"_id": "a", "body": "Other."})
    report = await bench.ingest("kb.jsonl", data)
    assert await bench.answering() == {"kb.jsonl#a": ["One."]}
    assert {(item.source, item.reason.split(":")[0]) for item in report.refused} == {
        ("kb.jsonl#line 2", "it holds no text"),
        ("kb.jsonl#a", "another document of this file has the same name"),
    }
    assert report.status == "completed"
    repeated = await bench.ingest("kb.jsonl", data)
    assert (repeated.counts.unchanged, repeated.counts.taken) == (1, 0)


async def test_a_refused_file_is_a_report_and_leaves_nothing(bench: Bench) -> None:
    writer = bench.writer()
    request = await writer.accept("a.pdf", b"no pdf")
    report = await writer.ingest(request)
    row = await Ingestions(bench.database).get(request.ingestion_id)
    assert row is not None
    assert (row.status, row.finished_at is not None) == ("failed", True)
    assert row.report["refused"][0]["source"] == "a.pdf"
    assert report.counts.refused == 1
    assert await blob_count(bench.database) == 0


@pytest.mark.parametrize(("filename", "data"), [("../a.md", b"x"), ("a.md", b""), ("a.md", b"x" * 26_214_401)])
async def test_what_can_be_refused_at_once_is(bench: Bench, filename: str, data: bytes) -> None:
    with pytest.raises(DocumentRefusedError):
        await bench.writer().accept(filename, data)
    assert await blob_count(bench.database) == 0


async def test_a_repeated_id_keeps_no_second_file(bench: Bench) -> None:
    writer = bench.writer()
    request = await writer.accept("guide.md", OLD, ingestion_id="one")
    await writer.accept("guide.md", NEW, ingestion_id="one")
    assert await blob_count(bench.database) == 1
    await writer.ingest(request)
    assert await bench.answering() == {"guide.md": OLD_TEXTS}
    await writer.accept("guide.md", NEW, ingestion_id="one")
    assert await blob_count(bench.database) == 1


async def test_an_ended_ingestion_cannot_be_run_again(bench: Bench) -> None:
    request = await bench.writer().accept("a.pdf", b"no pdf")
    await bench.writer().ingest(request)
    with pytest.raises(UploadMissingError):
        await bench.writer().plan(request)


async def test_a_deleted_document_leaves_nothing_and_proves_it(bench: Bench) -> None:
    await bench.ingest("guide.md", OLD)
    await bench.ingest("guide.md", NEW)
    await bench.ingest("other.md", b"Other.")
    proof = await bench.writer().delete(GUIDE, utc_now())
    assert proof == DeletionProof(document_id=GUIDE, outcome="deleted")
    assert {proof.versions, proof.chunks, proof.indexed, proof.cached} == {0}
    assert await bench.answering() == {"other.md": ["Other."]}
    assert await blob_count(bench.database) == 1
    assert await Documents(bench.database).get(GUIDE) is None


async def test_one_article_of_a_file_is_deleted_with_its_own_bytes(bench: Bench) -> None:
    await bench.ingest("kb.jsonl", jsonl_file({"_id": "a", "body": "One."}, {"_id": "b", "body": "Two."}))
    assert await blob_count(bench.database) == 2
    await bench.writer().delete(document_id_of("kb.jsonl#a"), utc_now())
    assert await blob_count(bench.database) == 1
    assert await bench.answering() == {"kb.jsonl#b": ["Two."]}


async def test_a_document_can_come_back_and_its_version_numbers_go_on(bench: Bench) -> None:
    await bench.ingest("guide.md", OLD)
    await bench.writer().delete(GUIDE, utc_now())
    report = await bench.ingest("guide.md", OLD)
    assert report.taken[0].version == 2
    assert await bench.answering() == {"guide.md": OLD_TEXTS}


async def test_deleting_what_is_unknown_says_so(bench: Bench) -> None:
    assert (await bench.writer().delete("nothing", utc_now())).outcome == "unknown"


async def test_an_older_upload_does_not_undo_a_newer_one(bench: Bench) -> None:
    older = await bench.writer().accept("guide.md", OLD)
    await bench.ingest("guide.md", NEW)
    report = await bench.writer().ingest(older)
    assert (report.counts.taken, report.status) == (0, "failed")
    assert await bench.answering() == {"guide.md": NEW_TEXTS}


async def test_an_upload_that_a_deletion_overtakes_does_not_come_back(bench: Bench) -> None:
    await bench.ingest("guide.md", OLD)
    upload = await bench.writer().accept("guide.md", NEW)
    assert (await bench.writer().delete(GUIDE, utc_now())).outcome == "deleted"
    await bench.writer().ingest(upload)
    assert await bench.answering() == {}
    assert bench.index.ids() == {}


async def test_an_upload_overtaken_while_it_is_indexed_gives_way(bench: Bench) -> None:
    await bench.ingest("guide.md", b"Oldest.")
    bench.index.meanwhile = lambda: bench.ingest("guide.md", NEW)
    report = await bench.ingest("guide.md", OLD)
    assert [item.reason for item in report.refused] == ["a newer upload or a deletion of this document was asked for"]
    assert await bench.answering() == {"guide.md": NEW_TEXTS}
    assert bench.index.ids() == {"public": await bench.chunk_ids()}


async def test_a_document_deleted_while_it_is_indexed_does_not_come_back(bench: Bench) -> None:
    await bench.ingest("guide.md", OLD)
    bench.index.meanwhile = lambda: bench.writer().delete(GUIDE, utc_now())
    await bench.ingest("guide.md", NEW)
    assert (await bench.answering(), bench.index.ids(), await bench.chunk_ids()) == ({}, {}, set())


async def test_a_deletion_asked_for_before_an_upload_does_not_touch_it(bench: Bench) -> None:
    before = utc_now() - timedelta(seconds=1)
    await bench.ingest("guide.md", OLD)
    assert (await bench.writer().delete(GUIDE, before)).outcome == "superseded"
    assert await bench.answering() == {"guide.md": OLD_TEXTS}
