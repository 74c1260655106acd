"""What a person may read and change of the knowledge."""

from collections.abc import Sequence
from typing import cast

from activities.knowledge.access import LEVELS, REACH, may_read
from activities.ports import Level, Principal
from activities.records.confirmations import Home
from activities.records.document_access import Named
from activities.records.models import Document
from api.problems import ProblemError, forbidden

EVERY_DEPARTMENT = ("supervisor", "admin")


def target_department(principal: Principal, department: str, classification: Level) -> str:
    """Return the department that an upload goes to; an agent's own when none is named. Raises a 403 problem."""
    if principal.role in EVERY_DEPARTMENT:
        return department
    if principal.department is None or department not in ("", principal.department):
        raise forbidden("Agents add documents to their own department.")
    if classification != "public" and REACH[principal.role][classification] == "none":
        raise forbidden(f"Your role does not read {classification} documents, so it cannot add them.")
    return principal.department


def may_change(principal: Principal, document: Document | Named) -> bool:
    """Say whether somebody may replace or remove a document."""
    own = principal.role == "agent" and document.department == principal.department
    readable = document.classification == "public" or REACH["agent"][cast(Level, document.classification)] != "none"
    return principal.role in EVERY_DEPARTMENT or (own and readable)


def may_confirm(principal: Principal, level: Level, department: str) -> bool:
    """Say whether somebody may decide on a document of this class: who would read it."""
    return may_read(principal, level, department)


def confirmed_by(principal: Principal) -> list[Home]:
    """Return the classes, each with its department, on which ``may_confirm`` lets somebody decide."""
    reach = {level: REACH[principal.role][level] for level in LEVELS}
    own: list[Home] = [(level, principal.department) for level in LEVELS if reach[level] == "own"]
    return [(level, None) for level in LEVELS if reach[level] == "all"] + [each for each in own if each[1]]


def name_giver(principal: Principal, department: str, named: Sequence[Named]) -> str:
    """Return whose name an upload to ``department`` has, when ``named`` came in files of it: a person's id, or "".

    What its sender knows of and may change gets a new version. What they do not know of neither refuses the upload, nor
    is replaced by it, nor shows in the answer: then it is a document of its own, as it is where nothing has the name.
    Raises a 409 problem when they may read one of the documents and change none.
    """
    known = [each for each in named if _knows(principal, each)]
    mine = [each for each in known if principal.role == "admin" or may_change(principal, each)]
    shut = {each.named_by for each in named if each not in mine}
    ranked = sorted(mine, key=lambda each: (each.department != department, bool(each.named_by)))
    if free := [each.named_by for each in ranked if each.named_by not in shut]:
        return free[0]
    if len(mine) < len(known):
        raise ProblemError(409, "name-taken", "A document that you may not change has this file name; rename the file.")
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
