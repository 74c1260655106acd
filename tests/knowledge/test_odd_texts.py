"""Texts as they are found: in old encodings, in tables as spreadsheets write them, very long."""

import pytest

from activities.knowledge.formats.document import DocumentRefusedError
from activities.knowledge.formats.encoding import decode
from tests.knowledge.test_formats import parse, shown, units


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Preis 5 € „so“ – billig"),
        ("cp1252", "It’s “fine” – prices from £5 or €6… naïve café."),
        ("cp1252", "Återbetalning görs inom trettio dagar från köpet."),
        ("cp1252", "A devolução não é possível após trinta dias. Você também pode ligar à central."),
        ("cp1252", "La città è più bella. Perché non può?"),
        ("cp1252", "Où est l'hôtel ? Ça va très bien, même là, pour 5 €."),
        ("latin-1", "Temperature 20 °C, ±5 %, ½ inch, © TechCorp®, 3 m³"),
        ("cp1250", "Zwrot środków następuje w ciągu trzydziestu dni. Proszę kliknąć przycisk."),
        ("iso8859_2", "Zwrot środków następuje w ciągu trzydziestu dni. Proszę kliknąć przycisk."),
        ("cp1250", "Vrácení peněz proběhne do třiceti dnů. Příliš žluťoučký kůň."),
        ("cp1254", "Geri ödeme otuz gün içinde yapılır. Lütfen düğmeye tıklayın ve onayı bekleyin."),
        ("cp1251", "Возврат средств производится в течение тридцати дней. Нажмите кнопку."),
        ("shift_jis", "返金は三十日以内に行われます。ボタンをクリックして確認をお待ちください。"),
    ],
)
def test_short_texts_in_old_encodings_are_read_as_they_were_written(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("declared", ["", "bogus-8", "base64", "utf-8", "ascii", "iso-8859-1"])
def test_a_charset_that_is_not_true_or_not_known_is_not_believed(declared: str) -> None:
    assert decode("Grüße für 5 €".encode("cp1252"), declared) == "Grüße für 5 €"


def test_escaped_japanese_is_read_as_declared() -> None:
    assert decode("テスト words".encode("iso-2022-jp"), "ISO-2022-JP") == "テスト words"


@pytest.mark.parametrize("attributes", ["a{}=1", "a{}", "a{} = '>'"])
def test_a_tag_with_attributes_without_number_is_refused_at_once(attributes: str) -> None:
    """The parser compares each with all before it: this one would take many minutes."""
    crowd = " ".join(attributes.format(number) for number in range(100_000))
    with pytest.raises(DocumentRefusedError, match="more than 256 attributes"):
        parse("page.html", f"<p {crowd}>Words.</p>".encode())


def test_a_tag_with_a_long_drawing_or_an_inline_picture_is_no_crowd() -> None:
    page = f'<p><svg><path d="{"M 0 0 L " * 50_000}"/></svg><img src="data:image/png;base64,{"A" * 100_000}">Words.</p>'
    assert parse("page.html", page.encode()).text == "Words."


def test_the_line_by_which_a_spreadsheet_names_its_separator_is_no_row() -> None:
    document = parse("prices.csv", b"sep=;\r\nPlan;Price, net\r\nBasic;3\r\n")
    assert shown(document, "table") == ["Plan: Basic; Price, net: 3"]


def test_a_quotation_mark_that_is_never_closed_is_damage_and_not_one_long_row() -> None:
    with pytest.raises(DocumentRefusedError, match="line 3 of the table is damaged: a quotation mark is opened and"):
        parse("prices.csv", b'Plan,Price\nBasic,3\n"Pro,4\nMax,5\n')
    assert shown(parse("prices.csv", b'Plan,Size\nPro,19" wide'), "table") == ['Plan: Pro; Size: 19" wide']


def test_a_paragraph_of_many_lines_takes_no_more_than_its_lines() -> None:
    """Joined line by line to one text, these would take many minutes."""
    document = parse("log.txt", b"a short line of it\n" * 60_000)
    assert document.text.count("\n") == 59_999


def test_a_step_goes_on_in_its_wrapped_lines() -> None:
    first = "1. Open the settings of the account that you want to re-"
    wrapped = "move, and wait until the page says that it is\n   done."
    document = parse("note.txt", f"{first}\n{wrapped}\n2. Go.\n".encode())
    (steps,) = document.blocks
    assert units(document, steps) == [
        "1. Open the settings of the account that you want to remove, and wait until the page says that it is done.",
        "2. Go.",
    ]
