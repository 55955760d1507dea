"""The search for parents: DNA, public notice, certificates, claims (查找 · 公告 · DNA)."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from domain.answering import answers_to
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
from domain.events.intake import SITUATION, ChildReceived
from domain.file import EVERY, Attribute, Facts
from domain.life import Life
from domain.refusal import Refusals, breach, only_if, uncertain, unless
from domain.shared_fields import PersonId
from domain.when import add

NOTICE_2015: Final = "民政部、公安部2015年关于查找不到生父母的打拐解救儿童收养工作的通知"

RESCUED: Final = "04"
"""The child's situation that makes it a rescued child."""
SITUATION_UNKNOWN: Final = Label(
    "儿童情况不明，无法判断是否为打拐解救儿童",
    "the child's situation is not known: the child may have been rescued from trafficking",
)
TOO_EARLY: Final = Label("公告期尚未届满", "the notice had not run out")
PERHAPS_FOUND: Final = Label(
    "寻亲公告撤销后未查明是否找到亲属", "the notice was withdrawn, perhaps because relatives were found"
)
WITHDRAWN: Final = Label("公告已撤销", "the notice was withdrawn")
COMPARED: Final = frozenset({"match", "no_match"})
RELATIVES_FOUND: Final = "found"
"""The reason of a withdrawal, a code of `notice_withdrawal_reason`, that relatives were found."""

NOTICE: Final[Attribute[Answered[str]]] = Attribute(
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

    def presupposes(self) -> tuple[type[Event], ...]:
        return (DnaSampleCollected,)

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
            self.medium,
            until=None if length is None else add(entry.days.last, days=length),
            key=str(entry.original),
        )


class FindRelativesNoticeExpired(
    Event, zh="寻亲公告期满无人认领", en="Find-relatives notice expired", source=NOTICE_2015, once=True
):
    """The notice ran out and nobody had claimed the child."""

    notice: Annotated[
        Answered[UUID], Label("所引用的公告", "The notice"), Refers("FindRelativesNoticePublished")
    ]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (FindRelativesNoticePublished,)

    def papers(self) -> tuple[str, ...]:
        return ("unclaimed_statement",)

    def refusals(self, life: Life) -> Refusals:
        notice = _of_notice(life, known(self.notice))
        if notice is None:
            return
        withdrawn = dict(withdrawals(life)).get(notice)
        if withdrawn is not None:
            yield breach("R-SEA-1", notice, withdrawn, detail=WITHDRAWN)
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


class FindRelativesNoticeWithdrawn(
    Event,
    zh="寻亲公告撤销",
    en="Find-relatives notice withdrawn",
    source="全国儿童福利信息系统（NS）寻亲公告撤销",
    ends_with=None,
    once=True,
):
    """The notice was taken back before anybody answered it, or because somebody did."""

    notice: Annotated[
        Answered[UUID], Label("所撤销的公告", "The notice"), Refers("FindRelativesNoticePublished")
    ]
    reason: Annotated[Answered[str], Label("撤销原因", "Reason"), Code("notice_withdrawal_reason")]
    explanation: Annotated[Text | None, Label("说明", "Explanation"), Personal(Category.FAMILY)] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (FindRelativesNoticePublished,)

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

    claimant: Annotated[PersonId, Label("认领人", "Claimant")]
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

    claimant: Annotated[PersonId, Label("认领人", "Claimant")]
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

    claimant: Annotated[PersonId, Label("认领人", "Claimant")]
    police_unit: Annotated[Answered[Title], Label("确认机关", "Confirming police"), Personal(Category.FAMILY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (PotentialRelativeClaimed, ParentageConfirmed)

    def holds(self, entry: AnyEntry) -> Facts:
        yield CLAIM.since(entry.days, None, key=str(self.claimant))
        yield PARENT.since(entry.days, None, key=str(self.claimant))


def _of_notice(life: Life, notice: UUID | None) -> Entry[FindRelativesNoticePublished] | None:
    """Return the notice of that id, or the last one where none is named."""
    published = life.all(FindRelativesNoticePublished)
    own = [each for each in published if notice in {None, each.original}]
    return own[-1] if own else None


def withdrawals(life: Life) -> list[tuple[Entry[FindRelativesNoticePublished], AnyEntry | None]]:
    """Return every notice that was published by that day, and its withdrawal by then, if there is one."""
    published = life.all(FindRelativesNoticePublished)
    withdrawn = life.all(FindRelativesNoticeWithdrawn)
    return list(zip(published, answers_to(published, withdrawn, "notice"), strict=True))


def found_since(life: Life) -> AnyEntry | None:
    """Return the last withdrawal, if relatives were or may have been found, and no notice came after it."""
    withdrawn, published = life.last(FindRelativesNoticeWithdrawn), life.last(FindRelativesNoticePublished)
    if withdrawn is None or known(withdrawn.event.reason) not in {None, RELATIVES_FOUND}:
        return None
    again = published is not None and published.days.last > withdrawn.days.last
    return None if again else withdrawn


def is_rescued(life: Life) -> bool | None:
    """Whether the child counts as rescued from trafficking; None where its situation is not known."""
    situation = life.now(SITUATION)
    return None if situation is None else situation.held.value == RESCUED
