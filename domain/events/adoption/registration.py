"""Consent and registration, with the rules that an adoption keeps (I12 to I18)."""

from typing import Annotated, Final, TypeVar
from uuid import UUID

from domain.entry import AnyEntry, Entry
from domain.event import Answered, Category, Code, Event, Label, Name, Number, Personal, Text, Title, known
from domain.events.adoption.assessment import (
    CIVIL_CODE,
    INTEGRATING,
    REGISTRATION_MEASURES,
    AdoptabilityAssessed,
    AdopterApplicationReceived,
    AdoptionAssessmentReportIssued,
    RegistrarNoticePublished,
)
from domain.events.care import ended as care_ended
from domain.events.health import DISABILITY, DISABILITY_CERTIFICATE
from domain.events.intake import INTAKE, SITUATION, ChildReceived
from domain.events.search import CLAIM, NOT_FOUND, PARENT
from domain.file import Attribute, Facts
from domain.life import STAGE, Life
from domain.refusal import Refusals, breach, no_evidence, uncertain, unless

E = TypeVar("E", bound=Event)
STEPCHILD: Final = "4"
ORPHANS: Final = frozenset({"2", "7"})
NOT_FOUND_CHILDREN: Final = frozenset({"1", "8"})
NO_LIMIT_OF_CHILDREN: Final = frozenset({"1", "2", STEPCHILD, "7"})
"""Adoption categories: codes of `adoption_category`."""
RESCUED: Final = "04"
"""A code of `child_situation`."""
ADOPTED: Final[Attribute[str]] = Attribute(
    "adoption", "category", Label("收养类别", "Adoption category"), Category.ADOPTION
)


class ChildConsentRecorded(
    Event,
    zh="征求被收养人意见",
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
    zh="征求其他有抚养义务的人意见",
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
        Label("评估结论为不符合时的登记决定", "Decision to register in spite of a negative report"),
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


def _since(life: Life, kind: type[E]) -> list[Entry[E]]:
    """What happened after an earlier adoption, else ever: what was settled then is used up."""
    before = life.last(AdoptionRegistered)
    return [entry for entry in life.all(kind) if before is None or entry.days.last > before.days.last]


def _latest(life: Life, kind: type[E]) -> Entry[E] | None:
    entries = _since(life, kind)
    return entries[-1] if entries else None


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
        yield no_evidence("I13", detail=Label("尚未登记收养登记公告", "no notice is recorded"))
    else:
        limit = life.number("D07", of=notice)
        if limit is not None:
            yield from unless("I13", life.passed(limit.ends(notice.days)), notice)
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
        yield no_evidence("I14", consent, by=limit)
    else:
        yield breach("I14", consent, by=limit)


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
        yield no_evidence(
            "I18", situation.entry, detail=Label("尚未登记儿童接收", "no reception is recorded")
        )
    else:
        limit = life.number("D04", of=received)
        if limit is not None:
            yield from unless("I18", life.passed(limit.ends(received.days)), received)
    certificate = life.now(NOT_FOUND)
    if certificate is None or certificate.held.value != "final":
        yield no_evidence(
            "I18",
            detail=Label("尚未登记查找不到生父母或其他监护人的证明", "the final certificate is not recorded"),
        )
