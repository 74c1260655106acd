"""Rights and names of items: nothing becomes more readable, or someone else's, on its way in."""

from hypothesis import given
from hypothesis import strategies as st

from activities.knowledge.validate import check_name
from activities.sources.names import document_name
from activities.sources.rights import LEVELS, Rights, RightsRule, rights_of

DEFAULT = Rights("support", "internal")
RULES = [
    RightsRule(path="hr/*", department="hr", classification="confidential"),
    RightsRule(reader="everyone-*", classification="internal"),
    RightsRule(reader="legal", department="legal", classification="restricted"),
]


def test_the_first_rule_that_fits_holds_else_the_sources_default() -> None:
    assert rights_of(DEFAULT, RULES, "a.md", None) == DEFAULT
    assert rights_of(DEFAULT, RULES, "hr/a.md", None) == Rights("hr", "confidential")
    assert rights_of(DEFAULT, RULES, "a.md", frozenset({"legal"})) == Rights("legal", "restricted")
    assert rights_of(DEFAULT, RULES, "a.md", frozenset({"legal", "everyone-emea"})) == Rights("support", "internal")


@given(st.frozensets(st.text(max_size=8).filter(lambda name: name != "legal" and not name.startswith("everyone-"))))
def test_readers_that_no_rule_names_make_an_item_restricted(readers: frozenset[str]) -> None:
    assert rights_of(DEFAULT, RULES, "a.md", readers).classification == "restricted"
    assert rights_of(Rights("support", "public"), [], "a.md", readers).classification == "restricted"


keys = st.text(max_size=300) | st.from_regex(r"https?://[a-z.]+/[a-z/?=&%-]*", fullmatch=True)


@given(keys)
def test_any_key_becomes_a_name_that_is_taken_and_stays_below_its_source(key: str) -> None:
    name = document_name("docs", key)
    check_name(name)
    assert name.startswith("docs/")
    assert len(name) < 255


@given(keys, keys)
def test_two_keys_never_share_a_name(one: str, other: str) -> None:
    assert (one == other) == (document_name("docs", one) == document_name("docs", other))


def test_a_name_that_would_leave_the_folder_stays_in_it_and_keeps_its_type() -> None:
    assert document_name("docs", "a/b.md") == "docs/a/b.md"
    assert document_name("docs", "../../etc/passwd.md").startswith("docs/etc/passwd-")
    assert document_name("docs", "what?.md").endswith(".md")
    assert document_name("docs", "x" * 400 + ".jsonl.gz").endswith(".jsonl.gz")
    assert set(LEVELS) == {"public", "internal", "confidential", "restricted"}
