"""Whose the name of a file is: a name belongs to whoever brought it first, and tells nobody of a hidden document."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from activities.knowledge.access import REACH, may_read
from activities.knowledge.preparation import Preparation, document_id_of
from activities.knowledge.reports import RefusedDocument
from activities.ports import Level, Principal
from activities.records.document_access import Named
from activities.records.file_names import Holders
from activities.records.models import Document
from activities.records.staging import NewVersion

EVERY_DEPARTMENT = ("supervisor", "admin")
TAKEN = "you may read the document that has this name and not change it; give it another"


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


def named_one_by_one(
    prepared: Preparation, sender: Principal, department: str, held: Mapping[str, Holders]
) -> Preparation:
    """Return the documents of a file, each with the name that its sender gives it; ``held`` says who has these names.

    So nothing about one document tells of what has the name of another. One that its sender may read and not change is
    refused. A step that is run again gives the names of the first time, also where what it wrote is hidden by now.
    """
    versions, refused = list[NewVersion](), list(prepared.refused)
    for each in prepared.versions:
        holders = held.get(each.source, Holders())
        try:
            ours = holders.ours
            giver = name_giver(sender, department, holders.documents) if ours is None else ours
        except NameTakenError:
            refused.append(RefusedDocument(source=each.source, reason=TAKEN))
        else:
            versions.append(replace(each, named_by=giver, document_id=document_id_of(each.source, giver)))
    return Preparation(versions, refused)


def _knows(principal: Principal, document: Named) -> bool:
    """Who keeps dates knows what is only outside of them; what nobody reads yet is known to whoever brought it."""
    if principal.role == "admin":
        return True
    if not document.published:
        return document.named_by.partition(".")[0] == principal.id and may_change(principal, document)
    rule = document.rule.at_any_time if principal.role in EVERY_DEPARTMENT else document.rule
    return may_read(principal, document.classification, document.department, rule)
