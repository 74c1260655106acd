"""From bytes to clean Unicode."""

import codecs
import re
import unicodedata

from charset_normalizer import from_bytes

from activities.knowledge.formats.code_pages import find_code_page
from activities.knowledge.formats.document import DocumentRefusedError

BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"))
BOMS_16 = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
STATEFUL = {"iso2022_jp", "iso2022_kr", "hz", "utf-7"}
"""Encodings whose bytes are all of ASCII: only what is declared tells them from it."""
SAMPLE_BYTES = 200_000

INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)
"""Controls, soft hyphens, zero-width and direction marks, tag characters, lone surrogates. They carry hidden text
past a reader's eye (and databases refuse some); joiners stay, as Persian, Indic scripts and emoji need them."""


def decode(data: bytes, declared: str = "") -> str:
    """Return the text of ``data``: by its mark, as UTF-8, as ``declared`` where it fits, else as statistics say.

    Raises ``DocumentRefusedError`` when no encoding fits.
    """
    for mark, encoding in (*BOMS, *BOMS_16):
        if data.startswith(mark):
            return _decode_as(data, encoding)
    known = _known(declared)
    for encoding in (known, "utf-8") if known in STATEFUL else ("utf-8", known):
        try:
            if encoding:
                return data.decode(encoding)
        except UnicodeError:
            continue
    return _decode_as(data, _guess(data))


def clean_line(text: str) -> str:
    """Return ``text`` as one line: white space collapsed, invisible characters dropped, composed (NFC)."""
    return " ".join(unicodedata.normalize("NFC", INVISIBLE.sub("", text)).split())


def clean_code(text: str) -> str:
    """Return one line of code: as ``clean_line``, but its inner and leading spaces stay."""
    return unicodedata.normalize("NFC", INVISIBLE.sub("", text.expandtabs(4))).rstrip()


def clean_lines(text: str) -> str:
    """Clean each line of ``text`` and drop the empty ones."""
    return "\n".join(line for line in map(clean_line, text.split("\n")) if line)


def _known(declared: str) -> str:
    """Return the codec that a page or message means by a name (WHATWG Encoding 4.2); empty when nobody knows it."""
    try:
        name = codecs.lookup(declared).name if declared else ""
        "".encode(name or "utf-8")
    except (LookupError, ValueError):  # LookupError also where a codec is none of texts
        return ""
    return "cp1252" if name in {"ascii", "iso8859-1"} else name


def _decode_as(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError) as error:
        raise DocumentRefusedError(f"its text is not readable as {encoding}; save it as UTF-8") from error


def _guess(data: bytes) -> str:
    if page := find_code_page(data[:SAMPLE_BYTES]):
        return page
    best = from_bytes(data[:SAMPLE_BYTES]).best()
    if best is None:
        raise DocumentRefusedError("its text encoding is not known; save it as UTF-8")
    return best.encoding
