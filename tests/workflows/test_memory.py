"""What a conversation remembers stays short, and crosses from one run to the next."""

from graphs.state import Citation, Exchange, Reply
from workflows.memory import Memory
from workflows.messages import HISTORY_EXCHANGES, Carried


def exchange(number: int) -> Exchange:
    return Exchange(message=f"question {number}?", answer=f"answer {number}.", intent="x")


def reply(number: int, *citations: Citation) -> Reply:
    return Reply(status="answered", text=f"answer {number}.", citations=list(citations), engine="embedded")


def test_the_latest_exchanges_stay_whole_and_older_ones_leave_a_line() -> None:
    memory = Memory(Carried())
    for number in range(HISTORY_EXCHANGES + 2):
        memory.add(f"question {number}?", reply(number), "x")
    assert [each["message"] for each in memory.history][:1] == ["question 2?"]
    assert len(memory.history) == HISTORY_EXCHANGES
    assert memory.summary.splitlines() == [
        "Asked earlier: question 0? We said: answer 0.",
        "Asked earlier: question 1? We said: answer 1.",
    ]


def test_the_next_run_goes_on_where_the_last_one_ended() -> None:
    memory = Memory(Carried(history=[exchange(1)], summary="Asked earlier: question 0?"))
    for number in range(HISTORY_EXCHANGES):
        memory.add(f"question {number + 2}?", reply(number + 2), "x")
    assert memory.summary.splitlines() == [
        "Asked earlier: question 0?",
        "Asked earlier: question 1? We said: answer 1.",
    ]


def test_an_exchange_keeps_the_title_of_what_was_quoted_first() -> None:
    quoted = [
        Citation(document_id=title, title=title, version=1, chunk_id=title, quote="a", start=0, end=1)
        for title in ("Refund policy", "Invoices")
    ]
    memory = Memory(Carried())
    memory.add("question?", reply(1, *quoted), "x")
    memory.add("thanks", reply(2), "small_talk")
    assert [each.get("topic") for each in memory.history] == ["Refund policy", None]
