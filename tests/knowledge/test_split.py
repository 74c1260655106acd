"""Passages follow the structure, fit the model and lose nothing."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.knowledge.formats.builder import DocumentBuilder
from activities.knowledge.formats.document import ParsedDocument
from activities.knowledge.formats.markdown import parse_markdown
from activities.knowledge.split import TARGET_TOKENS, ChunkSizes, TextChunk, split_document
from activities.knowledge.tokens import TokenRuler

WORDS = " ".join(f"word{number}" for number in range(60))
SENTENCES = " ".join(f"Sentence {number} says {WORDS[:60]}." for number in range(40))


def tokens_of(text: str) -> int:
    return TokenRuler(text).measure(0, len(text))


def split_markdown(text: str) -> list[TextChunk]:
    return split_document(parse_markdown(text, "page.md"))


lines = st.text(st.characters(codec="utf-8"), max_size=120)
long_lines = st.builds(lambda text, times: text * times, lines, st.integers(1, 40))
blocks = st.one_of(
    st.tuples(st.just("heading"), st.integers(1, 4), lines),
    st.tuples(st.just("paragraph"), long_lines),
    st.tuples(st.just("code"), long_lines),
    st.tuples(st.just("steps"), st.lists(long_lines, max_size=12)),
    st.tuples(st.just("bullets"), st.lists(lines, max_size=12)),
    st.tuples(st.just("table"), st.just(("Name", "Value")), st.lists(st.tuples(lines, long_lines), max_size=12)),
)


@st.composite
def documents(draw: st.DrawFn) -> ParsedDocument:
    builder = DocumentBuilder()
    builder.paragraph("Start.")
    for name, *values in draw(st.lists(blocks, max_size=12)):
        getattr(builder, name)(*values)
    return builder.build("page.md")


@given(documents())
def test_chunks_are_exact_ordered_complete_and_within_size(document: ParsedDocument) -> None:
    chunks = split_document(document)
    covered = bytearray(len(document.text))
    for chunk in chunks:
        assert chunk.text == document.text[chunk.start : chunk.end] == chunk.text.strip() != ""
        assert tokens_of(chunk.text) <= TARGET_TOKENS
        covered[chunk.start : chunk.end] = b"\1" * (chunk.end - chunk.start)
    starts = [(chunk.start, chunk.end) for chunk in chunks]
    assert starts == sorted(set(starts))
    for block in (block for block in document.blocks if block.kind != "heading"):
        missed = [i for i in range(block.start, block.end) if not covered[i] and not document.text[i].isspace()]
        assert missed == []


@given(documents())
def test_items_and_rows_that_fit_are_never_cut(document: ParsedDocument) -> None:
    chunks = split_document(document)
    for block in document.blocks:
        for start, end in block.units:
            unit = document.text[start:end]
            first, last = start + len(unit) - len(unit.lstrip()), end - len(unit) + len(unit.rstrip())
            if first < last and tokens_of(unit) <= TARGET_TOKENS:
                assert any(chunk.start <= first and last <= chunk.end for chunk in chunks)


@given(st.lists(st.text(max_size=60), max_size=8), st.integers(0, 40))
def test_the_ruler_measures_parts_as_it_measures_each_alone(parts: list[str], tokens: int) -> None:
    text = "\n".join(parts)
    ruler, start = TokenRuler(text), 0
    for part in parts:
        assert ruler.measure(start, start + len(part)) == tokens_of(part)
        start += len(part) + 1
    assert tokens_of(text[: ruler.reach(0, tokens)]) <= tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("restore files", 2), ("Restore, please!", 4), ("漢字", 2), ("12345678", 4), ("internationalisation", 5)],
)
def test_tokens_are_whole_words_marks_single_characters_and_parts_of_long_words(text: str, tokens: int) -> None:
    assert tokens_of(text) == tokens


def test_a_section_that_fits_is_one_passage_with_its_headings() -> None:
    (first, second) = split_markdown("# Guide\n\n## A\n\nOne.\n\nTwo.\n\n### B\n\nThree.")
    assert (first.text, first.heading) == ("One.\n\nTwo.", ("A",))
    assert (second.text, second.heading) == ("Three.", ("A", "B"))


def test_steps_stay_with_the_sentence_that_introduces_them() -> None:
    steps = "\n".join(f"{number}. {WORDS[:180]}" for number in range(1, 4))
    chunks = split_markdown(f"{WORDS} {WORDS[:60]}.\n\nTo begin:\n\n{steps}\n")
    assert [chunk.kind for chunk in chunks] == ["text", "steps"]
    assert chunks[1].text.startswith("To begin:\n\n1. word0")


def test_a_long_list_is_cut_between_its_items() -> None:
    chunks = split_markdown("\n".join(f"{number}. {WORDS[:300]}" for number in range(1, 9)))
    assert len(chunks) > 2
    assert all(chunk.text[0].isdigit() and chunk.kind == "steps" for chunk in chunks)


def test_only_a_paragraph_that_is_cut_overlaps() -> None:
    chunks = split_markdown(f"{SENTENCES}\n\n" + "\n".join(f"- {WORDS[:300]}" for _ in range(8)))
    texts = [chunk for chunk in chunks if "Sentence" in chunk.text]
    overlaps = [after.start < before.end for before, after in itertools.pairwise(texts)]
    assert overlaps
    assert all(overlaps)
    rest = chunks[len(texts) - 1 :]
    assert not any(after.start < before.end for before, after in itertools.pairwise(rest))
    assert all(chunk.text.startswith("Sentence") for chunk in texts)


@pytest.mark.parametrize("text", ["a" * 20_000, "漢" * 3_000, "1" * 9_000, "!" * 2_000, "ab " * 4_000])
def test_text_without_structure_is_cut_to_size(text: str) -> None:
    chunks = split_markdown(text)
    assert len(chunks) > 5
    assert all(tokens_of(chunk.text) <= TARGET_TOKENS for chunk in chunks)


def test_smaller_passages_are_a_setting() -> None:
    document = parse_markdown(SENTENCES, "page.md")
    chunks = split_document(document, ChunkSizes(target=80, overlap=0))
    assert max(tokens_of(chunk.text) for chunk in chunks) <= 80
    assert not any(after.start < before.end for before, after in itertools.pairwise(chunks))
