"""Two processes never open one folder."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from activities.knowledge.folder_lock import LOCK_FILES, FolderInUseError, FolderLock, read_owner

HOLDER = (
    "import sys; from pathlib import Path; from activities.knowledge.folder_lock import FolderLock; "
    "lock = FolderLock(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
)


def owner(folder: Path) -> str:
    return read_owner(folder / LOCK_FILES[1])


def start_holder(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLDER, str(folder)]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_second_process_is_told_who_holds_the_folder_and_what_to_do(tmp_path: Path) -> None:
    holder = start_holder(tmp_path)
    try:
        with pytest.raises(FolderInUseError, match=rf"process {holder.pid}.*HOLDFAST_CHROMA_URL"):
            FolderLock(tmp_path)
    finally:
        holder.communicate(timeout=60)


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    holder = start_holder(tmp_path)
    holder.send_signal(signal.SIGKILL)
    holder.communicate(timeout=60)
    FolderLock(tmp_path)
    assert owner(tmp_path) == str(os.getpid())


def test_a_released_folder_can_be_taken_again(tmp_path: Path) -> None:
    first = FolderLock(tmp_path)
    with pytest.raises(FolderInUseError, match=str(os.getpid())):
        FolderLock(tmp_path)
    first.release()
    again = FolderLock(tmp_path)
    assert owner(tmp_path) == str(os.getpid())
    again.release()
