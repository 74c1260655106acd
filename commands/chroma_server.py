"""The Chroma server of ``up``: what the script ``chroma`` does, and a way out when its database is damaged.

``python -m commands.chroma_server FOLDER HOST PORT``. The vectors are derived: a database that SQLite calls damaged is
set aside, the next start begins an empty one, and the worker's check at the start fills it from records.
"""

import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

DATABASE = "chroma.sqlite3"
ASIDE = "damaged"


def serve(folder: Path, host: str, port: str) -> None:
    """Serve until the process is ended. A panic of the server over a damaged database sets that aside."""
    # Without importing the whole client: a second and 100 MB less.
    import chromadb_rust_bindings as chroma  # type: ignore[import-untyped]  # compiled, without types

    try:
        chroma.cli(["chroma", "run", "--path", str(folder), "--host", host, "--port", port])
    except BaseException as error:  # what Rust panics with is no Exception
        if isinstance(error, (KeyboardInterrupt, SystemExit)) or not is_damaged(folder / DATABASE):
            raise
        sys.exit(f"the vectors in {folder} are damaged: set aside in {set_aside(folder)}, they are made anew")


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
    place = folder / f"{ASIDE}-{int(time.time())}"
    place.mkdir()
    for part in [*folder.glob(f"{DATABASE}*"), *(path.parent for path in folder.glob("*/header.bin"))]:
        part.rename(place / part.name)
    return place


if __name__ == "__main__":
    serve(Path(sys.argv[1]), *sys.argv[2:4])
