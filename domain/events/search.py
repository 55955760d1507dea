"""The search for parents: DNA, public notice, certificates, claims (查找 · 公告 · DNA)."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from domain.entry import AnyEntry, Entry
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
from domain.life import IN_CARE, STAGE, Life
from domain.obligations import Clock, History, obligation
from domain.refusal import Refusals, only_if, uncertain, unless
from domain.when import LAST_DAY, add, day_after, day_before

NOTICE_2015: Final = "民政部、公安部2015年关于查找不到生父母的打拐解救儿童收养工作的通知"

RESCUED: Final = "04"
"""The child's situation that makes it a rescued child."""
SITUATION_UNKNOWN: Final = Label(
    "儿童情况不明，无法判断是否为打拐解救儿童",
    "the child's situation is not known: the child may have been rescued from trafficking",
)
TOO_EARLY: Final = Label("公告期尚未届满", "the notice had not run out")
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

    def refusals(self, life: Life) -> Refusals:
        notice = _of_notice(life, known(self.notice))
        if notice is None:
            return
        stated, legal = known(notice.event.notice_days), life.number("D02", of=notice)
        if stated is None:
            yield uncertain(
                "R-SEA-1", notice, detail=Label("公告天数不明", "the days of notice are not known")
            )
        else:
            ran_out = life.passed(notice.days.plus(days=stated))
            yield from unless("R-SEA-1", ran_out, notice, detail=TOO_EARLY)
        if legal is not None:
            early = unless("D02", life.passed(legal.ends(notice.days)), notice, detail=TOO_EARLY, by=legal)
            yield from only_if(is_rescued(life), early, SITUATION_UNKNOWN)

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

    def refusals(self, life: Life) -> Refusals:
        received = life.last(ChildReceived)
        limit = None if received is None else life.number("D04", of=received)
        if received is not None and limit is not None and known(self.certificate_kind) == "final":
            detail = Label("送交机构未满规定期限", "before the time since delivery has passed")
            early = unless("D04", life.passed(limit.ends(received.days)), received, detail=detail, by=limit)
            yield from only_if(is_rescued(life), early, SITUATION_UNKNOWN)

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

    def papers(self) -> tuple[str, ...]:
        return ("kinship_proof",)

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
    """When the days of a rescued child's notice have passed, it is recorded that nobody claimed it (D02)."""
    for notice in history.all(FindRelativesNoticePublished):
        limit = history.number("D02", entry=notice)
        if limit is None:
            continue
        stated = notice.days.plus(days=known(notice.event.notice_days) or 0)
        passed = max(limit.ends(notice.days), stated, key=lambda days: days.last).passed
        for since, until in _rescued(history, notice.days.last):
            void_on, because = _void(history, notice.days.last, until)
            yield Clock(
                rule="D02",
                opened_on=max(notice.days.last, since),
                due=passed,
                started_by=(notice,),
                met_by=_expiry(history, notice, passed.earliest),
                void_on=void_on,
                void_because=because,
                number=limit,
            )


@obligation("D04")
def final_certificate(history: History) -> Iterator[Clock]:
    """Twelve months after receiving a rescued child, the police certify that no parents were found (D04)."""
    yield from _certificates(history, "D04", frozenset({"final"}), waits=True)


def _certificates(history: History, rule: str, kinds: frozenset[str], *, waits: bool) -> Iterator[Clock]:
    """Yield what a rescued child's reception makes due: a certificate of one of these kinds.

    It comes within the time, or `waits` until that has passed.
    """
    for received in history.all(ChildReceived):
        limit = history.number(rule, entry=received)
        if limit is None:
            continue
        ends = limit.ends(received.days)
        due = ends.passed if waits else ends
        after = max(due.earliest, received.days.last) if waits else received.days.last
        for since, until in _rescued(history, received.days.last):
            void_on, because = _void(history, received.days.last, until)
            yield Clock(
                rule=rule,
                opened_on=max(received.days.last, since),
                due=due,
                started_by=(received,),
                met_by=_certificate(history, after, kinds),
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


def _of_notice(life: Life, notice: UUID | None) -> Entry[FindRelativesNoticePublished] | None:
    """Return the notice of that id, or the last one where none is named."""
    published = life.all(FindRelativesNoticePublished)
    own = [each for each in published if notice in {None, each.original}]
    return own[-1] if own else None


def is_rescued(life: Life) -> bool | None:
    """Whether the child counts as rescued from trafficking; None where its situation is not known."""
    situation = life.now(SITUATION)
    return None if situation is None else situation.held.value == RESCUED


def _expiry(history: History, notice: AnyEntry, after: date) -> AnyEntry | None:
    """Return the first expiry of a notice that came when its days may have passed."""
    for expired in history.all(FindRelativesNoticeExpired):
        if known(expired.event.notice) in {None, notice.original} and expired.days.last >= max(
            after, notice.days.last
        ):
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
    yield from _certificates(history, "D01", frozenset({"interim", "final"}), waits=False)


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
