"""What ``holdfast up`` runs now, in ``<data-dir>/runtime.json``, so that other commands find it."""

import contextlib
import os
from pathlib import Path

from pydantic import BaseModel, ValidationError


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
        return runtime
    except (OSError, ValidationError):
        return None
    return runtime


def remove_runtime(data_dir: Path) -> None:
    """Forget it."""
    with contextlib.suppress(FileNotFoundError):
        runtime_file(data_dir).unlink()
