"""One key of one principal is one conversation and one update."""

from hypothesis import given
from hypothesis import strategies as st

from api.idempotency import conversation_id_for, update_key

keys = st.text(min_size=1, max_size=40)


@given(keys, keys)
def test_a_key_of_a_principal_always_names_the_same_conversation(principal: str, key: str) -> None:
    assert conversation_id_for(principal, key) == conversation_id_for(principal, key)


@given(st.tuples(keys, keys), st.tuples(keys, keys))
def test_another_principal_or_another_key_names_another_conversation(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    assert (conversation_id_for(*one) == conversation_id_for(*other)) == (one == other)


def test_without_a_key_everything_is_new() -> None:
    assert conversation_id_for("ada", None) != conversation_id_for("ada", None)
    assert update_key("message", None) != update_key("message", None)


@given(keys)
def test_the_same_key_on_another_operation_is_another_update(key: str) -> None:
    assert update_key("message", key) != update_key("escalate", key)
