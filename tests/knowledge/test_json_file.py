"""JSON: documents in a list, or data shown in words."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.knowledge.formats.document import DocumentRefusedError
from tests.knowledge.builders import jsonl_file
from tests.knowledge.reading import parse, parse_all, shown


def data_of(value: Any) -> bytes:
    return json.dumps(value, indent=1).encode()


@pytest.mark.parametrize("wrap", [lambda records: records, lambda records: {"count": 2, "articles": records}])
def test_a_list_of_documents_is_many_documents(wrap: Any) -> None:
    records = [{"_id": "a", "title": "First", "body": "1. Go."}, {"text": "Plain.", "classification": "internal"}]
    first, second = parse_all("kb.json", data_of(wrap(records)))
    assert (first.name, first.title, first.text) == ("a", "First", "1. Go.")
    assert (second.name, second.text, second.classification) == ("item 2", "Plain.", "internal")


def test_json_lines_under_the_name_of_json_are_read_line_by_line() -> None:
    assert [each.name for each in parse_all("kb.json", jsonl_file({"_id": "a", "text": "x"}, {"text": "y"}))] == [
        "a", "line 2"
    ]  # fmt: skip


def test_other_data_becomes_sections_rows_and_lists() -> None:
    value = {
        "title": "Plans",
        "currency": "EUR",
        "plans": [{"name": "Basic", "price": 3}, {"name": "Pro", "price": 9, "sso": True}],
        "limits": {"files": ["1 GB each", "10,000 in all"]},
    }
    plans = parse("plans.json", data_of(value))
    assert plans.title == "Plans"
    assert shown(plans, "table") == [
        "title: Plans; currency: EUR",
        "name: Basic; price: 3\nname: Pro; price: 9; sso: yes",
    ]
    assert shown(plans, "text") == ["- 1 GB each\n- 10,000 in all"]
    assert plans.blocks[-1].heading == ("limits", "files")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"{broken", "not JSON"),
        (b"[" * 200_000 + b"]" * 200_000, "nests too deep"),
        (b'{"a":' * 80 + b"1" + b"}" * 80, "nests deeper than 50"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "not JSON"),
        (b"[]", "no text"),
    ],
    ids=["damaged", "bomb", "deep", "a number without end", "empty"],
)
def test_json_that_cannot_be_taken_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentRefusedError, match=reason):
        parse("a.json", data)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_any_json_is_read_or_refused(value: Any) -> None:
    try:
        assert all(document.text for document in parse_all("a.json", data_of(value)))
    except DocumentRefusedError:
        pass
