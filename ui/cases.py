"""Cases as HTML: the queue, and one case with its conversation, draft, reasons and sources."""

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Literal

from ui import markup, words
from ui.contract import Action, Citation, Listed, Person, Review, ReviewSummary, Turn

SOON = timedelta(minutes=30)
CARD_CHARACTERS = 200
"""Of a question, in its entry of the queue: more than its two lines show."""
SUREST = 99
"""Per cent: nothing is certain that a person is asked to look at."""
STAMP = re.compile(r'data-stamp="([0-9a-f]+)"')


def queue(cases: Listed[ReviewSummary], current: str) -> str:
    """Return the list of waiting cases, the open one marked."""
    if not cases:
        return sealed(f'<div class="hf-queue">{markup.empty(words.QUEUE_EMPTY_TITLE, words.QUEUE_EMPTY)}</div>')
    more = "+" if cases.more else ""
    head = f'<h2>{words.QUEUE} <span class="hf-count">{len(cases)}{more}</span></h2>'
    end = f'<p class="hf-none">{words.QUEUE_MORE.format(count=len(cases))}</p>' if cases.more else ""
    cards = "".join(card(each, each.id == current) for each in cases)
    return sealed(f'<nav class="hf-queue" aria-label="{words.QUEUE}">{head}{cards}{end}</nav>')


def card(case: ReviewSummary, current: bool) -> str:
    """Return one entry of the queue."""
    claimed = f'<span class="hf-tag">{markup.icon("person")} {words.CLAIMED}</span>' if case.claimed_by else ""
    urgent = tag(words.URGENCIES["high"], "hot") if case.urgency == "high" else ""
    stage = tag(words.STAGES[case.stage], "warm") if case.stage != "waiting" else ""
    return (
        f'<button type="button" class="hf-card hf-{lateness(case.due_at)}" data-case="{escape(case.id)}" '
        f'aria-current="{str(current).lower()}"><span class="hf-card-top">{tag(words.KINDS[case.kind], case.kind)}'
        f"{urgent}{stage}{claimed}</span><span class=hf-question>{escape(beginning(case.question))}</span>"
        f'<span class="hf-card-foot"><span>{escape(topic(case))}</span><span>{words.AGE} '
        f"{markup.moment(case.created_at, 'ago')}</span><span class=hf-due>{due(case.due_at)}</span></span></button>"
    )


def beginning(question: str) -> str:
    """Return as much of a question as its entry has room for: the name of a button is read out as a whole."""
    cut = question[:CARD_CHARACTERS]
    return cut if len(cut) == len(question) else f"{cut.rstrip()}…"


def tag(text: str, kind: str = "") -> str:
    """Return a small label."""
    return f'<span class="hf-tag hf-tag-{escape(kind)}">{escape(text)}</span>'


def topic(case: ReviewSummary) -> str:
    """Return intent and department as people read them."""
    return " · ".join(words.spoken(each) for each in (case.intent, case.department) if each)


def lateness(due_at: datetime) -> str:
    """Return how pressing a due time is: ``overdue``, ``soon`` or ``later``."""
    left = due_at - datetime.now(UTC)
    return "overdue" if left <= timedelta(0) else "soon" if left <= SOON else "later"


def due(due_at: datetime) -> str:
    """Return the due time, or that it has passed."""
    lead = words.OVERDUE if lateness(due_at) == "overdue" else words.DUE
    return f"{lead} {markup.moment(due_at, 'until')}"


def nothing_open() -> str:
    """Return the place of the case when none is open."""
    return f'<div class="hf-case" data-case="" data-stamp="none">{markup.empty(words.PICK_TITLE, words.PICK)}</div>'


def decided(action: Action, case_id: str) -> str:
    """Return the notice of a decision that counts; the browser drops what it kept for the case it names."""
    return f'<div data-decided="{escape(case_id)}">{markup.note(words.DECIDED[action], "good")}</div>'


def told(text: str, kind: Literal["good", "bad"]) -> str:
    """Return a notice above the case."""
    return markup.note(text, kind)


def stamp(html: str) -> str:
    """Return the stamp that ``sealed`` put on a part, by which a page knows what it already shows."""
    found = STAMP.search(html)
    return found.group(1) if found else ""


def sealed(html: str) -> str:
    """Return a part with the stamp of its own content on its first element."""
    digest = hashlib.sha256(html.encode()).hexdigest()[:16]
    return html.replace(" ", f' data-stamp="{digest}" ', 1)


def case_html(case: Review, me: Person) -> str:
    """Return a case; its data attributes are what a decision on what was shown must name."""
    data = (
        f'data-case="{escape(case.id)}" data-digest="{escape(case.draft_digest)}" data-kind="{case.kind}" '
        f'data-draft="{escape(case.draft_text)}" data-open="{yes(case.state == "pending")}" '
        f'data-claimed="{yes(bool(case.claimed_by))}" data-me="{escape(me.id)}"'
    )
    back = f'<button type="button" class="hf-back" data-back>{markup.icon("back")}{words.BACK}</button>'
    gone = markup.note(words.CASE_GONE) if case.state != "pending" else ""
    drafted = case.kind == "review"
    draft = draft_html(case) if drafted else markup.note(words.NO_DRAFT)
    return sealed(
        f'<div class="hf-case" {data}>{back}{gone}{heading(case, me)}<div class="hf-columns"><div>'
        f"{section(words.CONVERSATION, conversation_html(case))}{section(words.DRAFT, draft)}</div><div>"
        f"{section(words.WHY, reasons_html(case))}{draft_facts(case) if drafted else ''}</div></div></div>"
    )


def draft_facts(case: Review) -> str:
    """Return how sure the draft is and what it rests on."""
    confidence = section(words.CONFIDENCE, confidence_html(case.confidence_score))
    return confidence + section(words.SOURCES, sources_html(case.citations))


def yes(fact: bool) -> str:
    """Return a fact as an attribute's value."""
    return "yes" if fact else ""


def heading(case: Review, me: Person) -> str:
    """Return what the case is about, when it is due and who has it."""
    owner = words.UNCLAIMED
    if case.claimed_by:
        owner = (
            words.CLAIMED_BY_ME
            if case.claimed_by == me.id
            else words.CLAIMED_BY.format(name=case.claimed_by_name or words.SOMEBODY)
        )
    tags = tag(words.KINDS[case.kind], case.kind) + tag(words.URGENCIES.get(case.urgency, case.urgency), case.urgency)
    tags += tag(words.STAGES[case.stage], "warm" if case.stage != "waiting" else "")
    return (
        f'<header class="hf-case-head"><div><h2 tabindex="-1">{escape(topic(case) or words.CONVERSATION)}</h2>'
        f"<p>{tags}</p></div>"
        f'<dl class="hf-{lateness(case.due_at)}"><div><dt>{words.AGE}</dt><dd>{markup.moment(case.created_at, "ago")}'
        f"</dd></div><div class=hf-due><dt>{words.DUE}</dt><dd>{markup.moment(case.due_at, 'until')}</dd></div></dl>"
        f'<p class="hf-owner">{escape(owner)}</p></header>'
    )


def section(title: str, body: str, level: Literal[2, 3] = 3) -> str:
    """Return a titled part of a page; ``level`` is that of its heading, 3 below the title of a case or a document."""
    return f"<section><h{level}>{escape(title)}</h{level}>{body}</section>"


def conversation_html(case: Review) -> str:
    """Return the conversation so far; without one, the question of the case."""
    turns = "".join(turn_html(turn, case) for turn in case.conversation)
    shown = turns or f'<div class="hf-mine">{markup.plain(case.question)}</div>'
    return f'<div class="hf-history" tabindex="0">{shown}</div>'


def turn_html(turn: Turn, case: Review) -> str:
    """Return one turn; the one that waits for this decision has no answer to show yet."""
    here = turn.review_id == case.id
    said = markup.answer(turn.answer or "", turn.id, len(turn.citations))
    said = f'<div class="hf-theirs">{said}</div>' if said else ""
    message = f'<div class="hf-mine">{markup.plain(turn.message)}</div>'
    return f'<div class="hf-turn{" hf-here" if here else ""}">{message}{said}</div>'


def draft_html(case: Review) -> str:
    """Return the draft as the customer would see it, or why it is not shown."""
    if case.withheld:
        return markup.note(words.WITHHELD)
    return f'<div class="hf-draft">{markup.answer(case.draft_text, case.id, len(case.citations))}</div>'


def reasons_html(case: Review) -> str:
    """Return why the answer was held back."""
    entries = "".join(f"<li>{escape(reason)}</li>" for reason in case.reasons)
    return f'<ul class="hf-reasons">{entries}</ul>' if entries else f"<p>{words.WHY_NOT_TOLD}</p>"


def confidence_html(score: float) -> str:
    """Return the confidence (0..1) as a meter in whole per cent, never more than it is and never certain."""
    percent = min(SUREST, int(100 * max(0.0, score) + 1e-9))
    level = "high" if percent >= 90 else "middle" if percent >= 50 else "low"
    return (
        f'<div class="hf-meter hf-meter-{level}" role="meter" aria-valuenow="{percent}" aria-valuemin="0" '
        f'aria-valuemax="100" aria-label="{words.CONFIDENCE}"><span style="width:{percent}%"></span></div>'
        f"<p class=hf-percent>{percent} %</p>"
    )


def sources_html(citations: Sequence[Citation]) -> str:
    """Return the quotes the draft rests on."""
    if not citations:
        return f"<p>{words.SOURCES_NONE}</p>"
    entries = "".join(
        f'<li><button type="button" class="hf-quote" data-source="{number}"><b>{escape(each.title)}</b> '
        f"<small>{words.VERSION.format(version=each.version)}</small><q>{escape(each.quote)}</q></button></li>"
        for number, each in enumerate(citations, start=1)
    )
    return f'<ol class="hf-quotes">{entries}</ol>'
