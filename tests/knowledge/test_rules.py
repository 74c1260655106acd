"""A document's own rule: whom it lets in and keeps out, and when, against a model in plain words."""

from datetime import UTC, datetime, time
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from activities.knowledge.access import RuledPlace, home_of, may_read, out_of_date, partition, read_scope
from activities.knowledge.rules import NO_RULE, AccessRule, Hours
from activities.ports import Level, Principal, Role

DEPARTMENTS = ["billing", "legal", "support"]
GROUPS = ["board", "legal", "partners"]
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]

principals = st.builds(
    Principal,
    id=st.sampled_from(["p1", "p2"]),
    role=st.sampled_from(get_args(Role)),
    department=st.sampled_from([*DEPARTMENTS, None]),
    groups=st.lists(st.sampled_from(GROUPS), unique=True).map(tuple),
)
subjects = st.lists(st.sampled_from(["person:p1", "person:p2", *(f"group:{name}" for name in GROUPS)]), max_size=3)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))
hours = st.builds(Hours, start=st.times(), end=st.times(), zone=st.sampled_from(ZONES))
levels = st.sampled_from(get_args(Level))


@st.composite
def rules(draw: st.DrawFn) -> AccessRule:
    bounds = sorted(draw(st.lists(moments, min_size=2, max_size=2, unique=True)))
    first, last = (bound if draw(st.booleans()) else None for bound in bounds)
    return AccessRule(
        allow=draw(subjects), deny=draw(subjects), not_before=first, not_after=last, hours=draw(st.none() | hours)
    )


def closed_in_plain_words(rule: AccessRule, at: datetime) -> bool:
    """When a security officer would say that the document is shut for everybody."""
    if rule.not_before is not None and at < rule.not_before:
        return True
    if rule.not_after is not None and not at < rule.not_after:
        return True
    if rule.hours is None:
        return False
    clock, opens, closes = (
        each.isoformat(timespec="microseconds")
        for each in (at.astimezone(ZoneInfo(rule.hours.zone)).time(), rule.hours.start, rule.hours.end)
    )
    over_midnight = closes <= opens
    return not ((clock >= opens or clock < closes) if over_midnight else (opens <= clock < closes))


def in_plain_words(person: Principal, level: Level, department: str, rule: AccessRule, at: datetime) -> bool:
    """The rules as a security officer would say them."""
    names = ["person:" + person.id] + ["group:" + group for group in person.groups]
    if any(name in rule.deny for name in names) or closed_in_plain_words(rule, at):
        return False
    if person.role in ("customer", "service") and level != "public":
        return False
    if person.role == "admin":
        return True
    if rule.allow:
        return any(name in rule.allow for name in names)
    if level in ("public", "internal") or (level == "confidential" and person.role == "supervisor"):
        return True
    strict = {"confidential": ("agent", "supervisor"), "restricted": ("supervisor",)}
    return person.role in strict[level] and person.department == department


@given(principals, levels, st.sampled_from(DEPARTMENTS), rules(), moments)
def test_a_rule_decides_as_its_words_say(
    person: Principal, level: Level, department: str, rule: AccessRule, at: datetime
) -> None:
    assert may_read(person, level, department, rule, at) == in_plain_words(person, level, department, rule, at)


@given(principals, st.lists(st.tuples(levels, st.sampled_from(DEPARTMENTS), rules()), max_size=6), moments)
def test_a_scope_holds_exactly_the_places_that_may_be_read(
    person: Principal, documents: list[tuple[Level, str, AccessRule]], at: datetime
) -> None:
    places = [RuledPlace(level, department, rule) for level, department, rule in documents if rule.key]
    scope = read_scope(person, DEPARTMENTS, places, at)
    for level, department, rule in documents:
        inside = partition(level, department, rule.key) in scope.partitions
        assert inside == in_plain_words(person, level, department, rule, at)


@given(principals, st.lists(st.tuples(levels, st.sampled_from(DEPARTMENTS), rules()), max_size=6), moments)
def test_out_of_date_is_what_nothing_but_the_moment_keeps_somebody_from(
    person: Principal, documents: list[tuple[Level, str, AccessRule]], at: datetime
) -> None:
    found = out_of_date(person, [RuledPlace(*each) for each in documents if each[2].key], at).partitions
    for level, department, rule in documents:
        timeless = rule.model_copy(update={"not_before": None, "not_after": None, "hours": None})
        waits = in_plain_words(person, level, department, timeless, at)
        waits &= not in_plain_words(person, level, department, rule, at)
        assert (partition(level, department, rule.key) in found) == waits


@given(rules(), rules())
def test_equal_rules_have_one_key_and_different_ones_two(one: AccessRule, other: AccessRule) -> None:
    assert (one.key == other.key) == (one == other)
    assert AccessRule.model_validate(one.model_dump(mode="json")) == one


def test_the_order_and_number_of_names_make_no_other_rule() -> None:
    once = AccessRule(allow=("group:a", "person:b"))
    assert AccessRule(allow=("person:b", "group:a", "person:b")) == once
    assert NO_RULE.key == ""


def test_a_partition_names_its_home() -> None:
    rule = AccessRule(deny=("person:x",))
    assert home_of(partition("internal", "legal", rule.key)) == partition("internal", "legal") == "internal.legal"
    assert home_of(partition("public", "legal", rule.key)) == "public"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"allow": ["role:admin"]}, "pattern"),
        ({"allow": ["group:"]}, "pattern"),
        ({"allow": ["legal"]}, "pattern"),
        ({"allow": ["group:a"] * 501}, "500"),
        ({"readers": []}, "Extra"),
        ({"not_before": "2026-01-01T00:00:00"}, "timezone"),
        ({"not_before": "2026-02-01T00:00:00Z", "not_after": "2026-01-01T00:00:00Z"}, "earlier"),
        ({"hours": {"start": "08:00", "end": "18:00", "zone": "Mars/Base"}}, "no time zone"),
        ({"hours": {"start": "08:00", "end": "18:00", "zone": "../../etc/passwd"}}, "no time zone"),
        ({"hours": {"start": "08:00Z", "end": "18:00"}}, "zone"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_in_words(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        AccessRule.model_validate(wrong)


def test_hours_past_midnight_hold_in_the_night() -> None:
    night = Hours(start=time(22), end=time(6))
    assert night.hold(datetime(2026, 3, 1, 23, tzinfo=UTC))
    assert not night.hold(datetime(2026, 3, 1, 12, tzinfo=UTC))
