"""What a person may read now, from records and never from a cache, so that revoked rights act at once."""

from activities.knowledge.access import ONLY_PUBLIC, read_scope
from activities.ports import KnowledgeUnavailableError, Principal, ReadScope
from activities.records.document_access import DocumentAccess
from activities.records.documents import Documents
from activities.records.people import People


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
        only_public = principal.role in ONLY_PUBLIC
        places = await self._access.places(only_public=only_public)
        return read_scope(principal, () if only_public else await self._documents.departments(), places)
