"""Whose the name of a file is: a name belongs to whoever brought it first, and tells nobody of a hidden document."""

from collections.abc import Sequence
from typing import cast

from activities.knowledge.access import REACH, may_read
from activities.ports import Level, Principal
from activities.records.document_access import Named
from activities.records.models import Document

EVERY_DEPARTMENT = ("supervisor", "admin")


class NameTakenError(Exception):
    """A document of this name may be read and not be changed by who sends another one."""


def may_change(principal: Principal, document: Document | Named) -> bool:
    """Say whether somebody may replace or remove a document."""
    own = principal.role == "agent" and document.department == principal.department
    readable = document.classification == "public" or REACH["agent"][cast(Level, document.classification)] != "none"
    return principal.role in EVERY_DEPARTMENT or (own and readable)


def name_giver(principal: Principal, department: str, named: Sequence[Named]) -> str:
    """Return whose name an upload to ``department`` has, when ``named`` came in files of it: a person's id, or "".

    What its sender knows of and may change gets a new version. What they do not know of neither refuses the upload, nor
    is replaced by it, nor shows in the answer: then it is a document of its own, as it is where nothing has the name.
    Raises ``NameTakenError`` when they may read one of the documents and change none; no admin meets it.
    """
    known = [each for each in named if _knows(principal, each)]
    mine = [each for each in known if principal.role == "admin" or may_change(principal, each)]
    shut = {each.named_by for each in named if each not in mine}
    ranked = sorted(mine, key=lambda each: (each.department != department, bool(each.named_by)))
    if free := [each.named_by for each in ranked if each.named_by not in shut]:
        return free[0]
    if len(mine) < len(known):
        raise NameTakenError
    own = [principal.id, *(f"{principal.id}.{number}" for number in range(2, len(named) + 2))]
    return "" if principal.role == "admin" else next(each for each in own if each not in shut)


def _knows(principal: Principal, document: Named) -> bool:
    """Who keeps dates knows what is only outside of them; what nobody reads yet is known to whoever brought it."""
    if principal.role == "admin":
        return True
    if not document.published:
        return document.named_by.partition(".")[0] == principal.id and may_change(principal, document)
    rule = document.rule.at_any_time if principal.role in EVERY_DEPARTMENT else document.rule
    return may_read(principal, document.classification, document.department, rule)
