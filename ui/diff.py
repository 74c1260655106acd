"""What a reviewer changed, word by word."""

import re
from difflib import SequenceMatcher
from html import escape

from ui import words

TOKENS = re.compile(r"\s+|\w+|[^\w\s]")
LONGEST_CHARACTERS = 20_000
"""Beyond this the comparison, quadratic at worst, would be felt while typing: the whole text counts as changed."""


def changes(before: str, after: str) -> str:
    """Return the changed text as HTML, with ``<del>`` and ``<ins>``; a line that says so when nothing changed."""
    if before.strip() == after.strip():
        return f'<p class="hf-unchanged">{words.NO_CHANGES}</p>'
    return f'<div class="hf-diff"><h4>{words.CHANGES}</h4><p>{marked(before, after)}</p></div>'


def marked(before: str, after: str) -> str:
    """Return ``after`` with what was taken out and put in marked."""
    if max(len(before), len(after)) > LONGEST_CHARACTERS:
        return removed(before) + added(after)
    old, new = TOKENS.findall(before), TOKENS.findall(after)
    parts = []
    for operation, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if operation == "equal":
            parts.append(escape("".join(new[j1:j2])))
        else:
            parts.append(removed("".join(old[i1:i2])) + added("".join(new[j1:j2])))
    return "".join(parts)


def removed(text: str) -> str:
    """Return text that was taken out."""
    return f"<del>{escape(text)}</del>" if text else ""


def added(text: str) -> str:
    """Return text that was put in."""
    return f"<ins>{escape(text)}</ins>" if text else ""
