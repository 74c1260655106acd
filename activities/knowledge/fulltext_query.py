"""From a person's words to a tantivy query: analysed terms only, so that no text can be query syntax."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import tantivy

from activities.knowledge.access import RULE_MARK, home_of
from activities.knowledge.statistics import ReaderStatistics, all_of, any_of, inside, inverse_document_frequency
from activities.knowledge.synonyms import Synonyms

BOOSTS = {"title": 0.3, "heading": 0.2, "body": 1.0}
"""Weights of the analysed fields; the body repeats title and heading, so these count on top."""
CODE_BOOST = 0.5
"""Weight of an exact code such as ``HF-2040-B``, on top of the words it consists of."""
SYNONYM_BOOST = 0.5
"""Weight of a synonym's words in comparison with words that were asked for."""
MAX_TERMS = 64
"""Distinct words of a question that are searched, the first ones; a message may hold thousands."""
K1 = 1.2
"""tantivy's BM25 saturation: a term's score stays below its idf times ``K1 + 1``."""
CODE = re.compile(r"[^\W_]+(?:[-_./:][^\W_]+)*")


@dataclass(frozen=True)
class LexicalQuery:
    """A query and the score that no document can exceed, by which scores become 0..1."""

    query: tantivy.Query
    bound: float


def build_analyzer() -> tantivy.TextAnalyzer:
    """Return the analysis of words, the same for chunks and questions: lower case, no accents, English stems."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (
        tantivy.Filter.remove_long(64),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stopword("english"),
        tantivy.Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    return builder.build()


def find_codes(text: str) -> list[str]:
    """Return what looks like an error code, model or version number: 3 characters or more with a digit, lower case."""
    found = (match.lower() for match in CODE.findall(text))
    return list(dict.fromkeys(code for code in found if len(code) > 2 and any(map(str.isdigit, code))))


def build_similar(stem: str, distance: int, schema: tantivy.Schema) -> tantivy.Query:
    """Return the query for terms within an edit distance of a misspelt word's stem.

    Swapped letters may keep an ending that the right word loses: "chnage" stays, "change" becomes "chang".
    """
    forms = {stem, stem.removesuffix("e")}
    return any_of([tantivy.Query.fuzzy_term_query(schema, "body", form, distance) for form in sorted(forms)])


def build_query(
    text: str,
    limits: Sequence[tantivy.Query],
    *,
    analyzer: tantivy.TextAnalyzer,
    schema: tantivy.Schema,
    statistics: ReaderStatistics,
    synonyms: Synonyms,
) -> LexicalQuery | None:
    """Return the query for ``text`` where ``limits`` hold, or ``None`` when the reader can find none of its words.

    A synonym raises a score and never lowers one: it has no share in the bound.
    """
    words = list(dict.fromkeys(analyzer.analyze(text)))[:MAX_TERMS]
    further = synonyms.expand(analyzer.analyze(text)[:MAX_TERMS])[:MAX_TERMS]
    terms = [(field, word, boost) for word in words for field, boost in BOOSTS.items()]
    terms += [("code", code, CODE_BOOST) for code in find_codes(text)[:MAX_TERMS]]
    should = [each for term in terms if (each := _weighted(*term, schema, statistics))]
    also = [(field, word, SYNONYM_BOOST * boost) for word in further for field, boost in BOOSTS.items()]
    should += [each for term in also if (each := _weighted(*term, schema, statistics))]
    if not should:
        return None
    bound = sum(boost * (K1 + 1) * _bounding_weight(field, word, statistics) for field, word, boost in terms)
    return LexicalQuery(all_of([*limits, any_of(should)]), bound or K1 + 1)


def _weighted(
    field: str, word: str, boost: float, schema: tantivy.Schema, statistics: ReaderStatistics
) -> tantivy.Query | None:
    """Match a word, weighed as the reader sees it; ``None`` when they cannot find it.

    A code counts in full wherever it stands: a share by length would tell how many codes hidden passages have.
    """
    if not statistics.count(field, word):
        return None
    if field == "code":
        code = tantivy.Query.term_query(schema, field, word, "basic")
        return tantivy.Query.const_score_query(code, boost * statistics.weight(field, word))
    term = tantivy.Query.term_query(schema, field, word, "freq")
    return tantivy.Query.boost_query(term, boost * statistics.correction(field, word))


def _bounding_weight(field: str, word: str, statistics: ReaderStatistics) -> float:
    """Return the weight by which a word bounds the score: an unknown one counts once, as the rarest of all."""
    if field == "body" and not statistics.count(field, word):
        return inverse_document_frequency(0, statistics.total)
    return statistics.weight(field, word)


def limit_to_home(partition: str, query: tantivy.Query, schema: tantivy.Schema) -> tantivy.Query:
    """Demand that a document is in the home of ``partition``, whatever its rule."""
    home = re.escape(home_of(partition))
    return all_of([tantivy.Query.regex_query(schema, "partition", f"{home}({RULE_MARK}.*)?"), query])


def limits_of(
    partitions: Sequence[str] | None, documents: Sequence[str] | None, schema: tantivy.Schema
) -> list[tantivy.Query]:
    """Return what a passage must match: one of ``partitions``, one of ``documents`` (``None``: any)."""
    limits = [] if partitions is None else [inside(partitions, schema)]
    if documents is not None:
        chosen = tantivy.Query.term_set_query(schema, "document_id", list(documents))
        limits.append(tantivy.Query.const_score_query(chosen, 0.0))
    return limits
