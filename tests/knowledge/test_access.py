"""Rights: the table gives exactly what the rules in words give, for everybody and every document."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from activities.knowledge.access import partition, read_scope
from activities.ports import Level, Principal, Role

DEPARTMENTS = ["billing", "hr", "legal", "security", "support", "technical"]

roles = st.sampled_from(get_args(Role))
levels = st.sampled_from(get_args(Level))
principals = st.builds(Principal, id=st.just("p"), role=roles, department=st.sampled_from([*DEPARTMENTS, "gone", None]))


def may_read(person: Principal, classification: Level, department: str) -> bool:
    """The rules as a person would say them, written without the table."""
    if classification == "public" or person.role == "admin":
        return True
    if person.role in ("customer", "service"):
        return False
    own = person.department == department
    if classification == "internal":
        return True
    if classification == "confidential":
        return own or person.role == "supervisor"
    return own and person.role == "supervisor"


@given(principals, levels, st.sampled_from(DEPARTMENTS))
def test_a_scope_holds_a_document_exactly_when_the_rules_allow_it(
    person: Principal, classification: Level, department: str
) -> None:
    scope = read_scope(person, DEPARTMENTS)
    assert (partition(classification, department) in scope.partitions) == may_read(person, classification, department)


@given(principals)
def test_a_scope_names_each_partition_once_and_public_first(person: Principal) -> None:
    partitions = read_scope(person, DEPARTMENTS).partitions
    assert partitions[0] == "public"
    assert len(partitions) == len(set(partitions))


@given(roles, st.sampled_from([*DEPARTMENTS, None]))
def test_groups_add_no_rights(role: Role, department: str | None) -> None:
    plain = Principal("p", role, department)
    grouped = Principal("p", role, department, groups=("admin", "restricted.legal"))
    assert read_scope(plain, DEPARTMENTS) == read_scope(grouped, DEPARTMENTS)


def test_an_agent_of_an_unknown_department_reads_nothing_confidential() -> None:
    scope = read_scope(Principal("a", "agent", "internal"), DEPARTMENTS)
    assert all(name == "public" or name.startswith("internal.") for name in scope.partitions)


def test_no_departments_leave_what_is_public() -> None:
    assert read_scope(Principal("a", "admin"), []).partitions == ("public",)
