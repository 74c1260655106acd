"""What a customer may type."""

import unicodedata

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from api.problems import ProblemError
from api.texts import normalise_message


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", 422),
        (" \n\t ", 422),
        ("\u200b\u200d\ufeff", 422),
        ("a" * 8_001, 413),
        ("a" * 100_000, 413),
        ("hello\x00world", 422),
        ("\x1b[31mred", 422),
        ("\x7fELF\x02\x01", 422),
        ("\ufffd\ufffd PNG \ufffd", 422),
    ],
)
def test_a_message_that_is_no_text_of_a_sane_size_is_refused(text: str, status: int) -> None:
    with pytest.raises(ProblemError) as refusal:
        normalise_message(text, 8_000)
    assert refusal.value.status == status


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  Hello\r\nworld\r ", "Hello\nworld"),
        ("Cafe\u0301", "Café"),
        ("pass\u200bword \u202eevil\u202c", "password evil"),
        ("Привет, мій рахунок 请退款 hello", "Привет, мій рахунок 请退款 hello"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d👧 help", "👩\u200d👧 help"),
        ("ok\U000e0041\U000e0042", "ok"),
    ],
)
def test_a_message_is_kept_in_its_scripts_and_loses_what_nobody_sees(text: str, plain: str) -> None:
    assert normalise_message(text, 8_000) == plain


@given(st.text(max_size=200))
def test_what_is_accepted_is_visible_plain_and_stable(text: str) -> None:
    try:
        plain = normalise_message(text, 100)
    except ProblemError:
        reject()
    assert plain
    assert plain == plain.strip()
    assert not [mark for mark in plain if unicodedata.category(mark) == "Cc" and mark not in "\n\t"]
    assert normalise_message(plain, 1_000) == plain
