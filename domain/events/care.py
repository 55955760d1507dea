"""Daily care (养育方式)."""

from datetime import date
from typing import Annotated, Any, Final

from domain.entry import AnyEntry
from domain.event import Answered, Category, Code, Event, Label, Name, NotBefore, Personal, Title, known
from domain.events.guardianship import ended as guardianship_ended
from domain.events.health import DISABILITY
from domain.events.intake import ADMITTED, INTAKE, RECEIVED
from domain.events.medical.treatment import HOSPITAL_STAY
from domain.events.rehabilitation import PLAN
from domain.events.social_work import COMPANION, PLACEMENT_GOAL, SOCIAL_WORK_CASE
from domain.file import EVERY, Attribute, Facts
from domain.life import Life
from domain.refusal import Refusals, breach, uncertain

CARE_MODE: Final[Attribute[str]] = Attribute("care", "mode", Label("养育方式", "Care mode"))
FOSTER_MATCH: Final[Attribute[str]] = Attribute(
    "care", "foster_match", Label("寄养融合家庭", "Matched foster family")
)
FOSTER_AGREEMENT: Final[Attribute[str]] = Attribute(
    "care", "foster_agreement", Label("寄养协议家庭", "Foster agreement with"), several=True
)
"""The family of each foster agreement in force, under the id of the entry by which it was signed."""
FOSTER_FAMILY: Final[Attribute[str]] = Attribute("care", "foster_family", Label("寄养家庭", "Foster family"))
SHORT_TERM: Final[Attribute[date]] = Attribute(
    "care", "short_term", Label("短期养育", "Short-term care since")
)
FOSTER: Final = "foster"
CLOSED: Final[tuple[Attribute[Any], ...]] = (
    CARE_MODE,
    FOSTER_MATCH,
    FOSTER_AGREEMENT,
    FOSTER_FAMILY,
    SHORT_TERM,
    PLAN,
    HOSPITAL_STAY,
    PLACEMENT_GOAL,
    SOCIAL_WORK_CASE,
    COMPANION,
)
"""What cannot begin again after leaving care, until the child is taken in again (I31)."""


class CareModeAssigned(
    Event,
    zh="确定养育方式",
    en="Care mode assigned",
    source="《未成年人保护法》第96条",
    ends_with="departure",
):
    """From that day on the child is cared for in that way, until another one follows or the said day."""

    mode: Annotated[Answered[str], Label("养育方式", "Care mode"), Code("care_mode")]
    unit: Annotated[Answered[Title], Label("养育单元", "Ward, home or family"), Personal(Category.CONTACT)]
    until: Annotated[date | None, Label("截止日期", "Until"), NotBefore()] = None
    caregivers: Annotated[
        tuple[Name, ...] | None, Label("照料人员", "Caregivers"), Personal(Category.CONTACT)
    ] = None

    def follows(self) -> tuple[type[Event], ...]:
        return INTAKE

    def refusals(self, life: Life) -> Refusals:
        mode = known(self.mode)
        if mode in {None, "unknown", FOSTER}:
            yield from fit_to_foster(life)
        yield from one_at_a_time(life, mode)

    def holds(self, entry: AnyEntry) -> Facts:
        yield CARE_MODE.since(entry.days, known(self.mode) or "unknown", until=self.until)


def one_at_a_time(life: Life, mode: str | None) -> Refusals:
    """No two care modes at the same time (I27).

    One that begins on a later day succeeds the former, whose end was not said. But nothing can
    succeed what is said to last longer, and of two that begin on one day none is the former. An event
    of another type may say the same mode too.
    """
    other = life.now(CARE_MODE)
    if other is None or life.entry is None:
        return
    if other.held.value == mode and other.entry.type != life.entry.type:
        return
    lasts = other.held.until is not None
    same_day = life.entry.days.exact and other.entry.days == life.entry.days
    if lasts or (same_day and other.entry.event != life.entry.event):
        yield breach("I27", other.entry)


def fit_to_foster(life: Life) -> Refusals:
    """A severely disabled child is fostered only if it needs no long professional care (I10)."""
    disability, severe = life.now(DISABILITY), life.number("I10", case="severe")
    if disability is None or severe is None:
        return
    value = disability.held.value
    grade = None if value is None else value.grade
    if grade is None or int(grade) <= severe.value:
        detail = Label(
            "残疾儿童寄养：是否需要长期专业照料未登记",
            "whether it needs long professional care is not recorded",
        )
        yield uncertain("I10", disability.entry, detail=detail, by=severe)


def ended(entry: AnyEntry) -> Facts:
    """That the institution no longer cares for the child: reception, admission, guardianship, mode, plans."""
    yield RECEIVED.since(entry.days, None)
    yield ADMITTED.since(entry.days, None)
    yield from guardianship_ended(entry)
    for attribute in CLOSED:
        yield attribute.since(entry.days, None, key=EVERY)
