"""Health that tells the truth: the loop turns, and the worker answers or is at work within its deadline."""

from __future__ import annotations

from fastapi import APIRouter

from stratascope.problem import Problem
from stratascope.web import schemas
from stratascope.web.deps import ServicesDep

router = APIRouter(prefix="/health", tags=["health"])


@router.get("/live", operation_id="health_live")
async def live() -> schemas.Live:
    """The server's loop turns."""
    return schemas.Live()


@router.get("/ready", operation_id="health_ready")
async def ready(services: ServicesDep) -> schemas.Ready:
    """The worker can compute."""
    jobs = services.jobs
    if not jobs.ready():
        raise Problem(
            "not_ready", f"The worker cannot compute now: it is {jobs.worker_state}.", status=503, retry_after=2
        )
    return schemas.Ready(worker=schemas.WorkerHealth(pid=jobs.worker_pid, state=jobs.worker_state))
