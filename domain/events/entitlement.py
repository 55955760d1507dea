"""Living allowance and study grants (基本生活费 · 助学): what ends and what begins when somebody grows up."""

from datetime import date
from typing import Annotated, Final

from domain.entry import AnyEntry
from domain.event import (
    Amount,
    Answered,
    ByNextYear,
    Category,
    Code,
    Event,
    Label,
    Month,
    Personal,
    Title,
    Unit,
    Year,
    known,
)
from domain.file import Attribute, Facts, Span
from domain.life import STAGE, Life
from domain.refusal import Refusals, breach, uncertain

STUDY_GRANTS: Final = "福彩圆梦·孤儿助学工程（2025）"

ALLOWANCE_ENDS: Final[Attribute[str]] = Attribute(
    "entitlement", "allowance_ends", Label("基本生活费末领年月", "Last month of allowance")
)
STUDY_GRANT: Final[Attribute[date]] = Attribute(
    "entitlement", "study_grant", Label("孤儿助学金起始日期", "Study grant from")
)


class AllowanceStopped(
    Event,
    zh="基本生活费停发",
    en="Allowance stopped",
    source="民发〔2010〕161号；全国儿童福利信息系统（NS）",
    ends_with=None,
):
    """It was decided that the basic living allowance ends, with the last month for which it is paid."""

    reason: Annotated[Answered[str], Label("停发原因", "Reason"), Code("allowance_stop_reason")]
    last_month: Annotated[Answered[Month], Label("基本生活费末领年月", "Last month")]
    allowance_line: Annotated[str | None, Label("生活费类别", "Allowance"), Code("allowance_line")] = None

    def refusals(self, life: Life) -> Refusals:
        month, ended = known(self.last_month), entitled_until(life)
        if month is None and ended is not None:
            yield uncertain(
                "I26", ended.fact.entry, detail=Label("末领年月不明", "the last month is not known")
            )
        yield from paid_too_long(life, month)

    def holds(self, entry: AnyEntry) -> Facts:
        month = known(self.last_month)
        if month is not None:
            yield ALLOWANCE_ENDS.since(entry.days, month)


class StudyGrantGranted(Event, zh="孤儿助学金核定", en="Study grant granted", source=STUDY_GRANTS):
    """A grant for full-time study after 18 was approved for one academic year."""

    academic_year: Annotated[
        Answered[Year],
        Label("学年起始年份", "Academic year, by the year it begins"),
        Unit(None, "年"),
        ByNextYear(),
    ]
    amount_yuan: Annotated[Answered[Amount], Label("金额", "Amount"), Unit("yuan", "元")]
    frequency: Annotated[Answered[str], Label("发放频次", "Paid"), Code("grant_frequency")]
    school: Annotated[Answered[Title], Label("学校", "School"), Personal(Category.CONTACT)]
    starts_on: Annotated[date | None, Label("起始日期", "From")] = None

    def holds(self, entry: AnyEntry) -> Facts:
        yield STUDY_GRANT.since(entry.days, self.starts_on or entry.days.last)


def entitled_until(life: Life) -> Span[str] | None:
    """The death or the adoption with whose month an allowance ends; None while there is neither."""
    spans = (span for span in life.file.spans(STAGE) if span.value in {"died", "adopted"})
    return next((span for span in spans if life.reached(span.since)), None)


def paid_too_long(life: Life, last_month: str | None) -> Refusals:
    """I26: an allowance is not paid for a month after that of the death or the adoption."""
    ended = entitled_until(life)
    if last_month is not None and ended is not None and last_month > f"{ended.since:%Y-%m}":
        yield breach("I26", ended.fact.entry)
