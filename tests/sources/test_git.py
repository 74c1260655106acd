"""A repository made by the real git: changes, renames, deletes, and what must not be followed."""

import subprocess
from pathlib import Path

import pytest
from pydantic import ValidationError

from activities.sources.connector import SourceRefusedError, SourceUnavailableError
from activities.sources.git import GitConfig
from tests.sources.conftest import Rig


class Repository:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> None:
        author = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *author, *arguments], cwd=self.folder, check=True, capture_output=True)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text)

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "change")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "repo")
    made.write("docs/refunds.md", "# Refunds\n\nThirty days.")
    made.write("docs/leave.md", "# Leave\n\nFive weeks.")
    made.write("src/main.c", "int main() {}")
    made.commit()
    return made


async def test_changes_renames_and_deletes_are_followed(rig: Rig, repository: Repository) -> None:
    source = await rig.add("git", {"url": str(repository.folder)})
    await rig.run(source)
    assert await rig.answers() == {"docs/refunds.md": "Thirty days.", "docs/leave.md": "Five weeks."}
    repository.git("mv", "docs/leave.md", "docs/holidays.md")
    repository.write("docs/refunds.md", "# Refunds\n\nForty days.")
    repository.commit()
    await rig.run(source)
    assert await rig.answers() == {"docs/refunds.md": "Forty days.", "docs/holidays.md": "Five weeks."}
    repository.git("rm", "--quiet", "docs/refunds.md")
    repository.commit()
    await rig.run(source)
    assert await rig.answers() == {"docs/holidays.md": "Five weeks."}


async def test_a_branch_and_a_folder_narrow_it(rig: Rig, repository: Repository) -> None:
    repository.git("checkout", "--quiet", "-b", "next")
    repository.write("faq/a.md", "# A\n\nNext.")
    repository.commit()
    repository.git("checkout", "--quiet", "main")
    source = await rig.add("git", {"url": str(repository.folder), "branch": "next", "folder": "faq"})
    await rig.run(source)
    assert await rig.answers() == {"faq/a.md": "Next."}


async def test_history_that_was_rewritten_changes_nothing_but_the_documents(rig: Rig, repository: Repository) -> None:
    source = await rig.add("git", {"url": str(repository.folder)})
    await rig.run(source)
    repository.git("checkout", "--quiet", "--orphan", "fresh")
    repository.write("docs/leave.md", "# Leave\n\nSix weeks.")
    repository.commit()
    repository.git("branch", "--force", "main", "fresh")
    await rig.run(source)
    assert (await rig.answers())["docs/leave.md"] == "Six weeks."


async def test_a_clone_that_was_lost_is_made_anew(rig: Rig, repository: Repository) -> None:
    source = await rig.add("git", {"url": str(repository.folder)})
    await rig.sync.list_changes(source.id, 1)
    (rig.tools.cache_dir / f"{source.id}.git" / "HEAD").unlink()
    await rig.drain(source)
    assert len(await rig.answers()) == 2


async def test_links_in_a_repository_are_not_followed(rig: Rig, repository: Repository) -> None:
    (repository.folder / "docs" / "passwd.md").symlink_to("/etc/passwd")
    repository.commit()
    source = await rig.add("git", {"url": str(repository.folder)})
    await rig.run(source)
    assert len(await rig.answers()) == 2
    assert "link" in (await rig.items(source))["docs/passwd.md"].reason


async def test_a_repository_that_is_too_large_leaves_nothing_behind(
    rig: Rig, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = await rig.add("git", {"url": str(repository.folder)})
    monkeypatch.setattr("activities.sources.git.MAX_CLONE_BYTES", 10_000)
    with pytest.raises(SourceRefusedError, match="it has more than"):
        await rig.run(source)
    assert list((rig.folder / "cache").iterdir()) == []
    monkeypatch.undo()
    monkeypatch.setattr("activities.sources.git.MAX_LISTING_BYTES", 50)
    with pytest.raises(SourceRefusedError, match="of names"):
        await rig.run(source)


async def test_a_git_that_does_not_end_is_ended(
    rig: Rig, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = await rig.add("git", {"url": str(repository.folder)})
    monkeypatch.setattr("activities.sources.git.SECONDS", 0)
    with pytest.raises(SourceUnavailableError, match="git has not ended within"):
        await rig.run(source)


async def test_a_branch_that_is_not_there_is_said(rig: Rig, repository: Repository) -> None:
    source = await rig.add("git", {"url": str(repository.folder), "branch": "nowhere"})
    with pytest.raises(SourceRefusedError, match="nowhere"):
        await rig.run(source)


@pytest.mark.parametrize("url", ["http://127.0.0.2/x.git", "http://169.254.169.254/x.git", "/etc", "file:///etc"])
async def test_private_hosts_and_foreign_folders_are_refused(rig: Rig, url: str) -> None:
    source = await rig.add("git", {"url": url})
    with pytest.raises(SourceRefusedError, match="HOLDFAST_SOURCE_"):
        await rig.run(source)


@pytest.mark.parametrize(
    "config",
    [{"url": "ext::sh -c id"}, {"url": "ssh://host/x"}, {"url": "--upload-pack=id"}, {"url": "https://u:p@h/x"},
     {"url": "https://h/x", "branch": "--exec=id"},
     # Git reads these otherwise than the check of their address does.
     {"url": "https://127%2e0.0.1/x"}, {"url": "https://b\u00fccher.example/x"}, {"url": "https:///127.0.0.1/x"},
     {"url": "https://h:99999/x"}, {"url": "https://h\\.i/x"}],
)  # fmt: skip
def test_addresses_that_git_would_run_or_read_otherwise_are_refused(config: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        GitConfig.model_validate(config)


@pytest.mark.parametrize("host", ["git.example.com", "git.example.com:8443", "[2606:4700::1]:443", "xn--bcher.example"])
def test_plain_hosts_are_taken(host: str) -> None:
    assert GitConfig(url=f"https://{host}/docs.git").url.endswith(f"{host}/docs.git")
