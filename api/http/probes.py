"""Whether this process lives, whether it can answer, and what it measures. No token is asked for."""

import asyncio
from typing import Any, Final

from fastapi import APIRouter, Response
from psycopg import Error
from psycopg_pool import PoolTimeout

from api.bootstrap import House
from api.contract.problems import Problem, responses
from api.http.authentication import TheHouses
from api.metrics import MEDIA_TYPE, text
from api.tenants import Houses
from domain.label import Label
from domain.limit import Area, limit
from ledger.postgres.migrate import MigrationError, check_by
from ledger.store.pools import PATIENCE
from projections import activity

router = APIRouter(tags=["health"])
MOST_BEHIND: Final = limit(
    10_000,
    Area.ANSWERS,
    Label(
        "列表落后多少条仍算就绪（/health/ready）",
        "Entries that lists may be behind while `/health/ready` says ready",
    ),
    why=Label("落后更多的列表会误导人", "Lists that are further behind mislead"),
    beyond="unavailable",
)
REMEMBERED_SECONDS: Final = limit(
    1,
    Area.ANSWERS,
    Label(
        "记住 /health/ready 和 /metrics 的秒数",
        "Seconds for which `/health/ready` and `/metrics` are remembered",
    ),
    why=Label(
        "无需令牌，再多人同时询问也只查一次",
        "They need no token: however many ask, the database is asked once",
    ),
    beyond=Label("查询新的状态", "It is looked anew"),
)
_AWAY: Final = (Error, PoolTimeout, TimeoutError)
"""What says that a database is away."""


@router.get("/health/live", responses=responses("invalid", "unexpected"))
async def live() -> dict[str, str]:
    """Say that this process lives."""
    return {"status": "live"}


@router.get("/health/ready", responses=responses("invalid", "unexpected", "unavailable"))
async def ready(houses: TheHouses) -> dict[str, Any]:
    """Say that everything can be answered, or with 503 what is missing.

    Where several ledgers are served, it is ready while any of them is, and says how each stands. A read model
    that is `stopped` is named with the class of the error: its lists answer what they have.
    """
    states = await houses.shared(_states, REMEMBERED_SECONDS)
    standing = [state for state in states.values() if "missing" not in state]
    several: dict[str, Any] = {"ledgers": states} if len(states) > 1 else {}
    if not standing:
        missing = sorted({each for state in states.values() for each in state["missing"]})
        raise Problem("unavailable", missing=missing, **several)
    if several:
        return {"status": "ready"} | several
    return {"status": "ready"} | standing[0]


@router.get("/metrics", response_class=Response, responses=responses("invalid", "unexpected", "unavailable"))
async def metrics(houses: TheHouses) -> Response:
    """Return the measures in Prometheus' text form; those of a database that is away are the last known."""
    return Response(await houses.shared(_measures, REMEMBERED_SECONDS), media_type=MEDIA_TYPE)


async def _measures(houses: Houses) -> bytes:
    up = dict(zip(houses.names, await asyncio.gather(*map(_measured, houses.all)), strict=True))
    open_now = zip(houses.names, houses.all, strict=True)
    measures = {name: house.metrics.registry for name, house in open_now if house is not None}
    return text(houses.requests, measures, up)


async def _measured(house: House | None) -> bool:
    """Take up what can be measured of a house now; tell whether its database answers."""
    if house is None:
        return False
    house.metrics.here(house.ledger, house.readers)
    try:
        async with asyncio.timeout(PATIENCE):
            position = (await house.ledger.head()).position
            recorded = await activity.recorded(house.readers, house.settings.ledger)
    except _AWAY:
        return False
    house.metrics.recorded(position, house.projector, recorded)
    return True


async def _states(houses: Houses) -> dict[str, dict[str, Any]]:
    return dict(zip(houses.names, await asyncio.gather(*map(_state, houses.all)), strict=True))


async def _state(house: House | None) -> dict[str, Any]:
    """Return how far a house's read models are behind, or what is missing there."""
    if house is None:
        return {"missing": ["ledger"]}
    missing, behind = [], 0
    try:
        async with asyncio.timeout(PATIENCE):
            async with house.readers.connection() as connection:
                await check_by(connection, house.settings.ledger)
            behind = await _behind(house)
    except MigrationError:
        missing.append("migrations")
    except _AWAY:
        missing.append("database")
    if house.last_seen.went_back:
        missing.append("entries")
    if behind > MOST_BEHIND or not house.projector.ready:
        missing.append("read models")
    if missing:
        return {"missing": missing}
    stopped = {"stopped": house.projector.stopped} if house.projector.stopped else {}
    return {"projection_lag": behind} | stopped


async def _behind(house: House) -> int:
    return max(0, (await house.ledger.head()).position - house.projector.position)
