import asyncio
import itertools
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.guard.personal_data import PersonalData

personal_data = PersonalData()


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Mail me at jane.doe+shop@mail.example.co.uk please", "Mail me at <EMAIL_ADDRESS> please"),
        ("My card 4111 1111 1111 1111 was charged twice", "My card <CREDIT_CARD> was charged twice"),
        ("My card is 4111111111111111", "My card is <CREDIT_CARD>"),
        ("Refund to DE89 3704 0044 0532 0130 00", "Refund to <IBAN_CODE>"),
        ("my iban is gb82west12345698765432", "my iban is <IBAN_CODE>"),
        ("My IP is 203.0.113.77 and 2001:db8::ff00:42:8329", "My IP is <IP_ADDRESS> and <IP_ADDRESS>"),
        ("SSN 536-90-4399", "SSN <US_SSN>"),
        ("passport number is C01X00T47", "passport number is <PASSPORT>"),
        ("My driver's license number is D1234567", "My driver's license number is <DRIVER_LICENSE>"),
        ("I was born on 12/15/1995", "I was born on <DATE_OF_BIRTH>"),
        ("Call me on +44 20 7946 0958", "Call me on <PHONE_NUMBER>"),
        ("Call (212) 555-0123 ext. 4 after five", "Call <PHONE_NUMBER> after five"),
        ("my phone is 5550123456", "my phone is <PHONE_NUMBER>"),
        ("Mobile: 0171 2345678", "Mobile: <PHONE_NUMBER>"),
        ("My name is Ana María López and I cannot log in", "My name is <PERSON> and I cannot log in"),
        ("my name is john smith and i cannot log in", "my name is <PERSON> and i cannot log in"),
        ("This is Priya Raman, my drive is broken", "This is <PERSON>, my drive is broken"),
        ("Please ask Dr. Weber", "Please ask <PERSON>"),
        ("It does not sync.\n\nBest regards,\nLiam O’Connor", "It does not sync.\n\nBest regards,\n<PERSON>"),
        ("Robert van Dyk gave me this link", "<PERSON> gave me this link"),
        ("Ship it to 12 Main Street, Apt. 4, Springfield, IL 62704", "Ship it to <ADDRESS>"),
        ("Ich wohne in der Hauptstraße 12, 10115 Berlin", "Ich wohne in der <ADDRESS>"),
        ("Send it to PO Box 1234", "Send it to <ADDRESS>"),
        ("my password is hunter2!", "my password is <SECRET>!"),
        ("token ghp_" + "a1B2" * 9, "token <SECRET>"),
        ("the CVV is 123", "the CVV is <SECRET>"),
        ("https://me:s3cret@files.example.com/x", "https://me:<SECRET>@files.example.com/x"),
    ],
)
def test_personal_data_is_replaced_by_its_type(text: str, redacted: str) -> None:
    assert personal_data.redact(text).text == redacted


@pytest.mark.parametrize(
    "text",
    [
        "Where is my order 4155550123?",
        "order number: 4111111111111111",
        "Invoice INV-2024-00123 of 2024-05-01 says $1,234.56, not 1.234,56 EUR",
        "ticket #20250131-7788 is still open",
        "Error 0x80070057 and error code 1603 after the update",
        "Firmware 10.1.2.3 does not install on the TC-4000",
        "Serial number 7700123456789 is on the back",
        "Tracking 1Z999AA10123456784 has not moved",
        "I cancelled 12345678 and 87654321 yesterday",
        "It costs 1 000 000 and 100,000,000 files fit",
        "I bought 3 drives on 03/04/2025 at 10:30",
        "My name is wrong on the invoice",
        "My name is not shown in the portal",
        "my password is not working",
        "I am Happy With it. This is very good",
        "Does the Pro Plan include Single Sign On?",
        "My e-mail address is wrong, and my IP address is not allowed",
        "I live in Berlin and work at Contoso",
        "Version 2.14.0 of Drive for Windows 11 on port 8443",
        "See https://help.example.com/articles/12345678",
        "",
    ],
)
def test_what_support_needs_is_kept(text: str) -> None:
    assert personal_data.redact(text).text == text


def test_a_redaction_names_each_type_once_and_no_value() -> None:
    found = personal_data.redact("Mail a@example.com or b@example.com, call +44 20 7946 0958")
    assert found.entities == ["EMAIL_ADDRESS", "PHONE_NUMBER"]
    assert not any(value in found.text for value in ("a@", "b@", "7946"))


def test_a_card_number_that_fails_its_checksum_is_not_a_card() -> None:
    assert personal_data.find("4111 1111 1111 1112") == []


def test_spans_come_in_order_without_overlaps_and_fit_the_text() -> None:
    text = "Name: Ada Byron\nPhone: (212) 555-0123\nada@example.com, 12 Main Street, Springfield, IL 62704"
    spans = personal_data.find(text)
    assert [span.entity for span in spans] == ["PERSON", "PHONE_NUMBER", "EMAIL_ADDRESS", "ADDRESS"]
    assert all(before.end <= after.start for before, after in itertools.pairwise(spans))
    assert spans[-1].end == len(text)


@given(st.text(max_size=300))
def test_redacting_twice_is_redacting_once(text: str) -> None:
    once = personal_data.redact(text).text
    assert personal_data.redact(once).text == once


@given(
    st.text(alphabet="abcdefghijklmnopqrstuvwxyz ?!", max_size=80).filter(lambda text: "name is" not in text),
    st.from_regex(r"[a-z]{3,12}@[a-z]{3,12}\.(com|org|de)", fullmatch=True),
)
def test_an_address_disappears_and_the_words_around_it_stay(words: str, address: str) -> None:
    assert personal_data.redact(f"{words} {address} {words}").text == f"{words} <EMAIL_ADDRESS> {words}"


@pytest.mark.parametrize("piece", ["(", "::", "1 ", "A. ", "a@", "name: ", "\n", "Ab Cd ", "0-1"])
def test_a_message_of_one_piece_repeated_ends(piece: str) -> None:
    text = piece * (8_000 // len(piece))
    assert personal_data.redact(text).text == text


def test_nothing_goes_online(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert PersonalData().redact("jane@example.co.uk").text == "<EMAIL_ADDRESS>"


async def test_threads_share_one_guard() -> None:
    guard = PersonalData()
    texts = [f"write to user{number}@example.com" for number in range(40)]
    found = await asyncio.gather(*(asyncio.to_thread(guard.redact, text) for text in texts))
    assert {one.text for one in found} == {"write to <EMAIL_ADDRESS>"}
