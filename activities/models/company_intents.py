"""The company's intents: what ``intents.json`` says of each, and the messages that they are learned from."""

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel

from activities.models.minilm import find_model_folder
from activities.models.model_store import Labelled
from activities.models.wording import Wording
from graphs.state import Risk

OUT_OF_SCOPE, SMALL_TALK, REFUND = "out_of_scope", "small_talk", "refund_request"
NO_TOPICS = frozenset({OUT_OF_SCOPE, SMALL_TALK})


class Intent(BaseModel):
    """What ``intents.json`` says of one intent."""

    department: str
    risk: Risk
    risk_reason: str = ""
    about: str = ""


def prepared(messages: Labelled, folder: Path) -> tuple[Wording, Labelled]:
    """Return the company's wording and the messages in it, as the intents are trained on them."""
    wording = Wording.read(messages.texts, folder / "wording.json", find_model_folder() / "tokenizer.json")
    worded = Labelled([wording.apply(text) for text in messages.texts], messages.labels).with_names(OUT_OF_SCOPE)
    return wording, worded.with_unlabelled([wording.apply(text) for text in messages.unlabelled])


def read_intents(path: Path) -> Mapping[str, Intent]:
    """Return what ``intents.json`` says of each intent."""
    return {name: Intent.model_validate(each) for name, each in json.loads(path.read_text(encoding="utf-8")).items()}
