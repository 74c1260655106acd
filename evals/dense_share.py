"""How much the cosine should weigh in a fusion: ``python -m evals.dense_share CORPUS QUERIES QRELS``.

Asked of judged questions that no reported figure uses, such as SciFact's training part.
"""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from activities.knowledge.access import PUBLIC
from activities.knowledge.chroma import ChromaFolder
from activities.knowledge.dense import DenseVectors
from activities.knowledge.exact import ExactVectors
from activities.knowledge.fulltext import FullText
from activities.knowledge.fusion import fuse
from activities.knowledge.index import ChunkIndex
from activities.knowledge.vectors import Vectors
from evals.embedding import evaluation_embedder
from evals.ranking import ndcg
from evals.retrieval import CHUNKS, Collection, documents_of, fill_index, names_of, read_collection

SHARES = tuple(number / 10 for number in range(11))


def measure(collection: Collection) -> dict[float, float]:
    """Return nDCG@10 by share of the cosine; the halves are asked once for each question."""
    documents, queries, qrels = collection
    with tempfile.TemporaryDirectory(prefix="holdfast-eval-") as name:
        embedder, fulltext = evaluation_embedder(), FullText(Path(name, "fulltext"))
        vectors = DenseVectors(
            Vectors(ChromaFolder(Path(name, "vectors")), embedder.fingerprint), ExactVectors(Path(name, "exact"))
        )
        try:
            asyncio.run(fill_index(ChunkIndex(vectors, fulltext), embedder, documents))
            found = {
                query: (
                    vectors.search(embedder.embed([text])[0], [PUBLIC], CHUNKS),
                    fulltext.search(text, [PUBLIC], CHUNKS),
                )
                for query, text in queries.items()
            }
        finally:
            vectors.close()
    names = names_of(documents)
    return {
        share: fmean(ndcg(documents_of(fuse(*found[query], share), names), qrels[query], 10) for query in queries)
        for share in SHARES
    }


def show(paths: Sequence[str]) -> None:
    """Print a line for each share."""
    corpus, queries, qrels = map(Path, paths)
    for share, figure in measure(read_collection(corpus, queries, qrels)).items():
        print(f"{share:.1f}  {figure:.4f}")


if __name__ == "__main__":
    show(sys.argv[1:])
