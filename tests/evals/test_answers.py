"""Answers and silence on anybody's collection: what is answered, what is left alone, and what counts as right."""

import json
from pathlib import Path

import pytest

from evals.answers import Outcome, Question, answer_figures, evaluate_answers, kept_folder, read_questions
from evals.beir import CollectionError

PAGES = [
    {
        "_id": "lock",
        "title": "Locked accounts",
        "body": "An account is locked for 30 minutes after 10 wrong passwords.",
    },
    {"_id": "refund", "title": "Refunds", "text": "A yearly plan can be refunded within 45 days of the payment."},
    {"_id": "drive", "title": "Drives", "sentences": ["The drive has a warranty of 3 years.", "Keep the receipt."]},
]


def lines(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


def outcome(score: float, *, answerable: bool = True, right: bool = True) -> Outcome:
    return Outcome(Question(question="q", answerable=answerable), score, right=right)


async def test_what_the_pages_say_is_answered_and_what_they_lack_is_left_alone(tmp_path: Path) -> None:
    asked = [
        {"question": "How long is an account locked?", "answerable": True, "gold": ["lock"], "answer": "30 minutes"},
        {"question": "How long is the warranty of the drive?", "answerable": True, "gold": ["drive"]},
        {"question": "What is the capital of Mongolia?", "answerable": False},
    ]
    found = await evaluate_answers(lines(tmp_path / "pages.jsonl", PAGES), lines(tmp_path / "asked.jsonl", asked))
    assert (found["n"], found["abstain_recall"], found["false_abstention"]) == (3, 1.0, 0.0)
    assert found["answered_precision"] == 1.0


async def test_a_corpus_is_taken_in_once_where_a_folder_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_EVAL_CACHE", str(tmp_path / "kept"))
    corpus = lines(tmp_path / "pages.jsonl", PAGES)
    asked = lines(
        tmp_path / "asked.jsonl",
        [{"question": "How long is an account locked?", "answerable": True, "gold": ["lock"], "answer": "30 minutes"}],
    )
    heard: list[str] = []
    first = await evaluate_answers(corpus, asked, heard.append)
    assert heard == ["1 of 1 files taken in, 3 documents"]
    assert await evaluate_answers(corpus, asked) == first
    assert (first["answered_precision"], first["superfluous_pieces"], first["answer_first"]) == (1.0, 0.0, 1.0)
    assert kept_folder(corpus, "model") != kept_folder(corpus, "other model")
    assert len(list((tmp_path / "kept").glob("answers-*"))) == 1


def test_each_figure_counts_what_its_name_says() -> None:
    found = answer_figures(
        [
            outcome(0.95),
            outcome(0.95, right=False),
            outcome(0.7),
            outcome(0.2),
            outcome(0.95, answerable=False, right=False),
            outcome(0.1, answerable=False, right=False),
        ]
    )
    assert found["coverage"] == 0.5
    assert found["answered_precision"] == pytest.approx(1 / 3, abs=1e-4)
    assert (found["abstain_recall"], found["false_abstention"]) == (0.5, 0.25)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "no questions"),
        ([{"question": "x"}], "answerable"),
        ([{"question": "x", "answerable": True, "gold": ["z"]}], "'z'"),
    ],
)
async def test_questions_that_cannot_be_asked_are_refused_in_words(
    tmp_path: Path, rows: list[dict[str, object]], message: str
) -> None:
    with pytest.raises(CollectionError, match=message):
        await evaluate_answers(lines(tmp_path / "pages.jsonl", PAGES), lines(tmp_path / "asked.jsonl", rows))


def test_the_shipped_questions_can_be_read() -> None:
    folder = Path(__file__).parents[2] / "evals" / "datasets"
    for name in ("login_gov_questions.jsonl", "office_questions.jsonl"):
        asked = read_questions(folder / name)
        assert {each.answerable for each in asked} == {True, False}
        assert all(each.gold for each in asked if each.answerable)
