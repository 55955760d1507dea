"""The search for parents: DNA, public notice, certificates, claims (查找 · 公告 · DNA)."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import (
    Answered,
    Category,
    Code,
    Count,
    Event,
    IdNumber,
    Label,
    Name,
    NotAfter,
    Number,
    Personal,
    Refers,
    Text,
    Title,
    Unit,
    known,
)
from domain.events.intake import SITUATION, ChildReceived, ReferralReceived
from domain.file import EVERY, Attribute, Facts
from domain.life import IN_CARE, STAGE
from domain.obligations import Clock, History, obligation
from domain.when import LAST_DAY, add, day_after, day_before

NOTICE_2015: Final = "民政部、公安部2015年关于查找不到生父母的打拐解救儿童收养工作的通知"

RESCUED: Final = "04"
"""The child's situation that makes it a rescued child."""
COMPARED: Final = frozenset({"match", "no_match"})

NOTICE: Final[Attribute[str]] = Attribute(
    "search", "notice", Label("寻亲公告", "Find-relatives notice"), several=True
)
"""Notices that run, each under the id of its entry; the value is the medium."""
NOT_FOUND: Final[Attribute[str]] = Attribute(
    "search", "not_found", Label("查找不到证明", "Not-found certificate")
)
CLAIM: Final[Attribute[UUID]] = Attribute("search", "claim", Label("认领", "Claim"), several=True)
"""Claims that are open, each under its claimant, until parentage is confirmed or rejected."""
PARENT: Final[Attribute[UUID]] = Attribute(
    "search", "parent", Label("确认的亲属", "Confirmed relative"), several=True
)


class DnaSampleCollected(
    Event, zh="采集血样", en="DNA sample collected", source=NOTICE_2015, seals=Category.RESTRICTED_HEALTH
):
    """A DNA sample was taken for comparison; here is its number only, never the profile."""

    sample_no: Annotated[Answered[Number], Label("样本编号", "Sample number")]
    police_unit: Annotated[Answered[Title], Label("公安机关", "Police unit")]
    lab: Annotated[Title | None, Label("检验机构", "Laboratory")] = None


class DnaComparisonResultReceived(
    Event,
    zh="DNA比对结果反馈",
    en="DNA comparison result received",
    source=NOTICE_2015,
    seals=Category.RESTRICTED_HEALTH,
    ends_with=None,
):
    """The police told what comparing the DNA sample gave."""

    sealed_papers = frozenset({"dna_result"})

    sample_no: Annotated[Answered[Number], Label("样本编号", "Sample number")]
    submitted_on: Annotated[Answered[date], Label("送检日期", "Submitted on"), NotAfter()]
    result: Annotated[Answered[str], Label("比对结果", "Result"), Code("dna_result")]
    police_unit: Annotated[Answered[Title], Label("公安机关", "Police unit")]
    database: Annotated[Title | None, Label("比对数据库", "Database")] = None

    def papers(self) -> tuple[str, ...]:
        return ("dna_result",) if known(self.result) in COMPARED else ()


class FindRelativesNoticePublished(
    Event, zh="发布寻亲公告", en="Find-relatives notice published", source=NOTICE_2015
):
    """A public notice asked the child's relatives to come forward."""

    medium: Annotated[Answered[str], Label("公告媒介", "Medium"), Code("notice_medium")]
    medium_name: Annotated[
        Answered[Title], Label("媒介名称", "Name of the medium"), Personal(Category.IDENTITY)
    ]
    notice_days: Annotated[Answered[Count], Label("公告天数", "Days of notice"), Unit(None, "天")]
    contact: Annotated[Text | None, Label("联系方式", "Contact"), Personal(Category.CONTACT)] = None

    def papers(self) -> tuple[str, ...]:
        return ("find_relatives_notice",)

    def holds(self, entry: AnyEntry) -> Facts:
        length = known(self.notice_days)
        yield NOTICE.since(
            entry.days,
            known(self.medium) or "other",
            until=None if length is None else add(entry.days.last, days=length),
            key=str(entry.original),
        )


class FindRelativesNoticeExpired(
    Event, zh="寻亲公告期满无人认领", en="Find-relatives notice expired", source=NOTICE_2015
):
    """The notice ran out and nobody had claimed the child."""

    notice: Annotated[
        Answered[UUID], Label("所引用的公告", "The notice"), Refers("FindRelativesNoticePublished")
    ]

    def follows(self) -> tuple[type[Event], ...]:
        return (FindRelativesNoticePublished,)

    def papers(self) -> tuple[str, ...]:
        return ("unclaimed_statement",)

    def holds(self, entry: AnyEntry) -> Facts:
        notice = known(self.notice)
        yield NOTICE.since(entry.days, None, key=EVERY if notice is None else str(notice))


class NotFoundCertificateIssued(
    Event, zh="出具查找不到证明", en="Not-found certificate issued", source=NOTICE_2015
):
    """The police certified that the parents were not found, for now or finally."""

    certificate_kind: Annotated[Answered[str], Label("证明类别", "Kind"), Code("not_found_kind")]
    issuer: Annotated[Answered[Title], Label("出具机关", "Issuer"), Personal(Category.IDENTITY)]
    certificate_no: Annotated[Answered[Number], Label("证明编号", "Number"), Personal(Category.IDENTITY)]

    def papers(self) -> tuple[str, ...]:
        final = known(self.certificate_kind) == "final"
        return ("interim_not_found", "final_not_found") if final else ("interim_not_found",)

    def holds(self, entry: AnyEntry) -> Facts:
        kind = known(self.certificate_kind)
        if kind is not None:
            yield NOT_FOUND.since(entry.days, kind)


class PotentialRelativeClaimed(
    Event,
    zh="认领申请",
    en="Potential relative claimed",
    source=NOTICE_2015,
    seals=Category.FAMILY,
    ends_with=None,
):
    """Somebody claimed to be the child's relative."""

    claimant: Annotated[UUID, Label("认领人", "Claimant")]
    name: Annotated[Answered[Name], Label("姓名", "Name"), Personal(Category.FAMILY, subject="claimant")]
    id_no: Annotated[
        Answered[IdNumber], Label("证件号码", "Id number"), Personal(Category.FAMILY, subject="claimant")
    ]
    phone_no: Annotated[
        Answered[Number], Label("联系电话", "Phone"), Personal(Category.FAMILY, subject="claimant")
    ]
    address: Annotated[
        Answered[Text], Label("住址", "Address"), Personal(Category.FAMILY, subject="claimant")
    ]
    relation: Annotated[
        Answered[Text], Label("与儿童关系", "Relation"), Personal(Category.FAMILY, subject="claimant")
    ]

    def holds(self, entry: AnyEntry) -> Facts:
        yield CLAIM.since(entry.days, self.claimant, key=str(self.claimant))


class ParentageConfirmed(
    Event,
    zh="亲子关系确认",
    en="Parentage confirmed",
    source=NOTICE_2015,
    seals=Category.FAMILY,
    ends_with=None,
):
    """The claim was found true: DNA and police confirm it."""

    claimant: Annotated[UUID, Label("认领人", "Claimant")]
    police_unit: Annotated[Answered[Title], Label("确认机关", "Confirming police"), Personal(Category.FAMILY)]

    def holds(self, entry: AnyEntry) -> Facts:
        yield CLAIM.since(entry.days, None, key=str(self.claimant))
        yield PARENT.since(entry.days, self.claimant, key=str(self.claimant))


class ParentageRejected(
    Event,
    zh="亲子关系排除",
    en="Parentage rejected",
    source=NOTICE_2015,
    seals=Category.FAMILY,
    ends_with=None,
):
    """The claim was found untrue."""

    claimant: Annotated[UUID, Label("认领人", "Claimant")]
    police_unit: Annotated[Answered[Title], Label("确认机关", "Confirming police"), Personal(Category.FAMILY)]

    def holds(self, entry: AnyEntry) -> Facts:
        yield CLAIM.since(entry.days, None, key=str(self.claimant))
        yield PARENT.since(entry.days, None, key=str(self.claimant))


@obligation("D02")
def notice_runs_out(history: History) -> Iterator[Clock]:
    """A rescued child's notice has run its days: that nobody claimed the child is recorded (D02)."""
    for notice in history.all(FindRelativesNoticePublished):
        limit = history.number("D02", entry=notice)
        if limit is None:
            continue
        days = max(limit.value, known(notice.event.notice_days) or 0)
        for since, until in _rescued(history, notice.days.last):
            void_on, because = _void(history, notice.days.last, until)
            yield Clock(
                rule="D02",
                opened_on=max(notice.days.last, since),
                due=notice.days.plus(days=days),
                started_by=(notice,),
                met_by=_expiry(history, notice),
                void_on=void_on,
                void_because=because,
                number=limit,
            )


@obligation("D04")
def final_certificate(history: History) -> Iterator[Clock]:
    """Twelve months after receiving a rescued child, the police certify that no parents were found (D04)."""
    yield from _certificates(history, "D04", frozenset({"final"}))


def _certificates(history: History, rule: str, kinds: frozenset[str]) -> Iterator[Clock]:
    """What becomes due with a rescued child's reception: a certificate of one of these kinds."""
    for received in history.all(ChildReceived):
        limit = history.number(rule, entry=received)
        if limit is None:
            continue
        for since, until in _rescued(history, received.days.last):
            void_on, because = _void(history, received.days.last, until)
            yield Clock(
                rule=rule,
                opened_on=max(received.days.last, since),
                due=limit.ends(received.days),
                started_by=(received,),
                met_by=_certificate(history, received.days.last, kinds),
                void_on=void_on,
                void_because=because,
                number=limit,
            )


def _rescued(history: History, day: date) -> list[tuple[date, date]]:
    """The first and last days on which the child counted as rescued, without what ended before that day."""
    periods: list[tuple[date, date]] = []
    for span in history.spans(SITUATION):
        if span.value != RESCUED:
            continue
        goes_on = bool(periods) and periods[-1][1] == day_before(span.since)
        since = periods.pop()[0] if goes_on else span.since
        periods.append((since, span.until))
    return [(since, until) for since, until in periods if until >= day]


def _expiry(history: History, notice: AnyEntry) -> AnyEntry | None:
    for expired in history.all(FindRelativesNoticeExpired):
        of = known(expired.event.notice)
        if of == notice.original or (of is None and expired.days.last >= notice.days.last):
            return expired
    return None


def _certificate(history: History, after: date, kinds: frozenset[str]) -> AnyEntry | None:
    for certificate in history.all(NotFoundCertificateIssued):
        if certificate.days.last >= after and known(certificate.event.certificate_kind) in kinds:
            return certificate
    return None


def _void(history: History, day: date, rescued_until: date) -> tuple[date | None, Label | None]:
    """Return the first day without requirement, and why: parents found, child gone, or not rescued."""
    reasons: list[tuple[date, Label]] = []
    confirmed = history.first(ParentageConfirmed, after=day)
    if confirmed is not None:
        reasons.append((confirmed.days.last, ParentageConfirmed.label))
    stay = next((stay for stay in history.stays() if stay.until >= day), None)
    if stay is not None and stay.void_on is not None and stay.void_because is not None:
        reasons.append((stay.void_on, stay.void_because))
    if rescued_until < LAST_DAY:
        reasons.append((day_after(rescued_until), Label("不属打拐解救儿童", "not a rescued child")))
    return min(reasons, key=lambda reason: reason[0], default=(None, None))


@obligation("D01")
def interim_certificate(history: History) -> Iterator[Clock]:
    """A month after a rescued child came, the police certify that no parents were found so far (D01)."""
    yield from _certificates(history, "D01", frozenset({"interim", "final"}))


@obligation("D03")
def brought_to_institution(history: History) -> Iterator[Clock]:
    """A rescued child whose notice ran out in a rescue agency is brought here within seven days (D03)."""
    for expired in history.all(FindRelativesNoticeExpired):
        limit, day = history.number("D03", entry=expired), expired.days.last
        if limit is None or not _elsewhere(history, day):
            continue
        for since, until in _rescued(history, day):
            void_on, because = _void(history, day, until)
            yield Clock(
                rule="D03",
                opened_on=max(day, since),
                due=limit.ends(expired.days),
                started_by=(expired,),
                met_by=history.first(ChildReceived, after=expired.days.earliest),
                void_on=void_on,
                void_because=because,
                number=limit,
            )


RESCUE_AGENCY: Final = "rescue_agency"


def _elsewhere(history: History, day: date) -> bool:
    """Whether a child that is not in care here stays in a rescue agency, or nobody says that it does not."""
    stage = history.on(day).now(STAGE)
    if stage is not None and stage.held.value in IN_CARE:
        return False
    referrals = [entry for entry in history.all(ReferralReceived) if entry.days.earliest <= day]
    return not referrals or known(referrals[-1].event.referral_source) in {None, RESCUE_AGENCY}
