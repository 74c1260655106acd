"""The search alone, over the sample company: the golden questions, and their sources as what is right."""

from collections.abc import Sequence
from typing import Any

from activities.ports import Principal
from activities.settings import Settings
from evals.company import company_uploads, indexed
from evals.embedding import evaluation_embedder
from evals.golden import Case
from evals.ranking import hit, reciprocal_rank

DEPTH = 10
PASSAGES = 30
"""Asked for, so that ten documents are among them."""


async def evaluate_company_search(cases: Sequence[Case]) -> dict[str, Any]:
    """Search the company's documents, as a customer may, for each question that names sources and stands alone.

    Returns ``hit@1``, ``hit@3``, ``mrr@10``, ``n`` and ``cases`` (``hit@1`` and ``hit@3`` of each case by its id).
    """
    asked = [each for each in cases if each.sources and not each.history]
    ranked: dict[str, list[str]] = {}
    async with indexed(company_uploads(Settings().company_dir), evaluation_embedder()) as knowledge:
        scope = knowledge.scope(Principal("evaluation", "customer"))
        for case in asked:
            found = await knowledge.search.find(case.question, scope, k=PASSAGES)
            sources = (knowledge.sources.get(each.document_id, "") for each in found.passages)
            ranked[case.id or case.question] = list(dict.fromkeys(sources))[:DEPTH]
    right = {case.id or case.question: dict.fromkeys(case.sources, 1) for case in asked}
    hits = {f"hit@{k}": {name: hit(ranked[name], right[name], k) for name in ranked} for k in (1, 3)}
    means = {name: sum(found.values()) / max(1, len(found)) for name, found in hits.items()}
    mrr = sum(reciprocal_rank(ranked[name], right[name], DEPTH) for name in ranked) / max(1, len(ranked))
    return {
        **{name: round(mean, 4) for name, mean in means.items()},
        "mrr@10": round(mrr, 4),
        "n": len(asked),
        "cases": hits,
    }
