"""How many entries were recorded late, by type, institution, place and month, in the form of answers."""

from datetime import date
from typing import Final
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.list_tables import INSTITUTION, ListTable, code, event, number, text
from domain.label import Label


class LateCountAnswer(TypedDict):
    """So many entries that were recorded late, with the longest and the median of their delays in days.

    What they are counted by is told, and the rest is null: the type of event, the institution or the place in
    charge now, and the month in which they were recorded (`2026-03`). `list` is the address of the entries.
    """

    type: str | None
    institution: UUID | None
    institution_name: str | None
    place: str | None
    month: str | None
    count: int
    longest_days: int
    median_days: int
    list: str


class LateCountsAnswer(TypedDict):
    """The counts of what was recorded late, the largest first, with how many there are in all.

    In `total` are those, too, whose counts are not listed: by institution those in the charge of places, and
    by place those of institutions. There is no next page.
    """

    day: date
    total: int
    items: list[LateCountAnswer]
    next: None
    known_position: int


LATE_COUNTS_TABLE: Final = ListTable(
    "late-counts",
    Label("迟录统计", "Late entries counted"),
    (
        event("type", Label("事件", "Event")),
        text("institution_name", Label("负责机构", "Institution in charge"), 24),
        code("place", Label("负责地区", "Place in charge"), "region"),
        text("month", Label("记录月份", "Month of recording")),
        number("count", Label("条数", "Number")),
        number("longest_days", Label("最长滞后天数", "Longest delay in days")),
        number("median_days", Label("滞后天数中位数", "Median delay in days")),
        INSTITUTION,
        text("list", Label("名单地址", "Address of the list"), 36),
    ),
)
