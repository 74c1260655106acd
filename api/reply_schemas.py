"""What crosses this door about the company's texts."""

from datetime import datetime

from pydantic import BaseModel, Field

from graphs.formality import Formality
from graphs.notices import Outcome


class ReplyText(BaseModel):
    """What customers read for one outcome, as it would be written now."""

    language: str
    formality: Formality
    outcome: Outcome
    template: str
    preview: str
    away: str = Field(default="", description="The same outside office hours; empty where that makes no difference.")


class OfficeView(BaseModel):
    """When people answer; without hours always."""

    time_zone: str
    hours: dict[str, str]
    open: bool
    opens_at: datetime
    due_at: datetime = Field(description="By when a case that is opened now is promised an answer.")


class RepliesView(BaseModel):
    """The texts in force, and what is wrong with the file when it could not be used as it is now."""

    default_language: str
    problem: str
    office: OfficeView
    items: list[ReplyText]
