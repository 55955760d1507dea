"""The counts in the side of every page, asked again after half a minute or once somebody did something."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from fastapi import Request

from api.http.counts import counts
from api.http.dependencies import RequestContext
from api.http.errors import problem_of
from api.http.request_body import BODILESS
from domain.label import Label
from domain.limit import Area, limit

GOOD_SECONDS: Final = limit(
    30,
    Area.ANSWERS,
    Label(
        "页面侧栏的计数多少秒内不重新计算",
        "Seconds for which the counts in the side of pages are not asked again",
    ),
    why=Label("每一页都要显示", "Every page shows them"),
    beyond=Label("重新计算", "They are counted anew"),
)
SETTLED_SECONDS: Final = 3.0
"""After which lists usually have what was recorded: until then each page counts anew."""
_MOST_KEPT: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Counted:
    """What was counted, when it was asked, and from when on what somebody did last is certainly counted."""

    counts: Any
    asked: float
    settled: float


async def side_counts(http: Request, context: RequestContext) -> Any:  # noqa: ANN401 - an answer
    """Return the counts for somebody's side; None where they cannot be counted now."""
    if not hasattr(http.app.state, "side_counts"):
        http.app.state.side_counts = {}
    kept: dict[Any, _Counted] = http.app.state.side_counts
    key, now = (context.container.ledger.name, context.actor), asyncio.get_running_loop().time()
    does = http.method not in BODILESS
    before = kept.get(key)
    settled = now + SETTLED_SECONDS if does else 0.0 if before is None else before.settled
    if before is not None and before.asked + GOOD_SECONDS > now and (does or before.asked >= settled):
        kept[key] = replace(before, settled=settled)
        return before.counts
    try:
        counted = orjson.loads((await counts(context)).body)
    except Exception as error:
        # The page stands without them, as while lists are being built.
        if problem_of(error) is None:
            raise
        return None
    if len(kept) >= _MOST_KEPT:
        kept.clear()
    kept[key] = _Counted(counted, now, settled)
    return counted
