"""What a young person asks authorities for, and their answers: capacity, housing, work, support in hardship.

How long a place takes for support in hardship stands in `local_times` (D16).
"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from domain.answering import answers_due
from domain.entry import AnyEntry
from domain.event import Answered, Category, Code, Event, Label, NotAfter, Personal, Refers, Title
from domain.events.placement.arrangements import HARDSHIP
from domain.events.placement.preparing import CAPACITY_LAW, HARDSHIP_RULES, SEED_RULES
from domain.file import Facts
from domain.obligations import Clock, History, obligation
from domain.shared_fields import AppliedTo, DecidedBy, DecisionTaken, Grounds

EMPLOYMENT_LAW: Final = "《就业促进法》第52条"


class CapacityDeterminationApplied(
    Event, zh="申请认定民事行为能力", en="Capacity determination applied for", source=CAPACITY_LAW
):
    """A court was asked to decide on an adult's capacity."""

    court: Annotated[Answered[Title], Label("人民法院", "Court"), Personal(Category.FAMILY)]
    applicant: Annotated[Answered[Title], Label("申请人", "Applicant"), Personal(Category.FAMILY)]


class PlacementApplicationMade(
    Event, zh="安置事项申请", en="Placement application made", source=f"{SEED_RULES}；{EMPLOYMENT_LAW}"
):
    """An authority was asked for housing, help in finding work, a training, or entry into the army."""

    applied_for: Annotated[Answered[str], Label("申请事项", "Applied for"), Code("placement_application")]
    applied_to: Annotated[AppliedTo, Personal(Category.CONTACT)]


class PlacementApplicationDecided(
    Event,
    zh="安置事项审批",
    en="Placement application decided",
    source=f"{SEED_RULES}；{EMPLOYMENT_LAW}",
    once=True,
):
    """The authority answered an application."""

    application: Annotated[
        Answered[UUID], Label("所答复的申请", "The application"), Refers("PlacementApplicationMade")
    ]
    decision: DecisionTaken
    decided_by: Annotated[DecidedBy, Personal(Category.CONTACT)]
    grounds: Annotated[Grounds, Personal(Category.IDENTITY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (PlacementApplicationMade,)


class HardshipSupportApplied(
    Event,
    zh="申请特困人员救助供养",
    en="Hardship support applied for",
    source=HARDSHIP_RULES,
    ends_with="adoption",
):
    """Support in extreme hardship was applied for at the township of the household register."""

    applied_to: Annotated[AppliedTo, Personal(Category.CONTACT)]
    support_form: Annotated[Answered[str], Label("本人选择的供养形式", "Form chosen"), Code("support_form")]

    def holds(self, entry: AnyEntry) -> Facts:
        yield HARDSHIP.since(entry.days, "applied")


class HardshipSupportInvestigated(
    Event,
    zh="特困申请调查核实",
    en="Hardship support investigated",
    source=HARDSHIP_RULES,
    ends_with="adoption",
):
    """The township found out whether the person lives in extreme hardship."""

    application: Annotated[
        Answered[UUID], Label("所调查的申请", "The application"), Refers("HardshipSupportApplied")
    ]
    opinion: Annotated[Answered[str], Label("审核意见", "Opinion"), Code("hardship_decision")]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (HardshipSupportApplied,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield HARDSHIP.since(entry.days, "investigated")


class HardshipSupportPublicityEnded(
    Event,
    zh="特困申请公示期满",
    en="Hardship support publicity ended",
    source=HARDSHIP_RULES,
    ends_with="adoption",
    once=True,
):
    """The days ended in which an adult's application was published in the community."""

    application: Annotated[
        Answered[UUID], Label("所公示的申请", "The application"), Refers("HardshipSupportApplied")
    ]
    started_on: Annotated[Answered[date], Label("公示起始日期", "Publicity from"), NotAfter()]
    has_objection: Annotated[Answered[bool], Label("是否有异议", "Objected to")]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (HardshipSupportApplied,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield HARDSHIP.since(entry.days, "published")


@obligation("R-PLC-1", PlacementApplicationMade)
def application_is_decided(history: History) -> Iterator[Clock]:
    """An application for housing, work, training or the army is answered in time."""
    yield from answers_due(
        "R-PLC-1", history, PlacementApplicationMade, PlacementApplicationDecided, field="application"
    )
