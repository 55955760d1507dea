"""Consent and registration, with what an adoption rests on (I12 to I18; I15 and I16 in `adopting`)."""

from dataclasses import replace
from typing import Annotated, Final
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import (
    Answered,
    Category,
    Code,
    Event,
    Label,
    Name,
    Names,
    Number,
    Personal,
    Region,
    Text,
    Title,
    known,
)
from domain.events.adoption.adopting import (
    CATEGORIES,
    NOT_FOUND_CHILDREN,
    OF_BASIS,
    ORPHANS,
    STEPCHILD,
    WHICH_ADOPTER,
    Adopting,
    fit,
    of_age,
    room_in_family,
)
from domain.events.adoption.assessment import (
    CIVIL_CODE,
    ON_THE_WAY,
    REGISTRATION_MEASURES,
    AdoptabilityAssessed,
    AdoptionAssessmentReportIssued,
    RegistrarNoticePublished,
)
from domain.events.care import ended as care_ended
from domain.events.community.rolls import off_rolls
from domain.events.intake import INTAKE, SITUATION, ChildReceived
from domain.events.search import (
    CLAIM,
    NOT_FOUND,
    PARENT,
    PERHAPS_FOUND,
    SITUATION_UNKNOWN,
    found_since,
    is_rescued,
)
from domain.file import Attribute, Facts
from domain.life import STAGE, Life, deciding
from domain.refusal import Refusals, breach, no_evidence, once_passed, only_if, uncertain
from domain.shared_fields import AdopterId, PersonId

FINAL_CERTIFICATE: Final = Label(
    "尚未登记查找不到生父母或其他监护人的证明", "the final certificate is not recorded"
)
ADOPTED: Final[Attribute[Answered[str]]] = Attribute(
    "adoption", "category", Label("收养类别", "Adoption category"), Category.ADOPTION
)
ADOPTION_ENDED: Final[Attribute[str]] = Attribute(
    "adoption", "ended", Label("收养关系终止", "Adoption ended"), Category.ADOPTION
)
"""How the last adoption ended, a code of `adoption_end`; a new one takes its place."""


class ChildConsentRecorded(
    Event,
    zh="征求被收养人意见",
    en="Child's consent recorded",
    seals=Category.ADOPTION,
    source=f"{CIVIL_CODE}第1104条",
):
    """A child was asked whether they want to be adopted by this party; one old enough must agree (I14)."""

    form: Annotated[Answered[str], Label("表达方式", "Form"), Code("consent_form")]
    witness: Annotated[Answered[Name], Label("见证人", "Witness")]
    result: Annotated[Answered[str], Label("本人意见", "Answer"), Code("consent_result")]
    adopter: Annotated[AdopterId | None, Label("收养人", "Adopter")] = None


class RelatedPartyConsentRecorded(
    Event,
    zh="征求其他有抚养义务的人意见",
    en="Related party's consent recorded",
    seals=Category.ADOPTION,
    source=f"{CIVIL_CODE}第1096条；{REGISTRATION_MEASURES}第7条",
):
    """Somebody else with a duty to support an orphan was asked, or it was found that there is nobody."""

    result: Annotated[Answered[str], Label("意见", "Answer"), Code("related_party_answer")]
    person: Annotated[PersonId | None, Label("有抚养义务的人", "Person")] = None
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
    adopter: Annotated[Answered[AdopterId], Label("收养人", "Adopter"), Names()]
    new_name: Annotated[Answered[Name], Label("收养后姓名", "New name")]
    decision: Annotated[
        Text | None,
        Label("评估结论为不符合时的登记决定", "Decision to register in spite of a negative report"),
    ] = None
    registrar_region: Annotated[
        Region | None, Label("收养登记机关所在地区", "Region of the registrar"), Code("region")
    ] = None

    def follows(self) -> tuple[type[Event], ...]:
        return INTAKE

    def refusals(self, life: Life) -> Refusals:
        adopting = adopting_of(self, life)
        yield from _assessed(adopting, self.decision)
        yield from adopting.only_of(NOT_FOUND_CHILDREN, _looked_for(adopting))
        yield from _agreed(adopting)
        yield from of_age(adopting)
        yield from fit(adopting)
        yield from room_in_family(adopting)
        yield from adopting.only_of(ORPHANS, _kin_agreed(adopting))
        yield from only_if(_rescued(adopting), _rescue_settled(life), SITUATION_UNKNOWN)
        before = life.last(AdoptionRegistered)
        if before is not None and not adopting.since(ChildReceived):
            yield breach("I20", before, detail=Label("已办理收养登记", "adopted already"))

    def holds(self, entry: AnyEntry) -> Facts:
        yield STAGE.since(entry.days, "adopted")
        yield ADOPTED.since(entry.days, self.category)
        yield ADOPTION_ENDED.since(entry.days, None)
        for attribute in ON_THE_WAY:
            yield attribute.since(entry.days, None)
        yield from care_ended(entry)
        yield from off_rolls(entry)


@deciding("registrar")
def region_of_registrar(life: Life, started: AnyEntry | None) -> str | None:
    """The region of the adoption registrar, as the entry says or else as the last notice does."""
    for entry in (started, life.entry, life.last(RegistrarNoticePublished)):
        if entry is not None and isinstance(entry.event, (AdoptionRegistered, RegistrarNoticePublished)):
            region = known(entry.event.registrar_region)
            if region is not None:
                return region
    return None


def adoption_by(life: Life, adopter: UUID | None) -> Adopting:
    """Return the adoption by a party that is on its way on that day, of whichever category."""
    before = life.last(AdoptionRegistered)
    return Adopting(
        life=life,
        categories=CATEGORIES,
        adopter=adopter,
        after=None if before is None else before.days.last,
    )


def adopting_of(registered: AdoptionRegistered, life: Life) -> Adopting:
    """Return the adoption with the categories it may be of: its own or, where unknown, those of its basis."""
    adopting, category = adoption_by(life, known(registered.adopter)), known(registered.category)
    if category is not None:
        return replace(adopting, categories=frozenset({category}))
    assessed = adopting.latest(AdoptabilityAssessed)
    if assessed is None:
        return adopting
    return replace(adopting, categories=OF_BASIS.get(known(assessed.event.basis) or "", CATEGORIES))


def _assessed(adopting: Adopting, decision: str | None) -> Refusals:
    """I12: an issued report on these adopters, and a decision where its conclusion is negative."""
    limit = adopting.life.number("I12")
    if limit is None or adopting.of(STEPCHILD):
        return
    reports = [
        report
        for report in adopting.since(AdoptionAssessmentReportIssued)
        if adopting.concerns(report.event.adopter) is not False
    ]
    if not reports:
        yield no_evidence("I12", by=limit)
        return
    report, conclusion = reports[-1], known(reports[-1].event.conclusion)
    if conclusion is None:
        yield uncertain("I12", report, detail=Label("评估结论不明", "the conclusion is not known"))
    elif conclusion == "unsuitable" and decision is None:
        detail = Label("评估结论为不符合", "the assessment's conclusion is negative")
        yield breach("I12", report, detail=detail)
    if adopting.concerns(report.event.adopter) is None:
        yield uncertain("I12", report, detail=WHICH_ADOPTER)


def _looked_for(adopting: Adopting) -> Refusals:
    """I13: the notice for a child whose parents are not found has run out, and nobody claims the child."""
    life, notice = adopting.life, adopting.latest(RegistrarNoticePublished)
    if notice is None:
        yield no_evidence("I13", detail=Label("尚未登记收养登记公告", "no notice is recorded"))
    else:
        limit = life.number("D07", of=notice)
        if limit is not None:
            yield from once_passed("I13", life, limit.ends(notice.days), notice)
    claims = [*life.each(CLAIM), *life.each(PARENT)]
    if claims:
        detail = Label("有未了结或者已确认的认领", "a claim is open or was confirmed")
        yield breach("I13", *(claim.entry for claim in claims), detail=detail)
    withdrawn = found_since(life)
    if withdrawn is not None:
        yield uncertain("I13", withdrawn, detail=PERHAPS_FOUND)


def _agreed(adopting: Adopting) -> Refusals:
    """I14: a child old enough has agreed to these adopters, asked at that age."""
    life = adopting.life
    limit = life.number("I14")
    of_age = None if limit is None else life.aged(limit.value)
    if limit is None or of_age is False:
        return
    turns, detail = life.turns(limit.value), Label(f"{limit.value}周岁以上", f"of {limit.value} or more")
    asked = [
        consent
        for consent in adopting.since(ChildConsentRecorded)
        if adopting.concerns(consent.event.adopter) is not False
        and (turns is None or consent.days.last >= turns.earliest)
    ]
    consent = asked[-1] if asked else None
    answer = None if consent is None else known(consent.event.result)
    if consent is not None and answer == "agree":
        if turns is None or consent.days.earliest < turns.last:
            detail = Label("征求意见时的年龄不明", "how old the child was when asked is not known")
            yield uncertain("I14", consent, detail=detail)
        if adopting.concerns(consent.event.adopter) is None:
            yield uncertain("I14", consent, detail=WHICH_ADOPTER)
    elif of_age is None:
        yield uncertain("I14", consent, detail=detail)
    elif answer is None:
        yield no_evidence("I14", consent, detail=detail, by=limit)
    else:
        yield breach("I14", consent, detail=detail, by=limit)


def _kin_agreed(adopting: Adopting) -> Refusals:
    """I17: for an orphan, everybody else with a duty of support agrees, or there is nobody."""
    answers = {
        entry.event.person or entry.original: entry for entry in adopting.since(RelatedPartyConsentRecorded)
    }
    against = [entry for entry in answers.values() if known(entry.event.result) == "disagree"]
    silent = [entry for entry in answers.values() if known(entry.event.result) is None]
    if against:
        yield breach("I17", *against)
    elif silent or not answers:
        yield no_evidence("I17", *silent)


def _rescue_settled(life: Life) -> Refusals:
    """I18: a rescued child has been in the institution for a year, and the final certificate is there."""
    received, situation = life.last(ChildReceived), life.now(SITUATION)
    if received is None:
        evidence = None if situation is None else situation.entry
        yield no_evidence("I18", evidence, detail=Label("尚未登记儿童接收", "no reception is recorded"))
    else:
        limit = life.number("D04", of=received)
        if limit is not None:
            yield from once_passed("I18", life, limit.ends(received.days), received)
    certificate = life.now(NOT_FOUND)
    if certificate is None or certificate.held.value != "final":
        yield no_evidence("I18", detail=FINAL_CERTIFICATE)


def _rescued(adopting: Adopting) -> bool | None:
    """Whether the child was rescued from trafficking; None where a child of unknown parents may have been."""
    rescued = is_rescued(adopting.life)
    return False if rescued is None and adopting.of(NOT_FOUND_CHILDREN) is False else rescued
