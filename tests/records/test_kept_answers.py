from datetime import timedelta
from typing import Any

import pytest

from activities.records import kept_answers
from activities.records.answer_tables import KeptAnswer
from activities.records.database import Database
from activities.records.kept_answers import KeptAnswers
from tests.records.rows import NOON


def answer(number: int, key: str = "k", document: str = "d") -> KeptAnswer:
    return KeptAnswer(
        id=f"t{number}",
        key=key,
        question=f"Question {number}",
        vector=b"\0" * 8,
        draft={"text": "x", "citations": [{"document_id": document}]},
        created_at=NOON + timedelta(minutes=number),
    )


async def kept(database: Database, *rows: KeptAnswer) -> KeptAnswers:
    answers = KeptAnswers(database)
    for row in rows:
        await answers.keep(row)
    return answers


async def names(answers: KeptAnswers, key: str = "k") -> list[Any]:
    return [each.id for each in await answers.list_for(key)]


async def test_answers_are_listed_under_their_key_latest_first(database: Database) -> None:
    answers = await kept(database, answer(1), answer(2), answer(3, "other"))
    assert await names(answers) == ["t2", "t1"]


async def test_an_answer_is_kept_once(database: Database) -> None:
    answers = await kept(database, answer(1), answer(1, "other"))
    assert (await names(answers), await names(answers, "other")) == (["t1"], [])


async def test_the_oldest_go_when_there_are_too_many(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_answers, "MOST", 2)
    assert await names(await kept(database, answer(1), answer(2), answer(3))) == ["t3", "t2"]


async def test_a_removed_document_takes_the_answers_that_quote_it_along(database: Database) -> None:
    answers = await kept(database, answer(1), answer(2, document="gone"))
    assert await answers.count("gone") == 1
    await answers.forget("gone")
    assert (await names(answers), await answers.count("gone")) == (["t1"], 0)
