"""What ``holdfast up`` runs now, in ``<data-dir>/runtime.json``, so that other commands find it."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError

from commands.errors import BadInputError
from commands.process import process_began


class Runtime(BaseModel):
    """Addresses and process ids of one ``up``."""

    pid: int
    url: str
    temporal_address: str
    temporal_ui: str = ""
    chroma_url: str
    worker_url: str
    children: dict[str, int] = {}
    """Process ids by service; they change when a service is restarted."""
    started: int = 0
    """When ``pid`` began, as ``process_began`` says: when the machine starts anew, another process gets its number."""


def check_folder(folder: Path) -> None:
    """Make the data folder, for its owner only, if it is not there. Raises ``BadInputError`` when that fails."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = error.strerror or error
        raise BadInputError(
            f"Cannot write to the data folder {folder}: {reason}; choose another (--data-dir or HOLDFAST_DATA_DIR)"
        ) from error


@contextmanager
def own_folder(data_dir: Path, otherwise: str) -> Iterator[None]:
    """Hold a data folder that is there; the kernel lets go of it however this process ends.

    Raises ``BadInputError`` with ``otherwise``, what to do then, while another command holds it.
    """
    lock = FileLock(data_dir / "up.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        running = read_runtime(data_dir)
        where = f" at {running.url} (process {running.pid})" if running else ""
        raise BadInputError(f"Holdfast runs on {data_dir} already{where}; {otherwise}") from error
    try:
        yield
    finally:
        lock.release()


def runtime_file(data_dir: Path) -> Path:
    """Return where the runtime of a data folder is written."""
    return data_dir / "runtime.json"


def write_runtime(data_dir: Path, runtime: Runtime) -> None:
    """Write the file in one step, so that no reader sees half of it."""
    target = runtime_file(data_dir)
    draft = target.with_suffix(".new")
    draft.write_text(runtime.model_dump_json(indent=2), encoding="utf-8")
    draft.replace(target)


def read_runtime(data_dir: Path) -> Runtime | None:
    """Return what runs on this data folder; None when nothing does or its ``up`` is gone."""
    try:
        runtime = Runtime.model_validate_json(runtime_file(data_dir).read_bytes())
        os.kill(runtime.pid, 0)
    except PermissionError:
        pass  # it is there, and somebody else's
    except (OSError, ValidationError):
        return None
    return runtime if not runtime.started or process_began(runtime.pid) == runtime.started else None


def remove_runtime(data_dir: Path) -> None:
    """Forget it."""
    with contextlib.suppress(FileNotFoundError):
        runtime_file(data_dir).unlink()
