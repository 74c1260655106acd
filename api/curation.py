"""What a person may read and change of the knowledge."""

from typing import cast

from activities.knowledge.access import REACH, may_read
from activities.ports import Level, Principal
from activities.records.document_access import DocumentAccess
from activities.records.documents import Documents
from activities.records.models import Document
from api.problems import ProblemError, forbidden

EVERY_DEPARTMENT = ("supervisor", "admin")
SAME_NAMES = 10_000


def target_department(principal: Principal, department: str, classification: Level) -> str:
    """Return the department that an upload goes to; an agent's own when none is named. Raises a 403 problem."""
    if principal.role in EVERY_DEPARTMENT:
        return department
    if principal.department is None or department not in ("", principal.department):
        raise forbidden("Agents add documents to their own department.")
    if classification != "public" and REACH[principal.role][classification] == "none":
        raise forbidden(f"Your role does not read {classification} documents, so it cannot add them.")
    return principal.department


def may_change(principal: Principal, document: Document) -> bool:
    """Say whether somebody may replace or remove a document."""
    own = principal.role == "agent" and document.department == principal.department
    readable = document.classification == "public" or REACH["agent"][cast(Level, document.classification)] != "none"
    return principal.role in EVERY_DEPARTMENT or (own and readable)


def may_confirm(principal: Principal, level: Level, department: str) -> bool:
    """Say whether somebody may decide on a document of this class: who would read it."""
    return may_read(principal, level, department)


async def refuse_takeover(principal: Principal, filename: str, documents: Documents, access: DocumentAccess) -> None:
    """Raise a 409 problem when a file of this name would replace a document that is not the caller's to change.

    Nobody but an admin replaces what they may not read; one that is only outside its dates and hours counts as read. A
    document is known by its source: the name of its file, with ``#id`` behind it for one of many in a file.
    """
    if principal.role == "admin":
        return
    for document in await documents.list_published(text=filename, limit=SAME_NAMES):
        if document.source != filename and not document.source.startswith(f"{filename}#"):
            continue
        rule = (await access.get(document.id)).at_any_time
        readable = may_read(principal, cast(Level, document.classification), document.department, rule)
        if not readable or not may_change(principal, document):
            raise ProblemError(
                409, "name-taken", "A document that you may not change has this file name; rename the file."
            )
