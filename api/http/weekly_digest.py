"""The week's digest: what is due, what waits, and what became worse than a week before."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, TypeAlias

from fastapi import Depends

from api.contract.digest_answers import (
    DIGEST_LINES,
    DIGEST_TABLE,
    DigestAnswer,
    DigestLine,
    DigestLineAnswer,
    PastCount,
)
from api.contract.encoding import JsonResponse
from api.contract.filters import RECIPIENTS
from api.http.authentication import callers_router
from api.http.counts import CountedList, first_of
from api.http.dependencies import RequestContext, list_request
from api.http.exceptions import exceptions_told
from api.http.list_formats import in_formats, listed, one_page
from api.http.list_pages import listed_at
from api.http.lists import FOUND_TOLD
from api.http.next_to_act import ESCALATION_MODELS
from api.http.responsible import AskedOn, escalated
from domain.when import add
from projections.exceptions import exceptions
from projections.findings_list import findings
from projections.obligations import obligations
from projections.readiness import readiness

router = callers_router("across files")

_MODELS: Final = (
    "register",
    "obligations",
    "findings",
    "family_children",
    "exceptions",
    "readiness",
    *ESCALATION_MODELS,
)
OfDigest: TypeAlias = Annotated[RequestContext, Depends(list_request(*_MODELS))]
A_WEEK: Final = 7
_MONTHS: Final = 6


@router.get("/digest", responses=listed(DigestAnswer))
@in_formats(DIGEST_TABLE, one_page)
async def digest(request: OfDigest) -> JsonResponse:
    """Count what is due this week, what waits and what became worse since a week before; names nobody."""
    answer = await digest_of(request)
    return JsonResponse(answer, headers={"Ledger-Position": str(answer["known_position"])})


async def digest_of(request: RequestContext) -> DigestAnswer:
    """Return the digest for whoever asks, once lists can be asked for what was known a week before.

    Raises the problem `unavailable`.
    """
    day, before = request.today, add(request.today, days=-A_WEEK)
    known = await request.known_in_lists(before.isoformat())
    lines: list[DigestLineAnswer] = []
    lines_before = await _lines(request, before, known)
    for line, (question, where, asked) in (await _lines(request, day, None)).items():
        now = await _counted(request, question, day, None, asked)
        then = None
        if line not in {"due", "newly_overdue"}:
            _, _, asked_then = lines_before[line]
            then = await _counted(request, question, before, known, asked_then)
        label = DIGEST_LINES[line]
        lines.append(
            {
                "line": line,
                "zh": label.zh,
                "en": label.en,
                **now,
                "list": where,
                "before": then,
                "worse": then is not None and now["count"] > then["count"],
            }
        )
    return {
        "day": day,
        "before": before,
        "lines": lines,
        "known_position": request.container.projector.position_of(*_MODELS),
    }


async def _lines(
    request: RequestContext, day: date, known: int | None
) -> Mapping[DigestLine, tuple[CountedList, str, dict[str, Any]]]:
    """Return the question of each line on a day, the address of its list, and with what it is asked."""
    keyed = {"keyed": request.ledger.term}
    overdue: dict[str, Any] = {**keyed, "states": ("overdue",)}
    standing = await escalated(request, RECIPIENTS, AskedOn(day, known, escalates=True))
    ends, year, week = add(day, days=A_WEEK), add(day, months=-12), add(day, days=-A_WEEK)
    return {
        "due": (
            obligations,
            listed_at("/obligations", day=day, state="due", due_until=ends),
            {**keyed, "states": ("due",), "due_until": ends},
        ),
        "newly_overdue": (
            obligations,
            listed_at("/obligations", day=day, state="overdue", due_since=week),
            {**overdue, "due_since": week},
        ),
        "overdue": (
            obligations,
            listed_at("/obligations", day=day, state="overdue", due_since=year),
            {**overdue, "due_since": year},
        ),
        "escalated": (
            obligations,
            listed_at("/obligations", day=day, state="overdue", due_since=year, escalated_to=RECIPIENTS),
            {**overdue, "due_since": year, "standing": standing},
        ),
        "waiting": (
            exceptions,
            listed_at("/exceptions", day=day, state="waiting"),
            {**keyed, "state": "waiting", "scope": exceptions_told(request)},
        ),
        "findings": (
            findings,
            listed_at("/findings", day=day),
            {**keyed, "rulebook": request.ledger.rulebook, "told": FOUND_TOLD},
        ),
        "not_ready": (
            readiness,
            listed_at("/readiness", day=day, within_months=_MONTHS, status="not_ready"),
            {"within_months": _MONTHS, "statuses": ("not_ready",), "scope": request.readable},
        ),
    }


async def _counted(
    request: RequestContext, question: CountedList, day: date, known: int | None, asked: Mapping[str, Any]
) -> PastCount:
    page = await first_of(request, question, day, known=known, **asked)
    return {"count": len(page.rows), "more": page.next is not None}
