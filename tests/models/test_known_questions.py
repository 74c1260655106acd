"""A message in another language is read as the nearest question that the company knows, or is left as it is."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from activities.models.known_questions import Alike, Known, KnownQuestions
from activities.models.multilingual import MultilingualEncoder
from activities.models.question_vectors import QuestionVectors
from activities.models.tone import Tone

ENGLISH = [
    "how long does a data request take",
    "can I be billed in dollars or pounds",
    "the SMS with the code does not come",
    "which Android version do I need",
    "how do I delete my account",
]
GERMAN = ["Wie lange dauert eine Datenauskunft?", "Wie lösche ich mein Konto?", "Kann ich in Dollar bezahlen?"]
TONE = Tone()


class Silent:
    """An encoder that is not to be asked."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        raise AssertionError(f"asked for the vectors of {len(texts)} texts")


@pytest.fixture(scope="module")
def encoder() -> MultilingualEncoder:
    return MultilingualEncoder()


def nearest(known: KnownQuestions, text: str) -> Known | None:
    return known.nearest(text, *TONE.language(text))


@pytest.mark.parametrize(
    ("message", "question"),
    [
        ("Wie kann ich mein Konto löschen?", "how do I delete my account"),
        ("Combien de temps prend une demande d'accès à mes données ?", "how long does a data request take"),
        ("¿Me pueden cobrar en dólares?", "can I be billed in dollars or pounds"),
        ("Il messaggio SMS con il codice non arriva", "the SMS with the code does not come"),
    ],
)
def test_a_message_is_read_as_what_it_asks(
    message: str, question: str, encoder: MultilingualEncoder, tmp_path: Path
) -> None:
    found = nearest(KnownQuestions(ENGLISH, encoder, tmp_path), message)
    assert found
    assert found.question == question


def test_codes_of_the_message_go_with_the_question(encoder: MultilingualEncoder, tmp_path: Path) -> None:
    found = nearest(KnownQuestions(ENGLISH, encoder, tmp_path), "Welche Android-Version brauche ich für die App 6.3?")
    assert found
    assert found.question == "which Android version do I need 6.3"


def test_a_message_that_is_near_no_question_is_left_alone(encoder: MultilingualEncoder, tmp_path: Path) -> None:
    known = KnownQuestions(ENGLISH, encoder, tmp_path)
    assert nearest(known, "Der Zug nach Hamburg fährt heute leider nicht vor dem Abend.") is None


def test_a_message_in_the_language_of_the_questions_is_not_compared(tmp_path: Path) -> None:
    assert nearest(KnownQuestions(ENGLISH, Silent(), tmp_path), "How can I delete my account for good?") is None
    assert nearest(KnownQuestions(GERMAN, Silent(), tmp_path), "Wie kann ich mein Konto löschen?") is None


def test_a_company_with_german_questions_reads_english_ones(encoder: MultilingualEncoder, tmp_path: Path) -> None:
    found = nearest(KnownQuestions(GERMAN, encoder, tmp_path), "How can I delete my account for good?")
    assert found
    assert found.question == "Wie lösche ich mein Konto?"


def test_a_language_that_the_encoder_does_not_know_is_left_alone(tmp_path: Path) -> None:
    assert KnownQuestions(ENGLISH, Silent(), tmp_path).nearest("Hur raderar jag mitt konto?", "sv", 0.99) is None


def test_vectors_made_ahead_are_there_for_the_next_process(encoder: MultilingualEncoder, tmp_path: Path) -> None:
    async def calm() -> None:
        return None

    asyncio.run(KnownQuestions(ENGLISH, Silent(), tmp_path, abroad={"fr": [], "de": [Alike([], [])]}).prepare(calm))
    kept = QuestionVectors(ENGLISH, Silent(), tmp_path).all()
    assert np.allclose(kept, encoder.embed(ENGLISH), atol=1e-3)


def test_a_broken_file_of_vectors_is_made_again(encoder: MultilingualEncoder, tmp_path: Path) -> None:
    QuestionVectors(ENGLISH, encoder, tmp_path).all()
    [path] = tmp_path.rglob("*.npy")
    path.write_bytes(b"\x93NUMPY half")
    assert len(QuestionVectors(ENGLISH, encoder, tmp_path).all()) == len(ENGLISH)


def test_who_asks_for_a_person_is_heard_before_what_is_hardly_nearer(
    encoder: MultilingualEncoder, tmp_path: Path
) -> None:
    known = KnownQuestions([*ENGLISH, "are you a robot?"], encoder, tmp_path, wishes=["can I talk to someone"])
    found = nearest(known, "Kann ich mit jemandem reden statt mit einem Roboter?")
    assert found
    assert (found.question, found.wish) == ("can I talk to someone", True)


def test_examples_in_other_languages_are_no_questions_to_search_with(
    encoder: MultilingualEncoder, tmp_path: Path
) -> None:
    found = nearest(KnownQuestions([*ENGLISH, *GERMAN], encoder, tmp_path), "Wie lösche ich mein Konto?")
    assert found
    assert found.question == "how do I delete my account"


def test_what_a_section_is_asked_in_the_language_of_the_message_brings_it_nearer(
    encoder: MultilingualEncoder, tmp_path: Path
) -> None:
    message = "Das Fenster sagt Bremse, was nun?"
    home = ["what does Brake mean", "my window shows nothing", "sync has paused"]
    assert (found := nearest(KnownQuestions(home, encoder, tmp_path), message)) is None or found.question != home[2]
    alike = [Alike([home[2]], ["Das Fenster zeigt Bremse an, was soll ich tun?"]), Alike([home[1]], [])]
    found = nearest(KnownQuestions(home, encoder, tmp_path, abroad={"de": alike, "fr": []}), message)
    assert found
    assert found.question == home[2]


def test_a_company_without_a_question_for_a_section_abroad_takes_no_harm(
    encoder: MultilingualEncoder, tmp_path: Path
) -> None:
    alike = [Alike([], ["Wie lösche ich mein Konto?"])]
    found = nearest(
        KnownQuestions(ENGLISH, encoder, tmp_path, abroad={"de": alike}), "Wie kann ich mein Konto löschen?"
    )
    assert found
    assert found.question == "how do I delete my account"
