"""How many children there were at the ends of quarters: a line over the years, and its numbers."""

from datetime import date
from typing import Annotated, Any, Final, TypeAlias

from fastapi import Query, Response

from api.console.count_asked import AskedCount, DayText, dimensions_offered, narrowing, read_day
from api.console.count_charts import count_line
from api.console.list_links import page_of
from api.console.page_request import SignedIn
from api.console.page_route import page_router
from api.console.pages.census_counts import CountForm
from api.console.rendering import render
from api.contract.census_answers import values_in_order
from api.http import census_series
from api.http.list_formats import TableAsked
from domain.when import add

router = page_router()
downloads = page_router()
"""What is saved, and no page."""

_PATH: Final = "/console/series"
_BY: Final = ("institution",)
_YEARS: Final = (1, 3, 5, 10)
_USUAL_YEARS: Final = 5
_MOST_COLUMNS: Final = 8
YearsShown: TypeAlias = Annotated[int | None, Query(ge=1, le=_YEARS[-1])]


@router.get("/series")
async def numbers_over_time(
    page: SignedIn, asked: AskedCount, until: DayText = None, years: YearsShown = None
) -> Response:
    """Show how many children there were at the end of each quarter, by one of what holds of them."""
    last, by = read_day(until, "until", page.context.today), asked.by[:1] or _BY
    first = since(last, years or _USUAL_YEARS)
    told = await page.answer(census_series.census_series, by=list(by), from_=first, to=last, **asked.answered)
    labels = {each["values"][0]["value"]: page.words.said(each["values"][0], "") for each in told["items"]}
    values = values_in_order(by[0], asked.bands, labels)
    shown = values[:_MOST_COLUMNS]
    found = {(each["day"], each["values"][0]["value"]): each for each in told["items"]}
    none = {"count": 0, "list": None}
    rows = [
        (each["day"], [_cell(found.get((each["day"], value), none)) for value in shown], _cell(each))
        for each in told["totals"]
    ]
    totals = [(each["day"], each["count"]) for each in told["totals"]]
    return render(
        page,
        "census-series.html",
        position=told["known_position"],
        line=count_line([(day[: len("2026-01")], count) for day, count in totals]),
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
        saved=asked.address("", until=str(last), years=None if years is None else str(years)),
        beside={"until": until, "years": None if years is None else str(years)},
        dimensions=dimensions_offered(page),
        **await narrowing(page, asked.where),
    )


@downloads.get("/series.{form}")
async def saved_series(
    page: SignedIn, form: CountForm, asked: AskedCount, until: DayText = None, years: YearsShown = None
) -> Response:
    """Save the numbers of the page as CSV or as a workbook, as `GET /census/series` answers them."""
    last, as_table = read_day(until, "until", page.context.today), TableAsked(form, page.preferences.language)
    return await census_series.census_series(
        page.context,
        by=list(asked.by[:1] or _BY),
        from_=since(last, years or _USUAL_YEARS),
        to=last,
        every="quarter",
        **asked.answered,
        as_table=as_table,
    )


def since(last: date, years: int) -> date:
    """Return a day of the first quarter whose end is shown, so many years before the last day."""
    return add(last, months=-12 * years)


def _cell(item: Any) -> tuple[int, str | None]:  # noqa: ANN401 - of an answer
    return item["count"], page_of(item["list"])
