"""From a person's words to a tantivy query: analysed terms only, so that no text can be query syntax."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import tantivy

from activities.knowledge.access import RULE_MARK, home_of

BOOSTS = {"title": 0.3, "heading": 0.2, "body": 1.0}
"""Weights of the analysed fields; the body repeats title and heading, so these count on top."""
CODE_BOOST = 0.5
"""Weight of an exact code such as ``HF-2040-B``, on top of the words it consists of."""
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


def build_query(
    text: str,
    partitions: Sequence[str] | None,
    *,
    analyzer: tantivy.TextAnalyzer,
    schema: tantivy.Schema,
    searcher: tantivy.Searcher,
) -> LexicalQuery | None:
    """Return the query for ``text`` inside ``partitions`` (``None``: everywhere), or ``None`` when no word is known."""
    words = list(dict.fromkeys(analyzer.analyze(text)))[:MAX_TERMS]
    terms = [(field, word, boost) for word in words for field, boost in BOOSTS.items()]
    terms += [("code", code, CODE_BOOST) for code in find_codes(text)[:MAX_TERMS]]
    should, bound = [], 0.0
    for field, word, boost in terms:
        frequency = searcher.doc_freq(field, word)
        if frequency:
            should.append(tantivy.Query.boost_query(tantivy.Query.term_query(schema, field, word, "freq"), boost))
            bound += boost * (K1 + 1) * inverse_document_frequency(frequency, searcher.num_docs)
        elif field == "body":
            bound += (K1 + 1) * inverse_document_frequency(0, searcher.num_docs)
    if not should:
        return None
    return LexicalQuery(limit_to(partitions, any_of(should), schema), bound)


def inverse_document_frequency(documents: int, total: int) -> float:
    """Return BM25's idf as Lucene and tantivy compute it, above 0 even for a word that all documents have."""
    return math.log(1 + (max(total - documents, 0) + 0.5) / (documents + 0.5))


def any_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    """Match documents that match at least one query; scores add up."""
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])


def limit_to(partitions: Sequence[str] | None, query: tantivy.Query, schema: tantivy.Schema) -> tantivy.Query:
    """Demand that a document is in one of ``partitions``, without a share in its score."""
    if partitions is None:
        return query
    inside = tantivy.Query.term_set_query(schema, "partition", list(partitions))
    silent = tantivy.Query.const_score_query(inside, 0.0)
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, silent), (tantivy.Occur.Must, query)])


def limit_to_home(partition: str, query: tantivy.Query, schema: tantivy.Schema) -> tantivy.Query:
    """Demand that a document is in the home of ``partition``, whatever its rule."""
    home = re.escape(home_of(partition))
    inside = tantivy.Query.regex_query(schema, "partition", f"{home}({RULE_MARK}.*)?")
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, inside), (tantivy.Occur.Must, query)])
