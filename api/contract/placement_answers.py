"""Placements as an adult and what came of them, in the form of answers: as a list, and counted."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.csv_lines import TableCell
from api.contract.list_tables import (
    CHARGE,
    CHILD,
    WHOSE,
    ListColumn,
    ListedItem,
    ListTable,
    code,
    day,
    number,
    text,
)
from api.contract.masking import PersonalValue
from api.contract.sentences import Language
from api.contract.value_words import called
from domain.codes import tables
from domain.label import Label
from projections.dimensions import NOTHING
from projections.placements import OUTCOMES, PlacementRow

PlacedBy: TypeAlias = Literal["route", "institution", "year"]
"""What placements are counted by."""
OutcomeName: TypeAlias = Literal["housed", "employed", "enlisted", "household_moved", "returned"]
"""What may come of a placement."""
PLACED: Final = Label("已安置", "Placed")
PLACED_BY: Final[Mapping[str, Label]] = {
    "route": Label("安置方式", "Route"),
    "institution": Label("安置机构", "Placed by"),
    "year": Label("年度", "Year"),
}
_OUTSIDE: Final = Label("不在机构", "In no institution")


class PlacementAnswer(TypedDict):
    """A placement, who was in charge then, and since when there is what had come of it by the day.

    `route` is null where it is not known. `institution` is in charge now, `placed_by` was on the day.
    """

    child: UUID
    entry: UUID
    placed_on: date
    route: str | None
    placed_by: UUID | None
    placed_by_name: str | None
    housed_on: date | None
    employed_on: date | None
    enlisted_on: date | None
    household_moved_on: date | None
    returned_on: date | None
    name: PersonalValue
    file_no: PersonalValue
    institution: UUID | None
    institution_name: str | None
    place: str | None


class PlacementValueAnswer(TypedDict):
    """A value of what is counted by, in both languages."""

    by: PlacedBy
    value: str
    zh: str
    en: str


class PlacementCountsOfCell(TypedDict):
    """How many were placed, and of how many of them what had come of it by the day.

    `lists` are the addresses of those whom each number counts, as far as the caller may read them now; of
    those who were in no institution there are none.
    """

    values: Sequence[PlacementValueAnswer]
    placed: int
    housed: int
    employed: int
    enlisted: int
    household_moved: int
    returned: int
    lists: Mapping[str, str]


class PlacementCountsAnswer(TypedDict):
    """Placements of the days from `since` through `until`, counted; what came of them as of `day`."""

    since: date
    until: date
    day: date
    items: Sequence[PlacementCountsOfCell]
    next: None
    known_position: int


def placement_json(row: PlacementRow, on: date, institutions: Mapping[UUID, str]) -> dict[str, Any]:
    """Return a placement with what had come of it by a day."""
    outcomes = {f"{each}_on": getattr(row, f"{each}_on") for each in OUTCOMES}
    return {
        "child": row.child,
        "entry": row.entry,
        "placed_on": row.placed_on,
        "route": row.route,
        "placed_by": row.institution,
        "placed_by_name": None if row.institution is None else institutions.get(row.institution),
        **{name: since if since is not None and since <= on else None for name, since in outcomes.items()},
    }


def placement_value(by: str, value: str, institutions: Mapping[str, str]) -> Label:
    """Return what a value is called that placements are counted by."""
    if by == "institution":
        name = institutions.get(value, value)
        return _OUTSIDE if value == NOTHING else Label(name, name)
    if by == "year":
        return Label(f"{value}年", value)
    return tables()["placement_route"].codes.get(value) or called("counted", value)


PLACEMENTS_TABLE: Final = ListTable(
    "placements",
    Label("成年安置及结果", "Placements as an adult"),
    (
        *WHOSE,
        day("placed_on", Label("安置日期", "Placed on")),
        code("route", PLACED_BY["route"], "placement_route"),
        text("placed_by_name", PLACED_BY["institution"], 24),
        *(day(f"{name}_on", label) for name, label in OUTCOMES.items()),
        *CHARGE,
        text("entry", Label("条目标识", "Entry"), 38),
        CHILD,
    ),
)


def placement_counts_table(asked: Mapping[str, Any]) -> ListTable:
    """Return the table of placements as they are counted."""
    return ListTable(
        "placement-counts",
        Label("成年安置结果统计", "Outcomes of placements"),
        (
            *(_column(name, place) for place, name in enumerate(asked["by"] or ("route",))),
            number("placed", PLACED),
            *(number(name, label) for name, label in OUTCOMES.items()),
            text("lists.placed", Label("名单地址", "Address of the list"), 36),
        ),
    )


def _column(name: str, place: int) -> ListColumn:
    def cell(item: ListedItem, language: Language) -> TableCell:
        said: str = item["values"][place][language]
        return said

    return ListColumn(PLACED_BY[name], cell, 24)
