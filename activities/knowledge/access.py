"""Who may read what: the one place that turns a person's rights into the partitions both queries are limited to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from activities.knowledge.rules import NO_RULE, AccessRule
from activities.ports import Level, Principal, ReadScope, Role

PUBLIC = "public"
RULE_MARK = "~"
"""Stands between the home of a document and the key of its own access rule; no department's name has one."""
LEVELS: tuple[Level, ...] = get_args(Level)

Reach = Literal["none", "own", "all"]
REACH: dict[Role, dict[Level, Reach]] = {
    "customer": {"public": "all", "internal": "none", "confidential": "none", "restricted": "none"},
    "service": {"public": "all", "internal": "none", "confidential": "none", "restricted": "none"},
    "agent": {"public": "all", "internal": "all", "confidential": "own", "restricted": "none"},
    "supervisor": {"public": "all", "internal": "all", "confidential": "all", "restricted": "own"},
    "admin": {"public": "all", "internal": "all", "confidential": "all", "restricted": "all"},
}
"""Of which departments a role reads each classification."""
ONLY_PUBLIC: tuple[Role, ...] = ("customer", "service")
"""No rule of a document lets these read more than what is public."""


@dataclass(frozen=True)
class RuledPlace:
    """Where documents with an access rule of their own are: their home and the rule."""

    classification: Level
    department: str
    rule: AccessRule


DateState = Literal["ending", "expired", "upcoming"]
DATE_STATES: tuple[DateState, ...] = get_args(DateState)


@dataclass(frozen=True)
class DatedPlace:
    """A partition of documents with dates, and what these say now."""

    partition: str
    state: DateState
    rule: AccessRule

    def pressing(self) -> tuple[int, float, str]:
        """Return what to sort by: the most pressing first."""
        moment = self.rule.not_before if self.state == "upcoming" else self.rule.not_after
        seconds = moment.timestamp() if moment else 0.0
        return DATE_STATES.index(self.state), -seconds if self.state == "expired" else seconds, self.partition


def partition(classification: Level, department: str, rule_key: str = "") -> str:
    """Return the partition of a document.

    ``public`` or ``<classification>.<department>`` is its home; ``<home>~<key>`` when it has an access rule.
    """
    home = PUBLIC if classification == "public" else f"{classification}.{department}"
    return f"{home}{RULE_MARK}{rule_key}" if rule_key else home


def home_of(name: str) -> str:
    """Return the home of a partition: itself, without the key of a rule."""
    return name.partition(RULE_MARK)[0]


def may_read(
    principal: Principal, classification: Level, department: str, rule: AccessRule = NO_RULE, at: datetime | None = None
) -> bool:
    """Say whether somebody may read a document of this class, department and rule at a moment (now)."""
    verdict = rule.verdict(principal, at or datetime.now(UTC))
    if verdict == "refused":
        return False
    if verdict == "named":
        return classification == "public" or principal.role not in ONLY_PUBLIC
    reach = REACH[principal.role][classification]
    return reach == "all" or (reach == "own" and principal.department == department)


def read_scope(
    principal: Principal, departments: Iterable[str], ruled: Iterable[RuledPlace] = (), at: datetime | None = None
) -> ReadScope:
    """Return the partitions that ``principal`` may read at a moment (now).

    ``departments`` names all departments, ``ruled`` the places of documents with rules of their own.
    """
    moment, known = at or datetime.now(UTC), tuple(departments)
    homes = [
        partition(level, department)
        for level in LEVELS
        for department in ((PUBLIC,) if level == "public" else known)
        if may_read(principal, level, department, at=moment)
    ]
    own = [
        partition(place.classification, place.department, place.rule.key)
        for place in ruled
        if may_read(principal, place.classification, place.department, place.rule, moment)
    ]
    return ReadScope(tuple(dict.fromkeys([*homes, *own])))


def out_of_date(principal: Principal, ruled: Iterable[RuledPlace], at: datetime | None = None) -> ReadScope:
    """Return the partitions that nothing but dates or hours keeps ``principal`` from reading at a moment (now)."""
    moment = at or datetime.now(UTC)
    shut = [
        partition(place.classification, place.department, place.rule.key)
        for place in ruled
        if may_read(principal, place.classification, place.department, place.rule.at_any_time, moment)
        and not may_read(principal, place.classification, place.department, place.rule, moment)
    ]
    return ReadScope(tuple(dict.fromkeys(shut)))


def expiring(
    principal: Principal, ruled: Iterable[RuledPlace], soon: timedelta, at: datetime | None = None
) -> list[DatedPlace]:
    """Return where documents are whose dates ask for a decision, and whose dates ``principal`` may keep.

    What ends within ``soon`` comes first, the next to end before the others; then what has expired, the latest first;
    then what has not begun.
    """
    moment = at or datetime.now(UTC)
    found = [
        DatedPlace(partition(place.classification, place.department, place.rule.key), state, place.rule)
        for place in ruled
        if may_read(principal, place.classification, place.department, place.rule.at_any_time, moment)
        and (state := _state(place.rule, moment, soon))
    ]
    return sorted(found, key=DatedPlace.pressing)


def _state(rule: AccessRule, at: datetime, soon: timedelta) -> DateState | None:
    if rule.not_after and rule.not_after <= at:
        return "expired"
    if rule.not_before and rule.not_before > at:
        return "upcoming"
    return "ending" if rule.not_after and rule.not_after <= at + soon else None


def granted(principal: Principal, ruled: Iterable[RuledPlace], at: datetime | None = None) -> frozenset[str]:
    """Return the partitions whose rules let ``principal`` in by name or group at a moment (now), not by class."""
    moment = at or datetime.now(UTC)
    return frozenset(
        partition(place.classification, place.department, place.rule.key)
        for place in ruled
        if place.rule.verdict(principal, moment) == "named"
        and may_read(principal, place.classification, place.department, place.rule, moment)
    )
