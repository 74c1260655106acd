"""What ``holdfast api`` settles before it serves."""

from pathlib import Path

import pytest
from gradio.utils import get_upload_folder

from activities.settings import Settings
from api import main
from commands import serve


def test_dropped_files_wait_where_nobody_else_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setenv("GRADIO_TEMP_DIR", "")  # so that it is put back as it was
    monkeypatch.delenv("GRADIO_TEMP_DIR")
    monkeypatch.setattr(main, "run", lambda settings: seen.append(get_upload_folder()))
    monkeypatch.setattr(serve, "wait_for_stores", lambda settings: None)
    serve.run_api(Settings(data_dir=tmp_path / "data"))
    assert seen == [str(tmp_path / "data" / serve.UPLOADS)]
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
