"""What was due and paid of living allowances in all, by institution, month, allowance and reason (B4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.list_tables import INSTITUTION, ListTable, code, number, text, word
from api.contract.statement_tables import money
from domain.label import Label
from domain.statements.allowance_months import NOTHING

AllowanceSumBy: TypeAlias = Literal["institution", "month", "line", "reason"]
"""What the months of allowances are summed by."""


class AllowanceTotals(TypedDict):
    """So many lines of the list, and the money of those of which it is known what was due and what was paid.

    What was paid less what was due is the difference. `not_known` are the lines of which that is not told.
    """

    months: int
    due_yuan: str
    paid_yuan: str
    difference_yuan: str
    not_known: int


class AllowanceSumAnswer(AllowanceTotals):
    """The sums of one institution, month, allowance and reason; what they are not told by is null.

    Several months that were paid as one count in their first. `list` is the address of the lines.
    """

    institution: UUID | None
    institution_name: str | None
    month: str | None
    line: str | None
    reason: str | None
    list: str | None


class AllowanceSumsAnswer(TypedDict):
    """The sums of the list with these filters, and those of all of it. There is no next page."""

    items: list[AllowanceSumAnswer]
    next: None
    day: date
    total: AllowanceTotals
    known_position: int


@dataclass(slots=True)
class AllowanceSum:
    """What lines come to."""

    months: int = 0
    due: Decimal = NOTHING
    paid: Decimal = NOTHING
    difference: Decimal = NOTHING
    not_known: int = 0

    def add(self, line: Mapping[str, Any]) -> None:
        """Add a line as it is answered."""
        self.months += 1
        difference = line["difference_yuan"]
        if difference is None:
            self.not_known += 1
            return
        self.due += line["due_yuan"]
        self.paid += line["paid_yuan"]
        self.difference += difference

    def answer(self) -> AllowanceTotals:
        """Return it in the form of answers."""
        return {
            "months": self.months,
            "due_yuan": f"{self.due:f}",
            "paid_yuan": f"{self.paid:f}",
            "difference_yuan": f"{self.difference:f}",
            "not_known": self.not_known,
        }


ALLOWANCE_SUMS_TABLE: Final = ListTable(
    "allowance-sums",
    Label("基本生活费应发与实发合计", "Living allowance due and paid in all"),
    (
        text("institution_name", Label("负责机构", "Institution in charge"), 24),
        text("month", Label("月份", "Month")),
        code("line", Label("生活费类别", "Allowance"), "allowance_line"),
        word("reason", Label("原因", "Reason"), "allowance_difference"),
        number("months", Label("人月数", "Months of children")),
        money("due_yuan", Label("应发", "Due")),
        money("paid_yuan", Label("实发", "Paid")),
        money("difference_yuan", Label("差额", "Difference")),
        number("not_known", Label("金额不详的人月数", "Months of which it is not known")),
        INSTITUTION,
        text("list", Label("名单地址", "Address of the list"), 36),
    ),
    Label("金额不详的不计入合计。", "What is not known is in no sum."),
)
