"""A message as a model would understand it, whatever it is dressed up in: the screen reads all of these."""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from urllib.parse import unquote

from confusable_homoglyphs import categories, confusables

MAX_CHARACTERS = 20_000
INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0]"
)
TAGS = re.compile("[\U000e0020-\U000e007e]+")
"""Unicode's tag characters: invisible copies of ASCII, which models read."""
SPACED = re.compile(r"(?<!\w)(?:\w[ .\-_*]){2,}\w(?!\w)")
BASE64 = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_-]{16,}={0,2}(?![\w+/=-])")
HEXADECIMAL = re.compile(r"(?<!\w)(?:0x)?((?:[0-9a-fA-F]{2}[ ]?){12,})(?!\w)")
LEET = str.maketrans("013457@$!", "oieastasi")
LEET_WORD = re.compile(
    r"(?<!\w)(?=[a-zA-Z013457@$!]{4})(?=\S{0,80}[a-zA-Z]{2})(?=\S{0,80}[013457@$!])[a-zA-Z013457@$!]{4,200}(?!\w)"
)
"""Bounded, and what fails soonest first: looking to the end of the line from each mark of 8,000 is a second's work."""


@dataclass(frozen=True)
class Reading:
    """What a message says: its plain text, texts encoded in it, other spellings of it, and the tricks that it uses."""

    text: str
    hidden: tuple[str, ...]
    respelled: tuple[str, ...]
    tricks: tuple[str, ...]


def read(text: str) -> Reading:
    """Return the plain reading of at most 20,000 characters of a message; never raises."""
    text = text[:MAX_CHARACTERS]
    tags = "".join(chr(ord(character) - 0xE0000) for run in TAGS.findall(text) for character in run)
    plain = unicodedata.normalize("NFKC", INVISIBLE.sub("", TAGS.sub("", unquote(unescape(text)))))
    latin = _undo_homoglyphs(plain)
    hidden = {
        "tag characters": [tags] if tags else [],
        "base64": list(_decode_base64(latin)),
        "hexadecimal": list(_decode_hexadecimal(latin)),
    }
    respelled = {
        "spaced letters": _changed(SPACED.sub(_join, latin), latin),
        "leetspeak": _changed(LEET_WORD.sub(lambda word: word.group().translate(LEET), latin), latin),
    }
    tricks = [trick for trick, texts in (hidden | respelled).items() if texts]
    return Reading(latin, _all(hidden), _all(respelled), (*tricks, *(["homoglyphs"] if latin != plain else [])))


def _all(texts: dict[str, list[str]]) -> tuple[str, ...]:
    return tuple(text for found in texts.values() for text in found)


def _changed(text: str, before: str) -> list[str]:
    return [text] if text != before else []


def _join(match: re.Match[str]) -> str:
    """Join ``i g n o r e`` to a word, with a space after it so that two such words stay apart."""
    return re.sub(r"[ .\-_*]", "", match.group()) + " "


def _undo_homoglyphs(text: str) -> str:
    """Write words that only look Latin in Latin letters; words of other scripts stay as they are."""
    if text.isascii():
        return text
    return re.sub(r"\w+", lambda word: _as_latin(word.group()), text)


def _as_latin(word: str) -> str:
    if word.isascii():
        return word
    twins = [character if character.isascii() else _latin_twin(character) for character in word]
    mixed = any(character.isascii() and character.isalpha() for character in word)
    if not mixed and not all(twins):
        return word
    return "".join(twin or character for twin, character in zip(twins, word, strict=True))


@cache
def _latin_twin(character: str) -> str:
    """Return the ASCII letter that a character of another script is confused with; empty when there is none."""
    if categories.alias(character) in {"LATIN", "COMMON"}:
        return ""
    found = confusables.is_confusable(character, preferred_aliases=[], greedy=True) or []
    letters = [one["c"] for entry in found for one in entry["homoglyphs"]]
    return next((letter for letter in letters if len(letter) == 1 and letter.isascii() and letter.isalpha()), "")


def _decode_base64(text: str) -> Iterator[str]:
    for run in BASE64.findall(text):
        body = run.rstrip("=").translate(str.maketrans("-_", "+/"))
        try:
            decoded = base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
        except (binascii.Error, ValueError):
            continue
        yield from _readable(decoded)


def _decode_hexadecimal(text: str) -> Iterator[str]:
    for run in HEXADECIMAL.findall(text):
        yield from _readable(bytes.fromhex(run))


def _readable(decoded: bytes) -> Iterator[str]:
    """Yield what was decoded when it is words: mostly letters and spaces."""
    try:
        text = decoded.decode("utf-8")
    except UnicodeDecodeError:
        return
    if sum(character.isalpha() or character == " " for character in text) >= 0.8 * len(text):
        yield text
