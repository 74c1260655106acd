"""The sample company's documents are uploaded with the rights its manifest gives them, once for each folder."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from activities.settings import Settings
from commands import sample
from commands.door import Door
from commands.errors import CommandError
from commands.sample import load_sample, read_manifest


@pytest.fixture
def uploads(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, str]]]:
    """What would have been uploaded; a file named `bad` is refused."""
    sent: list[tuple[str, dict[str, str]]] = []

    class FakeDoor(Door):
        def __init__(self, url: str, login: dict[str, str]) -> None:
            assert login["role"] == "admin"

        def __exit__(self, *error: object) -> None:
            pass

        def upload(self, name: str, data: bytes, fields: object) -> dict[str, object]:
            assert isinstance(fields, dict)
            sent.append((name, fields))
            return {"status": "failed" if "bad" in name else "completed", "report": {"refused": ["damaged"]}}

    monkeypatch.setattr(sample, "Door", FakeDoor)
    return sent


@pytest.fixture
def settings(data_dir: Path, tmp_path: Path) -> Settings:
    documents = tmp_path / "company" / "documents"
    (documents / "hr").mkdir(parents=True)
    (documents / "hr" / "pay.md").write_text("# Pay\n", encoding="utf-8")
    write_manifest(documents, "hr/pay.md")
    admin = {"username": "amir", "password": "p", "role": "admin"}
    (data_dir / "demo-users.json").write_text(json.dumps([admin]), encoding="utf-8")
    return Settings(company_dir=tmp_path / "company")


def write_manifest(documents: Path, path: str) -> None:
    entry = {"path": path, "title": "Pay", "department": "hr", "classification": "confidential"}
    (documents / "manifest.json").write_text(json.dumps([entry]), encoding="utf-8")


async def test_documents_are_uploaded_with_their_rights_and_only_once(
    settings: Settings, uploads: list[tuple[str, dict[str, str]]]
) -> None:
    for _ in range(2):
        await load_sample(settings, "http://api", Console(quiet=True))

    assert uploads == [("hr/pay.md", {"title": "Pay", "department": "hr", "classification": "confidential"})]


async def test_a_refused_sample_document_is_an_error_and_the_next_start_tries_again(
    settings: Settings, uploads: list[tuple[str, dict[str, str]]]
) -> None:
    bad = settings.company_dir / "documents" / "bad.md"
    bad.touch()
    write_manifest(bad.parent, "bad.md")

    for _ in range(2):
        with pytest.raises(CommandError, match=r"bad\.md was refused: .*damaged"):
            await load_sample(settings, "http://api", Console(quiet=True))
    assert len(uploads) == 2


def test_a_manifest_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("[{}]", encoding="utf-8")

    with pytest.raises(CommandError, match="Cannot read the sample documents"):
        read_manifest(tmp_path)


def test_the_shipped_manifest_names_files_that_are_there() -> None:
    folder = Settings().company_dir / "documents"
    documents = read_manifest(folder)

    assert len(documents) >= 45
    assert [document.path for document in documents if not (folder / document.path).is_file()] == []
