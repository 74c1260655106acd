"""``holdfast ask``: one question from the terminal, answered with its sources."""

from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from activities.settings import Settings
from commands.door import Door, find_login, find_url
from commands.errors import BadInputError

OUTCOMES = {
    "pending_review": "A person looks at this first. Read their answer in the chat, or here:",
    "handed_off": "A person takes over. Read their answer in the chat, or here:",
    "failed": "This could not be answered; a person has been told. Conversation:",
}


def run(settings: Settings, text: str, username: str | None, console: Console) -> None:
    """Ask as a demo person (the first customer by default) and print the turn. Raises ``CommandError``."""
    if not text.strip():
        raise BadInputError("The question is empty")
    login = find_login(settings, username, "customer")
    with Door(find_url(settings), login) as door, console.status("Asking"):
        turn = door.ask(text)
    console.print(show_turn(turn))


def show_turn(turn: dict[str, Any]) -> RenderableType:
    """Return a turn for the terminal: the answer, each source with its quote, and how sure the agent is."""
    parts: list[RenderableType] = []
    if turn.get("answer"):
        parts.append(Text(turn["answer"]))
    for number, citation in enumerate(turn.get("citations") or [], start=1):
        heading = Text(f"[{number}] {citation['title']} (version {citation['version']})", style="bold")
        quote = Text(" ".join(citation["quote"].split()), style="dim")
        parts.append(Padding(Group(heading, Padding(quote, (0, 0, 0, 4))), (1, 0, 0, 0)))
    if turn["status"] in OUTCOMES:
        parts.append(
            Padding(Text(f"{OUTCOMES[turn['status']]} {turn['conversation_id']}", style="yellow"), (1, 0, 0, 0))
        )
    facts = f"{turn['status']}, {turn['intent'] or 'no intent'}, confidence {turn['confidence_score']:.2f}"
    parts.append(Padding(Text(f"{facts}, engine {turn['engine']}", style="dim"), (1, 0, 0, 0)))
    return Group(*parts)
