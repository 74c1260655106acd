"""HTML from data: nothing of it acts, and nothing is lost."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ui import markup
from ui.diff import changes, marked

TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "code", "pre", "blockquote", "hr", "button", "b"}
TAGS |= {"h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"}
ATTRIBUTES = {"href", "target", "rel", "type", "class", "data-source", "data-turn", "aria-label", "style", "start"}


class Reader(HTMLParser):
    """Collects tags, attributes and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


MARKDOWN = st.text(st.sampled_from("<>\"'&[]()!*_`#-|:\n javscript1image/=on{}$\\"), max_size=120)


@given(st.one_of(MARKDOWN, st.text(max_size=120)))
@example("<script>alert(1)</script>")
@example("[a](javascript:alert(1))")
@example("![a](http://evil.test/x.png)")
@example('[a](https://x.test "onmouseover=alert(1)")')
@example('<https://x.test/"onload=x>')
def test_an_answer_holds_only_harmless_tags_and_links(text: str) -> None:
    reader = read(markup.answer(text, 't"1', 3))
    assert reader.tags <= TAGS
    assert {name for name, _ in reader.attributes} <= ATTRIBUTES
    links = [value for name, value in reader.attributes if name == "href"]
    assert all(re.match(r"(https?://|mailto:)", link, re.IGNORECASE) for link in links)
    assert all(value.startswith("text-align:") for name, value in reader.attributes if name == "style")


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_plain_message_is_text_alone(first: str, second: str) -> None:
    reader = read(markup.plain(f"{first}\n\n{second}"))
    assert reader.tags <= {"p", "br"}
    assert reader.attributes == []


@pytest.mark.parametrize(
    ("text", "chips"), [("So it is [1], [2].", 2), ("Only [2] of [9] and [0]", 1), ("`[1]`", 0), ("none", 0)]
)
def test_a_mark_becomes_a_chip_when_the_answer_has_that_source(text: str, chips: int) -> None:
    assert markup.answer(text, "t.1", 2).count('data-turn="t.1"') == chips


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_difference_holds_both_texts_whole(before: str, after: str) -> None:
    html = marked(before, after)
    old = "".join(re.sub(r"<ins>.*?</ins>", "", html, flags=re.DOTALL).replace("<del>", "").split("</del>"))
    new = "".join(re.sub(r"<del>.*?</del>", "", html, flags=re.DOTALL).replace("<ins>", "").split("</ins>"))
    assert old == markup.escape(before)
    assert new == markup.escape(after)


def test_white_space_at_the_ends_is_no_change() -> None:
    assert "hf-unchanged" in changes("The same. ", "\nThe same.")
    assert "<ins>" in changes("The same.", "The same. And more.")
