"""The conversation as HTML: messages, progress, sources, rating."""

import json
from datetime import UTC, datetime
from html import escape

from ui import markup, words
from ui.client import ApiError
from ui.contract import Conversation, ConversationSummary, Listed, Person, Turn
from ui.follow import Live
from ui.outbox import Call, Delivery, Item


def page(
    person: Person | None, live: Live | None, delivery: Delivery, call: Call, error: ApiError | None = None
) -> str:
    """Return the whole thread; its data attributes tell the browser what has arrived.

    A partial one, without the turns so far, is what there is until the conversation has been read.
    Messages that are not accepted yet are shown as being sent, or as being tried again when ``error`` passes.
    """
    sending = [item for item in delivery.waiting if item.kind == "message" and is_here(item, call)]
    parts = [turn_html(turn, live) for turn in live.conversation.turns] if live else []
    blind = live is not None and not live.conversation.live
    if blind:
        parts += [taken_html(item) for item in delivery.taken if item.kind == "message" and is_here(item, call)]
    parts += [sending_html(item, trying=error is not None) for item in sending]
    if person and not parts and error is None:
        parts.append(welcome(person))
    if live and not sending and not blind:
        parts.append(ending(live.conversation))
    parts += notes(live, error if not (sending and error and error.passing) else None, delivery)
    partial = " data-partial" if call.conversation and live is None and (error is None or error.passing) else ""
    data = attributes(person, live, delivery, call, error)
    return f'<div class="hf-thread" role="log" aria-live="polite" {data}{partial}>{"".join(parts)}</div>'


def is_here(item: Item, call: Call) -> bool:
    """Whether an item belongs to the conversation that the page shows."""
    return item.conversation == call.conversation if call.conversation else item.draft == call.draft


def notes(live: Live | None, error: ApiError | None, delivery: Delivery) -> list[str]:
    """Return what went wrong, in words."""
    told = [markup.note(words.STREAM_LOST)] if live and live.trouble else []
    if delivery.refused:
        told.append(markup.note(f"{words.REFUSED}. {words.explain(delivery.refused)}", "bad"))
    if error:
        gone = error.status == 404
        told.append(markup.note(words.CONVERSATION_GONE, "bad") if gone else markup.trouble(error, trying=True))
    return told


def attributes(person: Person | None, live: Live | None, delivery: Delivery, call: Call, error: ApiError | None) -> str:
    """Return what the browser's script reads off the thread."""
    conversation = live.conversation if live else None
    values = {
        "nonce": str(call.nonce),
        "user": person.id if person else "",
        "conversation": conversation.id if conversation else "",
        "accepted": " ".join(item.key for item in delivery.accepted),
        "started": json.dumps(delivery.started),
        "returned": delivery.returned,
        "expired": "yes" if error and error.status == 401 else "",
        "closed": "yes" if conversation and conversation.status == "closed" else "",
    }
    return " ".join(f'data-{name}="{escape(value)}"' for name, value in values.items())


def welcome(person: Person) -> str:
    """Return the empty state, with questions to try."""
    buttons = "".join(
        f'<button type="button" class="hf-suggestion" data-ask="{escape(text)}">{escape(text)}</button>'
        for text in words.SUGGESTIONS
    )
    title = words.EMPTY_TITLE.format(name=person.name)
    return markup.empty(title, words.EMPTY_LEAD, f'<div class="hf-suggestions">{buttons}</div>')


def turn_html(turn: Turn, live: Live) -> str:
    """Return one message and what came of it."""
    mine = f'<div class="hf-mine">{markup.plain(turn.message)}</div>'
    return f'<article class="hf-turn" data-status="{turn.status}">{mine}{reply(turn, live)}</article>'


def reply(turn: Turn, live: Live) -> str:
    """Return the other side of a turn: the answer, or what is going on."""
    said = said_html(turn) if turn.answer else notice_html(turn.notice)
    if turn.status == "running":
        if live.partial:
            return f'<div class="hf-theirs">{markup.answer(live.partial)}{progress(live.step)}</div>'
        return progress(live.step)
    if turn.status == "failed" and not turn.answer:
        return markup.note(words.FAILED, "bad")
    return said + (waiting(turn) if turn.waiting else "")


def said_html(turn: Turn) -> str:
    """Return an answer with its sources and who wrote it."""
    body = markup.answer(turn.answer or "", turn.id, len(turn.citations))
    chips = "".join(
        markup.chip(number, turn.id, citation.title) for number, citation in enumerate(turn.citations, start=1)
    )
    sources = f'<div class="hf-sources"><h2>{words.SOURCES}</h2>{chips}</div>' if chips else ""
    engine = words.ENGINES.get(turn.engine, "")
    by = f'<footer class="hf-by hf-by-{escape(turn.engine)}">{escape(engine)}</footer>' if engine else ""
    return f'<div class="hf-theirs">{body}{sources}{by}</div>'


def notice_html(text: str) -> str:
    """Return what the customer is told while a draft is being checked, if anything."""
    return f'<div class="hf-theirs">{markup.plain(text)}</div>' if text else ""


def progress(step: str) -> str:
    """Return what the agent is doing."""
    text = words.STEPS.get(step, words.STEP_OTHER)
    return f'<div class="hf-progress" role="status"><span class="hf-dots"><i></i><i></i><i></i></span>{text}</div>'


def waiting(turn: Turn) -> str:
    """Return the promise that a person answers, and by when."""
    if turn.due_at is None or turn.due_at <= datetime.now(UTC):
        return f'<div class="hf-waiting">{markup.icon("person")}<span>{words.LATE}</span></div>'
    lead = words.HANDED_OVER if turn.status == "handed_off" or turn.notice else words.WITH_COLLEAGUE
    text = lead.format(time=markup.moment(turn.due_at, "until"))
    return f'<div class="hf-waiting">{markup.icon("person")}<span>{text}</span></div>'


def sending_html(item: Item, trying: bool) -> str:
    """Return a message that the service has not accepted yet."""
    state = words.STILL_TRYING if trying else words.SENDING
    kind = "hf-trying" if trying else "hf-sending"
    body = f'<div class="hf-mine {kind}">{markup.plain(item.text)}</div>'
    return f'<article class="hf-turn">{body}<div class="hf-delivery" role="status">{escape(state)}</div></article>'


def taken_html(item: Item) -> str:
    """Return a message that the service has accepted and cannot show in its place yet."""
    mine = f'<div class="hf-mine">{markup.plain(item.text)}</div>'
    return f'<article class="hf-turn" data-status="running">{mine}{progress("")}</article>'


def ending(conversation: Conversation) -> str:
    """Return what stands under the last turn: the rating, thanks, or that the conversation is closed."""
    closed = markup.note(words.CONVERSATION_CLOSED) if conversation.status == "closed" else ""
    if conversation.score is not None:
        return f'<div class="hf-rating hf-rated">{words.RATED.format(score=conversation.score)}</div>{closed}'
    last = conversation.turns[-1] if conversation.turns else None
    if last is None or last.status != "answered":
        return closed
    stars = "".join(
        f'<button type="button" data-score="{score}" aria-label="{words.RATE_STAR.format(score=score)}">'
        f"{markup.icon('star')}</button>"
        for score in range(1, 6)
    )
    return f'<div class="hf-rating"><span>{words.RATE}</span><div class="hf-stars">{stars}</div></div>{closed}'


def listing(conversations: Listed[ConversationSummary], current: str) -> str:
    """Return the list of my conversations, the open one marked, with a button for older ones."""
    if not conversations:
        return f'<nav class="hf-list"><p class="hf-none">{words.NO_CONVERSATIONS}</p></nav>'
    entries = "".join(
        f'<button type="button" data-open="{escape(each.id)}" aria-current="{str(each.id == current).lower()}">'
        f"<span>{escape(each.title or words.UNTITLED)}</span><small>{markup.moment(each.updated_at, 'day')}"
        f"{' · ' + words.CLOSED if each.status == 'closed' else ''}</small></button>"
        for each in conversations
    )
    older = f'<button type="button" class="hf-older" data-older>{words.OLDER}</button>' if conversations.more else ""
    return f'<nav class="hf-list" aria-label="{words.MINE}">{entries}{older}</nav>'
