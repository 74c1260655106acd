"""Sources as HTML: how each goes, what it did not take, and what can be done with it."""

from collections.abc import Mapping, Sequence
from html import escape

from ui import markup
from ui import source_words as said
from ui.cases import tag
from ui.source_contract import Item, Source
from ui.words import spoken

SHOWN = 10
"""Items that were not taken are named up to this many, of each state."""


def sources_html(sources: Sequence[Source], troubles: Mapping[str, Sequence[Item]]) -> str:
    """Return the sources by name; ``troubles`` are items that were not taken, by the source's id."""
    if not sources:
        return f'<div class="hf-feeds">{markup.empty(said.EMPTY_TITLE, said.EMPTY)}</div>'
    cards = "".join(source_html(each, troubles.get(each.id, ())) for each in sources)
    return f'<div class="hf-feeds"><p class="hf-lead">{said.LEAD}</p><ul>{cards}</ul></div>'


def source_html(source: Source, troubles: Sequence[Item]) -> str:
    """Return one source."""
    report = source.progress or source.report
    error = markup.note(str(report["error"]), "bad") if report.get("error") else ""
    tags = tag(spoken(source.kind)) + tag(spoken(source.department)) + tag(spoken(source.classification))
    return (
        f"<li><b>{escape(source.name)}</b><p>{tags}</p><div class=hf-state>{state(source)}</div>{error}"
        f"{troubles_html(source, troubles)}<p>{buttons(source)}</p></li>"
    )


def state(source: Source) -> str:
    """Return what a source does now, what it holds, and when it was synced."""
    phase = said.PHASES.get(str((source.progress or {}).get("phase", "")), "")
    now = phase if phase and source.status == "active" else said.STATES[source.status]
    counts = [text.format(count=source.items[name]) for name, text in said.COUNTS.items() if source.items.get(name)]
    synced = markup.moment(source.synced_at, "ago") if source.synced_at else said.NEVER
    every = said.EVERY.format(minutes=source.interval_seconds / 60)
    return " · ".join([escape(now), *map(escape, counts), synced, every])


def troubles_html(source: Source, troubles: Sequence[Item]) -> str:
    """Return the items that were not taken, folded."""
    if not troubles:
        return ""
    entries = "".join(
        f"<li><b>{escape(each.key)}</b> {escape(each.reason or spoken(each.status))}</li>" for each in troubles
    )
    left = sum(count for name, count in source.items.items() if name in ("refused", "skipped", "failed"))
    more = escape(said.MORE.format(count=left - len(troubles), name=source.name)) if left > len(troubles) else ""
    return f"<details><summary>{said.TROUBLES}</summary><ul>{entries}</ul>{more}</details>"


def buttons(source: Source) -> str:
    """Return what can be done with a source; one that is being removed is left alone."""
    if source.status == "removing":
        return ""
    offered = ("sync", "pause", "remove") if source.status == "active" else ("resume", "remove")
    return "".join(
        f'<button type="button" data-source="{escape(source.id)}" data-change="{each}" '
        f'data-name="{escape(source.name)}" data-sure="{said.REMOVE_SURE}">{said.ACTIONS[each]}</button>'
        for each in offered
    )
