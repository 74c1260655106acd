"""A folder: what changes in it changes here; what leaves it leaves."""

import asyncio
import os
from pathlib import Path

import pytest

from activities.sources.connector import SourceRefusedError, SourceUnavailableError
from activities.sources.folder import Folder
from tests.knowledge.builders import docx_file, jsonl_file, with_part
from tests.sources.conftest import MAX_BYTES, Rig


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    (folder / "hr").mkdir(parents=True)
    (folder / "refunds.md").write_text("# Refunds\n\nThirty days.")
    (folder / "hr" / "leave.md").write_text("# Leave\n\nFive weeks.")
    (folder / ".hidden.md").write_text("# Secret\n\nNo.")
    return folder


async def test_files_are_taken_under_the_name_of_their_source(rig: Rig, docs: Path) -> None:
    source = await rig.add("folder", {"path": str(docs)}, name="handbook")
    await rig.run(source)
    assert await rig.bench.answering() == {
        "handbook/refunds.md": ["Thirty days."], "handbook/hr/leave.md": ["Five weeks."]
    }  # fmt: skip
    assert await rig.partitions() == {"internal.support": 2}


async def test_changes_moves_and_deletes_are_followed(rig: Rig, docs: Path) -> None:
    source = await rig.add("folder", {"path": str(docs)})
    await rig.run(source)
    (docs / "refunds.md").write_text("# Refunds\n\nForty days now.")
    (docs / "hr" / "leave.md").rename(docs / "holidays.md")
    await rig.run(source)
    assert await rig.answers() == {"refunds.md": "Forty days now.", "holidays.md": "Five weeks."}
    (docs / "refunds.md").unlink()
    await rig.run(source)
    assert await rig.answers() == {"holidays.md": "Five weeks."}
    assert await rig.partitions() == {"internal.support": 1}


async def test_nothing_is_taken_twice(rig: Rig, docs: Path) -> None:
    source = await rig.add("folder", {"path": str(docs)})
    await rig.run(source)
    assert (await rig.sync.list_changes(source.id, 2)).to_take == 0


async def test_a_loop_of_links_is_named_and_not_followed(rig: Rig, docs: Path) -> None:
    (docs / "loop").symlink_to(docs)
    (docs / "passwd.md").symlink_to("/etc/passwd")
    os.mkfifo(docs / "pipe.md")
    source = await rig.add("folder", {"path": str(docs)})
    await rig.run(source)
    items = await rig.items(source)
    assert sorted(await rig.answers()) == ["hr/leave.md", "refunds.md"]
    assert {key: items[key].status for key in ("loop", "passwd.md", "pipe.md")} == {
        "loop": "skipped", "passwd.md": "skipped", "pipe.md": "skipped"
    }  # fmt: skip
    assert "links are not followed" in items["loop"].reason


async def test_hostile_files_are_refused_one_by_one(rig: Rig, docs: Path) -> None:
    word = docx_file(lambda document: document.add_paragraph("x"))
    (docs / "bomb.docx").write_bytes(with_part(word, "word/media/x.xml", b"A" * 30_000_000))
    (docs / "empty.md").write_bytes(b"")
    (docs / "big.md").write_bytes(b"x" * (MAX_BYTES + 1))
    (docs / "what?.md").write_text("# What\n\nA name that other systems refuse.")
    source = await rig.add("folder", {"path": str(docs)})
    await rig.run(source)
    items = await rig.items(source)
    assert "inflates to more" in items["bomb.docx"].reason
    assert "1 to " in items["empty.md"].reason or "empty" in items["empty.md"].reason
    assert "at most" in items["big.md"].reason
    assert {key: items[key].status for key in ("bomb.docx", "empty.md", "big.md", "what?.md")} == {
        "bomb.docx": "refused", "empty.md": "refused", "big.md": "skipped", "what?.md": "taken"
    }  # fmt: skip
    assert len(await rig.answers()) == 3


async def test_documents_that_leave_a_file_of_many_leave(rig: Rig, docs: Path) -> None:
    (docs / "kb.jsonl").write_bytes(jsonl_file({"_id": "a", "text": "One."}, {"_id": "b", "text": "Two."}))
    source = await rig.add("folder", {"path": str(docs)})
    await rig.run(source)
    (docs / "kb.jsonl").write_bytes(jsonl_file({"_id": "b", "text": "Two."}, {"_id": "c", "text": "Three."}))
    await rig.run(source)
    found = {name: text for name, text in (await rig.answers()).items() if name.startswith("kb")}
    assert found == {"kb.jsonl#b": "Two.", "kb.jsonl#c": "Three."}


async def test_rights_by_path_change_with_the_rule(rig: Rig, docs: Path) -> None:
    rules = [{"path": "hr/*", "department": "hr", "classification": "confidential"}]
    source = await rig.add("folder", {"path": str(docs)}, rights=rules)
    await rig.run(source)
    assert await rig.partitions() == {"internal.support": 1, "confidential.hr": 1}
    await rig.rows._update(source.id, rights=[])
    await rig.run(source)
    assert await rig.partitions() == {"internal.support": 2}


async def test_a_folder_that_is_not_there_today_removes_nothing(rig: Rig, docs: Path) -> None:
    source = await rig.add("folder", {"path": str(docs)})
    await rig.run(source)
    docs.rename(docs.with_name("away"))
    with pytest.raises(SourceUnavailableError, match="is its disk there"):
        await rig.run(source)
    await rig.drain(source)
    assert len(await rig.answers()) == 2


async def test_an_empty_mount_where_many_documents_were_removes_nothing(rig: Rig, docs: Path) -> None:
    for number in range(12):
        (docs / f"{number}.md").write_text(f"# {number}\n\nText.")
    source = await rig.add("folder", {"path": str(docs)})
    await rig.run(source)
    docs.rename(docs.with_name("away"))
    docs.mkdir()
    with pytest.raises(SourceUnavailableError, match="names nothing where 14 documents were"):
        await rig.run(source)
    await rig.drain(source)
    assert len(await rig.answers()) == 14


async def test_only_folders_that_the_operator_names_are_read(rig: Rig) -> None:
    source = await rig.add("folder", {"path": "/etc"})
    with pytest.raises(SourceRefusedError, match="HOLDFAST_SOURCE_FOLDERS"):
        await rig.run(source)
    sneaky = await rig.add("folder", {"path": f"{rig.folder}/{'../' * 20}etc"}, name="sneaky")
    with pytest.raises(SourceRefusedError, match="may not read /etc"):
        await rig.run(sneaky)


async def test_a_change_is_noticed_by_watching_even_one_that_came_before(docs: Path) -> None:
    folder = Folder(docs, MAX_BYTES)
    before = await folder.watch("")
    (docs / "refunds.md").unlink()
    between = await asyncio.wait_for(folder.watch(before), 60)
    watching = asyncio.create_task(folder.watch(between))
    while not watching.done():
        (docs / "new.md").write_text(f"# New\n\n{os.urandom(4).hex()}")
        await asyncio.wait([watching], timeout=0.5)
    assert len({before, between, watching.result()}) == 3


async def test_a_sync_killed_anywhere_ends_the_same(rig: Rig, docs: Path) -> None:
    source = await rig.add("folder", {"path": str(docs)})
    await rig.sync.list_changes(source.id, 1)
    work = await rig.sync.next_work(source.id, 20)
    first = await rig.sync.open_items(source.id, 1, work.take)
    again = await rig.sync.open_items(source.id, 1, work.take)
    assert [each.request and each.request.ingestion_id for each in first] == [
        each.request and each.request.ingestion_id for each in again
    ]
    await rig.run(source)
    assert len(await rig.answers()) == 2
    assert await rig.partitions() == {"internal.support": 2}
