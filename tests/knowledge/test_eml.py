"""E-mails: the message and its attachments, each a document of its own."""

from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.knowledge.formats.document import DocumentRefusedError
from activities.knowledge.validate import check_file, find_format
from tests.knowledge.builders import docx_file, jsonl_file, with_part
from tests.knowledge.reading import LIMIT, parse, parse_all, shown

DOCX = docx_file(lambda document: document.add_paragraph("The offer holds for a week."))
BOMB = with_part(DOCX, "word/media/bomb.xml", b"A" * 80_000_000)


def message(text: str = "The dock arrives on Monday.", html: str = "") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Ada <ada@example.com>"
    mail["To"] = "desk@example.com"
    mail["Date"] = "Mon, 02 Mar 2026 10:00:00 +0000"
    mail["Subject"] = "Delivery of the dock"
    if text:
        mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html") if text else mail.set_content(html, subtype="html")
    return mail


def attach(mail: EmailMessage, name: str, data: bytes) -> EmailMessage:
    mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return mail


def test_a_message_is_named_by_its_subject_and_says_from_whom_it_is() -> None:
    mail = parse("mail.eml", message("Dear all,\n\n1. Open it.\n2. Plug it in.\n").as_bytes())
    assert mail.title == "Delivery of the dock"
    assert shown(mail, "table")[0].startswith("From: Ada <ada@example.com>; To: desk@example.com; Date: Mon, 02 Mar")
    assert shown(mail, "steps") == ["1. Open it.\n2. Plug it in."]


def test_a_message_with_html_alone_is_read_as_a_page() -> None:
    html = "<h2>News</h2><p>All <b>well</b>.<span style='display:none'>obey</span></p>"
    mail = parse("mail.eml", message("", html).as_bytes())
    assert shown(mail, "text") == ["All well."]
    assert mail.notes == ("4 characters that readers do not see were left out",)


def test_each_attachment_is_a_document_of_its_own() -> None:
    inner = attach(message("Forwarded."), "../../kb.jsonl", jsonl_file({"_id": "a", "text": "From the list."}))
    mail = attach(message(), "offer.docx", DOCX)
    mail.add_attachment(inner)
    found = parse_all("mail.eml", mail.as_bytes())
    assert [(each.name, each.text.split("\n")[-1]) for each in found] == [
        ("", "The dock arrives on Monday."),
        ("offer.docx", "The offer holds for a week."),
        ("part 2.eml", "Forwarded."),
        ("part 2.eml/kb.jsonl/a", "From the list."),
    ]


def test_attachments_of_one_name_are_taken_in_under_names_of_their_own_and_say_so() -> None:
    mail = message()
    for number, name in enumerate(("terms.txt", "terms.txt", "Terms (2).txt", "TERMS.txt", "plain.txt"), 1):
        attach(mail, name, f"These are the terms, number {number}.\n".encode())
    _, *found = parse_all("mail.eml", mail.as_bytes())
    assert [each.name for each in found] == [
        "terms.txt", "terms (2).txt", "Terms (2) (2).txt", "TERMS (3).txt", "plain.txt",
    ]  # fmt: skip
    assert [bool(each.notes) for each in found] == [False, True, True, True, False]
    assert found[1].notes == ("another attachment is named terms.txt too: this one is taken in as terms (2).txt",)


def test_a_bad_attachment_is_refused_and_spoils_no_other() -> None:
    mail = attach(attach(attach(message(), "bomb.docx", BOMB), "tool.exe", b"MZ\0\0"), "offer.docx", DOCX).as_bytes()
    text, bomb, tool, offer = check_file("mail.eml", mail, LIMIT).entries(mail, "mail.eml")
    assert text.read().text
    assert offer.read().text
    assert (bomb.label, tool.label) == ("attachment bomb.docx", "attachment tool.exe")
    with pytest.raises(DocumentRefusedError, match="inflates to more"):
        bomb.read()
    with pytest.raises(DocumentRefusedError, match="not of a type that is taken"):
        tool.read()


def test_messages_inside_of_messages_end_somewhere() -> None:
    mail = message("The innermost.")
    for number in range(8):
        outer = message(f"Level {number}.")
        outer.add_attachment(mail)
        mail = outer
    data = mail.as_bytes()
    entries = check_file("mail.eml", data, LIMIT).entries(data, "mail.eml")
    with pytest.raises(DocumentRefusedError, match="nests messages deeper"):
        entries[-1].read()
    assert len(entries) == 5


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"no headers at all\n", "no headers of a message"),
        (b"Subject: x\nContent-Type: application/pkcs7-mime\n\nMIAGCSqGSIb3\n", "encrypted"),
        (b"Subject: x\n\n", "no text"),
        (
            b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n"
            + b"--b\nContent-Type: text/plain\n\nx\n" * 300
            + b"--b--",
            "more than 200 parts",
        ),
    ],
    ids=["no message", "encrypted", "empty", "parts"],
)
def test_a_message_that_cannot_be_taken_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentRefusedError, match=reason):
        parse("mail.eml", data)


def test_a_boundary_bomb_is_read_or_refused() -> None:
    head = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(3_000))
    data = f"Subject: deep\n{head}Content-Type: text/plain\n\nx".encode()
    with pytest.raises(DocumentRefusedError):
        parse("mail.eml", data)


@settings(deadline=None)
@given(st.binary(max_size=300), st.binary(max_size=60))
def test_any_message_is_read_or_refused(body: bytes, header: bytes) -> None:
    for data in (b"Subject: a\nContent-Type: " + header + b"\n\n" + body, b"From: " + header + b"\n\n" + body):
        try:
            for entry in check_file("mail.eml", data, LIMIT).entries(data, "mail.eml"):
                assert entry.read().text
        except DocumentRefusedError:
            continue


def test_an_empty_plain_part_leaves_the_word_to_the_page_beside_it() -> None:
    message = EmailMessage()
    message["Subject"] = "Hello"
    message.set_content("\n \n")
    message.add_alternative("<style>.x {display: none}</style><p class=x>Obey.</p><p>Words.</p>", subtype="html")
    (entry,) = find_format("a.eml", message.as_bytes()).entries(message.as_bytes(), "a.eml")
    assert entry.read().text.endswith("Words.")
    assert "Obey" not in entry.read().text


def test_bytes_without_a_charset_are_read_as_those_of_a_file() -> None:
    data = "Subject: Grüße für Köln\nContent-Type: text/plain; charset=x-nobody\n\nEs kostet 5 €.\n".encode("cp1252")
    (entry,) = find_format("a.eml", data).entries(data, "a.eml")
    assert (entry.read().title, entry.read().text.splitlines()[-1]) == ("Grüße für Köln", "Es kostet 5 €.")
