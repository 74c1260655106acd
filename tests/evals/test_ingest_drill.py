"""The ingestion drill in small, on real stores; and that its comparison sees what it is there to see."""

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from activities.knowledge.chroma import ChromaFolder
from evals.drills.documents import file_of
from evals.drills.ingest import summary
from evals.drills.kills import Kill, order_kills, plan_kills, struck
from evals.drills.taken import Taken, compare, read_stores
from tests.evals.killed_writer import FINGERPRINT, take_in
from tests.knowledge.builders import jsonl_file

PROJECT = Path(__file__).parents[2]
KILLS = 3
SEED = 5


def sentence(page: int, part: int) -> str:
    return " ".join(f"word{page * 100 + part * 30 + number}" for number in range(25))


async def taken(folder: Path) -> Taken:
    place = ChromaFolder(folder / "chroma")
    try:
        return await read_stores(folder, f"sqlite+aiosqlite:///{folder / 'records.db'}", place, FINGERPRINT)
    finally:
        place.close()


@pytest.mark.timeout(400)
async def test_after_kills_at_random_steps_the_index_is_that_of_an_undisturbed_run(tmp_path: Path) -> None:
    pages = [
        {"_id": f"p{page}", "body": "\n\n".join(f"## Part {part}\n\n{sentence(page, part)}" for part in range(3))}
        for page in range(30)
    ]
    file = tmp_path / "kb.jsonl"
    file.write_bytes(jsonl_file(*pages))
    first, second = tmp_path / "undisturbed", tmp_path / "killed"
    for folder in (first, second):
        folder.mkdir()
    steps = await take_in(first, file)
    dice = Random(SEED)
    lasts = [*(str(dice.randrange(3, steps // 2)) for _ in range(KILLS)), "0"]
    words = [sys.executable, "-P", "-m", "tests.evals.killed_writer", str(second), str(file), *lasts]
    ended = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr
    rows = compare(await taken(first), await taken(second))
    assert [(row["store"], row["equal"], row["once"]) for row in rows] == [
        ("records", 1, 1), ("chroma", 1, 1), ("exact", 1, 1), ("fulltext", 1, 1),
    ]  # fmt: skip
    assert {row["chunks"] for row in rows} == {rows[0]["undisturbed"]}
    assert rows[0]["chunks"] == 90


RIGHT = [("public", "a:1:0", "hash"), ("public", "a:1:1", "hash")]


@pytest.mark.parametrize(
    ("found", "equal", "once"),
    [
        (RIGHT, 1, 1),
        (RIGHT[:1], 0, 1),
        ([*RIGHT, RIGHT[0]], 0, 0),
        ([*RIGHT, ("internal.hr", "a:1:0", "hash")], 0, 0),
        ([RIGHT[0], ("public", "a:1:1", "other text")], 0, 1),
        ([], 0, 0),
    ],
)
def test_a_chunk_that_lacks_is_there_twice_or_differs_is_seen(
    found: list[tuple[str, ...]], equal: int, once: int
) -> None:
    [row] = compare(Taken({"records": list(RIGHT)}), Taken({"records": found}))
    assert (row["equal"], row["once"]) == (equal, once)


def test_a_drill_is_well_only_when_every_kill_struck_and_every_store_is_equal() -> None:
    store = {"store": "records", "equal": 1, "once": 1}
    assert summary([{"struck": 1}], [store], same_report=True)["ok"] == 1
    assert summary([{"struck": 0}], [store], same_report=True)["ok"] == 0
    assert summary([{"struck": 1}], [{**store, "equal": 0}], same_report=True)["failed"] == 1
    assert summary([{"struck": 1}], [store], same_report=False)["ok"] == 0


def test_a_seed_repeats_its_kills_and_leaves_work_for_the_last() -> None:
    kills = plan_kills(Random(7), 10, 40)
    assert kills == plan_kills(Random(7), 10, 40) != plan_kills(Random(8), 10, 40)
    assert sum(kill.steps for kill in kills) < 36
    assert len(kills) == 10


def test_without_the_articles_the_sample_company_is_taken_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOLDFAST_SHARED_DATA", str(tmp_path))
    assert len(file_of(5).splitlines()) == 5


def test_a_step_that_is_over_before_its_kill_comes_is_killed_at_its_end(tmp_path: Path) -> None:
    order_kills(tmp_path, [Kill(steps=1, seconds=3600)])
    code = (
        "import pathlib, sys; from evals.drills.kills import KillInterceptor;"
        "kills = KillInterceptor(pathlib.Path(sys.argv[1]));"
        "[step() for step in (kills.begun, kills.ended) * 2]; print('alive')"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=PROJECT, capture_output=True)
    assert (ended.returncode, ended.stdout, struck(tmp_path)) == (-9, b"", 1)
