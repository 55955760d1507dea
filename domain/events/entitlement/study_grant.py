"""Grants for full-time study after 18 (孤儿助学): granted, paid and stopped."""

from datetime import date
from typing import Annotated, Final

from domain.entry import AnyEntry
from domain.event import Answered, ByNextYear, Category, Code, Event, Label, Personal, Title, Unit, Year
from domain.file import Attribute, Facts
from domain.shared_fields import FirstMonth, LastMonth, PaymentMode, Yuan

STUDY_GRANTS: Final = "福彩圆梦·孤儿助学工程（2025）"

STUDY_GRANT: Final[Attribute[date]] = Attribute(
    "entitlement", "study_grant", Label("孤儿助学金起始日期", "Study grant from")
)


class StudyGrantGranted(Event, zh="孤儿助学金核定", en="Study grant granted", source=STUDY_GRANTS):
    """A grant for full-time study after 18 was approved for one academic year."""

    academic_year: Annotated[
        Answered[Year],
        Label("学年起始年份", "Academic year, by the year it begins"),
        Unit(None, "年"),
        ByNextYear(),
    ]
    amount_yuan: Yuan
    frequency: Annotated[Answered[str], Label("发放频次", "Paid"), Code("grant_frequency")]
    school: Annotated[Answered[Title], Label("学校", "School"), Personal(Category.CONTACT)]
    starts_on: Annotated[date | None, Label("起始日期", "From")] = None

    def holds(self, entry: AnyEntry) -> Facts:
        yield STUDY_GRANT.since(entry.days, self.starts_on or entry.days.last)


class StudyGrantPaid(Event, zh="孤儿助学金发放", en="Study grant paid", source=STUDY_GRANTS):
    """A part of a grant was paid, for one month or several."""

    first_month: FirstMonth
    last_month: LastMonth
    amount_yuan: Yuan
    mode: PaymentMode

    def presupposes(self) -> tuple[type[Event], ...]:
        return (StudyGrantGranted,)


class StudyGrantStopped(
    Event, zh="孤儿助学金停发", en="Study grant stopped", source=STUDY_GRANTS, ends_with=None, once=True
):
    """A grant ended before the end of the study, or with it."""

    reason: Annotated[Answered[str], Label("停发原因", "Reason"), Code("grant_stop_reason")]
    last_month: LastMonth

    def presupposes(self) -> tuple[type[Event], ...]:
        return (StudyGrantGranted,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield STUDY_GRANT.since(entry.days, None)
