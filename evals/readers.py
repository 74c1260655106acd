"""Who asks in evaluations, and what they may read."""

import json
from pathlib import Path

from activities.ports import Principal, ReadScope, Role
from evals.company import Indexed


class FixedReaders:
    """The company's people and what they may read."""

    def __init__(self, people_file: Path, knowledge: Indexed) -> None:
        """Read ``people.json``."""
        people = json.loads(people_file.read_text(encoding="utf-8"))
        self._knowledge = knowledge
        self._people: dict[str, tuple[Role, str | None]] = {
            each["username"]: (each["role"], each.get("department")) for each in people
        }

    async def scope_of(self, person_id: str) -> ReadScope:
        """Return the scope of a person; of a customer when the name is unknown."""
        role, department = self._people.get(person_id, ("customer", None))
        return self._knowledge.scope(Principal(person_id, role, department))
