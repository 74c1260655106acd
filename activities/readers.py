"""What a person may read now, from records and never from a cache, so that revoked rights act at once."""

from activities.knowledge.access import read_scope
from activities.ports import KnowledgeUnavailableError, Principal, ReadScope
from activities.records.documents import Documents
from activities.records.people import People

READS_ONLY_PUBLIC = ("customer", "service")


class Readers:
    """Turns the id of a person into the filter of their searches."""

    def __init__(self, people: People, documents: Documents) -> None:
        self._people = people
        self._documents = documents

    async def scope_of(self, person_id: str) -> ReadScope:
        """Return the scope of a person. Raises ``KnowledgeUnavailableError`` for an unknown or switched-off one."""
        principal = await self._people.principal(person_id)
        if principal is None:
            raise KnowledgeUnavailableError("the customer's account is switched off, so nothing may be read for them")
        return await self.scope(principal)

    async def scope(self, principal: Principal) -> ReadScope:
        """Return the scope of a principal who is known to be active."""
        if principal.role in READS_ONLY_PUBLIC:
            return read_scope(principal, ())
        return read_scope(principal, await self._documents.departments())
