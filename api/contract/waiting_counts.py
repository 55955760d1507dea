"""How much waits, in the form of answers."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from typing_extensions import TypedDict

from api.contract.list_tables import RULE, ListedItem, ListTable, number, text, word
from api.contract.listing import Titled
from domain.label import Label


class CountAnswer(TypedDict):
    """So many, whether there are more than were counted, and the address of their list."""

    count: int
    more: bool
    list: str


class RuleCountAnswer(Titled):
    """So many findings of one rule, and the address of their list."""

    rule: str
    count: int
    list: str


class FindingsCountAnswer(CountAnswer):
    """So many findings; those that were counted also by rule, the most frequent first."""

    by_rule: Sequence[RuleCountAnswer]


class CountsAnswer(TypedDict):
    """How much waits for the caller on a day, of what they may see.

    `overdue` is for less than a year; what is older was brought in by history as a rule, and counted apart.
    """

    day: date
    overdue: CountAnswer
    overdue_over_a_year: CountAnswer
    findings: FindingsCountAnswer
    exceptions: CountAnswer
    known_position: int


_COUNTED: Final = ("overdue", "overdue_over_a_year", "findings", "exceptions")
"""What is counted, in the order in which a table has it."""


def _lines(answer: Mapping[str, Any], _: bool) -> Sequence[ListedItem]:  # noqa: FBT001 - as tables call it
    return [
        line
        for name in _COUNTED
        for line in ({**answer[name], "counted": name}, *_by_rule(name, answer[name].get("by_rule", ())))
    ]


def _by_rule(counted: str, rules: Sequence[ListedItem]) -> Sequence[ListedItem]:
    return [{**each, "counted": counted} for each in rules]


COUNTS_TABLE: Final = ListTable(
    "counts",
    Label("待办统计", "What waits, counted"),
    (
        word("counted", Label("统计项", "What is counted"), "waiting_count"),
        *RULE,
        number("count", Label("项数", "Number")),
        text("more", Label("还有更多", "There are more"), 10),
        text("list", Label("名单地址", "Address of the list"), 36),
    ),
    Label(
        "核查发现先列总数，再按规则列出。", "Of findings all are told first, and then how many of each rule."
    ),
    _lines,
)
