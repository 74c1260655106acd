"""For machines: is it alive, is it ready, how is it doing."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from activities.probes import standing
from activities.records.database import utc_now
from api.deps import Insider, Services, ServicesDep
from api.metrics import Figures, render_page
from api.problems import problems
from api.schemas import Health

router = APIRouter(tags=["health"])


@router.get("/health/live", operation_id="check_live")
async def check_live() -> Health:
    """Say that the event loop turns; nothing else is looked at, so that a lost neighbour restarts nobody."""
    return Health(status="ok", checks={"event_loop": "ok"})


@router.get("/health/ready", operation_id="check_ready", responses={503: {"model": Health}})
async def check_ready(services: ServicesDep, response: Response) -> Health:
    """Say whether a question asked now would be answered: Temporal, a worker, the database, the knowledge.

    ``degraded`` when it would, with one half of the search or part of one damaged or away.
    """
    return _health(await services.probes.check(), response)


@router.get("/health/startup", operation_id="check_startup", responses={503: {"model": Health}})
async def check_startup(request: Request, response: Response) -> Health:
    """Say whether this process has finished its start."""
    started = getattr(request.app.state, "services", None) is not None
    return _health({"services": "ok" if started else "starting"}, response)


@router.get("/metrics", operation_id="get_metrics", dependencies=[Insider], responses=problems(401, 403))
async def get_metrics(services: ServicesDep) -> Response:
    """Return Prometheus metrics of this machine's processes; from elsewhere an operator's credential is needed."""
    page = await render_page(lambda: _figures(services), services.options.metrics_sources)
    return Response(page, media_type=CONTENT_TYPE_LATEST)


def _health(checks: dict[str, str], response: Response) -> Health:
    status = standing(checks)
    response.status_code = 503 if status == "unavailable" else 200
    return Health(status=status, checks=checks)


async def _figures(services: Services) -> Figures:
    queue = await services.reviews.queue()
    oldest = (utc_now() - queue.oldest_at).total_seconds() if queue.oldest_at else 0.0
    documents, chunks = await services.documents.count_published(), await services.documents.count_chunks()
    return Figures(queue.waiting, oldest, documents, chunks)
