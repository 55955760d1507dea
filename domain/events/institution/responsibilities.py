"""Who answers for what at an institution, and whom it tells of what stays overdue (责任分工 · 逐级上报)."""

from itertools import pairwise
from typing import Annotated, Final
from uuid import UUID

from annotated_types import Ge

from domain.entry import AnyEntry
from domain.event import (
    Answered,
    AtLeastOne,
    Category,
    Code,
    Count,
    Event,
    IdOf,
    Label,
    Name,
    Number,
    Part,
    Personal,
    Unit,
    known,
)
from domain.file import EVERY, Attribute, Facts
from domain.refusal import Refusals, breach

RUGAO: Final = "如皋市民政局《2021年如皋市儿童福利工作要点》（2021-04-07）四（数据专人负责）"
OWN: Final = "本系统规则（没有查到规定步骤和期限的文本，由机构自行确定）"


class ResponsiblePerson(Part):
    """Somebody of the staff with all that they answer for, and as whom they enter this system."""

    name: Annotated[Answered[str], Label("姓名", "Name")]
    responsible_for: Annotated[tuple[str, ...], Label("负责事项", "Answers for"), Code("responsibility")]
    user: Annotated[UUID | None, Label("系统用户", "User of this system")]


class EscalationStep(Part):
    """After how many days overdue somebody further is told."""

    after_days: Annotated[Annotated[Count, Ge(1)], Label("逾期天数", "Days overdue"), Unit("days", "天")]
    to: Annotated[str, Label("上报对象", "Told"), Code("escalation_recipient")]


RESPONSIBLE: Final[Attribute[ResponsiblePerson]] = Attribute(
    "responsibilities",
    "people",
    Label("责任人", "Responsible people"),
    personal=Category.IDENTITY,
    several=True,
    kind="institution",
)
"""Each of the staff who answers for something, under their number: it ends when they leave."""
ESCALATION: Final[Attribute[EscalationStep]] = Attribute(
    "responsibilities",
    "escalation",
    Label("逾期逐级上报步骤", "Steps of escalation"),
    several=True,
    kind="institution",
)
"""Each step under its number, from 1."""


class ResponsibilityGiven(
    Event, zh="明确责任人", en="Responsibility given", source=RUGAO, kind="institution"
):
    """Somebody of the staff answers for this from the day on, and for nothing else that was said before."""

    staff_no: Annotated[Number, Label("工号", "Staff number"), Personal(Category.IDENTITY)]
    name: Annotated[Answered[Name], Label("姓名", "Name"), Personal(Category.IDENTITY)]
    responsible_for: Annotated[AtLeastOne[str], Label("负责事项", "Answers for"), Code("responsibility")]
    user: Annotated[UUID | None, IdOf(("user",)), Label("系统用户", "User of this system")] = None

    def holds(self, entry: AnyEntry) -> Facts:
        person = ResponsiblePerson(name=self.name, responsible_for=self.responsible_for, user=self.user)
        yield RESPONSIBLE.since(entry.days, person, key=str(self.staff_no))


class ResponsibilityEnded(
    Event, zh="责任人免除", en="Responsibility ended", source=RUGAO, kind="institution"
):
    """Somebody of the staff answers for nothing any more from the day on."""

    staff_no: Annotated[Number, Label("工号", "Staff number"), Personal(Category.IDENTITY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (ResponsibilityGiven,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield from left(entry, self.staff_no)


class EscalationStepsSet(
    Event, zh="逾期逐级上报步骤确定", en="Steps of escalation set", source=OWN, kind="institution"
):
    """The institution said who is told of what is overdue, and after how many days, instead of before.

    Without a step nobody is told any more.
    """

    steps: Annotated[tuple[EscalationStep, ...], Label("上报步骤", "Steps")]

    def impossible(self, entry: AnyEntry) -> Refusals:
        if any(later.after_days <= earlier.after_days for earlier, later in pairwise(self.steps)):
            yield breach("R-ESC-1", at="/data/steps")

    def holds(self, entry: AnyEntry) -> Facts:
        yield ESCALATION.since(entry.days, None, key=EVERY)
        for number, step in enumerate(self.steps, 1):
            yield ESCALATION.since(entry.days, step, key=str(number))


def left(entry: AnyEntry, staff_no: Answered[str]) -> Facts:
    """Yield that somebody answers for nothing any more, as far as it is known who."""
    if (number := known(staff_no)) is not None:
        yield RESPONSIBLE.since(entry.days, None, key=number)
