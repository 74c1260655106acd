"""The company's own texts for each outcome, in its customers' languages: ``replies.toml`` of its folder."""

import logging
import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from string import Formatter
from typing import cast, get_args

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from activities.office_hours import OfficeHours
from graphs.formality import Formality
from graphs.notices import ENGLISH, Outcome, filled
from graphs.state import Nearest

logger = logging.getLogger(__name__)
REPLIES_FILE = "replies.toml"
"""Beside the company's documents."""
LONGEST = 1_000
Texts = dict[Outcome, str]
PROMISING = frozenset({"in_review", "asked", "unsupported", "unavailable", "stopped", "unsure", "added", "taken_back"})
"""Outcomes that a person ends: their text says by when."""
POINTING = frozenset({"unsupported", "unsure"})
"""Outcomes whose text may say what the documents do say nearest."""
OPTIONAL = frozenset({"nearest"})
"""Texts that a language may lack: nothing is said then."""
FIELDS: Mapping[str, frozenset[str]] = {
    **{name: frozenset({"promise"}) for name in PROMISING},
    **{name: frozenset({"promise", "nearest"}) for name in POINTING},
    "nearest": frozenset({"source", "quote"}),
    "answered": frozenset({"answer"}),
    "in_hours": frozenset({"due"}),
    "out_of_hours": frozenset({"opens", "due"}),
    "moment": frozenset({"time", "day", "month"}),
}
"""What may stand in braces in the text of an outcome; none anywhere else."""
NEEDED: Mapping[str, frozenset[str]] = {
    **FIELDS,
    **{name: frozenset({"promise"}) for name in POINTING},
    "out_of_hours": frozenset({"due"}),
}


class RepliesError(ValueError):
    """The company's texts cannot be used; the message says where and why."""


class Replies(BaseModel):
    """Texts by language and outcome, those of an ``informal`` address where a language tells them apart, and hours."""

    model_config = ConfigDict(extra="forbid")
    default_language: str = "en"
    office: OfficeHours = OfficeHours()
    texts: dict[str, Texts] = Field(default_factory=lambda: {"en": dict(ENGLISH)})
    informal: dict[str, Texts] = {}

    @model_validator(mode="after")
    def _complete(self) -> "Replies":
        if self.default_language not in self.texts:
            raise ValueError(f"the default language {self.default_language!r} has no texts")
        for language, texts in self.texts.items():
            check_language(language)
            if missing := [name for name in get_args(Outcome) if name not in {*texts, *OPTIONAL}]:
                raise ValueError(f"texts.{language} lacks {', '.join(missing)}")
        if strange := sorted(self.informal.keys() - self.texts.keys()):
            raise ValueError(f"informal.{strange[0]}: there is no texts.{strange[0]} that it varies")
        for kind, languages in (("texts", self.texts), ("informal", self.informal)):
            for language, texts in languages.items():
                for name, text in texts.items():
                    check_text(f"{kind}.{language}.{name}", name, text)
        return self

    def of(self, language: str, formality: Formality = "formal") -> Texts:
        """Return all texts in a customer's language and form of address, or in the default language."""
        known = language if language in self.texts else self.default_language
        varied = self.informal.get(known, {}) if formality == "informal" else {}
        return {**self.texts[known], **varied}

    def write(
        self,
        outcome: Outcome,
        language: str,
        formality: Formality,
        at: datetime,
        due_at: datetime | None,
        nearest: Nearest | None = None,
    ) -> str:
        """Return the notice of an outcome, given ``at`` a moment, with the promise of an answer by ``due_at``."""
        if due_at is None or outcome not in PROMISING:
            return filled(self.of(language, formality), outcome, promise="", nearest=nearest)
        opens = self.office.opens(at)
        return self.promising(outcome, language, formality, due_at, opens if opens > at else None, nearest)

    def promising(
        self,
        outcome: Outcome,
        language: str,
        formality: Formality,
        due_at: datetime,
        opens: datetime | None,
        nearest: Nearest | None = None,
    ) -> str:
        """Return the notice of an outcome that promises an answer; ``opens`` is when people who are away are back."""
        texts = self.of(language, formality)
        known = language if language in self.texts else self.default_language
        due = self._spoken(due_at, known, texts)
        away = self._spoken(opens, known, texts) if opens else ""
        promise = texts["out_of_hours" if away else "in_hours"].format(opens=away, due=due)
        return filled(texts, outcome, promise=promise, nearest=nearest)

    def _spoken(self, moment: datetime, language: str, texts: Texts) -> str:
        """A moment as people of the language read it, in the office's time zone."""
        local = moment.astimezone(self.office.zone)
        time = f"{local:%H:%M %Z}"
        return texts["moment"].format(time=time, day=local.day, month=format_date(local, "MMMM", locale=language))


def check_language(code: str) -> None:
    """Raise ``ValueError`` for what is no ISO 639-1 code of a language whose months are known."""
    try:
        Locale.parse(code)
    except (ValueError, UnknownLocaleError) as error:
        raise ValueError(f"texts.{code}: this is no language; write its code as 'de'") from error


def check_text(place: str, outcome: str, text: str) -> None:
    """Raise ``ValueError`` for a text that is empty, too long, or has other fields in braces than its outcome takes."""
    if not text.strip() or len(text) > LONGEST:
        raise ValueError(f"{place}: write 1 to {LONGEST} characters")
    try:
        parts = [(name, spec, mark) for _, name, spec, mark in Formatter().parse(text) if name is not None]
    except ValueError as error:
        raise ValueError(f"{place}: {error}; a brace that stands for itself is written twice") from error
    found = {name for name, _, _ in parts}
    allowed = FIELDS.get(outcome, frozenset())
    if strange := sorted(found - allowed):
        known = ", ".join(f"{{{name}}}" for name in sorted(allowed)) or "none"
        raise ValueError(f"{place}: {{{strange[0]}}} is not known here; known: {known}")
    if any(spec or mark for _, spec, mark in parts):
        raise ValueError(f"{place}: nothing but the name stands in braces")
    if missing := sorted(NEEDED.get(outcome, frozenset()) - found):
        raise ValueError(f"{place}: {{{missing[0]}}} is missing")


def read_replies(path: Path) -> Replies:
    """Return the company's texts, the English ones of the product when there is no file. Raises ``RepliesError``."""
    if not path.exists():
        return Replies()
    try:
        return Replies.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RepliesError(f"{path} cannot be read: {error}") from error
    except ValidationError as error:
        raise RepliesError(f"{path}: {'; '.join(_told(each) for each in error.errors())}") from error


class CurrentReplies:
    """The texts in force now: the file is read again when it has changed.

    One that cannot be used stops nobody: the texts of before stay, at the start the product's own.
    """

    def __init__(self, path: Path) -> None:
        """Read the file at the first use."""
        self.path = path
        self.problem = ""
        """Why the file is not in use as it is now, in words; empty when it is."""
        self._seen: tuple[int, int] | None = None
        self._replies = Replies()

    def current(self) -> Replies:
        """Return the texts; a look at the file's time, and seldom more."""
        if (stamp := _stamp(self.path)) != self._seen:
            self._seen, self.problem = stamp, ""
            try:
                self._replies = read_replies(self.path)
            except RepliesError as error:
                self.problem = str(error)
                logger.error("the texts of before stay in use: %s", error)
        return self._replies


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _told(error: Mapping[str, object]) -> str:
    place = ".".join(map(str, cast(tuple[object, ...], error["loc"])))
    said = str(error["msg"]).removeprefix("Value error, ")
    return f"{place}: {said}" if place else said
