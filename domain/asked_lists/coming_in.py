"""Of whom the search for parents, the household register or the insurance is open (A2, A3, A4)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from domain.asked_lists.question_list import (
    Gap,
    HeldSpan,
    QuestionList,
    RowSubject,
    Told,
    day_of_entry,
    days_since,
    derived,
    due_next,
    field_of,
)
from domain.entry import AnyEntry
from domain.event import Label, Unknown, known
from domain.events.household import (
    REGISTERED,
    CitizenIdAssigned,
    HouseholdCancelled,
    HouseholdRegistrationApplied,
)
from domain.events.household_due import is_foundling
from domain.events.insurance import (
    InsuranceContributionPaid,
    InsuranceEnrolled,
    InsuranceStatusChecked,
    cover,
)
from domain.events.intake import FOUND_AS, SITUATION, entered
from domain.events.medical.costs import MedicalCostCovered, MedicalCostIncurred, account_of
from domain.events.search import (
    COMPARED,
    NOT_FOUND,
    DnaComparisonResultReceived,
    DnaSampleCollected,
    FindRelativesNoticePublished,
    NotFoundCertificateIssued,
    ParentageConfirmed,
)
from domain.life import Life

NO_RESULT: Final = Label("没有 DNA 比对结果", "no result of a DNA comparison")
NO_NOTICE: Final = Label("没有发布寻亲公告", "no find-relatives notice")
NO_CERTIFICATE: Final = Label("没有查找不到证明", "no not-found certificate")
STAGES: Final = {
    "not_applied": Label("未申请", "Not applied for"),
    "applied": Label("已申请", "Applied for"),
    "numbered": Label("已有公民身份号码", "A citizen id, no registration on record"),
    "said_unregistered": Label("登记为无户口", "Said to be registered nowhere"),
    "cancelled": Label("已注销", "Cancelled"),
}
"""How far the household registration of a child without one has come."""
BLOCKERS: Final = {
    "no_certificate": Label("没有查找不到证明", "No not-found certificate"),
    "not_applied": Label("尚未申请落户", "Nobody has applied"),
    "police": Label("公安机关尚未办结", "The police have not decided"),
    "not_recorded": Label("已有号码，落户未登记", "There is a number: the registration is not recorded"),
    "register_anew": Label("须重新落户", "To be registered anew"),
}
"""What a child without a household registration waits for."""


def came_on(row: RowSubject) -> Told | None:
    """When the child came into care, as last received or, where that is not recorded, admitted."""
    fact = entered(row.life)
    return None if fact is None else Told(fact.entry.days, (fact.entry,))


# A2: the search for parents


def _lacks(row: RowSubject) -> Iterator[Gap]:
    """What is missing in the search for the parents of a child that was found and is in care."""
    life, situation = row.life, row.life.now(SITUATION)
    if situation is None or not life.in_care or life.last(ParentageConfirmed) is not None:
        return
    found = (situation.entry,)
    if life.last(FindRelativesNoticePublished) is None:
        yield Gap(NO_NOTICE, (FindRelativesNoticePublished,), found)
    certificate = life.now(NOT_FOUND)
    if certificate is None or certificate.held.value != "final":
        by = found if certificate is None else (*found, certificate.entry)
        yield Gap(NO_CERTIFICATE, (NotFoundCertificateIssued,), by)
    results = life.all(DnaComparisonResultReceived)
    if not any(known(each.event.result) in COMPARED for each in results):
        asked_for = (DnaSampleCollected, DnaComparisonResultReceived)
        yield Gap(NO_RESULT, asked_for, (*found, *results[-1:]), DnaComparisonResultReceived.sealed)


def _notice_ends(row: RowSubject) -> Told | None:
    notice = row.life.last(FindRelativesNoticePublished)
    if notice is None:
        return None
    length = notice.event.notice_days
    return Told(length if isinstance(length, Unknown) else notice.days.plus(days=length), (notice,))


QuestionList(
    "A2",
    columns=(
        day_of_entry("sample_on", Label("采样日期", "Sample taken on"), DnaSampleCollected),
        field_of(
            "submitted_on", Label("送检日期", "Submitted on"), DnaComparisonResultReceived, "submitted_on"
        ),
        field_of("result", Label("比对结果", "Result"), DnaComparisonResultReceived, "result"),
        day_of_entry("notice_on", Label("公告日期", "Notice of"), FindRelativesNoticePublished),
        derived("notice_ends_on", "公告期满日期", "Notice expires on", "day", _notice_ends),
        field_of(
            "certificate", Label("查找不到证明", "Certificate"), NotFoundCertificateIssued, "certificate_kind"
        ),
        derived(
            "certificate_due", "证明到期日", "Certificate due", "day", lambda row: due_next(row, "D01", "D04")
        ),
    ),
    obligations=("D01", "D02", "D04"),
    spans=(HeldSpan(SITUATION, tuple(FOUND_AS)),),
    gaps=_lacks,
)


# A3: no household registration


def _stage(life: Life) -> tuple[str, tuple[AnyEntry, ...]]:
    """How far the registration has come, and the entry that says so."""
    cancelled, applied = life.last(HouseholdCancelled), life.last(HouseholdRegistrationApplied)
    numbered, registered = life.last(CitizenIdAssigned), life.now(REGISTERED)
    if applied is not None and (cancelled is None or applied.days.last >= cancelled.days.last):
        return "applied", (applied,)
    if cancelled is not None:
        return "cancelled", (cancelled,)
    if registered is not None:
        return "said_unregistered", (registered.entry,)
    return ("not_applied", ()) if numbered is None else ("numbered", (numbered,))


def _blocker(row: RowSubject) -> Told:
    """What the registration waits for: a foundling's needs the police to have certified that it was found."""
    stage, entries = _stage(row.life)
    certificate = row.life.now(NOT_FOUND)
    if stage in {"cancelled", "said_unregistered"}:
        return Told("register_anew", entries)
    if stage == "numbered":
        return Told("not_recorded", entries)
    if is_foundling(row.history) and certificate is None:
        return Told("no_certificate", entries)
    return Told("police" if stage == "applied" else "not_applied", entries)


def _waited_since_entry(row: RowSubject) -> Told | None:
    fact = entered(row.life)
    return None if fact is None else Told(days_since(row, fact.since), (fact.entry,))


ADMITTED_ON: Final = derived("admitted_on", "入院日期", "Came on", "day", came_on)

QuestionList(
    "A3",
    columns=(
        ADMITTED_ON,
        day_of_entry("applied_on", Label("申请日期", "Applied on"), HouseholdRegistrationApplied),
        derived("stage", "落户进度", "Stage", "code", lambda row: Told(*_stage(row.life)), codes=STAGES),
        derived("days_waiting", "等待天数", "Days waiting", "number", _waited_since_entry),
        derived("blocker", "障碍", "Blocker", "code", _blocker, codes=BLOCKERS),
    ),
    obligations=("D12",),
    findings=("S01",),
)


# A4: not insured, or not checked on the day of entry


def _cover(row: RowSubject) -> AnyEntry | None:
    """The last enrolment or contribution."""
    life = row.life
    found = (life.last(InsuranceEnrolled), life.last(InsuranceContributionPaid))
    return max((each for each in found if each is not None), key=lambda each: each.days.last, default=None)


def _benefit_from(row: RowSubject) -> Told | None:
    entry = _cover(row)
    return None if entry is None else Told(entry.event.benefit_from, (entry,))


def _lag_days(row: RowSubject) -> Told | None:
    """The days from the entry into care until it is insured: to this day where it is not."""
    fact = entered(row.life)
    if fact is None:
        return None
    by = cover(row.life)
    entry = _cover(row)
    if by is None:
        return Told(days_since(row, fact.since), (fact.entry,))
    begins = by.days.last if entry is not by else (known(entry.event.benefit_from) or by.days.last)
    return Told(max((begins - fact.since).days, 0), (fact.entry, by))


def _uncovered(row: RowSubject) -> Told | None:
    """What nobody has paid of the costs of all illnesses, in yuan; Unknown where an amount is."""
    life = row.life
    billed, paid = life.all(MedicalCostIncurred), life.all(MedicalCostCovered)
    if not billed:
        return None
    rest = Decimal(0)
    for episode in dict.fromkeys(known(each.event.episode) for each in billed):
        left = None if episode is None else account_of(episode, billed, paid).rest_yuan
        if left is None:
            return Told(Unknown("not_known"), (*billed, *paid))
        rest += max(left, Decimal(0))
    return Told(rest, (*billed, *paid))


QuestionList(
    "A4",
    columns=(
        derived("entered_on", "入院日期", "Came on", "day", came_on),
        day_of_entry("checked_on", Label("核实日期", "Checked on"), InsuranceStatusChecked),
        field_of("is_insured", Label("核实为已参保", "Found insured"), InsuranceStatusChecked, "is_insured"),
        day_of_entry("enrolled_on", Label("参保登记日期", "Enrolled on"), InsuranceEnrolled, _cover),
        derived("benefit_from", "待遇享受起始日", "Benefits from", "day", _benefit_from),
        derived("lag_days", "入院后未参保天数", "Days without insurance", "number", _lag_days),
        derived(
            "uncovered_yuan", "无人支付的医疗费用（元）", "Costs nobody covered (yuan)", "yuan", _uncovered
        ),
    ),
    obligations=("D10",),
    findings=("S02", "I07"),
)
