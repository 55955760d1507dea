"""Whether this process lives, whether it can answer, and what it measures. No token is asked for."""

from typing import Any, Final

from fastapi import APIRouter, Response
from psycopg import Error
from psycopg_pool import PoolTimeout

from api.asking import TheHouse
from api.house import House
from api.metrics import MEDIA_TYPE
from api.problems import Problem, responses
from ledger.migrate import MigrationError, check
from projections import activity

router = APIRouter(tags=["health"])
MOST_BEHIND: Final = 10_000
"""Entries by which the read models may be behind and this process still be called ready."""


@router.get("/health/live", responses=responses("unexpected"))
async def live() -> dict[str, str]:
    """Say that this process lives."""
    return {"status": "live"}


@router.get("/health/ready", responses=responses("unexpected", "unavailable"))
async def ready(house: TheHouse) -> dict[str, Any]:
    """Say that everything can be answered, or with 503 what is missing.

    A read model that is `stopped` is named with the class of the error: its lists answer what they have.
    """
    missing, behind = [], 0
    try:
        await check(house.addresses.reader, house.settings.ledger)
        behind = await _behind(house)
    except MigrationError:
        missing.append("migrations")
    except (Error, PoolTimeout):
        missing.append("database")
    if behind > MOST_BEHIND or not house.projector.ready:
        missing.append("read models")
    if missing:
        raise Problem("unavailable", missing=missing)
    stopped = {"stopped": house.projector.stopped} if house.projector.stopped else {}
    return {"status": "ready", "projection_lag": behind} | stopped


@router.get("/metrics", response_class=Response, responses=responses("unexpected", "unavailable"))
async def metrics(house: TheHouse) -> Response:
    """Return the measures in Prometheus' text form."""
    position = (await house.ledger.store.head()).position
    recorded = await activity.recorded(house.readers, house.settings.ledger)
    text = house.metrics.text(position=position, projector=house.projector, recorded=recorded)
    return Response(text, media_type=MEDIA_TYPE)


async def _behind(house: House) -> int:
    return max(0, (await house.ledger.store.head()).position - house.projector.position)
