"""Secrets are looked up by name where they are used, and failures say when to come back."""

from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError

from activities.sources.activities import named_failures
from activities.sources.connector import SourceRefusedError, SourceUnavailableError
from activities.sources.secret_store import SecretMissingError, SecretStore


def test_a_file_holds_a_secret_and_a_variable_does_where_there_is_none(tmp_path: Path) -> None:
    store = SecretStore(tmp_path, {"HOLDFAST_SECRET_WIKI_TOKEN": "from-environment"})
    assert store.read("wiki-token") == "from-environment"
    (tmp_path / "wiki-token").write_text("from-file\n")
    assert store.read("wiki-token") == "from-file"


@pytest.mark.parametrize("name", ["../token.key", "/etc/passwd", "", "UPPER", "a/b", "a b"])
def test_a_name_cannot_leave_the_folder(tmp_path: Path, name: str) -> None:
    (tmp_path.parent / "token.key").write_text("secret")
    with pytest.raises(SecretMissingError, match="no name of a secret"):
        SecretStore(tmp_path, {}).read(name)


def test_a_secret_that_is_missing_or_unreadable_says_where_it_belongs(tmp_path: Path) -> None:
    with pytest.raises(SecretMissingError, match="HOLDFAST_SECRET_WIKI"):
        SecretStore(tmp_path, {}).read("wiki")
    (tmp_path / "wiki").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SecretMissingError, match="cannot be read"):
        SecretStore(tmp_path, {}).read("wiki")


def test_a_busy_source_is_asked_again_when_it_says_and_a_refusal_is_not_asked_again() -> None:
    with pytest.raises(ApplicationError) as busy, named_failures():
        raise SourceUnavailableError("busy", timedelta(seconds=42))
    assert (busy.value.next_retry_delay, busy.value.non_retryable) == (timedelta(seconds=42), False)
    with pytest.raises(ApplicationError) as refused, named_failures():
        raise SourceRefusedError("no")
    assert refused.value.non_retryable
