"""Documents as HTML: the list, one document with its versions, what is being taken in, and gaps."""

from collections.abc import Sequence
from html import escape

from ui import knowledge_words as words
from ui import markup
from ui.cases import sealed, section, tag
from ui.knowledge_contract import Document, Gap, Gaps, Ingestion, OpenDocument, Version
from ui.library import MOST_DOCUMENTS
from ui.words import BACK, counted, spoken

SHOWN_CHARACTERS = 12_000
"""Of a document's text on the page; the rest is for the file itself."""


def listing(documents: Sequence[Document], current: str, wanted: str) -> str:
    """Return the list of documents, the open one marked."""
    if not documents:
        found = markup.note(words.LIST_NONE) if wanted else markup.empty(words.LIST_EMPTY_TITLE, words.LIST_EMPTY)
        return sealed(f'<div class="hf-documents">{found}</div>')
    more = len(documents) >= MOST_DOCUMENTS
    head = f'<h2>{words.DOCUMENTS} <span class="hf-count">{len(documents)}{"+" if more else ""}</span></h2>'
    cards = "".join(card(each, each.id == current) for each in documents)
    rest = markup.note(words.LIST_CUT.format(count=MOST_DOCUMENTS)) if more else ""
    return sealed(f'<nav class="hf-documents" aria-label="{words.DOCUMENTS}">{head}{cards}{rest}</nav>')


def card(document: Document, current: bool) -> str:
    """Return one entry of the list."""
    return (
        f'<button type="button" class="hf-card" data-document="{escape(document.id)}" '
        f'aria-current="{str(current).lower()}"><span class="hf-question">{escape(document.title)}</span>'
        f'<span class="hf-card-foot">{level(document)}<span>{escape(spoken(document.department))}</span>'
        f"<span>{markup.moment(document.updated_at, 'ago')}</span></span></button>"
    )


def level(document: Document) -> str:
    """Return the label of a document's class."""
    kind = {"confidential": "warm", "restricted": "hot"}.get(document.classification, "")
    return tag(words.LEVELS[document.classification], kind)


def nothing_open() -> str:
    """Return the place of the document when none is open."""
    return f'<div class="hf-document" data-document="">{markup.empty(words.PICK_TITLE, words.PICK)}</div>'


def document_html(
    document: OpenDocument,
    versions: Sequence[Version],
    dates: str = "",
    *,
    shut: bool = False,
    foreign: bool = False,
) -> str:
    """Return a document: what it is, its dates as HTML for who may change them, its versions, its text.

    One that is ``shut`` is outside of its dates: it is read to decide on those, all else waits until it answers again.
    A ``foreign`` one belongs to another department: it is read and not changed.
    """
    facts = " · ".join(
        each
        for each in (
            spoken(document.department),
            document.source,
            document.language,
            words.PASSAGES.format(count=document.chunk_count),
        )
        if each
    )
    text = document.text[:SHOWN_CHARACTERS]
    cut = markup.note(words.TEXT_CUT) if len(document.text) > len(text) else ""
    return (
        f'<div class="hf-document" data-document="{escape(document.id)}" data-level="{document.classification}"'
        f"{' data-shut' if shut else ''}{' data-foreign' if foreign else ''}>"
        f'<header><h2>{escape(document.title)}</h2><p class="hf-card-top">{level(document)}</p>'
        f'<p class="hf-facts">{escape(facts)}</p></header>'
        f"{markup.note(words.SHUT) if shut else ''}{section(words.DATES, dates) if dates else ''}"
        f"{section(words.VERSIONS, versions_html(document, versions, shut, foreign))}"
        f"{section(words.TEXT, f'<div class=hf-text>{escape(text)}</div>{cut}')}</div>"
    )


def way_back() -> str:
    """Return what leads from an open document to the list, where there is room for one of the two."""
    return f'<button type="button" class="hf-back" data-back>{markup.icon("back")}{BACK}</button>'


def versions_html(document: OpenDocument, versions: Sequence[Version], shut: bool, foreign: bool) -> str:
    """Return the versions, newest first; of one's own document that answers older ones can be brought back."""
    entries = "".join(version_html(document, each, shut, foreign) for each in versions)
    return f'<ol class="hf-versions">{entries}</ol>'


def version_html(document: OpenDocument, version: Version, shut: bool, foreign: bool) -> str:
    """Return one version; the one that answers has the class of the document, which may have changed since it came."""
    last, current = "", version.version == document.version
    if not shut and current:
        last = tag(words.CURRENT, "review")
    elif not shut and not foreign:
        last = f'<button type="button" data-restore="{version.version}">{words.RESTORE}</button>'
    name = words.VERSION.format(version=version.version)
    return (
        f"<li><b>{name}</b>{tag(words.LEVELS[document.classification if current else version.classification])}"
        f"<span>{markup.moment(version.created_at, 'day')}</span>{last}</li>"
    )


def runs_html(runs: Sequence[Ingestion]) -> str:
    """Return what is being taken in or was just now, the latest first; its ids are on it for the next look."""
    if not runs:
        return '<div class="hf-runs" data-running=""></div>'
    running = " ".join(run.id for run in runs if run.status == "running")
    shown = " ".join(run.id for run in runs)
    entries = "".join(run_html(run) for run in runs)
    return f'<div class="hf-runs" data-running="{escape(running)}" data-runs="{escape(shown)}"><ul>{entries}</ul></div>'


def run_html(run: Ingestion) -> str:
    """Return one file with what became of it."""
    kind = {"completed": "good", "failed": "bad"}.get(run.status, "info")
    counts = run.report.get("counts") or {}
    status = run.progress.state if run.status == "running" and run.progress else run.status
    parts = [
        text.format(count=counts[name])
        for name, text in (("taken", words.TAKEN), ("unchanged", words.UNCHANGED), ("refused", words.REFUSED))
        if counts.get(name)
    ]
    reasons = "".join(f"<li>{escape(refused(each))}</li>" for each in run.report.get("refused", [])[:5])
    return (
        f'<li class="hf-run hf-{kind}"><b>{escape(run.filename)}</b>'
        f"<span>{words.STATUSES.get(status, escape(spoken(status)))}</span>{bar(run)}"
        f"<small>{escape(', '.join(parts))}</small>{f'<ul>{reasons}</ul>' if reasons else ''}</li>"
    )


def refused(entry: dict[str, str]) -> str:
    """Return why a document was not taken."""
    return f"{entry.get('source', '')}: {entry.get('reason', '')}"


def bar(run: Ingestion) -> str:
    """Return how far a run is, when that is known."""
    if run.status != "running":
        return ""
    told = run.progress
    if told is None or not told.documents:
        return '<div class="hf-share hf-unknown"><span></span></div>'
    share = round(100 * min(1.0, told.share))
    label = words.DONE_OF.format(
        done=told.done + told.skipped + told.failed, documents=counted(told.documents, "document")
    )
    return (
        f'<div class="hf-share" role="progressbar" aria-valuenow="{share}" aria-valuemin="0" aria-valuemax="100" '
        f'aria-label="{escape(run.filename)}"><span style="width:{share}%"></span></div><small>{label}</small>'
    )


def gaps_html(gaps: Gaps) -> str:
    """Return what was asked and not answered, and what of it is not listed."""
    if not gaps.items:
        return markup.empty(words.GAPS_EMPTY_TITLE, words.GAPS_EMPTY)
    left = len(gaps.items) < gaps.groups
    notes = [words.GAPS_LEAD, *([words.GAPS_LEFT.format(count=len(gaps.items), groups=gaps.groups)] if left else [])]
    notes += [words.GAPS_CUT.format(count=gaps.questions)] if gaps.cut else []
    return f'<p class="hf-lead">{" ".join(notes)}</p><ul class="hf-gaps">{"".join(map(gap_html, gaps.items))}</ul>'


def gap_html(gap: Gap) -> str:
    """Return one group of questions, the others of it to unfold."""
    asked = words.ASKED_ONCE if gap.count == 1 else words.ASKED.format(times=counted(gap.count, "time"))
    others = "".join(f"<li>{escape(each)}</li>" for each in gap.examples[1:])
    more = f"<ul>{others}</ul>" if others else ""
    tags = "".join(tag(spoken(each)) for each in gap.departments)
    return f"<li><b>{escape(gap.question)}</b><p>{tags}{tag(asked, 'review')}</p>{more}</li>"
