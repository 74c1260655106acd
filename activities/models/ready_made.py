"""Replies that state no fact and need no source: to small talk, to insults, and to what is not understood."""

import re

from activities.models.pleasantries import UNCLEAR, SmallTalk, small_talk_kind

TEMPLATE = "template"
"""The model of a draft that is one of these replies."""
REPLIES: dict[SmallTalk, str] = {
    "greeting": (
        "Hello! I answer questions about plans, billing, your account, your files and our devices, and I quote our "
        "help pages when I do. What can I help you with?"
    ),
    "thanks": "You're welcome! Is there anything else I can help you with?",
    "goodbye": "Goodbye, and thank you for writing to us. Come back here whenever you need us.",
    "insult": (
        "I am sorry that this has been so annoying. Tell me in a sentence what went wrong, and I look for the answer; "
        "or write “I want to talk to a person”, and a colleague takes over."
    ),
    "unclear": (
        "I would like to help, but I need a little more to go on. Which product or page is it about, what did you do, "
        "and what do you see? If there is a code on the screen, it helps most."
    ),
}
_CHOICE = re.compile(r"Which of these: (?P<one>[^/]+) / (?P<other>[^/]+)")
_ASKED = "I can help with that, but I am not sure which way you mean it."
_CHOICE_REPLY = re.compile(rf"{re.escape(_ASKED)} Is it about [^/<>\d]+, or about [^/<>\d]+\?")


def choice(one: str, other: str) -> str:
    """Return the question that stands for a message which could be about either of two topics."""
    return f"Which of these: {one} / {other}"


def ready_made(question: str) -> str:
    """Return the reply to a question that stands for small talk or for an unclear message; empty for any other."""
    if found := _CHOICE.fullmatch(question):
        one, other = (each.strip()[:1].lower() + each.strip()[1:] for each in found.groups())
        return f"{_ASKED} Is it about {one}, or about {other}?"
    return REPLIES.get("unclear" if question == UNCLEAR else small_talk_kind(question), "")


def is_ready_made(text: str) -> bool:
    """Say whether a text is one of these replies, unchanged."""
    return text in REPLIES.values() or _CHOICE_REPLY.fullmatch(text) is not None
