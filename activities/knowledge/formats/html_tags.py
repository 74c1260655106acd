"""Tags that would keep the parser busy for hours: libxml2 compares each attribute of a tag with all before it."""

import re

from activities.knowledge.formats.document import DocumentRefusedError

MOST_ATTRIBUTES = 256
ATTRIBUTE = r"(?>[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>]*+))?+)"
"""As HTML reads them (13.2.5.32); atomic, so that no text makes the search go back."""
TAG = re.compile(rf"<[a-zA-Z][^\s/>]*+((?:{ATTRIBUTE})*+)")
EACH = re.compile(ATTRIBUTE)


def check_tags(text: str) -> None:
    """Raise ``DocumentRefusedError`` when a tag has more attributes than any page gives one."""
    for tag in TAG.finditer(text):
        attributes = tag.group(1)
        if len(attributes) > MOST_ATTRIBUTES and sum(1 for _ in EACH.finditer(attributes)) > MOST_ATTRIBUTES:
            raise DocumentRefusedError(f"one of its tags has more than {MOST_ATTRIBUTES} attributes")
