"""Questions that sections are known to answer: read from the company's file, matched by title and last heading."""

from pathlib import Path

import pytest

from activities.models.asked import NONE_ASKED, Asked, read_asked
from activities.models.embedded import EmbeddedEngine
from activities.models.embedding import MiniLmEmbedder
from activities.models.product_names import NO_NAMES, ProductNames
from activities.models.support import log_odds
from activities.models.unit_ranking import SIGNALS
from tests.models.passages import make_passage

REQUESTS = make_passage(
    "A file request lets people without an account upload files into one of your folders.",
    document="sharing",
    title="Share files",
    heading="Links > File requests",
)
ACTIVITY = make_passage(
    "Owners see views and downloads of a link for 180 days.",
    document="sharing",
    title="Share files",
    heading="See who opened a link",
    position=1,
)
DROP = "How can clients drop documents without looking around?"
ASKED = Asked({("Share files", "File requests"): [DROP]})


def test_a_company_without_the_file_has_none(tmp_path: Path) -> None:
    assert read_asked(tmp_path / "asked.csv") == NONE_ASKED


def test_questions_are_kept_by_document_and_section(tmp_path: Path) -> None:
    file = tmp_path / "asked.csv"
    file.write_text("document,section,question\nShare files,File requests,one?\nShare files,File requests,two?\n")
    assert read_asked(file).questions == {("Share files", "File requests"): ["one?", "two?"]}


def test_a_passage_answers_its_heading_and_what_is_known_of_its_section() -> None:
    assert ASKED.answers(REQUESTS) == ["File requests", DROP]
    assert ASKED.answers(ACTIVITY) == ["See who opened a link"]


def test_a_known_question_brings_its_section_forward(minilm: MiniLmEmbedder) -> None:
    question, passages = "clients should drop documents and not look around", [ACTIVITY, REQUESTS]
    plain, told = EmbeddedEngine(minilm), EmbeddedEngine(minilm, asked=ASKED)
    ahead = []
    for engine in (plain, told):
        ranked = engine.rank(question, passages)[1]
        worth = [max(log_odds(e.score) for e in ranked if e.candidate.passage is each) for each in (REQUESTS, ACTIVITY)]
        ahead.append(worth[0] - worth[1])
    assert ahead[0] < ahead[1]


def test_pieces_stay_behind_by_what_their_section_lacks_to_the_nearest_known_question(minilm: MiniLmEmbedder) -> None:
    ranked = EmbeddedEngine(minilm, asked=ASKED).rank("can clients drop documents?", [ACTIVITY, REQUESTS])[1]
    asked, behind = (SIGNALS.index(each) for each in ("asked", "asked_behind"))
    nearest = max(each.signals[asked] for each in ranked)
    assert ranked[0].candidate.passage is REQUESTS
    assert ranked[0].signals[behind] == 0
    for each in ranked:
        assert each.signals[behind] == pytest.approx(nearest - each.signals[asked])


def test_a_product_does_not_make_questions_alike(minilm: MiniLmEmbedder) -> None:
    returns = make_passage("Every device can be sent back.", document="returns", title="Returns", heading="The rule")
    lock = make_passage("Open Security and press Set password.", document="ssd", title="Pocket SSD", heading="Lock it")
    known = {
        ("Returns", "The rule"): ["how do I send back an opened drive"],
        ("Pocket SSD", "Lock it"): ["how do I set a password on the pocket ssd"],
    }
    asked = SIGNALS.index("asked")

    def nearest(names: ProductNames) -> str:
        engine = EmbeddedEngine(minilm, asked=Asked(known, names))
        ranked = engine.rank("how do I return the pocket ssd", [lock, returns])[1]
        return max(ranked, key=lambda each: float(each.signals[asked])).candidate.passage.title

    assert nearest(NO_NAMES) == "Pocket SSD"
    assert nearest(ProductNames({"device": [["pocket ssd"]]})) == "Returns"
