"""How many children there are on a day, crossed by two of what holds of them: as a page and as a file."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, Literal, TypeAlias

from fastapi import Query, Response

from api.console.count_asked import AskedCount, CountAsked, DayText, dimensions_offered, narrowing, read_day
from api.console.count_charts import CountBars, count_bars
from api.console.list_links import page_of
from api.console.page_request import PageRequest, SignedIn
from api.console.page_route import page_router
from api.console.rendering import render
from api.contract.census_answers import value_label, values_in_order
from api.http import census
from api.http.counting import institution_names, list_of, list_of_all
from api.http.list_formats import TableAsked
from api.http.public_counting import last_public_day

router = page_router()
downloads = page_router()
"""What is saved, and no page."""

PATH: Final = "/console/census"
_BY: Final = ("institution", "age_band")
_PUBLIC_BY: Final = ("institution",)
_MOST_COLUMNS: Final = 20
_MOST_CELLS: Final = 360
"""Numbers of a page, each of which is a link: more would be more than a page may weigh."""
_MOST_BARS: Final = 12
CountForm: TypeAlias = Literal["csv", "xlsx"]
PublicAsked: TypeAlias = Annotated[bool | None, Query(description="Only what may be published.")]


@dataclass(frozen=True, slots=True)
class CountCell:
    """A number of the table, None where it is not told, and the page of the list behind it, if any."""

    count: int | None
    list: str | None = None


@dataclass(frozen=True, slots=True)
class CountTable:
    """Counts crossed: the headings, the rows with their totals, and the totals below them.

    Of `more_rows` and `more_columns` there was no room; the totals count all.
    """

    headings: Sequence[str]
    rows: Sequence[tuple[str, Sequence[CountCell], CountCell]]
    below: Sequence[CountCell]
    total: CountCell
    more_rows: int
    more_columns: int


@router.get("/census")
async def census_counts(
    page: SignedIn, asked: AskedCount, day: DayText = None, public: PublicAsked = None
) -> Response:
    """Show how many children there are on a day, crossed; each number leads to its list."""
    by, on = _by(asked, public=public or False), _day(page, day, public=public or False)
    told = await page.answer(census.census, **_question(asked, by, on, public=public or False))
    table = await _table(page, asked, by, told)
    bars, most = _bars(table)
    return render(
        page,
        "census.html",
        told=told,
        table=table,
        bars=bars,
        most=most,
        asked=asked,
        by=list(by),
        day=on,
        bands=asked.bands,
        public=public or False,
        columns=True,
        path=PATH,
        beside={"day": None if on == page.context.today else on},
        saved=asked.address("", day=on, public="true" if public else None),
        dimensions=dimensions_offered(page),
        **await narrowing(page, asked.where),
    )


@downloads.get("/census.{form}")
async def saved_census(
    page: SignedIn, form: CountForm, asked: AskedCount, day: DayText = None, public: PublicAsked = None
) -> Response:
    """Save the counts of the page as CSV or as a workbook, as `GET /census` answers them."""
    by, on = _by(asked, public=public or False), _day(page, day, public=public or False)
    as_table = TableAsked(form, page.preferences.language)
    return await census.census(
        page.context, **_question(asked, by, on, public=public or False), as_table=as_table
    )


def _by(asked: CountAsked, *, public: bool) -> tuple[str, ...]:
    return asked.by or (_PUBLIC_BY if public else _BY)


def _day(page: PageRequest, day: str | None, *, public: bool) -> date:
    today = page.context.today
    return read_day(day, "day", last_public_day(today) if public else today)


def _question(asked: CountAsked, by: Sequence[str], day: date, *, public: bool) -> dict[str, Any]:
    return {"by": list(by), "day": day, "public": public, **asked.answered}


async def _table(
    page: PageRequest, asked: CountAsked, by: tuple[str, ...], told: Mapping[str, Any]
) -> CountTable:
    """Return the counts of an answer as a table with totals, which lead to the lists of all of them."""
    counted = {tuple(each["value"] for each in item["values"]): item for item in told["items"]}
    names = await institution_names(page.context, by)
    day = date.fromisoformat(told["day"])

    def values(place: int) -> list[str]:
        return values_in_order(by[place], asked.bands, [cell[place] for cell in counted])

    def label(place: int, value: str) -> str:
        return page.words.label(value_label(by[place], value, names))

    margins = [await _margin(page, asked, by, told, place) for place in range(len(by))]
    across = values(1) if len(by) > 1 else []
    room = max(1, _MOST_CELLS // (min(len(across), _MOST_COLUMNS) + 1))
    down, across_shown = values(0), across[:_MOST_COLUMNS]
    rows = [
        (label(0, row), [_cell(counted.get((row, column))) for column in across_shown], margins[0][row])
        for row in down[:room]
    ]
    return CountTable(
        [label(1, column) for column in across_shown],
        rows,
        [margins[1][column] for column in across_shown],
        CountCell(
            told["total"],
            None if told["public"] else page_of(list_of_all(asked.where, asked.bands, day, asked.known_at)),
        ),
        len(down) - len(rows),
        len(across) - len(across_shown),
    )


def _cell(item: Mapping[str, Any] | None) -> CountCell:
    return CountCell(0) if item is None else CountCell(item["count"], page_of(item["list"]))


async def _margin(
    page: PageRequest, asked: CountAsked, by: tuple[str, ...], told: Mapping[str, Any], place: int
) -> dict[str, CountCell]:
    """Return the totals of the values of what is counted by at a place. What is public adds up to none."""
    day = date.fromisoformat(told["day"])
    if told["public"]:
        alone = await page.answer(census.census, **_question(asked, by[place : place + 1], day, public=True))
        return {item["values"][0]["value"]: CountCell(item["count"]) for item in alone["items"]}
    sums: Counter[str] = Counter()
    for item in told["items"]:
        sums[item["values"][place]["value"]] += item["count"]
    return {
        value: CountCell(
            count,
            page_of(list_of(by[place : place + 1], (value,), asked.where, asked.bands, day, asked.known_at)),
        )
        for value, count in sums.items()
    }


def _bars(table: CountTable) -> tuple[CountBars | None, tuple[str, int]]:
    """Return the bars of the rows, and of which there are most; none where there is but one."""
    counts = [(label, total.count or 0) for label, _, total in table.rows]
    most = max(counts, key=lambda each: each[1], default=("", 0))
    return (count_bars(counts[:_MOST_BARS]) if len(counts) > 1 else None), most
