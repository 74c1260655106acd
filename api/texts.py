"""The customer's text before anything else sees it: what is refused, and what is made plain."""

import unicodedata

from api.problems import ProblemError, invalid

JOINERS = "\u200c\u200d"
"""Invisible, but part of how Persian, Indic scripts and emoji are written."""
BREAKS = "\n\t"
REPLACEMENT = "\ufffd"
REPLACEMENT_SHARE = 0.1


def normalise_message(text: str, max_characters: int) -> str:
    """Return the text in Unicode NFC, with plain line ends and without invisible marks; all scripts are kept.

    Raises a 413 problem when it is longer than ``max_characters``, a 422 problem when it is empty or binary.
    """
    if len(text) > max_characters:
        raise ProblemError(
            413, "message-too-long", f"The message has {len(text)} characters; at most {max_characters} are taken."
        )
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if any(unicodedata.category(mark) in ("Cc", "Cs") and mark not in BREAKS for mark in plain):
        raise invalid("The message contains control characters; send plain text.")
    if plain.count(REPLACEMENT) > REPLACEMENT_SHARE * len(plain):
        raise invalid("The message looks like binary data; send plain text.")
    visible = "".join(mark for mark in plain if mark in JOINERS or unicodedata.category(mark) != "Cf").strip()
    if not visible.strip(JOINERS):
        raise invalid("The message is empty.")
    return visible
