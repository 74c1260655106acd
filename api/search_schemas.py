"""What crosses this door about searches that are kept and questions that found nothing."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

from api.knowledge_schemas import SearchRequest
from api.schemas import Page, Request


class SaveSearch(Request):
    """A search to keep, and under what name."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
    request: SearchRequest


class SavedSearchView(BaseModel):
    """A search that was kept; ``request`` is the body to send to ``/v1/search``."""

    model_config = ConfigDict(from_attributes=True)
    id: str
    name: str
    request: dict[str, Any]
    created_at: datetime


class GapView(BaseModel):
    """Questions that ask for the same thing and found no answer; ``question`` is the most typical one."""

    question: str
    examples: list[str]
    count: int
    departments: list[str]
    intents: list[str]
    latest_at: datetime


class GapPage(Page[GapView]):
    """The groups that were asked most, and of how many they are."""

    groups: int
    """How many groups there are."""
    questions: int
    """How many questions were grouped."""
    cut: bool
    """There are older questions, which were not grouped."""
