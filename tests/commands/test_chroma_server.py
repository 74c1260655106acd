"""A damaged database of vectors is set aside by the server itself; a sound one never is."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from commands.chroma_server import DATABASE, is_damaged
from tests.fixtures.postgres import free_port


def write(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE words (word TEXT)")
        connection.executemany("INSERT INTO words VALUES (?)", [("a word of it " * 20,)] * 2_000)
        connection.commit()


def spoil(database: Path) -> None:
    content = bytearray(database.read_bytes())
    content[4096:200_000] = b"\xa5" * (200_000 - 4096)
    database.write_bytes(content)


def test_damage_is_told_from_health_and_from_absence(tmp_path: Path) -> None:
    database = tmp_path / DATABASE
    assert not is_damaged(database)
    write(database)
    assert not is_damaged(database)
    spoil(database)
    assert is_damaged(database)
    database.write_bytes(b"no database at all " * 100)
    assert is_damaged(database)


def test_the_server_sets_a_damaged_database_aside_and_says_so(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"no database at all " * 100)
    index = tmp_path / "8f3d" / "header.bin"
    index.parent.mkdir()
    index.touch()
    argv = [sys.executable, "-m", "commands.chroma_server", str(tmp_path), "127.0.0.1", str(free_port())]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60)
    (aside,) = tmp_path.glob("damaged-*")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"the vectors in {tmp_path} are damaged: set aside in {aside}")
    assert {path.name for path in aside.iterdir()} >= {DATABASE, "8f3d"}
    assert not (tmp_path / DATABASE).exists()
