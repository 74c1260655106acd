"""What must not be taken is refused with one line that says why."""

import gzip
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.knowledge.validate import DocumentRefusedError, check_file, find_format
from activities.sources.names import document_name
from tests.knowledge.builders import docx_file, jsonl_file, pdf_file, with_part, zip_file

LIMIT = 5_000_000
DOCX = docx_file(lambda document: document.add_paragraph("Hello."))
PDF = pdf_file(lambda pdf: pdf.cell(text="Hello."))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
FILLER = b"A" * 80_000_000


def encrypted_pdf() -> bytes:
    return pdf_file(lambda pdf: (pdf.cell(text="secret"), pdf.set_encryption("owner", user_password="user")))


def pdf_stream(compressed: bytes, filters: bytes = b"/FlateDecode") -> bytes:
    head = b"%PDF-1.4\n1 0 obj\n<< /Length " + str(len(compressed)).encode() + b" /Filter [" + filters + b"] >>\n"
    return head + b"stream\n" + compressed + b"\nendstream\nendobj\n"


def lying_zip() -> bytes:
    """A DOCX whose directory says that a part is small while it is not."""
    bomb = with_part(DOCX, "word/media/x.xml", b"A" * 3_000_000)
    size = (3_000_000).to_bytes(4, "little")
    return bomb.replace(size, (100).to_bytes(4, "little"))


def test_what_it_should_be_is_taken() -> None:
    for name, data in {"a.docx": DOCX, "a.pdf": PDF, "a.md": b"# Hi", "sub/a.csv": b"a,b\n1,2"}.items():
        assert name.endswith(check_file(name, data, LIMIT).suffixes)


@pytest.mark.parametrize(
    ("filename", "data", "reason"),
    [
        ("a.md", b"", "empty"),
        ("a.md", b" \n\t", "empty"),
        ("a.md", b"x" * (LIMIT + 1), "at most 5,000,000"),
        ("a.exe", b"MZ\0\0binary", "not of a type that is taken"),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0", "not of a type that is taken"),
        ("a.md", b"text\0with zeros", "not of a type that is taken"),
        ("a.ods", zip_file({"content.xml": b"<x/>"}), "not of a type that is taken"),
        ("a.xyz", b"plain words", "files .xyz are not taken"),
        ("notes", b"plain words", "files without an ending are not taken"),
        ("a.pdf", b"no pdf at all", "damaged"),
        ("a.pdf", PDF[:200], "damaged"),
        ("a.docx", DOCX[: len(DOCX) // 2], "damaged"),
        ("a.docx", b"PK\x03\x04garbage", "damaged"),
        ("a.doc", OLE, "not of a type that is taken"),
        ("a.docx", OLE, "old Office document"),
        ("a.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        ("a.pdf", encrypted_pdf(), "protected by a password"),
        ("a.jsonl.gz", gzip.compress(b"not json"), "not a JSON object"),
        ("a.jsonl.gz", gzip.compress(b'{"body": "x"}')[:-4], "gzip archive is damaged"),
        ("a.jsonl.gz", gzip.compress(b'{"body": "' + FILLER), "inflates to more than"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_taken_says_why(filename: str, data: bytes, reason: str) -> None:
    with pytest.raises(DocumentRefusedError, match=reason) as refused:
        check_file(filename, data, LIMIT)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (with_part(DOCX, "word/media/bomb.xml", FILLER), "inflates to more"),
        (with_part(DOCX, "word/document.xml", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'), "entities"),
        (with_part(DOCX, "word/x.xml", '<?xml version="1.0"?><!DOCTYPE x><x/>'.encode("utf-16")), "entities"),
        (with_part(DOCX, "../evil.xml", b"<x/>"), "leaves the archive"),
        (zip_file({"word/document.xml": b"<x/>", **{f"p{n}": b"" for n in range(5_001)}}), "more than 5,000 parts"),
        (lying_zip(), "damaged"),
    ],
    ids=["bomb", "entities", "entities in UTF-16", "path", "parts", "lying directory"],
)
def test_a_docx_that_attacks_its_parser_is_refused_before_it(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentRefusedError, match=reason):
        check_file("a.docx", data, LIMIT)


@pytest.mark.parametrize(
    "data",
    [
        pdf_stream(zlib.compress(FILLER)),
        pdf_stream(zlib.compress(zlib.compress(b"x")), b"/FlateDecode /FlateDecode"),
        pdf_stream(zlib.compress(zlib.compress(b"x")), b"/Fl#61teDecode /#46lateDecode"),
    ],
    ids=["bomb", "nested", "nested, escaped"],
)
def test_a_pdf_that_inflates_beyond_measure_is_refused_before_its_parser(data: bytes) -> None:
    with pytest.raises(DocumentRefusedError, match=r"inflates to more|compresses its parts twice"):
        check_file("a.pdf", data, LIMIT)


@pytest.mark.parametrize(
    "filename",
    ["../a.md", "a/../../b.md", "/etc/passwd.md", "a//b.md", "C:\\a.md", "a\0.md", "a\n.md", "", "x" * 253 + ".md",
     "a#b.md"],
)  # fmt: skip
def test_a_name_that_leaves_its_folder_is_refused(filename: str) -> None:
    with pytest.raises(DocumentRefusedError, match="name"):
        check_file(filename, b"# text", LIMIT)


@pytest.mark.parametrize("filename", ["evil\u202egpj.md", "\u200bzero.md", "a\x85b.md", "tag\U000e0041.md"])
def test_a_name_that_looks_like_another_is_refused(filename: str) -> None:
    with pytest.raises(DocumentRefusedError, match="invisible characters"):
        check_file(filename, b"# text", LIMIT)
    check_file(document_name("source", filename), b"# text", LIMIT)


@pytest.mark.parametrize("filename", ["Screenshot at 3.04\u202fPM.md", "\U0001f469\u200d\U0001f4bb.md", "a\u3000b.md"])
def test_the_spaces_and_signs_of_real_names_are_taken(filename: str) -> None:
    assert check_file(filename, b"# text", LIMIT).name == find_format("plain.md", b"# text").name


def test_content_decides_before_the_name_does() -> None:
    assert find_format("a.txt", PDF).name == "PDF"
    assert find_format("page", b"<!DOCTYPE html><p>x").name == "HTML"
    assert find_format("kb", jsonl_file({"_id": "a", "text": "x"})).name == "JSON lines"
    assert find_format("a.md", b"<html> in Markdown").name == "Markdown"


@settings(deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from(
        ["a.pdf", "a.docx", "a.md", "a.html", "a.csv", "a.txt", "a.jsonl", "a.eml", "a.json", "a.pptx", "a.xlsx", "a"]
    ),
)
def test_any_bytes_are_read_or_refused(data: bytes, filename: str) -> None:
    for start in (b"", b"%PDF-1.7\n", b"PK\x03\x04", b"\x1f\x8b", b"<html>", b'{"body":"x"}\n'):
        try:
            for entry in check_file(filename, start + data, LIMIT).entries(start + data, filename):
                assert entry.read().text
        except DocumentRefusedError:
            continue
