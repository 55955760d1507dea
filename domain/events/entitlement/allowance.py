"""The living allowance, and what is paid like it (基本生活费), from the application to the last month."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from domain.answering import answers_due
from domain.entry import AnyEntry
from domain.event import (
    Answered,
    Category,
    Code,
    Event,
    Label,
    Month,
    Name,
    Number,
    Personal,
    Refers,
    Title,
    known,
)
from domain.file import EVERY, Attribute, Facts, Span
from domain.life import ADULT, IN_CARE, STAGE, Life
from domain.obligations import Clock, History, obligation
from domain.refusal import Refusals, breach, uncertain
from domain.shared_fields import AppliedTo, DecidedBy, FirstMonth, Grounds, LastMonth, PaymentMode, Yuan
from domain.when import Days, add

ALLOWANCES: Final = "民发〔2010〕161号；全国儿童福利信息系统（NS）"
AFTER_ADOPTION: Final = frozenset({"adopted"})
"""Codes of `allowance_line` for what is paid on after an adoption."""


ALLOWANCE: Final[Attribute[str]] = Attribute(
    "entitlement", "allowance", Label("发放中的生活费", "Allowance paid"), several=True
)
"""The allowances that are paid, each by its line, from the first day of the first month."""
ALLOWANCE_ENDS: Final[Attribute[str]] = Attribute(
    "entitlement", "allowance_ends", Label("基本生活费末领年月", "Last month of allowance")
)


class AllowanceApplied(Event, zh="申请基本生活费", en="Allowance applied for", source=ALLOWANCES, schema=2):
    """An allowance was applied for, by the institution or whoever cares for the child."""

    line: Annotated[Answered[str], Label("生活费类别", "Allowance"), Code("allowance_line")]
    applied_to: AppliedTo


class AllowanceGranted(Event, zh="基本生活费核定", en="Allowance granted", source=ALLOWANCES, schema=2):
    """An allowance was granted, with the standard and the first month for which it is paid."""

    line: Annotated[Answered[str], Label("生活费类别", "Allowance"), Code("allowance_line")]
    standard_yuan: Yuan
    first_month: FirstMonth
    decided_by: DecidedBy
    payee: Annotated[Answered[Name] | None, Label("领取人", "Payee"), Personal(Category.CONTACT)] = None
    bank: Annotated[Answered[Title] | None, Label("开户银行", "Bank"), Personal(Category.CONTACT)] = None
    account_no: Annotated[
        Answered[Number] | None, Label("银行账号", "Account"), Personal(Category.CONTACT)
    ] = None
    is_over_age_entry: Annotated[Answered[bool] | None, Label("是否超龄补录", "Entered over age")] = None
    application: Annotated[
        Answered[UUID] | None, Label("所答复的申请", "Answers"), Refers("AllowanceApplied")
    ] = None

    def refusals(self, life: Life) -> Refusals:
        """I25: no first allowance begins after the 18th birthday, unless it is marked as entered over age."""
        is_first = not life.all(AllowanceGranted)
        if not is_first or known(self.is_over_age_entry) is True:
            return
        of_age = life.aged(ADULT)
        if of_age:
            yield breach("I25")
        elif of_age is None:
            yield uncertain("I25", detail=Label("出生日期不明", "the birth leaves the age open"))

    def holds(self, entry: AnyEntry) -> Facts:
        line = known(self.line) or "unknown"
        yield ALLOWANCE.since(begins(known(self.first_month), entry.days), line, key=line)


class AllowanceRefused(Event, zh="基本生活费不予核定", en="Allowance refused", source=ALLOWANCES, once=True):
    """An application was refused in writing, with its grounds."""

    application: Annotated[Answered[UUID], Label("所答复的申请", "Answers"), Refers("AllowanceApplied")]
    decided_by: DecidedBy
    grounds: Grounds

    def presupposes(self) -> tuple[type[Event], ...]:
        return (AllowanceApplied,)


class AllowanceAdjusted(
    Event,
    zh="基本生活费提标",
    en="Allowance adjusted",
    source="如皋市2021年儿童福利工作要点二（二）",
    schema=2,
):
    """The monthly standard changed."""

    line: Annotated[Answered[str], Label("生活费类别", "Allowance"), Code("allowance_line")]
    standard_yuan: Yuan
    first_month: FirstMonth

    def presupposes(self) -> tuple[type[Event], ...]:
        return (AllowanceGranted,)


class AllowancePaid(
    Event, zh="基本生活费发放", en="Allowance paid", source=ALLOWANCES, schema=2, ends_with=None
):
    """An allowance was paid for a month or several, or was paid later for months that had passed."""

    line: Annotated[Answered[str], Label("生活费类别", "Allowance"), Code("allowance_line")]
    first_month: FirstMonth
    last_month: LastMonth
    amount_yuan: Yuan
    mode: PaymentMode
    is_reissue: Annotated[Answered[bool], Label("是否补发", "Paid later")]
    payee: Annotated[Answered[Name] | None, Label("领取人", "Payee"), Personal(Category.CONTACT)] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (AllowanceGranted,)

    def impossible(self, entry: AnyEntry) -> Refusals:
        first, last = known(self.first_month), known(self.last_month)
        if first is not None and last is not None and last < first:
            yield breach("E10")

    def refusals(self, life: Life) -> Refusals:
        """I26: nothing is paid for months after the last one."""
        month, line = known(self.last_month), known(self.line)
        stopped = life.now(ALLOWANCE_ENDS)
        if month is not None and stopped is not None and month > (stopped.held.value or month):
            of = known(getattr(stopped.entry.event, "allowance_line", None))
            if line is None or of in {None, line}:
                yield breach("I26", stopped.entry)
        yield from paid_too_long(life, month, line=line)


class AllowanceStopped(
    Event, zh="基本生活费停发", en="Allowance stopped", source=ALLOWANCES, schema=2, ends_with=None, once=True
):
    """It was decided that the basic living allowance ends, with the last month for which it is paid."""

    reason: Annotated[Answered[str], Label("停发原因", "Reason"), Code("allowance_stop_reason")]
    last_month: Annotated[Answered[Month], Label("基本生活费末领年月", "Last month")]
    allowance_line: Annotated[str | None, Label("生活费类别", "Allowance"), Code("allowance_line")] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (AllowanceGranted,)

    def refusals(self, life: Life) -> Refusals:
        month, ended = known(self.last_month), entitled_until(life)
        if month is None and ended is not None:
            yield uncertain(
                "I26", ended.fact.entry, detail=Label("末领年月不明", "the last month is not known")
            )
        yield from paid_too_long(life, month, line=self.allowance_line)

    def holds(self, entry: AnyEntry) -> Facts:
        month = known(self.last_month)
        if month is not None:
            yield ALLOWANCE_ENDS.since(entry.days, month)
        after = entry.days if month is None else Days.on(add(_first_of(month), months=1))
        yield ALLOWANCE.since(after, None, key=self.allowance_line or EVERY)


def begins(month: str | None, otherwise: Days) -> Days:
    """Return the first day of a month, or those days where it is not known."""
    return otherwise if month is None else Days.on(_first_of(month))


def _first_of(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def entitled_until(life: Life) -> Span[str] | None:
    """The death or the adoption with whose month an allowance ends; None while there is neither.

    A child that is in care again, as after an adoption that was dissolved, is entitled anew.
    """
    ended: Span[str] | None = None
    for span in life.file.spans(STAGE):
        if not life.reached(span.since):
            break
        if span.value in IN_CARE:
            ended = None
        elif span.value in {"died", "adopted"}:
            ended = ended or span
    return ended


def paid_too_long(life: Life, last_month: str | None, *, line: str | None = None) -> Refusals:
    """I26: an allowance is not paid for a month after that of the death or the adoption.

    After an adoption goes on what is paid for that (`AFTER_ADOPTION`).
    """
    ended = entitled_until(life)
    if last_month is None or ended is None or last_month <= f"{ended.since:%Y-%m}":
        return
    if ended.value == "died" or line not in AFTER_ADOPTION:
        yield breach("I26", ended.fact.entry)


@obligation("R-ALW-2", AllowanceApplied)
def applications_are_answered(history: History) -> Iterator[Clock]:
    """An application for an allowance is granted or refused within the time of its line."""
    return answers_due(
        "R-ALW-2",
        history,
        AllowanceApplied,
        AllowanceGranted,
        AllowanceRefused,
        field="application",
        case=lambda applied: known(applied.event.line) or "",
    )
