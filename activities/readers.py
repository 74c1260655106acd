"""What a person may read now, from records and never from a cache, so that revoked rights act at once."""

from activities.knowledge.access import ONLY_PUBLIC, RuledPlace, read_scope
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

    async def beyond(self, principal: Principal) -> frozenset[str]:
        """Return the ids of colleagues who may read what ``principal`` may not: their drafts may quote it."""
        insiders = [each for each in await self._people.insiders() if each.id != principal.id]
        departments, places = await self._known(only_public=False)
        everywhere = {*departments, ELSEWHERE, *(each.department for each in insiders if each.department)}
        mine = frozenset(read_scope(principal, everywhere, places).partitions)
        return frozenset(
            each.id for each in insiders if not mine.issuperset(read_scope(each, everywhere, places).partitions)
        )

    async def _known(self, *, only_public: bool) -> tuple[list[str], list[RuledPlace]]:
        places = await self._access.places(only_public=only_public)
        return ([] if only_public else await self._documents.departments()), places
