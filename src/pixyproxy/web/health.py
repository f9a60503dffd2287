"""Is it alive, is it ready: for those who watch the service."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel

from pixyproxy.service.health import reasons_not_ready
from pixyproxy.web.auth import services_of
from pixyproxy.web.schemas import Health, Readiness

router = APIRouter(tags=["health"])


@router.get("/health/live", operation_id="health_live", summary="The process answers", response_model=Health)
async def health_live() -> Response:
    return _answer(Health(status="ok"), 200)


@router.get(
    "/health/ready",
    operation_id="health_ready",
    summary="Database and images can be used",
    response_model=Readiness,
    responses={503: {"model": Readiness, "description": "Not ready, and why"}},
)
async def health_ready(request: Request) -> Response:
    services = services_of(request)
    reasons = await reasons_not_ready(services.library, services.generation.admission)
    waiting = services.generation.answers_waiting()
    status = "not ready" if reasons else "ok"
    health = Readiness(status=status, reasons=reasons, answers_waiting=waiting)
    return _answer(health, 503 if reasons else 200)


def _answer(health: BaseModel, status: int) -> Response:
    """The same for everybody, and a moment later another."""
    return Response(health.model_dump_json(), status, {"Cache-Control": "no-store"}, "application/json")
