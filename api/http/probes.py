"""Probes of the process: alive, ready, and metrics. They require no token."""

import asyncio
from typing import Any, Final, Literal

from fastapi import APIRouter, Response
from psycopg import Error
from psycopg_pool import PoolTimeout

from api.bootstrap import Container
from api.contract.entries import instant
from api.contract.problems import Problem, responses
from api.follower_state import follower_state
from api.http.authentication import TenantsDep
from api.http.parameters import NOTHING_UNKNOWN
from api.metrics import MEDIA_TYPE, text
from api.tenants import Tenants
from domain.label import Label
from domain.limit import Area, limit
from ledger.postgres.migrate import MigrationError, check_by
from ledger.store.pools import PATIENCE
from projections import activity

router = APIRouter(tags=["health"], dependencies=[NOTHING_UNKNOWN])
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
"""Errors that mean that a database is unavailable."""


@router.get("/health/live", responses=responses("invalid", "unexpected"))
async def live() -> dict[str, str]:
    """Report that this process is alive."""
    return {"status": "live"}


@router.get("/health/ready", responses=responses("invalid", "unexpected", "unavailable"))
async def ready(tenants: TenantsDep) -> dict[str, Any]:
    """Report that the service can answer every request, or with 503 what is missing.

    If several ledgers are served, the service is ready while any of them is, and the answer has the state of
    each. A read model that is `stopped` is named with the class of the error; its lists are incomplete.
    `follower` is the process that keeps lists up with the ledger, `running` or `away`; it is started again.
    `key_backup` is the wrapping key in use and when a backup of it was verified, or `none`.
    """
    states = await tenants.shared(_states, REMEMBERED_SECONDS)
    standing = [state for state in states.values() if "missing" not in state]
    several: dict[str, Any] = {"ledgers": states} if len(states) > 1 else {}
    if not standing:
        missing = sorted({each for state in states.values() for each in state["missing"]})
        raise Problem("unavailable", missing=missing, **several)
    if several:
        return {"status": "ready"} | several
    return {"status": "ready"} | standing[0]


@router.get("/metrics", response_class=Response, responses=responses("invalid", "unexpected", "unavailable"))
async def metrics(tenants: TenantsDep) -> Response:
    """Return the metrics in Prometheus' text format; those of an unavailable database are the last known."""
    return Response(await tenants.shared(_measures, REMEMBERED_SECONDS), media_type=MEDIA_TYPE)


async def _measures(tenants: Tenants) -> bytes:
    up = dict(zip(tenants.names, await asyncio.gather(*map(_measured, tenants.all)), strict=True))
    open_now = zip(tenants.names, tenants.all, strict=True)
    measures = {name: container.metrics.registry for name, container in open_now if container is not None}
    return text(tenants.requests, measures, up)


async def _measured(container: Container | None) -> bool:
    """Update the metrics of a container; return whether its database answers."""
    if container is None:
        return False
    container.metrics.here(container.ledger, container.readers)
    try:
        async with asyncio.timeout(PATIENCE):
            position = (await container.ledger.head()).position
            recorded = await activity.recorded(container.readers, container.settings.ledger)
    except _AWAY:
        return False
    container.metrics.recorded(position, container.projector, recorded)
    return True


async def _states(tenants: Tenants) -> dict[str, dict[str, Any]]:
    return dict(zip(tenants.names, await asyncio.gather(*map(state_of, tenants.all)), strict=True))


async def state_of(container: Container | None) -> dict[str, Any]:
    """Return how far a container's read models are behind, or what is unavailable."""
    if container is None:
        return {"missing": ["ledger"]}
    missing, behind, name, verified_at = [], 0, b"", None
    try:
        async with asyncio.timeout(PATIENCE):
            async with container.readers.connection() as connection:
                await check_by(connection, container.settings.ledger)
            name, verified_at = await container.ledger.keys.backed_up()
            behind = max(0, (await container.ledger.head()).position - container.projector.position)
    except MigrationError:
        missing.append("migrations")
    except _AWAY:
        missing.append("database")
    if container.last_seen.went_back:
        missing.append("entries")
    if behind > MOST_BEHIND or not container.projector.ready:
        missing.append("read models")
    if missing:
        return {"missing": missing}
    stopped = {"stopped": container.projector.stopped} if container.projector.stopped else {}
    logs = {"log": container.transparency_log, "access_log": container.log_of_accesses}
    forked = {name: "forked" for name, log in logs.items() if container.is_forked(log)}
    backed_up = {"wrapping_key": name.hex(), "verified_at": instant(verified_at)} if verified_at else "none"
    follower = {"follower": follower_of(container)} if container.apart else {}
    return {"projection_lag": behind, "key_backup": backed_up} | follower | stopped | forked


def follower_of(container: Container) -> Literal["running", "away"]:
    """Return whether the process that follows the ledgers apart runs now."""
    return "running" if follower_state(container.settings.data).running else "away"
