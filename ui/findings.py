"""Search results as HTML: passages with the words of the query marked, and why each was found."""

import re
from collections.abc import Mapping, Sequence
from html import escape

from ui import knowledge_words as words
from ui import markup
from ui.cases import tag
from ui.knowledge_contract import Found, Hit, SavedSearch
from ui.words import spoken

WORD = re.compile(r"[^\W_]{3,}")
ENDINGS = re.compile(r"(?:ing|ies|ed|es|s|y)$")
SHOWN_CHARACTERS = 700
LEAD_CHARACTERS = 200
"""How much of a long passage is shown before the first word that fits."""


def results(found: Found, query: str) -> str:
    """Return the passages that were found, best first."""
    if not found.passages:
        return f'<div class="hf-found">{corrected(found, query)}{markup.empty(words.NONE_TITLE, words.NONE)}</div>'
    count = f'<p class="hf-lead" role="status">{words.COUNT.format(count=len(found.passages))}</p>'
    entries = "".join(hit_html(hit, found.query or query) for hit in found.passages)
    return f'<div class="hf-found">{corrected(found, query)}{facets_html(found.facets)}{count}<ol>{entries}</ol></div>'


def corrected(found: Found, query: str) -> str:
    """Return what was searched instead of misspelt words, and the way to what was typed; nothing when none was."""
    if not found.corrections:
        return ""
    shown = words.CORRECTED.format(query=f"<b>{escape(found.query)}</b>")
    instead = escape(words.INSTEAD.format(query=query.strip()))
    return f'<p class="hf-lead">{shown} <button type="button" data-instead>{instead}</button></p>'


def nothing_asked() -> str:
    """Return the place of the results before the first search."""
    return f'<div class="hf-found">{markup.empty(words.START_TITLE, words.START)}</div>'


def hit_html(hit: Hit, query: str) -> str:
    """Return one passage."""
    page = words.PAGE.format(page=hit.page) if hit.page else ""
    place = " · ".join(each for each in (hit.heading, page) if each)
    kind = {"confidential": "warm", "restricted": "hot"}.get(hit.classification, "")
    return (
        f'<li class="hf-hit"><button type="button" class="hf-hit-title" data-hit="{escape(hit.document_id)}" '
        f'data-version="{hit.version}" data-start="{hit.start}" data-end="{hit.end}">{escape(hit.title)}</button>'
        f"<p class=hf-card-top>{tag(words.LEVELS[hit.classification], kind)}{tag(spoken(hit.department))}"
        f"<small>{escape(place)}</small></p><p class=hf-hit-text>{marked(shortened(hit.text, query), query)}</p>"
        f"<details><summary>{words.WHY}</summary>{reasons(hit)}</details></li>"
    )


def reasons(hit: Hit) -> str:
    """Return the scores that a passage was ranked by, as meters."""
    scores = ((words.TOGETHER, hit.score), (words.MEANING, hit.dense_score), (words.WORDS, hit.lexical_score))
    return f'<dl class="hf-scores">{"".join(meter(name, score) for name, score in scores)}</dl>'


def meter(name: str, score: float) -> str:
    """Return one score (0..1) as a meter."""
    share = round(100 * min(1.0, max(0.0, score)))
    return f'<dt>{name}</dt><dd><span class="hf-meter"><span style="width:{share}%"></span></span>{score:.2f}</dd>'


def shortened(text: str, query: str) -> str:
    """Return the part of a passage around the first word of the query."""
    if len(text) <= SHOWN_CHARACTERS:
        return text
    first = pattern(query).search(text)
    start = max(0, first.start() - LEAD_CHARACTERS) if first else 0
    part = text[start : start + SHOWN_CHARACTERS]
    return f"{'…' if start else ''}{part}{'…' if start + SHOWN_CHARACTERS < len(text) else ''}"


def marked(text: str, query: str) -> str:
    """Return text as HTML with the words of the query marked, in any of their usual endings."""
    parts, last = [], 0
    for found in pattern(query).finditer(text):
        parts += [escape(text[last : found.start()]), f"<mark>{escape(found.group())}</mark>"]
        last = found.end()
    return "".join([*parts, escape(text[last:])])


def pattern(query: str) -> re.Pattern[str]:
    """Return what finds the words of a query, and nothing when it has none."""
    stems = {ENDINGS.sub("", word.lower()) or word.lower() for word in WORD.findall(query)}
    if not stems:
        return re.compile(r"(?!)")
    listed = "|".join(re.escape(stem) for stem in sorted(stems, key=len, reverse=True))
    return re.compile(rf"\b(?:{listed})\w{{0,4}}\b", re.IGNORECASE)


def facets_html(facets: Mapping[str, Mapping[str, int]]) -> str:
    """Return how many documents each department and class has; a click narrows the search to it."""
    groups = "".join(
        f"<div><h2>{title}</h2>{facet(name, facets[name])}</div>"
        for name, title in words.FACETS.items()
        if facets.get(name)
    )
    return f'<aside class="hf-facets">{groups}</aside>' if groups else ""


def facet(name: str, counts: Mapping[str, int]) -> str:
    """Return the values of one facet."""
    return "".join(
        f'<button type="button" data-facet="{escape(name)}" data-value="{escape(value)}">{escape(spoken(value))} '
        f"<small>{count}</small></button>"
        for value, count in counts.items()
    )


def saved_html(searches: Sequence[SavedSearch]) -> str:
    """Return my saved searches."""
    if not searches:
        return f'<div class="hf-saved"><h2>{words.SAVED}</h2><p>{words.SAVED_NONE}</p></div>'
    entries = "".join(
        f'<li><button type="button" class="hf-card" data-search="{escape(each.id)}">{escape(each.name)}</button>'
        f'<button type="button" data-forget="{escape(each.id)}" '
        f'aria-label="{escape(words.FORGET.format(name=each.name))}">{markup.icon("close")}</button></li>'
        for each in searches
    )
    return f'<nav class="hf-saved" aria-label="{words.SAVED}"><h2>{words.SAVED}</h2><ul>{entries}</ul></nav>'
