"""Major hazards of an institution: found, and rectified (重大事故隐患)."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from domain.answering import answers_due
from domain.entry import AnyEntry, Entry
from domain.event import (
    Answered,
    Category,
    Code,
    Event,
    Label,
    NotBefore,
    Personal,
    Refers,
    Text,
    Title,
    known,
)
from domain.file import Attribute, Facts
from domain.obligations import Clock, History, obligation
from domain.rulebook import Pack
from domain.when import Days

CRITERIA: Final = "民政服务机构重大事故隐患判定标准（儿童福利机构28种情形，条文未核实）"

HAZARD: Final[Attribute[Answered[str]]] = Attribute(
    "hazards",
    "open",
    Label("未整改的重大事故隐患", "Major hazard not rectified"),
    several=True,
    kind="institution",
)


class MajorHazardFound(
    Event, zh="发现重大事故隐患", en="Major hazard found", source=CRITERIA, kind="institution"
):
    """Somebody found a situation that counts as a major hazard; `rectify_by` is the day that was set."""

    group: Annotated[Answered[str], Label("隐患类别", "Group"), Code("hazard_group")]
    situation: Annotated[Answered[Text], Label("隐患情形", "Situation"), Personal(Category.IDENTITY)]
    found_by: Annotated[Answered[Title], Label("发现单位", "Found by"), Personal(Category.IDENTITY)]
    rectify_by: Annotated[Answered[date], Label("整改期限", "Rectify by"), NotBefore()]

    def holds(self, entry: AnyEntry) -> Facts:
        yield HAZARD.since(entry.days, self.group, key=str(entry.original))


class MajorHazardRectified(
    Event,
    zh="重大事故隐患整改完成",
    en="Major hazard rectified",
    source=CRITERIA,
    kind="institution",
    once=True,
):
    """A major hazard was rectified, and somebody accepted that it was."""

    hazard: Annotated[Answered[UUID], Label("所整改的隐患", "Hazard"), Refers("MajorHazardFound")]
    measures: Annotated[Answered[Text], Label("整改措施", "Measures"), Personal(Category.IDENTITY)]
    accepted_by: Annotated[Answered[Title], Label("验收单位", "Accepted by"), Personal(Category.IDENTITY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (MajorHazardFound,)

    def holds(self, entry: AnyEntry) -> Facts:
        hazard = known(self.hazard)
        if hazard is not None:
            yield HAZARD.since(entry.days, None, key=str(hazard))


def set_day(limit: Pack, found: Entry[MajorHazardFound]) -> Days:
    """Return the day that was set for a hazard, or as long after its finding as the rule says."""
    day = known(found.event.rectify_by)
    return limit.ends(found.days) if day is None else Days.on(day)


@obligation("R-HAZ-1", kind="institution")
def hazards_are_rectified(history: History) -> Iterator[Clock]:
    """A major hazard is rectified by the day that was set."""
    yield from answers_due(
        "R-HAZ-1", history, MajorHazardFound, MajorHazardRectified, field="hazard", by=set_day
    )
