"""The life of documents on both databases: held, confirmed, reclassified, brought back, merged, and gone."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.knowledge.classification import Judgement
from activities.knowledge.ingest import KnowledgeWriter
from activities.knowledge.preparation import document_id_of
from activities.knowledge.reports import IngestionReport
from activities.knowledge.revisions import Revision, Revisions
from activities.knowledge.rules import AccessRule
from activities.ports import Level
from activities.records.confirmations import Confirmations
from activities.records.database import Database, utc_now
from activities.records.document_access import DocumentAccess
from activities.records.documents import Documents
from activities.records.knowledge_events import EventFilter, KnowledgeTrail
from tests.knowledge.writing import Bench

SAME = "You may send hardware back within thirty days, in its box, with the bill, and without giving a reason.\n"
GUIDE, COPY = document_id_of("guide.md"), document_id_of("copy.md")


def judge(title: str, text: str) -> Judgement:
    for level in ("restricted", "confidential", "internal"):
        if f"marked {level}" in text:
            return Judgement(level, (f"It is marked {level}.",))  # type: ignore[arg-type]
    return Judgement()


class JudgingBench(Bench):
    """A bench whose writer judges contents."""

    def writer(self, fuse: object = None) -> KnowledgeWriter:
        return KnowledgeWriter(self.database, self.embedder, self.index, judge=judge)

    async def revise(self, version: int, level: Level, department: str = "support", *, restore: bool = False,
                     document_id: str = GUIDE) -> IngestionReport:  # fmt: skip
        revision = Revision(document_id, version, level, department, "sue", restore)
        writer = self.writer()
        return await writer.ingest(await Revisions(self.database, writer).accept(revision, ""))


@pytest.fixture
def bench(database: Database) -> JudgingBench:
    return JudgingBench(database)


async def actions(bench: Bench, document_id: str = GUIDE) -> list[str]:
    events = await KnowledgeTrail(bench.database).list_events(EventFilter(document_id=document_id))
    return [event.action for event in reversed(events)]


async def test_a_guess_of_confidential_waits_and_nobody_finds_it(bench: JudgingBench) -> None:
    report = await bench.ingest("guide.md", b"# Guide\n\nThis is marked confidential.\n")
    assert (report.counts.held, report.counts.taken, report.status) == (1, 0, "completed")
    assert await bench.answering() == {}
    assert bench.index.ids() == {}
    assert await Documents(bench.database).get(GUIDE) is None
    [waiting] = await Confirmations(bench.database).list_waiting(limit=9)
    assert (waiting.requested, waiting.suggested, list(waiting.reasons)) == (
        "public", "confidential", ["It is marked confidential."],
    )  # fmt: skip
    assert await actions(bench) == ["document.held"]


async def test_a_guess_of_internal_is_followed_at_once(bench: JudgingBench) -> None:
    report = await bench.ingest("guide.md", b"# Guide\n\nThis is marked internal.\n")
    assert report.taken[0].reasons == ["It is marked internal."]
    assert list(bench.index.ids()) == ["internal.support"]


async def test_while_a_new_version_waits_the_old_one_answers(bench: JudgingBench) -> None:
    await bench.ingest("guide.md", b"# Guide\n\nOld words.\n")
    await bench.ingest("guide.md", b"# Guide\n\nThis is marked restricted.\n")
    assert await bench.answering() == {"guide.md": ["Old words."]}


@pytest.mark.parametrize(("level", "partition"), [("confidential", "confidential.support"), ("public", "public")])
async def test_a_confirmed_document_answers_in_the_class_that_was_decided(
    bench: JudgingBench, level: Level, partition: str
) -> None:
    text = b"# Guide\n\nThis is marked confidential.\n"
    await bench.ingest("guide.md", text)
    await bench.revise(1, level)
    assert list(bench.index.ids()) == [partition]
    assert await Confirmations(bench.database).list_waiting(limit=9) == []
    repeated = await bench.ingest("guide.md", text)
    assert repeated.counts.unchanged == 1, "the decision does not stand"
    assert list(bench.index.ids()) == [partition]


async def test_a_class_that_a_person_chose_is_not_lowered_by_the_next_upload(bench: JudgingBench) -> None:
    await bench.ingest("guide.md", b"# Guide\n\nOld words.\n")
    await bench.revise(1, "confidential")
    await bench.ingest("guide.md", b"# Guide\n\nNew words.\n", classification="public")
    assert list(bench.index.ids()) == ["confidential.support"]


async def test_who_is_shut_out_by_a_decision_is_out_before_anything_is_indexed(bench: JudgingBench) -> None:
    await bench.ingest("guide.md", b"# Guide\n\nWords.\n")
    revision = Revision(GUIDE, 1, "confidential", "legal", "sue")
    await Revisions(bench.database, bench.writer()).accept(revision, "")
    documents = Documents(bench.database)
    assert await documents.get(GUIDE, ["public"]) is None
    assert await documents.get(GUIDE, ["confidential.legal"]) is not None


async def test_who_is_let_in_by_a_decision_is_in_when_the_whole_is_indexed(bench: JudgingBench) -> None:
    await bench.ingest("guide.md", b"# Guide\n\nWords.\n", "support", "confidential")
    revisions = Revisions(bench.database, bench.writer())
    request = await revisions.accept(Revision(GUIDE, 1, "public", "support", "sue"), "")
    assert await Documents(bench.database).get(GUIDE, ["public"]) is None
    await bench.writer().ingest(request)
    assert await Documents(bench.database).get(GUIDE, ["public"]) is not None
    assert list(bench.index.ids()) == ["public"]


async def test_an_earlier_version_comes_back_as_the_next_one(bench: JudgingBench) -> None:
    await bench.ingest("guide.md", b"# Guide\n\nFirst words.\n")
    await bench.ingest("guide.md", b"# Guide\n\nSecond words.\n")
    report = await bench.revise(1, "public", restore=True)
    assert report.taken[0].version == 3
    assert await bench.answering() == {"guide.md": ["First words."]}
    assert [row.version for row in await Documents(bench.database).versions(GUIDE)] == [3, 2, 1]
    assert await actions(bench) == ["document.published", "document.published", "document.restored"]


async def test_one_line_of_a_file_of_many_comes_back_as_itself(bench: JudgingBench) -> None:
    await bench.ingest("kb.jsonl", b'{"body": "One."}\n{"body": "Two."}')
    line = document_id_of("kb.jsonl#line 2")
    await bench.revise(1, "internal", document_id=line)
    assert await bench.answering() == {"kb.jsonl#line 1": ["One."], "kb.jsonl#line 2": ["Two."]}


async def test_the_same_text_for_the_same_readers_answers_once_and_the_report_says_so(bench: JudgingBench) -> None:
    await bench.ingest("guide.md", f"# Guide\n\n{SAME}".encode())
    report = await bench.ingest("copy.md", f"# Guide\n\n**{SAME.strip().upper()}**\n".encode())
    assert (report.taken[0].merged_into, report.counts.merged) == (GUIDE, 1)
    assert bench.index.ids() == {"public": {f"{GUIDE}:1:0"}}
    assert await Documents(bench.database).get(COPY) is not None


@pytest.mark.parametrize(
    ("department", "level", "title"),
    [("support", "internal", "Guide"), ("support", "confidential", "Guide"), ("hr", "internal", "Guide")],
)
async def test_documents_with_other_readers_are_never_merged(
    bench: JudgingBench, department: str, level: Level, title: str
) -> None:
    await bench.ingest("guide.md", f"# {title}\n\n{SAME}".encode(), "legal", "internal")
    report = await bench.ingest("copy.md", f"# {title}\n\n{SAME}".encode(), department, level)
    assert report.counts.merged == report.counts.similar == 0
    assert len(bench.index.ids()) == 2


async def test_an_access_rule_makes_other_readers(bench: JudgingBench) -> None:
    rule = AccessRule(allow=("group:board",))
    await DocumentAccess(bench.database).set(GUIDE, rule, "root")
    await bench.ingest("guide.md", f"# Guide\n\n{SAME}".encode())
    report = await bench.ingest("copy.md", f"# Guide\n\n{SAME}".encode())
    assert report.counts.merged == 0


@pytest.mark.parametrize("what", ["deleted", "replaced", "reclassified", "restricted"])
async def test_a_merged_document_answers_itself_when_its_twin_no_longer_does(bench: JudgingBench, what: str) -> None:
    await bench.ingest("guide.md", f"# Guide\n\n{SAME}".encode())
    await bench.ingest("copy.md", f"# Guide\n\n{SAME}".encode())
    if what == "deleted":
        await bench.writer().delete(GUIDE, utc_now())
    elif what == "replaced":
        await bench.ingest("guide.md", b"# Guide\n\nOther words.\n")
    elif what == "reclassified":
        await bench.revise(1, "restricted")
    else:
        await DocumentAccess(bench.database).set(GUIDE, AccessRule(allow=("group:board",)), "root")
        await bench.writer().place(GUIDE)
    assert (await bench.answering())["copy.md"] == [SAME.strip()]
    assert f"{COPY}:1:0" in bench.index.ids()["public"]


async def test_of_three_the_next_one_answers_for_the_last(bench: JudgingBench) -> None:
    for name in ("guide.md", "copy.md", "third.md"):
        await bench.ingest(name, f"# Guide\n\n{SAME}".encode())
    await bench.writer().delete(GUIDE, utc_now())
    assert bench.index.ids() == {"public": {f"{COPY}:1:0"}}
    third = await Documents(bench.database).get(document_id_of("third.md"))
    assert third is not None
    assert third.merged_into == COPY


async def test_two_of_one_file_are_merged_too(bench: JudgingBench) -> None:
    line = '{"_id": "%s", "title": "Guide", "body": "' + SAME.strip() + '"}'
    report = await bench.ingest("kb.jsonl", "\n".join([line % "a", line % "b"]).encode())
    assert (report.counts.taken, report.counts.merged) == (2, 1)
    assert len(bench.index.ids()["public"]) == 1


async def test_nearly_the_same_is_named_and_both_answer(bench: JudgingBench) -> None:
    words = " ".join(f"word{number}" for number in range(400))
    await bench.ingest("guide.md", f"# Guide\n\n{words} 30 days.\n".encode())
    report = await bench.ingest("copy.md", f"# Guide\n\n{words} 14 days.\n".encode())
    [near] = report.similar
    assert (near.similar_to, near.similarity_score > 0.9, report.counts.merged) == (GUIDE, True, 0)
    assert len(await bench.answering()) == 2


LEVELS: list[Level] = ["public", "internal", "confidential", "restricted"]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("upload"), st.sampled_from(["red", "blue", "marked confidential", "marked internal"])),
        st.tuples(st.just("decide"), st.sampled_from(LEVELS)),
        st.tuples(st.just("restore"), st.integers(1, 3)),
        st.tuples(st.just("delete"), st.none()),
    ),
    max_size=7,
)  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_whatever_happens_only_the_latest_version_answers_in_its_own_partition(
    migrated: Database, steps: list[tuple[str, object]]
) -> None:
    bench = JudgingBench(migrated)
    await bench.writer().delete(GUIDE, utc_now())
    documents = Documents(migrated)
    for step, value in steps:
        current = await documents.get(GUIDE)
        if step == "upload":
            await bench.ingest("guide.md", f"# Guide\n\nIt is {value}.\n".encode())
        elif step == "delete":
            await bench.writer().delete(GUIDE, utc_now())
            assert await documents.versions(GUIDE) == []
        elif current is not None and step == "decide":
            await bench.revise(current.version, value)  # type: ignore[arg-type]
        elif current is not None and await documents.version(GUIDE, int(str(value))):
            await bench.revise(int(str(value)), current.classification, restore=True)  # type: ignore[arg-type]
        now = await documents.get(GUIDE)
        expected = {f"{GUIDE}:{now.version}:0"} if now else set()
        found = {name: ids for name, ids in bench.index.ids().items() if any(each.startswith(GUIDE) for each in ids)}
        assert set().union(*found.values()) == expected
        if now:
            home = "public" if now.classification == "public" else f"{now.classification}.{now.department}"
            assert list(found) == [home]


async def test_last_wins_when_a_document_is_replaced_and_deleted_at_once(bench: JudgingBench) -> None:
    """F22: delete never resurrects, whatever was under way."""
    await bench.ingest("guide.md", b"# Guide\n\nOld words.\n")
    earlier = await bench.writer().accept("guide.md", b"# Guide\n\nNew words.\n")
    bench.index.meanwhile = lambda: bench.writer().delete(GUIDE, utc_now())
    await bench.writer().ingest(earlier)
    assert (await bench.answering(), bench.index.ids(), await bench.chunk_ids()) == ({}, {}, set())
    deleted_at = utc_now()
    await bench.ingest("guide.md", b"# Guide\n\nNewest words.\n")
    assert (await bench.writer().delete(GUIDE, deleted_at)).outcome == "superseded"
    assert await bench.answering() == {"guide.md": ["Newest words."]}
