"""How full an institution is: the children in its charge on a day, as the census counts them."""

from datetime import date
from typing import Final
from uuid import UUID

from api.contract.file_status import OccupancyAnswer
from api.contract.problems import Problem
from api.http.counting import COUNTED, counted_scope, list_of, population
from api.http.dependencies import RequestContext
from api.http.list_pages import list_view
from domain.events.care import FOSTER
from projections.child_counts import stock
from projections.dimensions import NOTHING, UNKNOWN
from projections.projector.projector import NotBuiltError

_OF: Final = "institution"
_BY: Final = "care_mode"


async def occupancy(
    request: RequestContext, institution: UUID, day: date, known_at: str | None
) -> OccupancyAnswer | None:
    """Return how many children are in an institution's charge on a day, as known at a time.

    They are those whom the caller counts; None while the lists by which children are counted are being built.
    """
    try:
        view = await list_view(request, known_at, None, *COUNTED)
        asked_for = population(request, (_BY,), [f"{_OF}:{institution}"], None, view.known)
        async with request.container.projector.reading() as connection:
            cells = await stock(connection, counted_scope(request), asked_for, day)
    except NotBuiltError:
        return None
    except Problem as problem:
        if problem.code != "unavailable":
            raise
        return None
    in_care, fostered = sum(cells.values()), cells.get((FOSTER,), 0)
    not_known = sum(cells.get((each,), 0) for each in (NOTHING, UNKNOWN))
    return {
        "in_care": in_care,
        "fostered": fostered,
        "not_known": not_known,
        "in_house": in_care - fostered - not_known,
        "list": list_of((_OF,), (str(institution),), None, None, day, known_at),
    }
