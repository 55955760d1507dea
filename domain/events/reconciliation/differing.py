"""What other departments hold of a child, where it differs from this file (数据比对).

Nothing of theirs becomes a fact of this file: a difference stands beside it until somebody settles it.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Final
from uuid import UUID

from domain.codes import tables
from domain.entry import AnyEntry
from domain.event import (
    Answered,
    Category,
    Code,
    CodeBy,
    Event,
    Label,
    NotAfter,
    Part,
    Personal,
    Refers,
    Text,
    known,
)
from domain.file import Attribute, Facts
from domain.life import Life
from domain.refusal import Refusals, no_evidence, uncertain
from domain.shared_fields import EntryId
from domain.standing import standing

GUIZHOU: Final = "贵州省民政厅等23部门《关于加强流动儿童关爱保护的若干措施》（2025-02-17）一（一）"

OF_HEALTH: Final = frozenset({"disability_class", "disability_grade"})
"""Items whose values are health data."""
CODED_ITEMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "sex": "sex",
        "ethnic_group": "ethnic_group",
        "household_class": "household_class",
        "household_region": "region",
        "school_stage": "school_stage",
        "school_form": "school_form",
        "insurance_scheme": "insurance_scheme",
        "disability_class": "disability_class",
        "disability_grade": "disability_grade",
    }
)
"""The code table of each item whose values are codes."""
UNLISTED_THERE: Final = "missing_there"
UNLISTED_HERE: Final = "missing_here"
BY_LISTING: Final = frozenset({UNLISTED_THERE, UNLISTED_HERE})
"""Items that differ by whether the child is listed at all, and have no value."""
AGREED: Final = "agreed"
REPLACED: Final = "replaced"


class UnsettledItem(Part):
    """What differs: the item, and the system that says otherwise."""

    system: Annotated[str, Label("对方系统", "Other system"), Code("other_system")]
    item: Annotated[str, Label("比对项目", "Item"), Code("compared_item")]


UNSETTLED: Final[Attribute[UnsettledItem]] = Attribute(
    "reconciliation",
    "unsettled",
    Label("未核实的信息差异", "Differences not settled"),
    several=True,
    stays_readable=True,
)


class DifferenceFound(
    Event, zh="发现信息差异", en="Difference with others' data found", source=GUIZHOU, ends_with=None
):
    """A comparison found that another department says otherwise, or that only one side lists the child."""

    system: Annotated[str, Label("对方系统", "Other system"), Code("other_system")]
    item: Annotated[str, Label("比对项目", "Item"), Code("compared_item")]
    as_of: Annotated[date, Label("对方数据截至日期", "Their data as of"), NotAfter()]
    theirs: Annotated[
        Text | None, Label("对方数据", "Theirs"), Personal(Category.IDENTITY), CodeBy("item", CODED_ITEMS)
    ] = None
    theirs_of_health: Annotated[
        Text | None,
        Label("对方数据（健康）", "Theirs, of health"),
        Personal(Category.HEALTH),
        CodeBy("item", CODED_ITEMS),
    ] = None

    def impossible(self, entry: AnyEntry) -> Refusals:
        """A value stands where its category is sealed, and an item by listing has none."""
        meant = None if self.item in BY_LISTING else _place(self.item)
        for place in ("theirs", "theirs_of_health"):
            if (getattr(self, place) is None) is (place == meant):
                detail = Label("对方数据须填在其类别栏内", "theirs stands in the field of its category")
                yield no_evidence("E11", detail=detail, at=f"/data/{place}")

    @property
    def value(self) -> str | None:
        """What they say; None where they list the child or not."""
        return self.theirs if self.theirs_of_health is None else self.theirs_of_health

    def holds(self, entry: AnyEntry) -> Facts:
        item = UnsettledItem(system=self.system, item=self.item)
        yield UNSETTLED.since(entry.days, item, key=str(entry.original))


class DifferenceSettled(
    Event,
    zh="信息差异办结",
    en="Difference with others' data settled",
    source=GUIZHOU,
    ends_with=None,
    once=True,
):
    """Somebody found out which side is right, or that both agree now, and what was done about it."""

    difference: Annotated[Answered[UUID], Label("所办结的差异", "Difference"), Refers("DifferenceFound")]
    outcome: Annotated[Answered[str], Label("核实结果", "Outcome"), Code("difference_outcome")]
    corrected_by: Annotated[EntryId | None, Label("更正的条目", "Corrected by entry")] = None
    explanation: Annotated[Text | None, Label("说明", "Explanation"), Personal(Category.IDENTITY)] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (DifferenceFound,)

    def impossible(self, entry: AnyEntry) -> Refusals:
        """Who says that ours was corrected names the entry, and who explains it says how."""
        outcome = known(self.outcome)
        if outcome == "ours_corrected" and self.corrected_by is None:
            detail = Label("须指明更正或者补登的条目", "by which entry")
            yield no_evidence("E11", detail=detail, at="/data/corrected_by")
        if outcome == "explained" and self.explanation is None:
            detail = Label("须说明差异的原因", "why they differ")
            yield no_evidence("E11", detail=detail, at="/data/explanation")

    def refusals(self, life: Life) -> Refusals:
        if self.corrected_by is not None and life.effective(self.corrected_by) is None:
            yield no_evidence("E05", at="/data/corrected_by")

    def holds(self, entry: AnyEntry) -> Facts:
        difference = known(self.difference)
        if difference is not None:
            yield UNSETTLED.since(entry.days, None, key=str(difference))


def _place(item: str) -> str:
    return "theirs_of_health" if item in OF_HEALTH else "theirs"


def difference_found(system: str, item: str, as_of: date, theirs: str | None) -> DifferenceFound:
    """Return the event that says so, with what they say under the category of the item."""
    said = {} if theirs is None else {_place(item): theirs}
    return DifferenceFound(system=system, item=item, as_of=as_of, **said)


@standing("R-REC-1", DifferenceFound)
def is_settled(life: Life) -> Refusals:
    """What differs is still to be settled; which side is right is not known."""
    for fact in life.each(UNSETTLED):
        differs = fact.held.value
        if differs is not None:
            item, system = tables()["compared_item"].codes, tables()["other_system"].codes
            where, what = system[differs.system], item[differs.item]
            detail = Label(f"{where.zh}，{what.zh}", f"{where.en}; {what.en}")
            yield uncertain("R-REC-1", fact.entry, detail=detail)
