"""The Chroma server of ``up``: what the script ``chroma`` does, and a way out when its files are damaged.

``python -m commands.chroma_server FOLDER HOST PORT``. The vectors are derived: a database that SQLite calls damaged is
set aside, and so is one that a worker asks to set aside, by a file, because it cannot be read though it was opened. The
next start begins an empty one, and the worker's check fills it from records.
"""

import os
import sqlite3
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

from activities.knowledge import aside

DATABASE = "chroma.sqlite3"
SERVING_FILE, WISH_FILE = "serving", "set-aside"
"""As ``activities.knowledge.chroma`` names them, whose import brings Chroma's client."""
WATCH_SECONDS = 0.5


def serve(folder: Path, host: str, port: str) -> None:
    """Serve until the process is ended. A panic of the server over a damaged database sets that aside."""
    # Without importing the whole client: a second and 100 MB less.
    import chromadb_rust_bindings as chroma  # type: ignore[import-untyped]  # compiled, without types

    folder.mkdir(parents=True, exist_ok=True)
    prepare(folder)
    (folder / SERVING_FILE).write_text(f"{host}:{port}", encoding="ascii")
    threading.Thread(target=_watch, args=(folder,), daemon=True).start()
    try:
        chroma.cli(["chroma", "run", "--path", str(folder), "--host", host, "--port", port])
    except BaseException as error:  # what Rust panics with is no Exception
        if isinstance(error, (KeyboardInterrupt, SystemExit)) or not is_damaged(folder / DATABASE):
            raise
        sys.exit(f"the vectors in {folder} are damaged: set aside in {set_aside(folder)}, they are made anew")


def prepare(folder: Path) -> None:
    """Set the files aside when somebody wishes it, and remove what was set aside long ago."""
    aside.remove_old(folder)
    if (folder / WISH_FILE).exists():
        sys.stderr.write(f"the vectors in {folder} are damaged: set aside in {set_aside(folder)}\n")
        (folder / WISH_FILE).unlink()


def _watch(folder: Path) -> None:
    """End the process when somebody wishes that its files are set aside: its next start does it."""
    while not (folder / WISH_FILE).exists():
        time.sleep(WATCH_SECONDS)
    os._exit(1)


def is_damaged(database: Path) -> bool:
    """Tell whether SQLite finds a fault in a file that is there; reads all of it."""
    if not database.exists():
        return False
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            return [row[0] for row in connection.execute("PRAGMA quick_check(1)")] != ["ok"]
    except sqlite3.DatabaseError as error:
        return not isinstance(error, sqlite3.OperationalError)  # those are about locks and disks


def set_aside(folder: Path) -> Path:
    """Move what Chroma wrote out of its way and return where it is."""
    parts = [*folder.glob(f"{DATABASE}*"), *(path.parent for path in folder.glob("*/header.bin"))]
    return aside.set_aside(parts, folder)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), *sys.argv[2:4])
