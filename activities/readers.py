"""What a person may read now, from records and never from a cache, so that revoked rights act at once."""

from collections.abc import Collection
from datetime import timedelta

from activities.knowledge.access import (
    ONLY_PUBLIC,
    DatedPlace,
    RuledPlace,
    expiring,
    granted,
    out_of_date,
    read_scope,
)
from activities.ports import KnowledgeUnavailableError, Principal, ReadScope
from activities.records.document_access import DocumentAccess
from activities.records.documents import Documents
from activities.records.people import People

ELSEWHERE = "*"
"""Stands for any department without documents or people now: old drafts may quote what it had."""


class Readers:
    """Turns a person, as the server knows them, into the filter of both queries: for chat, API and commands alike."""

    def __init__(self, people: People, documents: Documents, access: DocumentAccess) -> None:
        self._people = people
        self._documents = documents
        self._access = access

    async def scope_of(self, person_id: str) -> ReadScope:
        """Return the scope of a person. Raises ``KnowledgeUnavailableError`` for an unknown or switched-off one."""
        principal = await self._people.principal(person_id)
        if principal is None:
            raise KnowledgeUnavailableError("the customer's account is switched off, so nothing may be read for them")
        return await self.scope(principal)

    async def scope(self, principal: Principal) -> ReadScope:
        """Return the scope of a principal who is known to be active."""
        return read_scope(principal, *await self._known(only_public=principal.role in ONLY_PUBLIC))

    async def out_of_date(self, principal: Principal) -> ReadScope:
        """Return where documents are that answer ``principal`` at other times: those that have expired among them."""
        return out_of_date(principal, await self._access.places(only_public=principal.role in ONLY_PUBLIC))

    async def at_any_time(self, principal: Principal) -> ReadScope:
        """Return where documents are that ``principal`` reads now or, but for their dates and hours, would."""
        now, later = await self.scope(principal), await self.out_of_date(principal)
        return ReadScope((*now.partitions, *later.partitions))

    async def expiring(self, principal: Principal, soon: timedelta) -> list[DatedPlace]:
        """Return where documents are whose dates ask ``principal`` for a decision, the most pressing first."""
        return expiring(principal, await self._access.places(), soon)

    async def beyond(self, principal: Principal, among: Collection[str]) -> frozenset[str]:
        """Return those of some people who may read what ``principal`` may not: drafts for them may quote it.

        Of customers and services counts what rules let them read by name or group; what all customers read is no secret
        among colleagues, and a draft that quotes it is withheld on its own (``api/disclosure.py``).
        """
        others = [each for each in await self._people.principals(among) if each.id != principal.id]
        if not others:
            return frozenset()
        departments, places = await self._known(only_public=False)
        everywhere = {*departments, ELSEWHERE, *(each.department for each in others if each.department)}
        mine = frozenset(read_scope(principal, everywhere, places).partitions)

        def reach(other: Principal) -> frozenset[str]:
            if other.role in ONLY_PUBLIC:
                return granted(other, places)
            return frozenset(read_scope(other, everywhere, places).partitions)

        return frozenset(each.id for each in others if not mine >= reach(each))

    async def _known(self, *, only_public: bool) -> tuple[list[str], list[RuledPlace]]:
        places = await self._access.places(only_public=only_public)
        return ([] if only_public else await self._documents.departments()), places
