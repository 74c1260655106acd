"""A start makes the demo people only when somebody of them is missing."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from activities.records.seed import FILE_NAME
from activities.settings import Settings
from commands.seeding import DATABASE_FILE, LOGINS_FILE, is_seeded


def settings_of(folder: Path, database_url: str = "") -> Settings:
    return Settings(data_dir=folder, database_url=database_url)


def write(folder: Path, people: Sequence[str], logins: Sequence[str]) -> None:
    (folder / LOGINS_FILE).write_text(json.dumps([{"username": name} for name in logins]), encoding="utf-8")
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as records, records:
        records.execute("CREATE TABLE people (username TEXT)")
        records.executemany("INSERT INTO people VALUES (?)", [(name,) for name in people])


@pytest.mark.parametrize(
    ("people", "logins", "seeded"),
    [(["ada", "ben", "own"], ["ada", "ben"], True), (["ada"], ["ada", "ben"], False), ([], ["ada"], False)],
)
def test_people_are_made_again_when_one_is_missing(
    tmp_path: Path, people: list[str], logins: list[str], seeded: bool
) -> None:
    write(tmp_path, people, logins)
    assert is_seeded(settings_of(tmp_path)) is seeded


def test_nothing_is_taken_for_granted_of_an_empty_folder_a_damaged_file_or_another_database(tmp_path: Path) -> None:
    assert not is_seeded(settings_of(tmp_path))
    write(tmp_path, ["ada"], ["ada"])
    assert not is_seeded(settings_of(tmp_path, "postgresql://elsewhere/holdfast"))
    (tmp_path / DATABASE_FILE).write_bytes(b"no database " * 400)
    assert not is_seeded(settings_of(tmp_path))


def test_the_names_of_files_are_those_of_the_records() -> None:
    assert LOGINS_FILE == FILE_NAME
    assert Settings().sqlalchemy_url.endswith(DATABASE_FILE)
