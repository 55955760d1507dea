"""How many there are of a list by who is in charge, who must act, by rule or kind, in the form of answers."""

from datetime import date
from typing import Final, Literal, TypeAlias
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.acting_answers import ActingRole
from api.contract.list_tables import INSTITUTION, ListColumn, ListTable, code, day, number, said, text, word
from domain.judging import FindingKind
from domain.label import Label

CountedBy: TypeAlias = Literal["institution", "place", "responsible", "rule"]
FindingsCountedBy: TypeAlias = Literal[CountedBy, "kind"]
"""What the counts are told by; those of findings by their kind, too."""


class GroupCountAnswer(TypedDict):
    """So many rows of a list, and the earliest of their days.

    What they are counted by is told, and the rest is null: the institution or the place in charge, the role
    that must act first, the rule, or the kind of finding. `list` is the address of the rows.
    """

    institution: UUID | None
    institution_name: str | None
    place: str | None
    responsible: ActingRole | None
    rule: str | None
    title_zh: str | None
    title_en: str | None
    kind: FindingKind | None
    count: int
    first_on: date
    list: str


class GroupCountsAnswer(TypedDict):
    """The counts of a list, the largest first, with how many there are in all; there is no next page.

    In `total` are those, too, whose counts are not listed: by institution those in the charge of places, and
    by place those of institutions.
    """

    day: date
    total: int
    items: list[GroupCountAnswer]
    next: None
    known_position: int


def _counts_table(name: str, title: Label, first: Label, *further: ListColumn) -> ListTable:
    columns: tuple[ListColumn, ...] = (
        text("institution_name", Label("负责机构", "Institution in charge"), 24),
        code("place", Label("负责地区", "Place in charge"), "region"),
        ListColumn(
            Label("须办理的角色", "Who must act first"),
            lambda item, language: None if item["responsible"] is None else item["responsible"][language],
        ),
        text("rule", Label("规则", "Rule"), 10),
        said("title_", Label("规则标题", "Title of the rule"), 24),
        *further,
        number("count", Label("项数", "Number")),
        day("first_on", first),
        INSTITUTION,
        text("list", Label("名单地址", "Address of the list"), 36),
    )
    return ListTable(name, title, columns)


OBLIGATION_COUNTS_TABLE: Final = _counts_table(
    "obligation-counts", Label("到期事项统计", "Obligations counted"), Label("最早到期日", "First due on")
)
FINDING_COUNTS_TABLE: Final = _counts_table(
    "finding-counts",
    Label("核查发现统计", "Findings counted"),
    Label("最早起始日", "First from"),
    word("kind", Label("种类", "Kind"), "finding_kind"),
)
