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
from projections import READ_MODELS
from projections.projector import tables

router = APIRouter(tags=["health"])
MOST_BEHIND: Final = 10_000
"""Entries by which the read models may be behind and this process still be called ready."""
_TABLES: Final = tables(READ_MODELS)


@router.get("/health/live", responses=responses("unexpected"))
async def live() -> dict[str, str]:
    """Say that this process lives."""
    return {"status": "live"}


@router.get("/health/ready", responses=responses("unexpected", "unavailable"))
async def ready(house: TheHouse) -> dict[str, Any]:
    """Say that everything can be answered, or with 503 what is missing."""
    missing, behind = [], 0
    try:
        await check(house.addresses.reader, house.settings.ledger, extra=_TABLES)
        behind = await _behind(house)
    except MigrationError:
        missing.append("migrations")
    except (Error, PoolTimeout):
        missing.append("database")
    if behind > MOST_BEHIND:
        missing.append("read models")
    if missing:
        raise Problem("unavailable", missing=missing)
    return {"status": "ready", "projection_lag": behind}


@router.get("/metrics", response_class=Response, responses=responses("unexpected", "unavailable"))
async def metrics(house: TheHouse) -> Response:
    """Return the measures in Prometheus' text form."""
    position = (await house.ledger.store.head()).position
    text = house.metrics.text(position=position, projected=house.projector.position)
    return Response(text, media_type=MEDIA_TYPE)


async def _behind(house: House) -> int:
    return max(0, (await house.ledger.store.head()).position - house.projector.position)
