"""Search with the caller's rights."""

from dataclasses import replace

from fastapi import APIRouter

from activities.ports import Findings
from api.deps import Caller, Services, ServicesDep
from api.knowledge_schemas import Found, FoundPassage, Highlight, SearchHit, SearchRequest
from api.problems import problems

router = APIRouter(prefix="/v1", tags=["search"], responses=problems(401, 422, 429, 503))


@router.post("/search", operation_id="search", response_model_exclude_none=True)
async def search(wanted: SearchRequest, caller: Caller, services: ServicesDep) -> Found:
    """Find passages, best first. Filters act inside both queries; they narrow what the caller may read."""
    scope = await services.readers.scope(caller)
    if chosen := wanted.filters.chosen():
        scope = replace(scope, documents=tuple(sorted(await services.filters.ids(chosen, scope.partitions))))
    findings = await services.knowledge.find(
        wanted.query, scope, k=wanted.k, mode=wanted.mode, spelling=wanted.spelling
    )
    return Found(
        passages=hits(services, findings),
        query=findings.query,
        corrections=findings.corrections,
        facets=await services.filters.facets(findings.documents, scope.partitions) if wanted.facets else None,
    )


def hits(services: Services, findings: Findings) -> list[SearchHit]:
    """Return the passages with the places of the question's words."""
    return [
        SearchHit(
            **FoundPassage.model_validate(passage).model_dump(),
            highlights=[
                Highlight(start=start, end=end)
                for start, end in services.knowledge.highlights(findings.query, passage.text)
            ],
        )
        for passage in findings.passages
    ]
