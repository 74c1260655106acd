"""The company's texts for each outcome as HTML, to read them as customers do."""

from collections.abc import Iterable
from html import escape
from itertools import groupby

from ui import knowledge_words as words
from ui import markup
from ui.cases import section
from ui.knowledge_contract import Office, Replies, ReplyText
from ui.words import spoken

FILE = "<code>replies.toml</code>"


def replies_html(replies: Replies) -> str:
    """Return every text, by language and form of address; the default language is open."""
    problem = markup.note(words.REPLIES_BROKEN.format(problem=replies.problem), "bad") if replies.problem else ""
    groups = groupby(replies.items, key=lambda each: (each.language, each.formality))
    parts = "".join(
        f"<details{' open' if key == (replies.default_language, 'formal') else ''}><summary>"
        f"{escape(key[0])}{words.FORMALITIES.get(key[1], '')}</summary>{texts_html(found)}</details>"
        for key, found in groups
    )
    lead = f"<p class=hf-facts>{words.REPLIES_LEAD.format(file=FILE)}</p>{office_html(replies.office)}"
    return f'<div class="hf-replies">{problem}{section(words.REPLIES, lead + parts, 2)}</div>'


def texts_html(texts: Iterable[ReplyText]) -> str:
    """Return the texts of one language under their outcomes."""
    return "".join(
        f"<h3>{words.OUTCOMES.get(each.outcome, escape(spoken(each.outcome)))}</h3>"
        f'<div class="hf-theirs">{markup.plain(each.preview)}</div>{away_html(each)}'
        for each in texts
    )


def away_html(text: ReplyText) -> str:
    """Return what stands there outside office hours."""
    if not text.away:
        return ""
    return f'<p class="hf-facts">{words.AWAY}</p><div class="hf-theirs">{markup.plain(text.away)}</div>'


def office_html(office: Office) -> str:
    """Return when people answer."""
    if not office.hours:
        return f"<p class=hf-facts>{words.OFFICE_ALWAYS}</p>"
    hours = ", ".join(f"{spoken(day)} {span}" for day, span in office.hours.items())
    said = words.OFFICE_OPEN if office.open else words.OFFICE_CLOSED
    return f"<p class=hf-facts>{escape(said.format(zone=office.time_zone, hours=hours))}</p>"
