"""The accesses to a file in the form of answers, and as a table."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.csv_lines import TableCell
from api.contract.explanation_words import CATEGORIES
from api.contract.list_tables import (
    INSTITUTION,
    ListColumn,
    ListedItem,
    ListTable,
    in_language,
    instant,
    number,
    text,
    word,
)
from api.contract.sentences import Language
from domain.codes import tables
from domain.event import Category
from domain.label import Label


class AccessAnswer(TypedDict):
    """One access to a file's personal data: when, by whom, to which categories, with which question, and why.

    `purpose` is what was asked, `reason` why as it was stated, null where nobody stated any, `emergency` the
    entry of the emergency access under which the file was read, null if there was none.
    """

    position: int
    at: datetime
    user: UUID
    name: str | None
    role: str
    institution: UUID | None
    categories: list[str]
    purpose: str
    reason: str | None
    emergency: UUID | None


class AccessesAnswer(TypedDict):
    """A page of the accesses to a file, the latest first; `next` is the cursor of the next one."""

    items: list[AccessAnswer]
    next: str | None


def accesses_table(stated: Iterable[tuple[str, Label]]) -> ListTable:
    """Return the accesses to a file as a table; `stated` are the reasons that one may state for a read."""
    grounds = tables()["emergency_ground"].codes
    reasons = {**dict(stated), **tables()["access_purpose"].codes}

    def reason(item: ListedItem, language: Language) -> TableCell:
        known = grounds if item["emergency"] else reasons
        said = item["reason"]
        return in_language(known[said], language) if said in known else said

    def categories(item: ListedItem, language: Language) -> TableCell:
        return "、".join(in_language(CATEGORIES[Category(each)], language) for each in item["categories"])

    return ListTable(
        "accesses",
        Label("谁看过这份档案", "Who read this file"),
        (
            instant("at", Label("时间", "At")),
            text("name", Label("查阅人", "Read by")),
            word("role", Label("角色", "Role"), "role"),
            ListColumn(Label("信息类别", "Categories"), categories, 24),
            word("purpose", Label("查询", "Question"), "asked"),
            ListColumn(Label("事由", "Why"), reason, 24),
            text("emergency", Label("紧急查阅条目", "Entry of the emergency access"), 38),
            number("position", Label("查阅日志位置", "Position in the access log")),
            INSTITUTION,
            text("user", Label("用户标识", "User's id"), 38),
        ),
    )
