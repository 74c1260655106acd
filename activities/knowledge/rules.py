"""A document's own access rule: whom it lets in, whom it keeps out, and when."""

import json
from datetime import datetime, time
from hashlib import sha256
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from activities.ports import Principal

Subject = Annotated[str, StringConstraints(pattern=r"^(person|group):[^\s:][^:]{0,119}$", max_length=128)]
"""``person:<id>`` or ``group:<name>``."""
GroupName = Annotated[str, StringConstraints(pattern=r"^[^\s:][^:]{0,119}$")]
MOST_SUBJECTS = 500
MOST_GROUPS = 50
KEY_CHARACTERS = 24


class Hours(BaseModel):
    """A part of each day, ``start`` included and ``end`` not; past midnight when ``end`` is not after ``start``."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    start: time
    end: time
    zone: str = "UTC"

    @field_validator("zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"{zone!r} is no time zone: write it like Europe/Berlin") from error
        return zone

    @field_validator("start", "end")
    @classmethod
    def _plain(cls, value: time) -> time:
        if value.tzinfo is not None:
            raise ValueError("a time of day has no zone of its own: set `zone`")
        return value

    def hold(self, at: datetime) -> bool:
        """Say whether a moment is within the hours, on the clocks of the zone."""
        clock = at.astimezone(ZoneInfo(self.zone)).time()
        if self.start < self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


class AccessRule(BaseModel):
    """What one document demands beyond, or instead of, its class and department.

    ``allow``: when it names anybody, only those (and admins) read the document, whatever their department. ``deny``
    wins over everything. ``not_before`` is included, ``not_after`` is not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    allow: tuple[Subject, ...] = Field(default=(), max_length=MOST_SUBJECTS)
    deny: tuple[Subject, ...] = Field(default=(), max_length=MOST_SUBJECTS)
    not_before: AwareDatetime | None = None
    not_after: AwareDatetime | None = None
    hours: Hours | None = None

    @field_validator("allow", "deny")
    @classmethod
    def _sorted(cls, subjects: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(set(subjects)))

    @model_validator(mode="after")
    def _in_order(self) -> "AccessRule":
        if self.not_before and self.not_after and self.not_before >= self.not_after:
            raise ValueError("`not_before` must be earlier than `not_after`")
        return self

    @property
    def key(self) -> str:
        """The rule's own name, the same for equal rules; empty for one that demands nothing."""
        if self == AccessRule():
            return ""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return sha256(canonical.encode()).hexdigest()[:KEY_CHARACTERS]

    @property
    def at_any_time(self) -> "AccessRule":
        """The rule without its dates and hours: whom it is for."""
        return self.model_copy(update={"not_before": None, "not_after": None, "hours": None})

    def verdict(self, principal: Principal, at: datetime) -> Literal["refused", "named", "by_class"]:
        """Say whether the rule shuts somebody out now, names them, or leaves them to class and department."""
        subjects = {f"person:{principal.id}", *(f"group:{group}" for group in principal.groups)}
        if not subjects.isdisjoint(self.deny) or not self._open(at):
            return "refused"
        if self.allow and principal.role != "admin":
            return "named" if not subjects.isdisjoint(self.allow) else "refused"
        return "by_class"

    def _open(self, at: datetime) -> bool:
        started = self.not_before is None or at >= self.not_before
        ended = self.not_after is not None and at >= self.not_after
        return started and not ended and (self.hours is None or self.hours.hold(at))


NO_RULE = AccessRule()


class Limits(BaseModel):
    """What an upload says of its documents' readers and of the time in which they answer.

    Without ``groups`` the readers of a document stay who they are, and without any date its dates stay; with one of the
    two dates the other one is open.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    groups: tuple[GroupName, ...] = Field(default=(), max_length=MOST_GROUPS)
    valid_from: AwareDatetime | None = None
    valid_until: AwareDatetime | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Limits":
        if self.valid_from and self.valid_until and self.valid_from >= self.valid_until:
            raise ValueError("valid_from must be earlier than valid_until")
        return self

    def of(self, rule: AccessRule) -> AccessRule:
        """Return what becomes of a document's rule."""
        changed: dict[str, object] = {}
        if self.groups:
            changed["allow"] = tuple(f"group:{name}" for name in self.groups)
        if self.valid_from or self.valid_until:
            changed |= {"not_before": self.valid_from, "not_after": self.valid_until}
        return AccessRule.model_validate(rule.model_dump() | changed)


NO_LIMITS = Limits()
