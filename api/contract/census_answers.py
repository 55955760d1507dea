"""Counts of children in the form of answers: cells by the values of what is counted by, in words."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlencode

from typing_extensions import TypedDict

from api.contract.csv_lines import TableCell
from api.contract.dimension_filters import begins_of
from api.contract.list_tables import ListColumn, ListedItem, ListTable, day, number, text
from api.contract.sentences import Language
from api.contract.value_words import called
from domain.codes import tables
from domain.label import Label
from projections.child_counts import CountedCell, Flow
from projections.dimensions import AGE_BAND, DIMENSIONS, NOTHING, band_names
from projections.small_numbers import SMALLEST_TOLD

DEFAULT_BY: Final = ("institution",)
_STAR: Final = "*"
NOT_TOLD: Final = Label(
    f"* 表示不公布：少于{SMALLEST_TOLD}，或者可由此推算。",
    f"* is not told: below {SMALLEST_TOLD}, or what would tell such a number.",
)
"""What the star of a table says."""
FLOW_COUNTS: Final[Mapping[str, Label]] = MappingProxyType(
    {
        "stock_from": Label("期初", "At first"),
        "entered": Label("新增", "Entered"),
        "moved_in": Label("转入", "Moved in"),
        "left": Label("离开", "Left"),
        "moved_out": Label("转出", "Moved out"),
        "stock_to": Label("期末", "At last"),
    }
)
"""What the numbers of changes between two days are called, in their order."""


class DimensionAnswer(TypedDict):
    """What is counted by, in both languages."""

    dimension: str
    zh: str
    en: str


class DimensionValueAnswer(TypedDict):
    """A value of what is counted by, in both languages."""

    dimension: str
    value: str
    zh: str
    en: str


class CensusCellAnswer(TypedDict):
    """So many children have these values; `list` is the address of those whom the caller may read now.

    What is public has no list, and a `count` that is not told is null.
    """

    values: Sequence[DimensionValueAnswer]
    count: int | None
    list: str | None


class CensusAnswer(TypedDict):
    """How many children there are on a day, by cell; only cells with any, which add up to the total.

    Where it is `public`, numbers of fewer than five and those from which they would follow are null.
    """

    day: date
    public: bool
    by: Sequence[DimensionAnswer]
    items: Sequence[CensusCellAnswer]
    total: int | None
    next: None
    known_position: int


class CensusCellOfDayAnswer(TypedDict):
    """So many children had these values on a day; `list` is the address of those whom the caller may read."""

    day: date
    values: Sequence[DimensionValueAnswer]
    count: int
    list: str


class CensusTotalAnswer(TypedDict):
    """How many children there were on a day in all, with the address of the list of them."""

    day: date
    count: int
    list: str


class CensusSeriesAnswer(TypedDict):
    """How many children there were on each of several days, by cell, as a census of each day tells it.

    `days` are those of them, the earliest first; a cell has an item on each day on which anybody is in it.
    """

    days: Sequence[date]
    by: Sequence[DimensionAnswer]
    items: Sequence[CensusCellOfDayAnswer]
    totals: Sequence[CensusTotalAnswer]
    next: None
    known_position: int


class ReasonAnswer(TypedDict):
    """So many left for a reason: a code of `departure_reason`, or else the stage at which they are.

    `list` is the address of the list of them, as far as the caller may read it; what is public has none.
    """

    reason: str
    zh: str
    en: str
    count: int | None
    list: str | None


class FlowListsAnswer(TypedDict):
    """The addresses of the lists behind the numbers of a cell, of those whom the caller may read now."""

    stock_from: str
    entered: str
    moved_in: str
    left: str
    moved_out: str
    stock_to: str


class FlowsOfCellAnswer(TypedDict):
    """How many children a cell had on the first day and has on the last, and how many came and went between.

    `stock_from + entered + moved_in - left - moved_out = stock_to`. Who `entered` was not cared for before,
    and who `left` is no longer; who `moved_in` or `moved_out` was or is in another cell, or not among those
    whom the caller counts. What is public is of everybody, and a number that is not told is null; where
    `left` is not told, no reasons are.
    """

    values: Sequence[DimensionValueAnswer]
    stock_from: int | None
    entered: int | None
    moved_in: int | None
    left: int | None
    left_by: Sequence[ReasonAnswer]
    moved_out: int | None
    stock_to: int | None
    lists: FlowListsAnswer | None


# `from` is no name of Python's.
CensusFlowsAnswer = TypedDict(
    "CensusFlowsAnswer",
    {
        "from": date,
        "to": date,
        "public": bool,
        "by": Sequence[DimensionAnswer],
        "items": Sequence[FlowsOfCellAnswer],
        "next": None,
        "known_position": int,
    },
)
"""What changed after a day through another one, cell by cell."""


def flows_json(
    by: Sequence[str],
    cell: CountedCell,
    flowing: Sequence[Flow],
    institutions: Mapping[str, str],
    lists: FlowListsAnswer,
) -> FlowsOfCellAnswer:
    """Return what came into a cell and went from it."""
    counts = Counter[str]()
    for each in flowing:
        counts[each.kind] += each.count
    left = {each.reason: each.count for each in flowing if each.kind == "left"}
    return told_flows(values_json(by, cell, institutions), counts, left, lists)


def told_flows(
    values: Sequence[DimensionValueAnswer],
    counts: Mapping[str, int | None],
    left: Mapping[str, int | None],
    lists: FlowListsAnswer | None = None,
) -> FlowsOfCellAnswer:
    """Return how many came and went, by kind of flow, and who left, by reason; None for what is not told."""
    reasons = sorted(left, key=lambda reason: (-(left[reason] or 0), reason))
    return {
        "values": values,
        "stock_from": counts["stock_from"],
        "entered": counts["entered"],
        "moved_in": counts["moved_in"],
        "left": counts["left"],
        "left_by": [_reason(reason, left[reason], lists) for reason in reasons],
        "moved_out": counts["moved_out"],
        "stock_to": counts["stock_to"],
        "lists": lists,
    }


def _reason(reason: str, count: int | None, lists: FlowListsAnswer | None) -> ReasonAnswer:
    label = reason_label(reason)
    of_it = None if lists is None else f"{lists['left']}&{urlencode({'reason': reason})}"
    return {"reason": reason, "zh": label.zh, "en": label.en, "count": count, "list": of_it}


def reason_label(reason: str) -> Label:
    """Return what a reason is called for which children left, or the stage that they are at since."""
    codes = tables()["departure_reason"].codes | tables()["stage"].codes
    return codes.get(reason) or called("counted", reason)


def dimensions_json(by: Sequence[str]) -> list[DimensionAnswer]:
    """Return what is counted by, by the names of the dimensions."""
    labels = {name: DIMENSIONS[name].label for name in by}
    return [{"dimension": name, "zh": label.zh, "en": label.en} for name, label in labels.items()]


def values_json(
    by: Sequence[str], cell: CountedCell, institutions: Mapping[str, str]
) -> list[DimensionValueAnswer]:
    """Return the values of a cell; `institutions` are the names of institutions by their ids."""
    labels = [value_label(name, value, institutions) for name, value in zip(by, cell, strict=True)]
    return [
        {"dimension": name, "value": value, "zh": label.zh, "en": label.en}
        for name, value, label in zip(by, cell, labels, strict=True)
    ]


def value_label(name: str, value: str, institutions: Mapping[str, str]) -> Label:
    """Return what a value of a dimension is called."""
    dimension = DIMENSIONS[name]
    if value == NOTHING:
        return dimension.nothing
    if name == "institution":
        return Label(institutions.get(value, value), institutions.get(value, value))
    if name == AGE_BAND and value[0].isdigit():
        span = value.replace("-", "–")
        return Label(f"{span} 周岁".replace("+ 周岁", " 周岁及以上"), span)
    codes = {} if dimension.table is None else tables()[dimension.table].codes
    return codes.get(value) or called("counted", value)


def in_order(by: Sequence[str], bands: Sequence[str], cells: Mapping[CountedCell, Any]) -> list[CountedCell]:
    """Return cells in the order of the codes of their values; what is not known comes last."""
    orders = [bands if name == AGE_BAND else [*_codes(DIMENSIONS[name].table)] for name in by]
    places = [{value: place for place, value in enumerate(order)} for order in orders]
    return sorted(
        cells,
        key=lambda cell: [
            (not value[0].isalnum() or value == NOTHING, of.get(value, len(of)), value)
            for value, of in zip(cell, places, strict=True)
        ],
    )


def _codes(table: str | None) -> Sequence[str]:
    return [] if table is None else [*tables()[table].codes]


def values_in_order(name: str, bands: str | None, values: Iterable[str]) -> list[str]:
    """Return values of one dimension, each once, in the order in which counts tell them."""
    found: dict[CountedCell, None] = {(value,): None for value in values}
    return [value for (value,) in in_order((name,), band_names(begins_of(bands)), found)]


def census_table(asked: Mapping[str, Any]) -> ListTable:
    """Return the table of a census: a column for each of what is counted by, then how many."""
    return ListTable(
        "census",
        Label("儿童人数统计", "Census of children"),
        (
            *cell_columns(asked),
            _told("count", Label("人数", "Children")),
            *([] if asked["public"] else [text("list", Label("名单地址", "Address of the list"), 36)]),
        ),
        NOT_TOLD if asked["public"] else None,
    )


def series_table(asked: Mapping[str, Any]) -> ListTable:
    """Return the table of a series: the day, a column for each of what is counted by, then how many."""
    return ListTable(
        "census-series",
        Label("历次人数统计", "Numbers over time"),
        (
            day("day", Label("日期", "Day")),
            *cell_columns(asked),
            number("count", Label("人数", "Children")),
            text("list", Label("名单地址", "Address of the list"), 36),
        ),
    )


def flows_table(asked: Mapping[str, Any]) -> ListTable:
    """Return the table of what changed between two days: a column for each of what is counted by."""
    return ListTable(
        "census-flows",
        Label("儿童人数变动", "Changes in the number of children"),
        (
            *([] if asked["public"] else cell_columns(asked)),
            *(_told(name, FLOW_COUNTS[name]) for name in ("stock_from", "entered", "moved_in", "left")),
            ListColumn(Label("离开原因", "Reasons"), _reasons, 36),
            *(_told(name, FLOW_COUNTS[name]) for name in ("moved_out", "stock_to")),
        ),
        NOT_TOLD if asked["public"] else None,
    )


def _told(name: str, heading: Label) -> ListColumn:
    return ListColumn(heading, lambda item, _: _STAR if item[name] is None else item[name])


def _reasons(item: ListedItem, language: Language) -> TableCell:
    counts = {each[language]: _STAR if each["count"] is None else each["count"] for each in item["left_by"]}
    return "；".join(f"{reason} {count}" for reason, count in counts.items())


def cell_columns(asked: Mapping[str, Any]) -> list[ListColumn]:
    """Return the columns of what children are counted by."""
    return [_column(name, place) for place, name in enumerate(asked["by"] or DEFAULT_BY)]


def _column(name: str, place: int) -> ListColumn:
    def cell(item: ListedItem, language: Language) -> TableCell:
        said: str = item["values"][place][language]
        return said

    return ListColumn(DIMENSIONS[name].label, cell, 24)
