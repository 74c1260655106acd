"""How a customer speaks to us, by the latest message that shows it."""

import pytest

from graphs.formality import formality


@pytest.mark.parametrize(
    ("language", "message", "expected"),
    [
        ("de", "Können Sie mir sagen, wo Ihre Rechnung liegt?", "formal"),
        ("de", "Kannst du mir helfen?", "informal"),
        ("de", "Sie ist weg, meine Datei. Was rätst du?", "informal"),
        ("de", "Wo ist meine Rechnung?", "formal"),
        ("fr", "Pouvez-vous m'envoyer votre facture ?", "formal"),
        ("fr", "Tu peux m'aider ?", "informal"),
        ("es", "¿Podría usted ayudarme?", "formal"),
        ("es", "¿Puedes ayudarme?", "informal"),
        ("nl", "Kunt u mij helpen?", "formal"),
        ("nl", "Kun je mij helpen?", "informal"),
        ("en", "Hey, can you help?", "formal"),
    ],
)
def test_the_words_of_address_tell(language: str, message: str, expected: str) -> None:
    assert formality(language, [message]) == expected


def test_the_latest_message_that_shows_it_counts() -> None:
    assert formality("de", ["Können Sie helfen?", "Kannst du helfen?", "Wo ist sie?"]) == "informal"
