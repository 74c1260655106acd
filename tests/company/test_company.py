"""The knowledge of the sample company: enough of it, of every kind, and exactly what the manifest says."""

import json
import re
from collections import Counter
from pathlib import PurePosixPath

import pytest

from tests.company.documents import COMPANY, DOCUMENTS, manifest, paths, text_of

PATHS = [entry["path"] for entry in manifest()]
DEPARTMENTS = {"support", "billing", "technical", "legal", "security", "hr"}
LEAST_OF_FORMAT = {".html": 6, ".pdf": 5, ".docx": 5, ".csv": 4, ".md": 20}


def sentences(path: str) -> set[str]:
    """Return the sentences of a document that are long enough to be told apart."""
    return {part.strip() for part in re.split(r"(?<=[.!?])\s", text_of(path)) if len(part.split()) >= 8}


def test_manifest_lists_each_file_exactly_once() -> None:
    files = {file.relative_to(DOCUMENTS).as_posix() for file in DOCUMENTS.rglob("*.*") if file.name != "manifest.json"}
    assert sorted(PATHS) == sorted(files)


def test_there_are_enough_documents_of_each_format() -> None:
    formats = Counter(PurePosixPath(path).suffix for path in PATHS)
    assert len(PATHS) >= 46
    assert set(formats) == set(LEAST_OF_FORMAT)
    assert all(formats[suffix] >= least for suffix, least in LEAST_OF_FORMAT.items()), formats


def test_each_class_and_department_is_present_and_ten_documents_are_private() -> None:
    classes = Counter(entry["classification"] for entry in manifest())
    assert set(classes) == {"public", "internal", "confidential", "restricted"}
    assert {entry["department"] for entry in manifest()} == DEPARTMENTS
    assert len(paths(public=False)) >= 10


def test_department_is_the_folder_and_titles_are_unique() -> None:
    assert all(entry["path"].split("/")[0] == entry["department"] for entry in manifest())
    assert len({entry["title"] for entry in manifest()}) == len(PATHS)


@pytest.mark.parametrize("path", PATHS)
def test_document_has_real_length(path: str) -> None:
    words = re.findall(r"\w[\w.,'@/-]*", text_of(path))
    assert 300 <= len(words) <= 2000


@pytest.mark.parametrize("path", [path for path in PATHS if not path.endswith(".csv")])
def test_document_contains_its_title(path: str) -> None:
    title = next(entry["title"] for entry in manifest() if entry["path"] == path)
    assert title.casefold() in text_of(path)


@pytest.mark.parametrize("path", paths(public=False))
def test_private_document_has_sentences_that_no_public_one_has(path: str) -> None:
    known = set().union(*(sentences(public) for public in paths(public=True)))
    assert len(sentences(path) - known) >= 5


def test_wrong_vat_number_and_refund_are_answered_in_public() -> None:
    answer = text_of("billing/invoices-and-vat.md")
    assert "request a corrected invoice within 60 days of the invoice date" in answer
    assert "does not by itself give a right to a refund" in answer


def test_demo_people_cover_every_role_and_have_no_password() -> None:
    people = json.loads((COMPANY / "people.json").read_text(encoding="utf-8"))
    roles = Counter(person["role"] for person in people)
    assert roles == {"customer": 2, "agent": 2, "supervisor": 1, "admin": 1, "service": 1}
    assert {person["department"] for person in people if person["role"] == "agent"} == {"billing", "technical"}
    assert all(set(person) <= {"username", "display_name", "role", "department"} for person in people)
    assert len({person["username"] for person in people}) == len(people)
