"""What ``holdfast api`` settles before it serves."""

from pathlib import Path

import pytest
from gradio.utils import get_upload_folder

from activities.settings import Settings
from api import main
from api.adapters import KEY_FILE
from commands import serve
from commands.errors import BadInputError


def test_dropped_files_wait_where_nobody_else_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setenv("GRADIO_TEMP_DIR", "")  # so that it is put back as it was
    monkeypatch.delenv("GRADIO_TEMP_DIR")
    monkeypatch.setattr(main, "run", lambda settings: seen.append(get_upload_folder()))
    monkeypatch.setattr(serve, "wait_for_stores", lambda settings: None)
    serve.run_api(Settings(data_dir=tmp_path / "data"))
    assert seen == [str(tmp_path / "data" / serve.UPLOADS)]
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("key", "mode", "problem"), [(b"cut", 0o600, "too short"), (bytes(64), 0o644, "chmod 600")])
def test_a_key_that_cannot_be_used_is_said_in_a_line_before_anything_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: bytes, mode: int, problem: str
) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    (tmp_path / KEY_FILE).write_bytes(key)
    (tmp_path / KEY_FILE).chmod(mode)
    with pytest.raises(BadInputError, match=problem):
        serve.run_api(Settings(data_dir=tmp_path))
