"""How many children there were at the ends of quarters: a line over the years, and its numbers."""

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from api.console.count_asked import AskedCount, DayText, narrowing, read_day
from api.console.count_charts import count_line
from api.console.list_links import page_of
from api.console.page_request import SignedIn
from api.console.page_route import PageRoute
from api.console.rendering import render
from api.contract.census_answers import values_in_order
from api.contract.dimension_filters import DIMENSION_LABELS
from api.http import census
from api.http.counting import list_of_all
from domain.when import add, day_before

router = APIRouter(prefix="/console", route_class=PageRoute)

_PATH: Final = "/console/series"
_YEARS: Final = (1, 3, 5, 10)
_USUAL_YEARS: Final = 5
_QUARTERS: Final = 4
_MONTHS: Final = 3
_MOST_COLUMNS: Final = 8


@router.get("/series")
async def census_series(
    page: SignedIn,
    asked: AskedCount,
    until: DayText = None,
    years: Annotated[int | None, Query(ge=1, le=_YEARS[-1])] = None,
) -> Response:
    """Show how many children there were at the end of each quarter, by one of what holds of them."""
    last, by = read_day(until, "until", page.context.today), asked.by[:1] or ("institution",)
    days = quarter_ends(last, (years or _USUAL_YEARS) * _QUARTERS)
    counted: dict[date, Any] = {
        day: await page.answer(census.census, by=list(by), day=day, **asked.answered) for day in days
    }
    labels = {
        item["values"][0]["value"]: page.words.said(item["values"][0], "")
        for told in counted.values()
        for item in told["items"]
    }
    values = values_in_order(by[0], asked.bands, labels)
    shown = values[:_MOST_COLUMNS]
    rows = []
    for day, told in counted.items():
        found = {item["values"][0]["value"]: item for item in told["items"]}
        cells = [found.get(value, {"count": 0, "list": None}) for value in shown]
        all_of_it = list_of_all(asked.where, asked.bands, day, asked.known_at)
        rows.append(
            (
                day,
                [(each["count"], page_of(each["list"])) for each in cells],
                (told["total"], page_of(all_of_it)),
            )
        )
    totals = [(day, told["total"]) for day, told in counted.items()]
    return render(
        page,
        "census-series.html",
        position=counted[days[-1]]["known_position"],
        line=count_line([(_named(day), count) for day, count in totals]),
        first=totals[0],
        last=totals[-1],
        headings=[labels[value] for value in shown],
        more=len(values) - len(shown),
        rows=rows[::-1],
        asked=asked,
        by=list(by),
        bands=asked.bands,
        until=last,
        years=years or _USUAL_YEARS,
        offered_years=_YEARS,
        path=_PATH,
        beside={"until": until, "years": None if years is None else str(years)},
        dimensions=DIMENSION_LABELS,
        **await narrowing(page, asked.where),
    )


def quarter_ends(last: date, count: int) -> list[date]:
    """Return the last days of so many quarters that are over on a day, and that day; the earliest first."""
    begin = last.replace(month=(last.month - 1) // _MONTHS * _MONTHS + 1, day=1)
    ends = [day_before(add(begin, months=-_MONTHS * back)) for back in range(count)]
    return [*ends[::-1], last]


def _named(day: date) -> str:
    return f"{day:%Y-%m}"
