"""Sentences come out of a half-written answer as soon as they are finished, however the text is cut."""

import json

from hypothesis import given
from hypothesis import strategies as st

from activities.models.chat.json_stream import SentenceStream
from activities.models.quotes import QuotedSentence

TEXT = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=30)
SENTENCES = st.lists(st.builds(QuotedSentence, text=TEXT, passage=st.integers(1, 9), quote=TEXT), max_size=4)


@given(SENTENCES, st.data())
def test_every_cut_of_an_answer_gives_its_sentences_in_order(
    sentences: list[QuotedSentence], data: st.DataObject
) -> None:
    whole = json.dumps({"answers": "partly", "sentences": [each.model_dump() for each in sentences]})
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    stream = SentenceStream()
    found = [
        each
        for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)
        for each in stream.feed(whole[start:end])
    ]
    assert found == sentences
    assert stream.support_score == 0.6


@given(st.text(max_size=200))
def test_whatever_a_model_says_nothing_breaks(text: str) -> None:
    stream = SentenceStream()
    assert all(each is None or isinstance(each, QuotedSentence) for each in stream.feed(text))


def test_a_sentence_is_out_when_its_brace_closes_and_not_before() -> None:
    stream = SentenceStream()
    head = '{"answers": "fully", "sentences": [{"text": "A } b", "passage": 1, "quote": "q \\" ] }"'
    assert list(stream.feed(head)) == []
    assert [each.text for each in stream.feed("}, {") if each] == ["A } b"]


def test_an_object_that_is_no_sentence_is_told_apart() -> None:
    stream = SentenceStream()
    assert list(stream.feed('{"answers": "fully", "sentences": [{"text": "x"}]}')) == [None]


def test_without_a_word_on_the_passages_first_nothing_is_known_of_them() -> None:
    stream = SentenceStream()
    list(stream.feed('{"sentences": [], "answers": "fully"}'))
    assert stream.support_score is None
