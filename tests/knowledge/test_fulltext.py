"""Full text: finds by words and codes, only inside the partitions, whatever anybody types."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.knowledge.fulltext import FullText
from activities.knowledge.fulltext_query import find_codes
from activities.ports import KnowledgeUnavailableError
from tests.knowledge.conftest import chunk

EVERYWHERE = ["public", "internal.support", "restricted.legal"]
WORDS = st.sampled_from(["refund", "invoice", "router", "password", "the", "HF-2040-B", "0x80070005"])


@pytest.fixture
def fulltext(tmp_path: Path) -> FullText:
    fulltext = FullText(tmp_path / "fulltext")
    fulltext.put(
        "public",
        [
            chunk("refunds:1:0", "A refund is paid within fourteen days to the card you paid with."),
            chunk("router:1:0", "Hold the reset button. The HF-2040-B blinks red.", title="Resetting the HF-2040-B"),
            chunk("router:1:1", "The HF-2040-C blinks blue while it updates.", title="Resetting the HF-2040-C"),
            chunk("errors:1:0", "Error 0x80070005 means that access is denied."),
        ],
    )
    fulltext.put("internal.support", [chunk("runbook:1:0", "Refund above the limit: ask a supervisor.")])
    fulltext.put("restricted.legal", [chunk("case:1:0", "The refund dispute with Contoso, file 77-A.")])
    return fulltext


def found(fulltext: FullText, text: str, partitions: list[str] | None = None) -> list[str]:
    return [hit.chunk_id for hit in fulltext.search(text, partitions or EVERYWHERE, 10)]


def test_words_are_found_in_other_forms(fulltext: FullText) -> None:
    assert found(fulltext, "refunding the PAYMENT", ["public"]) == ["refunds:1:0"]


@pytest.mark.parametrize(("text", "expected"), [("hf-2040-b", "router:1:0"), ("HF-2040-C", "router:1:1")])
def test_the_exact_product_code_comes_first(fulltext: FullText, text: str, expected: str) -> None:
    assert found(fulltext, f"my {text} does not start")[0] == expected


def test_an_error_code_is_found(fulltext: FullText) -> None:
    assert found(fulltext, "what is 0x80070005?") == ["errors:1:0"]


def test_a_title_counts_more_than_the_same_word_in_the_text(fulltext: FullText) -> None:
    fulltext.put("public", [chunk("a:1:0", "About the word warranty."), chunk("b:1:0", "About the word.", "Warranty")])
    assert found(fulltext, "warranty") == ["b:1:0", "a:1:0"]


def test_scores_are_between_0_and_1_and_best_first(fulltext: FullText) -> None:
    scores = [hit.score for hit in fulltext.search("refund paid to my card", EVERYWHERE, 10)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


def test_unknown_words_lower_the_score(fulltext: FullText) -> None:
    known = fulltext.search("refund card", ["public"], 1)[0].score
    diluted = fulltext.search("refund card of my grandmothers zeppelin", ["public"], 1)[0].score
    assert diluted < known


@given(
    text=st.lists(st.one_of(WORDS, st.text(max_size=12)), max_size=12).map(" ".join),
    partitions=st.lists(st.sampled_from([*EVERYWHERE, "internal.hr", ""]), unique=True),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_nothing_outside_the_partitions_is_ever_found(fulltext: FullText, text: str, partitions: list[str]) -> None:
    allowed = {"public": {"refunds", "router", "errors"}, "internal.support": {"runbook"}, "restricted.legal": {"case"}}
    readable = set().union(*(allowed.get(name, set()) for name in partitions))
    hits = fulltext.search(text, partitions, 10)
    assert {hit.chunk_id.split(":")[0] for hit in hits} <= readable
    assert all(0 <= hit.score <= 1 for hit in hits)


def test_no_score_depends_on_words_of_other_partitions(tmp_path: Path) -> None:
    """The mean length of all passages is the one thing that does: here all are of one length."""
    mine = [chunk("a:1:0", "Refund card"), chunk("b:1:0", "Invoice card")]
    secret = [chunk(f"s{number}:1:0", "Contoso refund") for number in range(9)]
    alone, beside = FullText(tmp_path / "alone"), FullText(tmp_path / "beside")
    alone.put("public", mine)
    beside.put("restricted.legal", secret)
    beside.put("public", mine)
    for question in ("refund", "refund card", "contoso refund", "zeppelin refund", "contoso"):
        scores, plain = (
            {hit.chunk_id: hit.score for hit in each.search(question, ["public"], 9)} for each in (beside, alone)
        )
        assert scores == pytest.approx(plain, abs=1e-5)
    assert beside.search("contoso refund", ["public"], 9) == beside.search("zeppelin refund", ["public"], 9)


def test_denied_passages_are_counted_among_the_best_of_all(fulltext: FullText) -> None:
    assert fulltext.count_denied("refund", ["public"], 3) == 2
    assert fulltext.count_denied("refund", EVERYWHERE, 3) == 0
    assert fulltext.count_denied("zeppelin", ["public"], 3) == 0


def test_only_words_without_readable_passages_are_unknown(fulltext: FullText) -> None:
    assert fulltext.unknown(["refunds", "Contoso", "zeppelin", "the"], ["public"]) == ["Contoso", "zeppelin"]


def test_similar_words_are_found_inside_the_partitions(fulltext: FullText) -> None:
    assert fulltext.similar("refnud", 1, ["public"], 5) == ["refunds:1:0"]
    assert fulltext.similar("contosso", 1, ["public"], 5) == []
    assert fulltext.similar("refnud", 1, EVERYWHERE, 5, ["runbook"]) == ["runbook:1:0"]


def test_swapped_letters_are_similar_where_the_right_word_loses_its_ending(fulltext: FullText) -> None:
    fulltext.put("public", [chunk("cards:1:0", "Change the card here.")])
    assert fulltext.similar("chnage", 1, ["public"], 5) == ["cards:1:0"]


def test_only_passages_of_the_chosen_documents_are_found(fulltext: FullText) -> None:
    assert [hit.chunk_id for hit in fulltext.search("refund", EVERYWHERE, 9, ["runbook", "none"])] == ["runbook:1:0"]


def test_synonyms_find_and_lower_no_score(tmp_path: Path) -> None:
    plain, knowing = (
        FullText(tmp_path / "one"),
        FullText(tmp_path / "two", [["invoice", "bill of charges"], ["wifi", "wi-fi"]]),
    )
    for fulltext in (plain, knowing):
        fulltext.put("public", [chunk("a:1:0", "The invoice is sent by mail."), chunk("b:1:0", "A card.")])
    assert plain.search("my bill of charges", ["public"], 5) == []
    assert [hit.chunk_id for hit in knowing.search("my bill of charges", ["public"], 5)] == ["a:1:0"]
    assert knowing.search("invoice", ["public"], 5) == plain.search("invoice", ["public"], 5)


@pytest.mark.parametrize("text", ['"', "title:refund", "refund AND", "*", "[a TO z]", "partition:restricted.legal", ""])
def test_query_syntax_is_only_words(fulltext: FullText, text: str) -> None:
    assert "case:1:0" not in found(fulltext, text, ["public"])


def test_a_hundred_thousand_characters_are_searched_like_their_beginning(fulltext: FullText) -> None:
    assert found(fulltext, "refund card " + "blah " * 20_000, ["public"]) == ["refunds:1:0"]


def test_putting_again_replaces(fulltext: FullText) -> None:
    fulltext.put("public", [chunk("refunds:1:0", "A voucher instead.")])
    assert found(fulltext, "fourteen days") == []
    assert found(fulltext, "voucher") == ["refunds:1:0"]
    assert fulltext.size() == 6


def test_what_is_removed_is_neither_found_nor_counted(fulltext: FullText) -> None:
    fulltext.remove(["router:1:0", "router:1:1", "never:1:0"], "public")
    assert found(fulltext, "HF-2040-B") == []
    assert fulltext.count("router") == 0
    assert fulltext.count("refunds") == 1


def test_removing_from_one_partition_leaves_a_chunk_that_moved_to_another(fulltext: FullText) -> None:
    fulltext.put("internal.support", [chunk("refunds:1:0", "A refund for colleagues.")])
    fulltext.remove(["refunds:1:0"], "public")
    assert found(fulltext, "colleagues", ["internal.support"]) == ["refunds:1:0"]
    assert "refunds:1:0" not in found(fulltext, "refund", ["public"])


def test_writers_wait_for_each_other(fulltext: FullText, tmp_path: Path) -> None:
    other = FullText(tmp_path / "fulltext")
    with ThreadPoolExecutor(4) as pool:
        for number in range(8):
            half = fulltext if number % 2 else other
            pool.submit(half.put, "public", [chunk(f"many:1:{number}", "The same words.")])
    assert fulltext.count("many") == other.count("many") == 8


def test_a_commit_of_another_process_is_seen_at_the_next_search(fulltext: FullText, tmp_path: Path) -> None:
    assert found(fulltext, "zeppelin") == []
    program = (
        "from pathlib import Path; from activities.knowledge.fulltext import FullText; "
        "from activities.ports import IndexedChunk; "
        f"FullText(Path({str(tmp_path / 'fulltext')!r})).put('public', "
        "[IndexedChunk('z:1:0', 'z', 'Air', '', 'A zeppelin lands.')])"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
    assert found(fulltext, "zeppelin") == ["z:1:0"]


def test_damaged_files_are_reported_as_such(fulltext: FullText, tmp_path: Path) -> None:
    next((tmp_path / "fulltext").rglob("meta.json")).write_text("{", encoding="utf-8")
    with pytest.raises(KnowledgeUnavailableError, match="holdfast reindex"):
        FullText(tmp_path / "fulltext").search("refund", EVERYWHERE, 3)


def test_codes_are_runs_with_a_digit() -> None:
    assert find_codes("Error E-1042 (0x80070005) on HF-2040-B, v2.1, in 5 of 10 cases; a-b E-1042") == [
        "e-1042",
        "0x80070005",
        "hf-2040-b",
        "v2.1",
    ]
