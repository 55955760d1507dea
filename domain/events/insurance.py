"""Basic medical insurance (医疗保险): checked, enrolled in and paid for year by year."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated, Final, TypeAlias

from annotated_types import Le

from domain.entry import AnyEntry, Entry
from domain.event import (
    Amount,
    Answered,
    ByNextYear,
    Code,
    Count,
    Event,
    Label,
    Past,
    Region,
    Unit,
    Year,
    known,
)
from domain.events.intake import ChildReceived, entered
from domain.file import Attribute, Fact, Facts
from domain.life import Life
from domain.obligations import Clock, History, obligation
from domain.refusal import Refusals, breach, no_evidence, uncertain
from domain.standing import standing
from domain.when import Days, day_after

INTAKE_TEXT: Final = "威海市民政局等《实施意见》（2021-11-08）二（二）"

Scheme: TypeAlias = Annotated[Answered[str], Label("险种", "Scheme"), Code("insurance_scheme")]
ContributionYear: TypeAlias = Annotated[
    Answered[Year], Label("缴费年度", "Contribution year"), Unit(None, "年"), ByNextYear()
]
Contribution: TypeAlias = Annotated[Amount, Le(1_000_000)]
"""What is paid in yuan for one person and year."""
ContributionYuan: TypeAlias = Annotated[Answered[Contribution], Label("金额", "Amount"), Unit("yuan", "元")]

INSURED: Final[Attribute[Answered[str]]] = Attribute(
    "insurance", "enrolled", Label("参保", "Insured"), several=True
)
"""The scheme by which somebody is insured, one fact for each scheme and contribution year."""


CHECKED: Final[Attribute[bool]] = Attribute(
    "insurance", "checked", Label("核实为已参保", "Insured when checked")
)
"""What the last check found: that somebody is insured is so for the year, as contributions are paid."""


class InsuranceStatusChecked(Event, zh="核实参保状态", en="Insurance status checked", source=INTAKE_TEXT):
    """It was looked up whether the child is insured, and who it is was verified."""

    is_insured: Annotated[Answered[bool], Label("是否参保", "Insured")]
    insured_region: Annotated[Answered[Region] | None, Label("参保地", "Insured in"), Code("region")] = None
    is_identity_verified: Annotated[Answered[bool], Label("身份是否核实", "Identity verified")]

    def holds(self, entry: AnyEntry) -> Facts:
        insured, year_ends = known(self.is_insured), date(entry.days.last.year, 12, 31)
        if insured is not None:
            yield CHECKED.since(entry.days, insured, until=year_ends if insured else None)

    def refusals(self, life: Life) -> Refusals:
        intake = entered(life)
        if intake is not None and _after_the_day(life, intake) and not _checked_since(life, intake):
            yield breach(
                "I07", intake.entry, detail=Label("核实日期晚于接收之日", "checked after the day of entry")
            )


class InsuranceEnrolled(Event, zh="参保登记", en="Insurance enrolled", source=INTAKE_TEXT):
    """The child was enrolled in a medical insurance."""

    scheme: Scheme
    insured_region: Annotated[Answered[Region], Label("参保地", "Insured in"), Code("region")]
    year: ContributionYear
    paid_on: Annotated[Answered[date], Label("缴费日期", "Paid on"), Past()]
    benefit_from: Annotated[Answered[date], Label("待遇享受起始日", "Benefits from")]
    amount_yuan: ContributionYuan
    payer: Annotated[Answered[str], Label("资助方式", "Paid by"), Code("insurance_payer")]
    is_out_of_window: Annotated[Answered[bool], Label("是否集中缴费期外", "Outside the enrolment window")]
    waiting_days: Annotated[Answered[Count], Label("等待期", "Waiting period"), Unit("days", "天")]

    def refusals(self, life: Life) -> Refusals:
        if known(self.waiting_days):
            yield breach("I07", detail=Label("设有等待期", "there was a waiting period"))
        received = life.file.of(ChildReceived)
        if received and not any(life.reached(entry.days.earliest) for entry in received):
            yield breach("R-INS-1", received[0])

    def holds(self, entry: AnyEntry) -> Facts:
        yield from _coverage(entry.days, self.scheme, known(self.year), known(self.benefit_from))


class InsuranceContributionPaid(
    Event,
    zh="医保缴费",
    en="Insurance contribution paid",
    source="《社会救助暂行办法》第29条；《医疗保障法》第11条（2027-01-01起）",
):
    """The contribution for one year was paid."""

    scheme: Scheme
    year: ContributionYear
    amount_yuan: ContributionYuan
    payer: Annotated[Answered[str] | None, Label("资助方式", "Paid by"), Code("insurance_payer")] = None
    benefit_from: Annotated[Answered[date] | None, Label("待遇享受起始日", "Benefits from")] = None

    def holds(self, entry: AnyEntry) -> Facts:
        year = known(self.year)
        begins = known(self.benefit_from)
        if begins is None and year is not None:
            begins = max(date(year, 1, 1), entry.days.last)
        yield from _coverage(entry.days, self.scheme, year, begins)


def _coverage(days: Days, scheme: Answered[str], year: int | None, begins: date | None) -> Facts:
    """One scheme's cover of one year, from the day benefits begin to the year's last day.

    Where no year is said, a resident's cover is that of the year in which it begins, for it is paid
    year by year; any other goes on until something else is said.
    """
    since = days if begins is None else Days.on(begins)
    if year is None and scheme == "resident":
        year = since.last.year
    until = None if year is None else date(year, 12, 31)
    yield INSURED.since(since, scheme, until=until, key=f"{known(scheme) or ''} {year or ''}".strip())


def _after_the_day(life: Life, intake: Fact[date]) -> bool:
    return life.reached(day_after(intake.entry.days.last))


def _checked_since(life: Life, intake: Fact[date]) -> bool:
    return _answered(life.all(InsuranceStatusChecked), intake.entry) is not None


def _answered(
    checks: Iterable[Entry[InsuranceStatusChecked]], intake: AnyEntry
) -> Entry[InsuranceStatusChecked] | None:
    """Return the check since an intake by which both are known: whether it is insured, and who it is."""
    is_insured_known = is_identity_verified = False
    for check in checks:
        if check.days.last >= intake.days.earliest:
            is_insured_known |= known(check.event.is_insured) is not None
            is_identity_verified |= known(check.event.is_identity_verified) is True
            if is_insured_known and is_identity_verified:
                return check
    return None


def cover(life: Life) -> AnyEntry | None:
    """Return the entry by which somebody is insured that day: an enrolment, a contribution or else a check.

    A check that found nothing counts against every cover that was recorded for an earlier day.
    """
    checked = life.now(CHECKED)
    covers = [fact.entry for fact in life.each(INSURED)]
    if checked is None:
        return covers[-1] if covers else None
    if checked.held.value:
        return covers[-1] if covers else checked.entry
    since = [entry for entry in covers if entry.days.last >= checked.entry.days.last]
    return since[-1] if since else None


@standing("I07")
def checked_on_entry(life: Life) -> Refusals:
    """A child in care whose identity and insurance were not both checked on the day of entry, nor since."""
    intake = entered(life)
    if intake is None or not _after_the_day(life, intake) or _checked_since(life, intake):
        return
    check = life.last(InsuranceStatusChecked)
    if check is None or check.days.last < intake.entry.days.earliest:
        yield no_evidence("I07", intake.entry)
    else:
        detail = Label("参保状态或者身份未核实清楚", "the check leaves the insurance or the identity open")
        yield uncertain("I07", check, detail=detail)


@standing("S02")
def insured_in_care(life: Life) -> Refusals:
    """A child in care who was found not to be insured, or of whom nothing shows that it is."""
    intake = entered(life)
    if intake is None or cover(life) is not None:
        return
    checked = life.now(CHECKED)
    if checked is None:
        yield no_evidence("S02", intake.entry)
    else:
        yield breach("S02", checked.entry, detail=Label("核实为未参保", "found not to be insured"))


@obligation("D10")
def insurance_check(history: History) -> Iterator[Clock]:
    """Whether a child is insured, and who it is, is known on the day of its intake, at every intake anew."""
    for stay in history.stays():
        intake = stay.began.entry
        limit = history.number("D10", entry=intake)
        if limit is None:
            continue
        yield Clock(
            rule="D10",
            opened_on=stay.since,
            due=limit.ends(intake.days),
            started_by=(intake,),
            met_by=_answered(history.all(InsuranceStatusChecked), intake),
            void_on=stay.void_on,
            void_because=stay.void_because,
            number=limit,
        )
