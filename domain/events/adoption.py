"""Adoption (收养): from the question whether a child may be adopted to the last visit afterwards.

All of it is sealed once and for all (民法典 1110), except the registrar's notice, which is public.
What is about the adopters is sealed under their own key: an adopting party, one person or a couple, is
one subject.
"""

from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import Annotated, Final, TypeAlias, TypeVar
from uuid import UUID

from annotated_types import Le

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
    NotBefore,
    Number,
    Part,
    Personal,
    Text,
    Title,
    Unit,
    known,
)
from domain.events.care import ended as care_ended
from domain.events.health import DISABILITY, DISABILITY_CERTIFICATE
from domain.events.intake import INTAKE, SITUATION, ChildReceived
from domain.events.search import CLAIM, NOT_FOUND, PARENT, ParentageConfirmed
from domain.file import Attribute, Facts
from domain.life import STAGE, Life
from domain.obligations import Clock, History, obligation
from domain.refusal import Refusals, breach, no_evidence, uncertain
from domain.rulebook import Pack
from domain.when import Days, day_after

E = TypeVar("E", bound=Event)

CIVIL_CODE: Final = "《民法典》"
REGISTRATION_MEASURES: Final = "《中国公民收养子女登记办法》"
ASSESSMENT_MEASURES: Final = "《收养评估办法（试行）》"

STEPCHILD: Final = "4"
ORPHANS: Final = frozenset({"2", "7"})
NOT_FOUND_CHILDREN: Final = frozenset({"1", "8"})
NO_LIMIT_OF_CHILDREN: Final = frozenset({"1", "2", STEPCHILD, "7"})
"""Adoption categories: codes of `adoption_category`."""
RESCUED: Final = "04"
"""A code of `child_situation`."""

ADOPTABILITY: Final[Attribute[str]] = Attribute(
    "adoption", "adoptability", Label("送养条件", "Adoptability"), Category.ADOPTION
)
INTEGRATING: Final[Attribute[date]] = Attribute(
    "adoption", "integrating", Label("融合期", "Integrating"), Category.ADOPTION
)
CONCLUSION: Final[Attribute[str]] = Attribute(
    "adoption", "conclusion", Label("评估结论", "Assessment's conclusion"), Category.ADOPTION
)
ADOPTED: Final[Attribute[str]] = Attribute(
    "adoption", "category", Label("收养类别", "Adoption category"), Category.ADOPTION
)


class AdoptabilityAssessed(
    Event,
    zh="送养条件评估",
    en="Adoptability assessed",
    seals=Category.ADOPTION,
    source=f"{CIVIL_CODE}第1093条、第1094条",
):
    """The institution decided whether the child may be placed for adoption."""

    basis: Annotated[Answered[str], Label("送养依据", "Ground"), Code("adoptability_basis")]
    health: Annotated[Answered[Text], Label("健康状况", "Health")]
    decision: Annotated[Answered[str], Label("结论", "Decision"), Code("adoptability")]
    child_wish: Annotated[
        Answered[Text] | None, Label("儿童意愿（8岁以上）", "Wish of a child of 8 or more")
    ] = None

    def holds(self, entry: AnyEntry) -> Facts:
        yield ADOPTABILITY.since(entry.days, known(self.decision))


Years: TypeAlias = Annotated[Count, Le(150)]
"""Years of somebody's life."""


class Applicant(Part):
    """One of those who ask to adopt."""

    name: Annotated[Answered[Name], Label("姓名", "Name")]
    citizen_id: Annotated[Answered[IdNumber], Label("公民身份号码", "Citizen id")]
    sex: Annotated[Answered[str], Label("性别", "Sex"), Code("sex")]
    age: Annotated[Answered[Years], Label("年龄", "Age"), Unit("years")]


class AdopterApplicationReceived(
    Event,
    zh="收养申请",
    en="Adopter's application received",
    seals=Category.ADOPTION,
    source=f"{CIVIL_CODE}第1098条、第1100条、第1101条；{REGISTRATION_MEASURES}第6条",
):
    """A person or a couple asked to adopt this child; `adopter` is that party."""

    adopter: Annotated[UUID, Label("收养人", "Adopter")]
    applicants: Annotated[
        Answered[tuple[Applicant, ...]],
        Label("申请人", "Applicants"),
        Personal(Category.ADOPTION, subject="adopter"),
    ]
    marital: Annotated[
        Answered[str],
        Label("婚姻状况", "Marital status"),
        Code("marital"),
        Personal(Category.ADOPTION, subject="adopter"),
    ]
    children_count: Annotated[
        Answered[Count], Label("子女数", "Children"), Personal(Category.ADOPTION, subject="adopter")
    ]
    household: Annotated[
        Answered[Text], Label("家庭情况", "Household"), Personal(Category.ADOPTION, subject="adopter")
    ]
    motive: Annotated[
        Answered[Text], Label("收养动机", "Motive"), Personal(Category.ADOPTION, subject="adopter")
    ]
    housing: Annotated[
        Answered[Text], Label("住房", "Housing"), Personal(Category.ADOPTION, subject="adopter")
    ]
    has_own_room: Annotated[
        Answered[bool], Label("儿童独立房间", "Own room"), Personal(Category.ADOPTION, subject="adopter")
    ]
    health_certificate: Annotated[
        Answered[str],
        Label("健康检查证明", "Health certificate"),
        Code("adopter_health"),
        Personal(Category.ADOPTION, subject="adopter"),
    ]
    crime_check: Annotated[
        Answered[str],
        Label("违法犯罪记录核查", "Crime check"),
        Code("crime_check"),
        Personal(Category.ADOPTION, subject="adopter"),
    ]


class RegistrarNoticePublished(
    Event,
    zh="收养登记机关公告",
    en="Registrar's notice published",
    source=f"{CIVIL_CODE}第1105条；{REGISTRATION_MEASURES}第8条",
):
    """The adoption registrar published a notice to find the birth parents."""

    registrar: Annotated[Answered[Title], Label("收养登记机关", "Registrar"), Personal(Category.IDENTITY)]


class RegistrarNoticeExpired(
    Event, zh="收养登记公告期满", en="Registrar's notice expired", source=f"{REGISTRATION_MEASURES}第8条"
):
    """The registrar's notice ran out and nobody had claimed the child."""

    def follows(self) -> tuple[type[Event], ...]:
        return (RegistrarNoticePublished,)


class AdoptionAssessmentConsented(
    Event,
    zh="确认同意收养评估",
    en="Adoption assessment consented to",
    seals=Category.ADOPTION,
    source=ASSESSMENT_MEASURES,
):
    """The adopters, told in writing what will be looked at, agreed to be assessed."""

    adopter: Annotated[UUID | None, Label("收养人", "Adopter")] = None


class IntegrationStarted(
    Event, zh="融合开始", en="Integration started", seals=Category.ADOPTION, source=ASSESSMENT_MEASURES
):
    """Child and adopters began to live together on trial."""

    adopter: Annotated[UUID | None, Label("收养人", "Adopter")] = None

    def holds(self, entry: AnyEntry) -> Facts:
        yield INTEGRATING.since(entry.days, entry.days.last)


class IntegrationEnded(
    Event, zh="融合结束", en="Integration ended", seals=Category.ADOPTION, source=ASSESSMENT_MEASURES
):
    """The time of living together on trial ended."""

    observations: Annotated[Answered[tuple[Text, ...]], Label("观察记录", "Observations")]

    def follows(self) -> tuple[type[Event], ...]:
        return (IntegrationStarted,)

    def refusals(self, life: Life) -> Refusals:
        started, limit = life.last(IntegrationStarted), life.number("D09", case="integration")
        if started is not None and limit is not None:
            yield from _waited("D09", life, started, started.days.plus(days=limit.value))

    def holds(self, entry: AnyEntry) -> Facts:
        yield INTEGRATING.since(entry.days, None)


class AdoptionAssessmentReportIssued(
    Event,
    zh="收养评估报告",
    en="Adoption assessment report issued",
    seals=Category.ADOPTION,
    source=f"{CIVIL_CODE}第1105条；{ASSESSMENT_MEASURES}",
):
    """The assessment of adopters and integration was concluded in a signed report."""

    body: Annotated[Answered[str], Label("评估主体", "Assessing body"), Code("assessment_body")]
    assessors: Annotated[Answered[tuple[Name, ...]], Label("评估人员", "Assessors")]
    conclusion: Annotated[Answered[str], Label("评估结论", "Conclusion"), Code("assessment_conclusion")]

    def refusals(self, life: Life) -> Refusals:
        consent, limit = life.last(AdoptionAssessmentConsented), life.number("D09", case="report")
        if consent is not None and limit is not None:
            due = consent.days.plus(days=limit.value)
            if life.reached(day_after(due.last)):
                yield breach("D09", consent)

    def holds(self, entry: AnyEntry) -> Facts:
        yield CONCLUSION.since(entry.days, known(self.conclusion))


class ChildConsentRecorded(
    Event,
    zh="被收养人同意",
    en="Child's consent recorded",
    seals=Category.ADOPTION,
    source=f"{CIVIL_CODE}第1104条",
):
    """A child was asked whether they want this adoption; one of 8 or more must agree."""

    form: Annotated[Answered[str], Label("表达方式", "Form"), Code("consent_form")]
    witness: Annotated[Answered[Name], Label("见证人", "Witness")]
    result: Annotated[Answered[str], Label("本人意见", "Answer"), Code("consent_result")]


class RelatedPartyConsentRecorded(
    Event,
    zh="其他有抚养义务的人意见",
    en="Related party's consent recorded",
    seals=Category.ADOPTION,
    source=f"{CIVIL_CODE}第1096条；{REGISTRATION_MEASURES}第7条",
):
    """Somebody else with a duty to support an orphan was asked, or it was found that there is nobody."""

    result: Annotated[Answered[str], Label("意见", "Answer"), Code("related_party_answer")]
    person: Annotated[UUID | None, Label("有抚养义务的人", "Person")] = None
    name: Annotated[
        Answered[Name] | None, Label("姓名", "Name"), Personal(Category.ADOPTION, subject="person")
    ] = None
    relation: Annotated[
        Answered[str] | None,
        Label("与儿童关系", "Relation"),
        Code("support_relation"),
        Personal(Category.ADOPTION, subject="person"),
    ] = None


class AdoptionRegistered(
    Event,
    zh="收养登记",
    en="Adoption registered",
    seals=Category.ADOPTION,
    source=f"{CIVIL_CODE}第1105条；{REGISTRATION_MEASURES}第8条",
):
    """The adoption was registered and holds from that day; `adopter` is the adopting party."""

    category: Annotated[Answered[str], Label("收养类别", "Category"), Code("adoption_category")]
    registrar: Annotated[Answered[Title], Label("收养登记机关", "Registrar")]
    certificate_no: Annotated[Answered[Number], Label("收养登记证号", "Certificate number")]
    adopter: Annotated[Answered[UUID], Label("收养人", "Adopter")]
    new_name: Annotated[Answered[Name], Label("收养后姓名", "New name")]
    decision: Annotated[
        Text | None,
        Label("评估结论不符合时的登记决定", "Decision to register in spite of a negative report"),
    ] = None

    def follows(self) -> tuple[type[Event], ...]:
        return INTAKE

    def refusals(self, life: Life) -> Refusals:
        yield from _assessed(self, life)
        yield from _looked_for(self, life)
        yield from _agreed(life)
        yield from _room_in_family(self, life)
        yield from _kin_agreed(self, life)
        yield from _rescue_settled(life)
        before = life.last(AdoptionRegistered)
        if before is not None and not _since(life, ChildReceived):
            yield breach("I20", before, detail=Label("已办理收养登记", "adopted already"))

    def holds(self, entry: AnyEntry) -> Facts:
        yield STAGE.since(entry.days, "adopted")
        category = known(self.category)
        if category is not None:
            yield ADOPTED.since(entry.days, category)
        yield INTEGRATING.since(entry.days, None)
        yield from care_ended(entry)


class PostAdoptionVisitMade(
    Event,
    zh="收养回访",
    en="Post-adoption visit made",
    seals=Category.ADOPTION,
    source="山东省儿童发展规划（儿童与法律保护）；上海市收养回访（2006）",
):
    """Somebody saw or heard how child and adopters are getting on."""

    planned_on: Annotated[Answered[date], Label("计划日期", "Planned for")]
    mode: Annotated[Answered[str], Label("回访方式", "Mode"), Code("visit_mode")]
    living: Annotated[Answered[Text], Label("生活情况", "Living")]
    health: Annotated[Answered[Text], Label("健康情况", "Health")]
    schooling: Annotated[Answered[Text], Label("就学情况", "Schooling")]
    relationship: Annotated[Answered[Text], Label("亲子关系", "Relationship")]
    risk: Annotated[Answered[str], Label("风险", "Risk"), Code("visit_risk")]
    next_on: Annotated[Answered[date], Label("下次回访", "Next visit"), NotBefore()]

    def follows(self) -> tuple[type[Event], ...]:
        return (AdoptionRegistered,)


def _since(life: Life, kind: type[E]) -> list[Entry[E]]:
    """What happened after an earlier adoption, else ever: what was settled then is used up."""
    before = life.last(AdoptionRegistered)
    return [entry for entry in life.all(kind) if before is None or entry.days.last > before.days.last]


def _latest(life: Life, kind: type[E]) -> Entry[E] | None:
    found = _since(life, kind)
    return found[-1] if found else None


def _waited(rule: str, life: Life, start: AnyEntry, end: Days) -> Refusals:
    """Whether a time that began with an entry has run out by that day."""
    if not life.reached(end.last):
        yield uncertain(rule, start) if life.reached(end.earliest) else breach(rule, start)


def _is_one_of(registered: AdoptionRegistered, life: Life, categories: frozenset[str], basis: str) -> bool:
    """Whether the adoption is of those categories or, where it does not say, of that basis."""
    category = known(registered.category)
    if category is not None:
        return category in categories
    assessed = _latest(life, AdoptabilityAssessed)
    return assessed is not None and known(assessed.event.basis) == basis


def _assessed(registered: AdoptionRegistered, life: Life) -> Refusals:
    """I12: an issued report, and a decision where its conclusion is negative."""
    if known(registered.category) == STEPCHILD:
        return
    report = _latest(life, AdoptionAssessmentReportIssued)
    if report is None:
        yield no_evidence("I12")
    elif known(report.event.conclusion) == "unsuitable" and registered.decision is None:
        yield breach(
            "I12", report, detail=Label("评估结论为不符合", "the assessment's conclusion is negative")
        )


def _looked_for(registered: AdoptionRegistered, life: Life) -> Refusals:
    """I13: for a child whose parents are not found, the notice has run out and nobody claims the child."""
    if not _is_one_of(registered, life, NOT_FOUND_CHILDREN, "not_found"):
        return
    notice = _latest(life, RegistrarNoticePublished)
    if notice is None:
        yield no_evidence("I13", detail=Label("无公告记录", "no notice is recorded"))
    else:
        limit = life.number("D07", of=notice)
        if limit is not None:
            yield from _waited("I13", life, notice, notice.days.plus(days=limit.value))
    claims = [*life.each(CLAIM), *life.each(PARENT)]
    if claims:
        detail = Label("有未了结或者已确认的认领", "a claim is open or was confirmed")
        yield breach("I13", *(claim.entry for claim in claims), detail=detail)


def _agreed(life: Life) -> Refusals:
    """I14: a child old enough has agreed."""
    limit = life.number("I14")
    if limit is None or life.aged(limit.value) is False:
        return
    consent = _latest(life, ChildConsentRecorded)
    answer = None if consent is None else known(consent.event.result)
    if answer == "agree":
        return
    if life.aged(limit.value) is None:
        yield uncertain("I14", consent)
    elif answer is None:
        yield no_evidence("I14", consent, verified=limit.verified)
    else:
        yield breach("I14", consent, verified=limit.verified)


def _room_in_family(registered: AdoptionRegistered, life: Life) -> Refusals:
    """I16: the adopters have no more children than the law lets those have who adopt this child."""
    limit = life.number("I16")
    category = known(registered.category)
    disabled = life.now(DISABILITY) or life.now(DISABILITY_CERTIFICATE)
    if limit is None or category is None or category in NO_LIMIT_OF_CHILDREN or disabled is not None:
        return
    adopter = known(registered.adopter)
    applications = [
        application
        for application in _since(life, AdopterApplicationReceived)
        if adopter is None or application.event.adopter == adopter
    ]
    children = known(applications[-1].event.children_count) if applications else None
    if children is None:
        yield no_evidence("I16", *applications[-1:])
    elif children > limit.value:
        yield breach("I16", applications[-1])


def _kin_agreed(registered: AdoptionRegistered, life: Life) -> Refusals:
    """I17: for an orphan, everybody else with a duty of support agrees, or there is nobody."""
    if not _is_one_of(registered, life, ORPHANS, "orphan"):
        return
    answers = {entry.event.person: entry for entry in _since(life, RelatedPartyConsentRecorded)}
    against = [entry for entry in answers.values() if known(entry.event.result) == "disagree"]
    if against:
        yield breach("I17", *against)
    elif not any(known(entry.event.result) for entry in answers.values()):
        yield no_evidence("I17")


def _rescue_settled(life: Life) -> Refusals:
    """I18: a rescued child has been in the institution for a year, and the final certificate is there."""
    situation = life.now(SITUATION)
    if situation is None or situation.held.value != RESCUED:
        return
    received = life.last(ChildReceived)
    if received is None:
        yield no_evidence("I18", situation.entry, detail=Label("无接收记录", "no reception is recorded"))
    else:
        limit = life.number("D04", of=received)
        if limit is not None:
            yield from _waited("I18", life, received, received.days.plus(months=limit.value))
    certificate = life.now(NOT_FOUND)
    if certificate is None or certificate.held.value != "final":
        yield no_evidence("I18", detail=Label("无查找不到证明", "the final certificate is not recorded"))


@obligation("D07")
def notice_runs_out(history: History) -> Iterator[Clock]:
    """When the registrar's notice has run out, it is recorded that nobody claimed the child."""
    for notice in history.all(RegistrarNoticePublished):
        limit = history.number("D07", entry=notice)
        if limit is None:
            continue
        ends = min(_notice_ends(history, notice), key=lambda end: end[0], default=None)
        expired = history.first(RegistrarNoticeExpired, after=notice.days.last)
        if expired is not None and ends is not None and expired.days.last > ends[0]:
            expired = None
        yield Clock(
            rule="D07",
            opened_on=notice.days.last,
            due=notice.days.plus(days=limit.value),
            started_by=(notice,),
            met_by=expired,
            void_on=None if ends is None else ends[0],
            void_because=None if ends is None else ends[1],
            number=limit,
        )


def _notice_ends(history: History, notice: AnyEntry) -> Iterator[tuple[date, Label]]:
    """The days on which nobody waits for a notice any more, each with why."""
    published = notice.days.last
    gone = history.gone(after=published)
    if gone is not None:
        yield gone.held.since, Label("已离院或者已收养", "left care or adopted")
    found = history.first(ParentageConfirmed, after=published)
    if found is not None:
        yield found.days.last, Label("已找到亲属", "relatives found")
    again = history.first(RegistrarNoticePublished, after=day_after(published))
    if again is not None:
        yield again.days.last, Label("已重新公告", "published anew")


@obligation("D32")
def visits(history: History) -> Iterator[Clock]:
    """After registration child and adopters are visited: one clock a visit, met by the visits in turn."""
    for adoption in history.all(AdoptionRegistered):
        registered = adoption.days.last
        ended = _visits_end(history, registered)
        made = [
            visit
            for visit in history.all(PostAdoptionVisitMade)
            if visit.days.last >= registered and (ended is None or visit.days.last <= ended[0])
        ]
        for index, limit in enumerate(_intervals(history, adoption)):
            yield Clock(
                rule="D32",
                opened_on=registered,
                due=adoption.days.plus(months=limit.value),
                started_by=(adoption,),
                met_by=made[index] if index < len(made) else None,
                void_on=None if ended is None else ended[0],
                void_because=None if ended is None else ended[1],
                number=limit,
            )


def _intervals(history: History, adoption: AnyEntry) -> Iterator[Pack]:
    """When the visits are due after registration, by the nearest region that says anything of it."""
    first = history.number("D32", entry=adoption, case="1")
    for visit in count(1):
        pack = history.number("D32", entry=adoption, case=str(visit))
        if first is None or pack is None or pack.region != first.region:
            return
        yield pack


def _visits_end(history: History, registered: date) -> tuple[date, Label] | None:
    """The day from which no visit is asked for: the child died, or is in care again."""
    labels = {
        "died": Label("已死亡", "died"),
        "received": Label("重新接收", "in care again"),
        "in_care": Label("重新接收", "in care again"),
    }
    for span in history.spans(STAGE):
        if span.since > registered and span.value in labels:
            return span.since, labels[span.value]
    return None
