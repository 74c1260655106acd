"""What leaving out costs and saves: ``python -m evals.trimming``, the calibration questions with answers as composed.

Prints, with everything that sections bring and with what ``activities.models.trimming`` keeps, how many of the
questions that documents answer are answered rightly, and how much of these answers is needed. The constants of that
module were chosen on these questions.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any

from activities.models.composition import compose
from activities.models.trimming import Keep, Paragraph, trimmed
from activities.models.unit_ranking import Ranked
from evals.brevity import brevity, figures
from evals.calibrate import Asked, gather
from evals.embedding import evaluation_embedder


def everything(wanted: Sequence[Ranked], paragraphs: Sequence[Paragraph]) -> list[list[Ranked]]:
    """Leave nothing out and change no order."""
    return [list(each) for each in paragraphs]


def measured(asked: Sequence[Asked], keep: Keep) -> dict[str, Any]:
    """Return ``n`` questions with expected words, ``right`` answers when ``keep`` trims them, and their figures."""
    found = []
    answerable = [each for each in asked if each.any_of]
    for each in answerable:
        answer = compose(*each.ranked, keep)
        cited = [one["document_id"] for one in answer.citations]
        if each.right(answer.text, cited) and (one := brevity(answer.text, partial(_holds, each, cited))):
            found.append(one)
    return {"n": len(answerable), "right": len(found), **figures(found)}


def _holds(asked: Asked, cited: Sequence[str], text: str, number: int) -> bool:
    return asked.right(text, [cited[number - 1]])


async def compare() -> None:
    """Print both."""
    asked = await gather(evaluation_embedder())
    for name, keep in (("everything", everything), ("trimmed", trimmed)):
        print(name, measured(asked, keep))


if __name__ == "__main__":
    asyncio.run(compare())
