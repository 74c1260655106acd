"""Hybrid search over real parts: rights, publication, words and meaning."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.knowledge.access import partition, read_scope
from activities.ports import Principal, ReadScope
from activities.records.models import Document
from tests.knowledge.library import PUBLIC, TEXTS, World

DEPARTMENTS = ["legal", "support"]


async def test_a_paraphrase_finds_the_passage_with_its_text_and_place(library: World) -> None:
    result = await library.search.search("I want a reimbursement", PUBLIC, k=1)
    best = result.passages[0]
    assert (best.document_id, best.title, best.version, best.position) == ("refunds", "Refunds", 1, 0)
    assert best.text == TEXTS[0][3]
    assert (best.start, best.end) == (0, len(best.text))


async def test_an_exact_code_is_found_in_every_mode_that_reads_words(library: World) -> None:
    assert (await library.found("HF-2040-B"))[0] == "router"
    assert await library.found("hf-2040-b", mode="lexical") == ["router"]


async def test_scores_are_between_0_and_1_and_fall(library: World) -> None:
    passages = (await library.search.search("money back to my card", PUBLIC)).passages
    assert [passage.score for passage in passages] == sorted((p.score for p in passages), reverse=True)
    for passage in passages:
        assert 0 <= passage.dense_score <= 1
        assert 0 <= passage.lexical_score <= 1
        assert passage.score == pytest.approx((passage.dense_score + passage.lexical_score) / 2)


async def test_one_mode_alone_gives_its_own_scores(library: World) -> None:
    dense = (await library.search.search("money back", PUBLIC, mode="dense")).passages[0]
    lexical = (await library.search.search("money back", PUBLIC, mode="lexical")).passages[0]
    assert (dense.score, dense.lexical_score) == (dense.dense_score, 0)
    assert (lexical.score, lexical.dense_score) == (lexical.lexical_score, 0)


async def test_a_better_score_means_a_better_question(library: World) -> None:
    asked = (await library.search.search("when do I get my money back?", PUBLIC)).passages[0].score
    foreign = (await library.search.search("who won the chess championship?", PUBLIC)).passages[0].score
    assert asked > foreign + 0.2


async def test_the_agent_reads_the_best_passages_wherever_they_stand_and_a_list_has_several_documents(
    world: World,
) -> None:
    question = "What is new in the desktop app?"
    for number in range(6):
        text = f"New in version 6.{number} of the desktop app is a quicker sync."
        await world.add("releases", "public", "technical", text, position=number)
    await world.add("install", "public", "technical", "The desktop app is installed by the owner of the computer.")

    listed = await world.search.find(question, PUBLIC, k=6)

    assert await world.found(question, k=6) == ["releases"] * 6
    assert "install" in [passage.document_id for passage in listed.passages]


@given(
    person=st.builds(
        Principal,
        id=st.just("p"),
        role=st.sampled_from(["customer", "service", "agent", "supervisor", "admin"]),
        department=st.sampled_from([*DEPARTMENTS, None]),
    ),
    query=st.sampled_from(["money back", "Contoso counsel", "dispute", "supervisor fifty euros", "HF-2040-B", "x"]),
    mode=st.sampled_from(["hybrid", "dense", "lexical"]),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_nobody_finds_what_they_may_not_read(library: World, person: Principal, query: str, mode: str) -> None:
    scope = read_scope(person, DEPARTMENTS)
    readable = {name for name, level, owner, _ in TEXTS if partition(level, owner) in scope.partitions}
    assert set(await library.found(query, scope, mode=mode)) <= readable
    known = await library.search.passages([f"{name}:1:0" for name, *_ in TEXTS], scope)
    assert {passage.document_id for passage in known} == readable


async def test_what_the_reader_may_not_see_is_only_counted(library: World) -> None:
    customer = await library.search.search("money back", PUBLIC, k=3)
    admin = await library.search.search("money back", read_scope(Principal("a", "admin"), DEPARTMENTS), k=3)
    assert (customer.denied_count, admin.denied_count) == (2, 0)


async def test_hidden_documents_do_not_push_readable_ones_out(world: World) -> None:
    for number in range(12):
        await world.add(f"secret{number}", "restricted", "legal", "Money back within fourteen days to the card.")
    assert (await world.found("money back within fourteen days", k=1)) == ["refunds"]


@pytest.mark.parametrize("change", [{"status": "deleted"}, {"status": "pending"}, {"answers": 2}])
async def test_what_is_not_the_published_version_does_not_answer(world: World, change: dict[str, object]) -> None:
    await world.add("refunds", "public", "billing", TEXTS[0][3], **change)
    assert "refunds" not in await world.found("money back to the card")
    assert await world.search.passages(["refunds:1:0"], PUBLIC) == []


async def test_a_reclassified_document_is_closed_before_the_index_knows(world: World) -> None:
    async with world.database.write() as session:
        document = await session.get(Document, "refunds")
        assert document is not None
        document.classification = "restricted"
    assert "refunds" not in await world.found("money back to the card")


async def test_versions_being_replaced_do_not_starve_the_answer(world: World) -> None:
    for number in range(9):
        await world.add(
            f"old{number}", "public", "billing", "Money back within fourteen days to the card.", status="pending"
        )
    assert await world.found("money back within fourteen days to the card", k=1) == ["refunds"]


async def test_passages_come_in_the_order_asked(library: World) -> None:
    known = await library.search.passages(["sharing:1:0", "no:1:0", "refunds:1:0"], PUBLIC)
    assert [passage.document_id for passage in known] == ["sharing", "refunds"]


@pytest.mark.parametrize("query", ["", " ", "?", "\x00", "the", "🙂" * 50, "a" * 100_000])
async def test_a_question_without_known_words_is_answered_without_error(library: World, query: str) -> None:
    assert len(await library.found(query)) <= 8


async def test_a_search_that_is_repeated_asks_neither_half_and_still_reads_rights(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "refunds" in await world.found("money back to the card")
    monkeypatch.setattr(world.vectors, "search", None)
    assert "refunds" in await world.found("money back to the card")
    async with world.database.write() as session:
        document = await session.get(Document, "refunds")
        assert document is not None
        document.status = "deleted"
    assert "refunds" not in await world.found("money back to the card")


async def test_what_is_indexed_is_found_by_a_question_that_was_asked_before(world: World) -> None:
    assert "voucher" not in await world.found("a voucher instead of money")
    await world.add("voucher", "public", "billing", "You may take a voucher instead of money.")
    assert (await world.found("a voucher instead of money"))[0] == "voucher"


async def test_a_search_among_some_documents_leaves_the_others_out(library: World) -> None:
    scope = ReadScope(("public",), documents=("router", "limits"))
    for mode in ("hybrid", "dense", "lexical"):
        assert set(await library.found("reset button money", scope, mode=mode)) == {"router"}
    assert await library.found("reset", ReadScope(("public",), documents=())) == []


async def test_a_misspelt_word_is_searched_as_it_was_meant(library: World) -> None:
    found = await library.search.find("the buton of HF-2040-B", PUBLIC, k=1)
    assert (found.query, found.corrections) == ("the button of HF-2040-B", {"buton": "button"})
    assert found.passages[0].document_id == "router"
    literal = await library.search.find("the buton of HF-2040-B", PUBLIC, k=1, spelling=False)
    assert (literal.query, literal.corrections) == ("the buton of HF-2040-B", {})


async def test_words_of_hidden_documents_are_never_suggested(library: World) -> None:
    assert (await library.search.find("what does the counsl offer", PUBLIC)).corrections == {}
    admin = read_scope(Principal("a", "admin"), DEPARTMENTS)
    assert (await library.search.find("what does the counsl offer", admin)).corrections == {"counsl": "counsel"}


async def test_words_of_a_question_are_shown_in_any_form(library: World) -> None:
    text = "You get your refunds; a refund takes days."
    marked = [text[start:end] for start, end in library.search.highlights("when is it refunded", text)]
    assert marked == ["refunds", "refund"]
