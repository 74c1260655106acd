"""What a person may read and change of the knowledge."""

from collections.abc import Sequence

from activities.knowledge.access import LEVELS, REACH, may_read
from activities.knowledge.names import EVERY_DEPARTMENT, NameTakenError, name_giver
from activities.ports import Level, Principal
from activities.records.confirmations import Home
from activities.records.document_access import Named
from api.problems import ProblemError, forbidden


def target_department(principal: Principal, department: str, classification: Level) -> str:
    """Return the department that an upload goes to; an agent's own when none is named. Raises a 403 problem."""
    if principal.role in EVERY_DEPARTMENT:
        return department
    if principal.department is None or department not in ("", principal.department):
        raise forbidden("Agents add documents to their own department.")
    if classification != "public" and REACH[principal.role][classification] == "none":
        raise forbidden(f"Your role does not read {classification} documents, so it cannot add them.")
    return principal.department


def may_confirm(principal: Principal, level: Level, department: str) -> bool:
    """Say whether somebody may decide on a document of this class: who would read it."""
    return may_read(principal, level, department)


def confirmed_by(principal: Principal) -> list[Home]:
    """Return the classes, each with its department, on which ``may_confirm`` lets somebody decide."""
    reach = {level: REACH[principal.role][level] for level in LEVELS}
    own: list[Home] = [(level, principal.department) for level in LEVELS if reach[level] == "own"]
    return [(level, None) for level in LEVELS if reach[level] == "all"] + [each for each in own if each[1]]


def refuse_taken_name(principal: Principal, department: str, named: Sequence[Named]) -> None:
    """Refuse an upload by a 409 problem where ``name_giver`` does; ``named`` came in files of its name."""
    try:
        name_giver(principal, department, named)
    except NameTakenError as error:
        raise ProblemError(
            409, "name-taken", "A document that you may not change has this file name; rename the file."
        ) from error
