"""What customers read is the company's, in their language and form of address; a broken file is refused in words."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from activities.promises import NoticeRequest, Promises
from activities.replies import REPLIES_FILE, CurrentReplies, Replies, RepliesError, read_replies
from activities.settings import Settings
from graphs.notices import ENGLISH, notice
from graphs.state import Citation, Nearest

NIGHT = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
SHIPPED = Path(__file__).parent.parent / "company" / REPLIES_FILE
GERMAN = ["Wo finde ich meine Rechnung? Können Sie mir helfen?"]
FAMILIAR = ["Kannst du mir helfen?"]


def english(**changes: str) -> str:
    return "[texts.en]\n" + "".join(f"{name} = {text!r}\n" for name, text in {**ENGLISH, **changes}.items())


def write(folder: Path, content: str) -> Path:
    path = folder / REPLIES_FILE
    path.write_text(content, encoding="utf-8")
    return path


async def told(replies: Replies, outcome: str, **fields: object) -> tuple[str, list[datetime]]:
    request = NoticeRequest.model_validate({"outcome": outcome, "at": NIGHT, **fields})
    found = await Promises(lambda: replies, lambda text: "de").write_notice(request)
    return found.text, found.deadlines


def test_the_shipped_texts_are_those_that_hold_without_a_file(tmp_path: Path) -> None:
    assert read_replies(SHIPPED).texts["en"] == dict(ENGLISH) == read_replies(tmp_path / "none").texts["en"]
    assert Settings().company_dir == SHIPPED.parent


async def test_a_notice_keeps_the_customers_language_and_form_of_address() -> None:
    shipped = read_replies(SHIPPED)
    due = {"due_at": NIGHT + timedelta(hours=4)}
    formal, _ = await told(shipped, "asked", language="de", messages=GERMAN, **due)
    informal, _ = await told(shipped, "asked", language="de", messages=FAMILIAR, **due)
    assert formal.startswith("Gern. Ich habe Ihre Frage an unser Team weitergegeben.")
    assert formal.endswith("Sie haben hier bis 27. November, 06:00 GMT eine Antwort.")
    assert informal.startswith("Gern. Ich habe deine Frage")
    assert (await told(shipped, "asked", language="sv", messages=["Hej"], **due))[0].startswith("Of course.")


async def test_an_unread_message_is_answered_in_the_language_of_the_conversation() -> None:
    found, _ = await told(read_replies(SHIPPED), "expired", messages=FAMILIAR)
    assert found.startswith("Wir hatten dir eine Antwort versprochen")


async def test_out_of_hours_the_customer_reads_when_people_are_back_and_the_case_waits_for_them() -> None:
    replies = Replies.model_validate({"office": {"hours": {"friday": "09:00-17:00", "monday": "09:00-17:00"}}})
    text, deadlines = await told(replies, "unsure", due_seconds=4 * 3600, raise_seconds=3600)
    assert (
        "Our team is back at 09:00 UTC on 27 November. You will have an answer here by 13:00 UTC on 27 November."
        in text
    )
    assert [each.hour for each in deadlines] == [13, 14, 15]


async def test_in_hours_a_notice_is_the_products_own_where_the_company_changes_nothing() -> None:
    text, deadlines = await told(Replies(), "unsure", due_seconds=3600, raise_seconds=60)
    assert text == notice("unsure", deadlines[0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[texts.en", "cannot be read"),
        ('[texts.en]\nasked = "Yes. {promise}"', "texts.en lacks answered, in_review"),
        (english(asked="We call you."), r"texts.en.asked: \{promise\} is missing"),
        (english(nearest="See {source}."), r"texts.en.nearest: \{quote\} is missing"),
        (english(asked="{nearest} {promise}"), r"\{nearest\} is not known here; known: \{promise\}"),
        (english(closed="Bye {name}"), r"texts.en.closed: \{name\} is not known here; known: none"),
        (english(answered="{answer!r}"), "nothing but the name"),
        (english(answered="{answer"), "texts.en.answered"),
        (english(failed=" "), "1 to 1000 characters"),
        (english(fialed="x"), "fialed"),
        ('default_language = "de"\n' + english(), "the default language 'de' has no texts"),
        ('default_language = "qq"\n' + english().replace("texts.en", "texts.qq"), "texts.qq: this is no language"),
        (english() + '[informal.de]\nclosed = "x"', "there is no texts.de"),
        (english() + '[office]\ntime_zone = "Mars"', "no time zone"),
    ],
)
def test_a_file_that_cannot_be_used_says_where_and_why(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(RepliesError, match=message):
        read_replies(write(tmp_path, content))


KNOWN = Nearest(
    citation=Citation(
        document_id="d", title="Refunds", version=1, chunk_id="c", quote="Within\n30 days {each}.", start=0, end=9
    ),
    section="Windows",
)


async def test_what_the_documents_say_nearest_stands_in_the_notice_with_its_source() -> None:
    due = {"due_at": NIGHT + timedelta(hours=4), "nearest": KNOWN}
    for language, said in (("en", "in Refunds, Windows: “Within 30 days {each}.” That may not"), ("de", "„Within 30")):
        text, _ = await told(read_replies(SHIPPED), "unsupported", language=language, messages=GERMAN, **due)
        assert said in text
        assert "06:00 GMT" in text
    assert "Refunds" not in (await told(read_replies(SHIPPED), "asked", language="en", **due))[0]
    plain, _ = await told(read_replies(SHIPPED), "unsure", language="en", due_at=due["due_at"])
    assert "colleague. You will" in plain


async def test_a_company_may_leave_out_what_is_nearest() -> None:
    silent = {name: text for name, text in ENGLISH.items() if name != "nearest"}
    replies = Replies.model_validate({"texts": {"en": {**silent, "unsure": "Wait. {promise}"}}})
    for outcome, begins in (("unsure", "Wait. You will"), ("unsupported", "I found no reliable answer")):
        text, _ = await told(replies, outcome, language="en", due_at=NIGHT, nearest=KNOWN)
        assert text.startswith(begins)
        assert "Refunds" not in text


def test_a_change_counts_at_once_and_a_broken_one_leaves_the_texts_of_before(tmp_path: Path) -> None:
    current = CurrentReplies(write(tmp_path, english(closed="See you.")))
    assert current.current().texts["en"]["closed"] == "See you."
    write(tmp_path, english(closed="See you {soon}."))
    assert current.current().texts["en"]["closed"] == "See you."
    assert "{soon} is not known here" in current.problem
    write(tmp_path, english(closed="So long!"))
    assert (current.current().texts["en"]["closed"], current.problem) == ("So long!", "")
