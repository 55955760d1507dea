"""Child and foster family get to know each other (融合), and what is assessed of them (D33)."""

from collections.abc import Iterator
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from domain.answering import answers_due
from domain.entry import AnyEntry
from domain.event import Answered, Category, Code, Event, Label, Personal, Refers, Text, known
from domain.events.care import FOSTER_MATCH
from domain.events.family.foster_steps import FOSTER_ASSESSMENT, FOSTER_MEASURES, Assessors
from domain.events.intake import INTAKE
from domain.file import Facts
from domain.obligations import Clock, History, obligation, until_handed_over
from domain.shared_fields import FamilyId

UNKNOWN_FAMILY: Final = "unknown"
Family: TypeAlias = Annotated[Answered[FamilyId], Label("寄养家庭", "Foster family")]
"""The foster family: the id of its own file."""
Match: TypeAlias = Annotated[Answered[UUID], Label("所引用的融合", "The match"), Refers("FosterMatchStarted")]


def named(family: Answered[UUID]) -> str:
    """Return the id of a family as an attribute holds it, or that it is not known."""
    return str(known(family) or UNKNOWN_FAMILY)


class FosterMatchStarted(
    Event,
    zh="寄养融合开始",
    en="Foster match started",
    seals=Category.FAMILY,
    source=FOSTER_MEASURES,
    ends_with="departure",
):
    """Child and foster family began to live together on trial."""

    family: Family

    def follows(self) -> tuple[type[Event], ...]:
        return INTAKE

    def holds(self, entry: AnyEntry) -> Facts:
        yield FOSTER_MATCH.since(entry.days, named(self.family))


class FosterMatchCancelled(
    Event,
    zh="寄养融合取消",
    en="Foster match cancelled",
    seals=Category.FAMILY,
    source="全国儿童福利信息系统（NS）",
    ends_with="departure",
    once=True,
):
    """Child and foster family stopped living together on trial."""

    match: Match
    grounds: Annotated[Answered[Text], Label("取消原因", "Why"), Personal(Category.FAMILY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (FosterMatchStarted,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield FOSTER_MATCH.since(entry.days, None)


class FosterMatchAssessed(
    Event,
    zh="寄养融合评估",
    en="Foster match assessed",
    seals=Category.FAMILY,
    source=FOSTER_ASSESSMENT,
    ends_with="departure",
    once=True,
):
    """It was assessed whether child and foster family fit each other, which ends the trial."""

    match: Match
    result: Annotated[Answered[str], Label("评估结论", "Result"), Code("foster_match_result")]
    assessors: Assessors

    def presupposes(self) -> tuple[type[Event], ...]:
        return (FosterMatchStarted,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield FOSTER_MATCH.since(entry.days, None)


class FosterAssessmentMade(
    Event,
    zh="家庭寄养评估",
    en="Foster assessment made",
    seals=Category.FAMILY,
    source=FOSTER_ASSESSMENT,
    ends_with="departure",
):
    """One of the nine assessments of foster care was made of this child."""

    family: Family
    assessment: Annotated[Answered[str], Label("评估类别", "Kind"), Code("foster_assessment")]
    conclusion: Annotated[Answered[Text], Label("评估结论", "Conclusion"), Personal(Category.FAMILY)]
    assessors: Assessors


@obligation("D33", FosterMatchStarted)
def trial_ends(history: History) -> Iterator[Clock]:
    """A trial is concluded in time: it is assessed, or cancelled."""
    due = answers_due(
        "D33",
        history,
        FosterMatchStarted,
        FosterMatchAssessed,
        FosterMatchCancelled,
        field="match",
        case="fusion",
    )
    return until_handed_over(history, due)
