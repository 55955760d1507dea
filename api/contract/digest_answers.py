"""A week's digest in the form of answers: how much is due, waits and became more; nothing of anybody."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from typing_extensions import TypedDict

from api.contract.list_tables import ListColumn, ListedItem, ListTable, number, text
from domain.label import Label

DigestLine: TypeAlias = Literal[
    "due", "newly_overdue", "overdue", "escalated", "waiting", "findings", "not_ready"
]
"""What a line of a digest counts."""
DIGEST_LINES: Final[Mapping[DigestLine, Label]] = MappingProxyType(
    {
        "due": Label("7 天内到期的事项", "Due within 7 days"),
        "newly_overdue": Label("7 天来逾期的事项", "Overdue since less than 7 days"),
        "overdue": Label("逾期不满一年的事项", "Overdue for less than a year"),
        "escalated": Label("其中已逐级上报的事项", "Of these, escalated"),
        "waiting": Label("等待第二人决定的例外和更正", "Exceptions and corrections to be decided on"),
        "findings": Label("需要核对的问题", "Findings to be checked"),
        "not_ready": Label("6 个月内满 18 周岁而尚不具备安置条件的人", "Not ready, and 18 within 6 months"),
    }
)
"""What each line is called."""


class PastCount(TypedDict):
    """How much it was, and whether there was more than was counted."""

    count: int
    more: bool


class DigestLineAnswer(PastCount):
    """One line: how much it is, the address of its list, and how much it was a week before.

    `before` is by what was known then, None where it is not compared. It is `worse` if it became more since.
    """

    line: DigestLine
    list: str
    zh: str
    en: str
    before: PastCount | None
    worse: bool


class DigestAnswer(TypedDict):
    """What is due, what waits and what became worse in a week, for the caller, of what they may see."""

    day: date
    before: date
    lines: Sequence[DigestLineAnswer]
    known_position: int


def _lines(answer: Mapping[str, Any], _: bool) -> Sequence[ListedItem]:  # noqa: FBT001 - as tables call it
    lines: Sequence[ListedItem] = answer["lines"]
    return lines


DIGEST_TABLE: Final = ListTable(
    "digest",
    Label("一周概要", "Digest of the week"),
    (
        ListColumn(Label("统计项", "What is counted"), lambda item, language: str(item[language]), 36),
        number("count", Label("项数", "Number")),
        text("more", Label("还有更多", "There are more"), 10),
        number("before.count", Label("一周前", "A week before")),
        text("before.more", Label("一周前还有更多", "There were more"), 10),
        text("worse", Label("增多", "Became more"), 10),
        text("list", Label("名单地址", "Address of the list"), 36),
    ),
    lines=_lines,
)
