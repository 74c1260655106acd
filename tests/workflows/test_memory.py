"""What a conversation remembers stays short, and crosses from one run to the next."""

from graphs.state import Exchange
from workflows.memory import Memory
from workflows.messages import HISTORY_EXCHANGES, Carried


def exchange(number: int) -> Exchange:
    return Exchange(message=f"question {number}?", answer=f"answer {number}.", intent="x")


def test_the_latest_exchanges_stay_whole_and_older_ones_leave_a_line() -> None:
    memory = Memory(Carried())
    for number in range(HISTORY_EXCHANGES + 2):
        memory.add(exchange(number))
    assert [each["message"] for each in memory.history][:1] == ["question 2?"]
    assert len(memory.history) == HISTORY_EXCHANGES
    assert memory.summary.splitlines() == [
        "Asked earlier: question 0? We said: answer 0.",
        "Asked earlier: question 1? We said: answer 1.",
    ]


def test_the_next_run_goes_on_where_the_last_one_ended() -> None:
    memory = Memory(Carried(history=[exchange(1)], summary="Asked earlier: question 0?"))
    for number in range(HISTORY_EXCHANGES):
        memory.add(exchange(number + 2))
    assert memory.summary.splitlines() == [
        "Asked earlier: question 0?",
        "Asked earlier: question 1? We said: answer 1.",
    ]
