"""The living allowance month by month: what was due, what was paid, why they differ (domain.md 4.2 B4)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from domain.entry import AnyEntry, Entry
from domain.event import Category, Event, known
from domain.events.entitlement.allowance import (
    AFTER_ADOPTION,
    AllowanceAdjusted,
    AllowanceGranted,
    AllowancePaid,
    AllowanceStopped,
    begins,
    entitled_until,
)
from domain.events.entitlement.over_age import CONTINUED, OverAgeContinuationDecided
from domain.events.intake import IdentityRecorded
from domain.label import Label
from domain.life import ADULT, STAGE, Life
from domain.obligations import History
from domain.resting import note
from domain.statement import KeptLine, Statement, StatementLine, last_day_of, last_month_by, rule_then
from domain.when import FIRST_DAY, LAST_DAY, Days, add, day_before

NOT_MONTHLY: Final = frozenset({"childcare"})
"""Codes of `allowance_line` for what is paid by the year."""
NOTHING: Final = Decimal(0)

DifferenceReason: TypeAlias = Literal[
    "no_payment",
    "old_standard",
    "before_start",
    "after_stop",
    "over_age",
    "after_death",
    "after_adoption",
    "not_granted",
    "standard_unknown",
    "age_unknown",
    "line_unknown",
    "months_unknown",
    "amount_unknown",
    "other_payment_open",
    "not_known",
]
"""Why due and paid differ, or why that is not known."""
BREACHED: Final[dict[DifferenceReason, str]] = {
    "after_stop": "I26",
    "after_death": "I26",
    "after_adoption": "I26",
    "over_age": "R-ALW-1",
}
"""The rule against which something was paid, by why nothing was due."""
_SETTLED_BY: Final[dict[DifferenceReason, tuple[type[Event], ...]]] = {
    "not_granted": (AllowanceGranted,),
    "standard_unknown": (AllowanceGranted, AllowanceAdjusted),
    "age_unknown": (IdentityRecorded,),
    "after_stop": (AllowanceGranted,),
    "over_age": (AllowanceStopped, OverAgeContinuationDecided),
    "after_death": (AllowanceStopped,),
    "after_adoption": (AllowanceStopped,),
}
"""What settles a difference, by its reason; a payment does any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowanceMonth(StatementLine):
    """What was due and paid of one allowance for a month; for several where they were paid as one otherwise.

    `on` is the first day of `month`, by which it is asked for. Money is in yuan: `due_yuan` by the standard
    in force in the month, as it was granted or adjusted; `paid_yuan` what payments say; `difference_yuan` is
    negative where too little was paid. Each is null where it is not known, and `reason` says why. `rule` is
    what was paid against, as it stood then, and `source` its text, or that of the allowance.
    """

    month: str | None
    last_month: str | None
    line: str | None
    due_yuan: Decimal | None
    paid_yuan: Decimal | None
    difference_yuan: Decimal | None
    reason: DifferenceReason | None


@dataclass(frozen=True, slots=True)
class _Standard:
    """What is paid a month from one month on: an amount, None if not known, or no more."""

    since: date
    entry: AnyEntry
    yuan: Decimal | None
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class _Due:
    """What is due for a month; why it is nothing or not known; and the standard before, if there was one."""

    yuan: Decimal | None
    reason: DifferenceReason | None = None
    entries: tuple[AnyEntry, ...] = ()
    before: Decimal | None = None
    rests_on: frozenset[Category] = frozenset()


@dataclass(frozen=True, slots=True)
class _Payment:
    """A payment, by the first days of its first and its last month."""

    entry: Entry[AllowancePaid]
    line: str | None
    first: date | None
    last: date | None

    @property
    def open(self) -> bool:
        """Whether it is not known for what it was paid."""
        return self.line is None or self.first is None or self.last is None

    def may_be_for(self, line: str, month: date) -> bool:
        """Whether it may have been paid for a month of an allowance."""
        in_time = (self.first or date.min) <= month <= (self.last or LAST_DAY)
        return in_time and self.line in {None, line}


@dataclass(slots=True)
class _Block:
    """Payments that share months, from the first through the last of them; or one month without any."""

    first: date
    last: date
    payments: list[_Payment] = field(default_factory=list)


def allowance_months(history: History, day: date) -> Iterator[AllowanceMonth]:
    """Yield the months that have ended by a day, and those for which something was paid."""
    return (kept.line for kept in _resting(_told(history, day, _AllowanceLine.months)))


def kept_months(history: History) -> Iterator[KeptLine[AllowanceMonth]]:
    """Yield what was paid for, and which months are due without a payment, from one through another."""
    return _resting(_told(history, LAST_DAY, _AllowanceLine.runs))


def _of_month(line: AllowanceMonth, month: date) -> AllowanceMonth:
    return replace(line, on=month, month=_named(month), last_month=_named(month))


def _resting(told: Iterable["_MonthTold"]) -> Iterator[KeptLine[AllowanceMonth]]:
    # Last, since an actor who may not see what ended it is shown nothing after it.
    for kept, rests_on in sorted(told, key=lambda each: (sorted(each[1]), _first_of(each[0]))):
        note(*rests_on)
        yield kept


def _first_of(kept: KeptLine[AllowanceMonth]) -> date:
    return (kept.line.on or LAST_DAY) if kept.months is None else kept.months[0]


def _told(history: History, day: date, told_of: "_Telling") -> Iterator["_MonthTold"]:
    life = history.on(day)
    payments = [each for each in map(_payment, life.all(AllowancePaid)) if each.line not in NOT_MONTHLY]
    still_open = [each for each in payments if each.open]
    granted = {known(each.event.line) for each in life.all(AllowanceGranted)}
    for line in sorted((granted | {each.line for each in payments}) - NOT_MONTHLY - {None}, key=str):
        assert line is not None  # noqa: S101 - taken out above
        paid = [each for each in payments if each.line == line and not each.open]
        yield from told_of(_AllowanceLine(history, life, day, line, still_open), paid)
    for each in still_open:
        yield KeptLine(_open(each)), frozenset()


def _payment(entry: Entry[AllowancePaid]) -> _Payment:
    event = entry.event
    return _Payment(
        entry, known(event.line), _first_day(known(event.first_month)), _first_day(known(event.last_month))
    )


def _first_day(month: str | None) -> date | None:
    return None if month is None else begins(month, Days.on(LAST_DAY)).last


def _open(payment: _Payment) -> AllowanceMonth:
    unknown = payment.first is None or payment.last is None
    return AllowanceMonth(
        on=None if unknown else payment.first,
        month=_named(payment.first),
        last_month=_named(payment.last),
        line=payment.line,
        due_yuan=None,
        paid_yuan=known(payment.entry.event.amount_yuan),
        difference_yuan=None,
        reason="months_unknown" if unknown else "line_unknown",
        rule=None,
        source=AllowancePaid.source,
        verified=None,
        settled_by=(AllowancePaid.__name__,),
        entries=(payment.entry.entry_id,),
    )


def _named(month: date | None) -> str | None:
    return None if month is None else f"{month:%Y-%m}"


def _months(first: date, last: date) -> Iterator[date]:
    month = first
    while month <= last:
        yield month
        month = add(month, months=1)


class _AllowanceLine:
    """One allowance of a child: what was due of it by month, and what was paid for that."""

    def __init__(
        self, history: History, life: Life, day: date, line: str, still_open: list[_Payment]
    ) -> None:
        self._history, self._life, self._day = history, life, day
        self._line, self._open = line, still_open
        self._standards = sorted(self._changes(), key=lambda each: (each.since, each.entry.days.last))
        self._granted = [each for each in self._standards if isinstance(each.entry.event, AllowanceGranted)]
        self._ended, self._of_age = entitled_until(life), life.turns(ADULT)
        self._continued = [span for span in life.file.spans(CONTINUED) if span.fact.since <= day]

    def months(self, payments: list[_Payment]) -> Iterator["_MonthTold"]:
        """Yield what was due and paid, with the categories on which it rests that nothing was due."""
        blocks = _blocks(payments)
        for block in blocks:
            yield from self._compared(block)
        for month in self._unpaid(blocks, last_month_by(self._day)):
            yield from self._compared(_Block(month, month))

    def runs(self, payments: list[_Payment]) -> Iterator["_MonthTold"]:
        """Yield the same of all days: months for which nothing was paid are told together, where alike."""
        blocks = _blocks(payments)
        for block in blocks:
            yield from self._compared(block)
        # From the month after anything happens on, all are alike.
        turn = add(max(self._turns(blocks)).replace(day=1), months=1)
        run: _MonthTold | None = None
        for month in self._unpaid(blocks, turn):
            ((kept, rests_on),) = self._compared(_Block(month, month))
            line = replace(kept.line, on=None, month=None, last_month=None)
            through = LAST_DAY if month == turn else month
            if run is not None and (run[0].line, run[1]) == (line, rests_on) and _follows(run[0], month):
                run = KeptLine(line, (_first_of(run[0]), through)), rests_on
                continue
            if run is not None:
                yield run
            run = KeptLine(line, (month, through)), rests_on
        if run is not None:
            yield run

    def _unpaid(self, blocks: list[_Block], through: date) -> Iterator[date]:
        """Yield the months through a day for which nothing was paid, though something is due or may be."""
        taken = {month for block in blocks for month in _months(block.first, block.last)}
        if self._granted:
            for month in _months(self._granted[0].since, through):
                if month not in taken and self._due(month).yuan != NOTHING:
                    yield month

    def _turns(self, blocks: list[_Block]) -> Iterator[date]:
        """Yield the days after which what is due no longer changes by what they bring."""
        yield from (each.since for each in self._standards)
        yield from (block.last for block in blocks)
        for payment in self._open:
            yield from (each for each in (payment.first, payment.last) if each is not None)
        for span in self._continued:
            yield from (each for each in (span.since, span.until) if each != LAST_DAY)
        if self._ended is not None:
            yield self._ended.since
        if self._of_age is not None:
            yield self._of_age.last
        yield FIRST_DAY

    def _changes(self) -> Iterator[_Standard]:
        life = self._life
        for granted in life.all(AllowanceGranted):
            if known(granted.event.line) == self._line:
                yield _since(granted)
        for adjusted in life.all(AllowanceAdjusted):
            of = known(adjusted.event.line)
            if of == self._line:
                yield _since(adjusted)
            elif of is None:
                # It may be this allowance that was adjusted.
                yield _Standard(_since(adjusted).since, adjusted, None)
        for stopped in life.all(AllowanceStopped):
            if stopped.event.allowance_line in {None, self._line}:
                last = begins(known(stopped.event.last_month), stopped.days).last.replace(day=1)
                yield _Standard(add(last, months=1), stopped, NOTHING, stopped=True)

    def _due(self, month: date) -> _Due:
        if not self._granted:
            return _Due(None, "not_granted")
        begun = [each for each in self._standards if each.since <= month]
        if month < self._granted[0].since:
            is_known = all(known(each.entry.event.first_month) is not None for each in self._granted)
            return _Due(NOTHING, "before_start") if is_known else _Due(None, "standard_unknown")
        now = begun[-1]
        if now.stopped:
            return _Due(NOTHING, "after_stop", (now.entry,))
        return self._ended_by(month, now.entry) or _Due(
            now.yuan,
            "standard_unknown" if now.yuan is None else None,
            (now.entry,),
            begun[-2].yuan if len(begun) > 1 and not begun[-2].stopped else None,
        )

    def _ended_by(self, month: date, granted: AnyEntry) -> _Due | None:
        """What ended it, though it was not stopped: a death, an adoption or the 18th birthday."""
        ended, of_age = self._ended, self._of_age
        if ended is not None and month > ended.since:
            if ended.value == "died" or self._line not in AFTER_ADOPTION:
                entry = ended.fact.entry
                by = (granted,) if entry.event.sealed else (granted, entry)
                reason: DifferenceReason = "after_death" if ended.value == "died" else "after_adoption"
                return _Due(NOTHING, reason, by, rests_on=entry.event.sealed)
            return None
        month_ends = day_before(add(month, months=1))
        if any(span.since <= month_ends and span.until >= month for span in self._continued):
            return None
        if of_age is not None and month > of_age.last:
            return _Due(NOTHING, "over_age", (granted,))
        if of_age is not None and month > of_age.earliest:
            return _Due(None, "age_unknown", (granted,))
        return None

    def _compared(self, block: _Block) -> Iterator["_MonthTold"]:
        months = [*_months(block.first, block.last)]
        dues = [self._due(month) for month in months]
        due, paid = _sum(each.yuan for each in dues), _sum(_amount(each) for each in block.payments)
        by = [each.entry for each in block.payments]
        if len(months) > 1 and due is not None and due == paid:
            for month, each in zip(months, dues, strict=True):
                yield self._line_of(month, month, [each], each.yuan, by)
        else:
            yield self._line_of(block.first, block.last, dues, paid, by)

    def _line_of(
        self, first: date, last: date, dues: list[_Due], paid: Decimal | None, by: list[AnyEntry]
    ) -> "_MonthTold":
        due = _sum(each.yuan for each in dues)
        reason = self._reason(first, last, dues, paid, is_paid=bool(by))
        is_told = due is not None and paid is not None and reason != "other_payment_open"
        rule = rule_then(self._history, BREACHED[reason], by[-1]) if reason in BREACHED else None
        entries = [entry for each in dues for entry in each.entries] + by
        line = AllowanceMonth(
            on=first,
            month=_named(first),
            last_month=_named(last),
            line=self._line,
            due_yuan=due,
            paid_yuan=paid,
            difference_yuan=paid - due if is_told and paid is not None and due is not None else None,
            reason=reason,
            rule=None if rule is None else rule.id,
            source=AllowanceGranted.source if rule is None else rule.source,
            verified=None if rule is None else rule.verified,
            settled_by=() if reason is None else _settled_by(reason),
            entries=tuple(dict.fromkeys(entry.entry_id for entry in entries)),
        )
        return KeptLine(line), frozenset(category for each in dues for category in each.rests_on)

    def _reason(
        self, first: date, last: date, dues: list[_Due], paid: Decimal | None, *, is_paid: bool
    ) -> DifferenceReason | None:
        """Why it differs, or why that is not known; None where it does not."""
        unknown = next((each.reason for each in dues if each.yuan is None), None)
        if paid is None or unknown is not None:
            return unknown or "amount_unknown"
        due = sum((each.yuan or NOTHING for each in dues), NOTHING)
        nothing_due = next((each.reason for each in dues if each.reason is not None), None)
        if paid == due:
            return None
        if any(each.may_be_for(self._line, month) for each in self._open for month in _months(first, last)):
            return "other_payment_open"
        if not is_paid:
            return "no_payment"
        if paid > due and nothing_due is not None:
            return nothing_due
        before = _sum(each.before for each in dues)
        return "old_standard" if paid == before else "not_known"


_MonthTold: TypeAlias = tuple[KeptLine[AllowanceMonth], frozenset[Category]]
_Telling: TypeAlias = Callable[[_AllowanceLine, list[_Payment]], Iterator[_MonthTold]]


def _follows(run: KeptLine[AllowanceMonth], month: date) -> bool:
    return run.months is not None and add(run.months[1], months=1) == month


def _settled_by(reason: DifferenceReason) -> tuple[str, ...]:
    return tuple(each.__name__ for each in _SETTLED_BY.get(reason, (AllowancePaid,)))


def _since(entry: Entry[AllowanceGranted] | Entry[AllowanceAdjusted]) -> _Standard:
    month = begins(known(entry.event.first_month), entry.days).last.replace(day=1)
    return _Standard(month, entry, known(entry.event.standard_yuan))


def _amount(payment: _Payment) -> Decimal | None:
    return known(payment.entry.event.amount_yuan)


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    every = [*amounts]
    return None if None in every else sum((each for each in every if each is not None), NOTHING)


def _blocks(payments: list[_Payment]) -> list[_Block]:
    """Return the payments whose months overlap together, in the order of the months."""
    blocks: list[_Block] = []
    for each in sorted(payments, key=lambda each: each.first or LAST_DAY):
        assert each.first is not None  # noqa: S101 - its months are known
        assert each.last is not None  # noqa: S101 - the same
        if blocks and each.first <= blocks[-1].last:
            blocks[-1].last = max(blocks[-1].last, each.last)
        else:
            blocks.append(_Block(each.first, each.last))
        blocks[-1].payments.append(each)
    return blocks


def _stand_since(history: History) -> date:
    """Return the day since which nothing was granted, paid or ended, and no birth told."""
    read = (AllowanceGranted, AllowanceAdjusted, AllowanceStopped, AllowancePaid, OverAgeContinuationDecided)
    stages = (span.since for span in history.spans(STAGE))
    born = history.birth()
    return max(
        last_day_of(history, read), max(stages, default=FIRST_DAY), FIRST_DAY if born is None else born.since
    )


ALLOWANCE_MONTHS: Final = Statement(
    "allowance-months",
    Label("基本生活费逐月应发与实发", "Living allowance due and paid, month by month"),
    (AllowanceGranted, AllowancePaid),
    AllowanceMonth,
    allowance_months,
    _stand_since,
    kept=kept_months,
    of_month=_of_month,
    order=lambda line: line.line or "",
    months=12,
)
