"""From who may read an item at its source to who may read it here."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import get_args

from pydantic import BaseModel, ConfigDict, Field

from activities.knowledge.rules import AccessRule, GroupName
from activities.ports import Level

LEVELS: tuple[Level, ...] = get_args(Level)
GROUPS_MARK = "#"


class RightsRule(BaseModel):
    """Items under ``path``, or those that ``reader`` may read at the source, get these rights; ``*`` is any text."""

    model_config = ConfigDict(extra="forbid")
    path: str = Field(default="*", max_length=400)
    reader: str = Field(default="", max_length=200)
    """A group or person at the source; empty holds for items that everybody reads there, too."""
    department: str = Field(default="", max_length=64)
    classification: Level | None = None
    groups: list[GroupName] = Field(default=[], max_length=50)
    """Groups here that alone may read the item, whatever their department; empty leaves it to class and department."""


@dataclass(frozen=True)
class Rights:
    """Who may read an item here."""

    department: str
    classification: Level
    groups: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """One word for these rights, to compare: ``<classification>.<department>`` and a hash of the groups."""
        groups = sha256("\n".join(self.groups).encode()).hexdigest()[:16]
        return f"{self.classification}.{self.department}" + (f"{GROUPS_MARK}{groups}" if self.groups else "")

    def rule(self) -> AccessRule:
        """Return the access rule of documents with these rights."""
        return AccessRule(allow=tuple(f"group:{name}" for name in self.groups))


def rights_of(default: Rights, rules: Sequence[RightsRule], key: str, readers: frozenset[str] | None) -> Rights:
    """Return the rights of an item. The first rule that fits holds.

    An item that not everybody may read at its source, and whose readers no rule names, is restricted: an unknown group
    there must not become everybody here.
    """
    fitting = [rule for rule in rules if fnmatchcase(key, rule.path)]
    base = _apply(default, next((rule for rule in fitting if not rule.reader), None))
    if readers is None:
        return base
    for rule in fitting:
        if rule.reader and any(fnmatchcase(reader, rule.reader) for reader in readers):
            return _apply(default, rule)
    return Rights(base.department, "restricted")


def stricter(one: Level, other: Level | None) -> Level:
    """Return the stricter of two classifications."""
    return max(one, other or "public", key=LEVELS.index)


def _apply(default: Rights, rule: RightsRule | None) -> Rights:
    if rule is None:
        return default
    return Rights(
        rule.department or default.department,
        rule.classification or default.classification,
        tuple(sorted(rule.groups)),
    )
