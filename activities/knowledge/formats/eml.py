"""E-mails (EML) by the standard library: the message, and each attachment of a type that is taken."""

import email
from collections.abc import Collection, Iterator
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from functools import partial
from itertools import chain, count
from typing import Literal

from activities.knowledge.formats.builder import DocumentBuilder
from activities.knowledge.formats.document import DocumentRefusedError, Entry, ParsedDocument
from activities.knowledge.formats.encoding import clean_line, decode
from activities.knowledge.formats.html import Walker, parse_tree
from activities.knowledge.formats.html_hidden import mark_hidden_classes
from activities.knowledge.formats.lines import add_lines

MAX_PARTS = 200
MAX_DEPTH = 4
"""Messages inside of messages."""
MAX_ATTACHMENT_BYTES = 25 * 1024 * 1024
ENCRYPTED = {"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"}
NAME_CHARACTERS = 120


class EmlFormat:
    """Messages as mail programs save them (RFC 5322, MIME)."""

    name = "e-mail (EML)"
    media_type = "message/rfc822"
    suffixes = (".eml",)
    binary = False

    def matches(self, data: bytes) -> bool:
        """A message begins with any header: it is known by its name."""
        return False

    def check(self, data: bytes) -> None:
        """Refuse what is no message, what is encrypted, and parts without number."""
        _open(data)

    def entries(self, data: bytes, filename: str) -> list[Entry]:
        """List the message, then its attachments; one that is refused spoils no other."""
        return list(_entries(_open(data), data, filename, 1))


def parse_message(message: EmailMessage, filename: str) -> ParsedDocument:
    """Parse the text of a message, the HTML part only when the plain one is empty. Raises ``DocumentRefusedError``."""
    builder = DocumentBuilder()
    envelope = {name: _header(message, name) for name in ("From", "To", "Date")}
    builder.table(list(envelope), [list(envelope.values())])
    if plain := _body(message, "plain").strip():
        add_lines(builder, plain.splitlines())
    elif page := _body(message, "html").strip():
        root = parse_tree(page)
        mark_hidden_classes(root)
        walker = Walker(builder)
        walker.walk(root)
        walker.flush()
    else:
        raise DocumentRefusedError("the message has no text")
    return builder.build(filename, title=_header(message, "Subject"))


def _open(data: bytes) -> EmailMessage:
    if data.lower().count(b"boundary=") > MAX_PARTS:  # the parser compares each line with all that are open
        raise DocumentRefusedError(f"the message has more than {MAX_PARTS} parts")
    try:
        message = email.message_from_bytes(data, policy=default)
        assert isinstance(message, EmailMessage)
        parts = sum(1 for _ in message.walk())
    except Exception as error:  # the parser meets hostile headers and nesting with whatever it stumbles over
        raise DocumentRefusedError(f"the message is damaged ({type(error).__name__})") from error
    if not message.keys():
        raise DocumentRefusedError("the file is damaged: it has no headers of a message")
    if message.get_content_type() in ENCRYPTED:
        raise DocumentRefusedError("the message is encrypted")
    if parts > MAX_PARTS:
        raise DocumentRefusedError(f"the message has more than {MAX_PARTS} parts")
    return message


def _entries(message: EmailMessage, data: bytes, filename: str, depth: int) -> Iterator[Entry]:
    attachments = list(_attachments(message))
    body = message.get_body(("plain", "html"))
    if body is not None or not attachments:
        yield Entry("", data, partial(_guarded, message, filename))
    taken: set[str] = set()
    for number, part in enumerate(attachments, 1):
        given = _name(part, number)
        name = _distinct(given, taken)
        taken.add(name.casefold())
        for entry in _attachment(part, name, depth):
            yield entry if name == given else replace(entry, read=partial(_renamed, entry, given, name))


def _guarded(message: EmailMessage, filename: str) -> ParsedDocument:
    try:
        return parse_message(message, filename)
    except DocumentRefusedError:
        raise
    except Exception as error:  # as above: headers and charsets are decoded late
        raise DocumentRefusedError(f"the message is damaged ({type(error).__name__})") from error


def _attachments(message: EmailMessage) -> Iterator[EmailMessage]:
    for part in message.iter_attachments():
        if isinstance(part, EmailMessage) and (part.get_filename() or part.get_content_type() == "message/rfc822"):
            yield part


def _distinct(name: str, taken: Collection[str]) -> str:
    """Return the name, with a number before its ending when an attachment before has it already."""
    stem, dot, ending = name.rpartition(".") if "." in name else (name, "", "")
    others = (f"{stem} ({number}){dot}{ending}" for number in count(2))
    return next(each for each in chain([name], others) if each.casefold() not in taken)


def _renamed(entry: Entry, given: str, name: str) -> ParsedDocument:
    parsed = entry.read()
    note = f"another attachment is named {given} too: this one is taken in as {name}"
    return replace(parsed, notes=(*parsed.notes, note))


def _attachment(part: EmailMessage, name: str, depth: int) -> Iterator[Entry]:
    """Yield the documents of an attachment, or the one entry that says why it is refused."""
    # The gate lists the formats, of which this is one.
    from activities.knowledge.validate import check_file

    data = b""
    try:
        data = _bytes(part)
        if depth >= MAX_DEPTH:
            raise DocumentRefusedError(f"it nests messages deeper than {MAX_DEPTH} levels")
        found = check_file(name, data, MAX_ATTACHMENT_BYTES)
        inner = list(_entries(_open(data), data, name, depth + 1)) if _is_message(found) else found.entries(data, name)
    except DocumentRefusedError as error:
        yield Entry(f"attachment {name}", data, partial(_refuse, str(error)))
        return
    for entry in inner:
        label = f"attachment {name}, {entry.label}" if entry.label else f"attachment {name}"
        yield replace(entry, label=label, read=partial(_named, entry, name))


def _is_message(found: object) -> bool:
    return found is FORMAT


def _named(entry: Entry, name: str) -> ParsedDocument:
    parsed = entry.read()
    return replace(parsed, name=f"{name}/{parsed.name}" if parsed.name else name)


def _refuse(reason: str) -> ParsedDocument:
    raise DocumentRefusedError(reason)


def _name(part: EmailMessage, number: int) -> str:
    """Return a plain name: that of the sender without its folders, for it may be hostile."""
    given = clean_line(str(part.get_filename() or "")).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(letter for letter in given if letter.isalnum() or letter in " ._-()").strip(". ")
    suffix = ".eml" if part.get_content_type() == "message/rfc822" and not kept.endswith(".eml") else ""
    return f"{kept[-NAME_CHARACTERS:] or f'part {number}'}{suffix}"


def _bytes(part: EmailMessage) -> bytes:
    try:
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload(0)
            return inner.as_bytes() if isinstance(inner, EmailMessage) else b""
        data = part.get_payload(decode=True)
    except Exception as error:  # a hostile part fails in the codec of its sender's choice
        raise DocumentRefusedError(f"the attachment is damaged ({type(error).__name__})") from error
    return data if isinstance(data, bytes) else b""


def _body(message: EmailMessage, kind: Literal["plain", "html"]) -> str:
    part = message.get_body((kind,))
    data = part.get_payload(decode=True) if part is not None else b""
    return decode(data, part.get_content_charset("") or "") if part is not None and isinstance(data, bytes) else ""


def _header(message: EmailMessage, name: str) -> str:
    """Return a header as one line; bytes that no charset was named for are read as a file's would be."""
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    if raw.isascii():
        return clean_line(str(message.get(name, "")))
    return clean_line(decode(raw.encode("utf-8", "surrogateescape")))


FORMAT = EmlFormat()
