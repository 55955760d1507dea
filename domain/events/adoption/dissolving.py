"""What follows an adoption that does not last, or whose child's parents are found (R-ADO-6, R-ADO-7)."""

from typing import Annotated, Final

from domain.entry import AnyEntry
from domain.event import Answered, Category, Code, Event, Label, Name, Number, Personal, Text, Title, known
from domain.events.adoption.assessment import CIVIL_CODE, REGISTRATION_MEASURES
from domain.events.adoption.registration import ADOPTED, ADOPTION_ENDED, AdoptionRegistered
from domain.events.intake import ChildReceived
from domain.events.search import NOTICE_2015
from domain.file import Facts
from domain.life import ADULT, Life
from domain.refusal import Refusals, breach, no_evidence, uncertain
from domain.shared_fields import DecidedBy, Grounds, PersonId

BY_JUDGMENT: Final = "judgment"
"""The code of `dissolution_form` for what a court decided."""
INSTITUTION: Final = "institution"
"""The code of `custody_after_adoption` for a child that comes back."""


class AdoptionDissolved(
    Event,
    zh="解除收养关系",
    en="Adoption dissolved",
    seals=Category.ADOPTION,
    source=f"{CIVIL_CODE}第1114条至第1118条；{REGISTRATION_MEASURES}第10条、第11条",
    once=True,
):
    """Adopters and child are no longer parents and child, by agreement and registration or by a judgment."""

    form: Annotated[Answered[str], Label("解除方式", "By"), Code("dissolution_form")]
    grounds: Grounds
    certificate_no: Annotated[
        Answered[Number], Label("解除收养关系证明或者判决书编号", "Number of certificate or judgment")
    ]
    decided_by: DecidedBy
    custody: Annotated[
        Answered[str], Label("解除后由谁抚养", "Custody afterwards"), Code("custody_after_adoption")
    ]
    child_consent: Annotated[
        Answered[str] | None, Label("被收养人意见", "Child's answer"), Code("consent_result")
    ] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (AdoptionRegistered,)

    def refusals(self, life: Life) -> Refusals:
        """R-ADO-7: a minor who is old enough agrees to what is not for a court to decide."""
        yield from _comes_back(known(self.custody), life)
        limit, form, consent = life.number("R-ADO-7"), known(self.form), known(self.child_consent)
        of_age = None if limit is None else life.aged(limit.value)
        if limit is None or of_age is False or form == BY_JUDGMENT or consent == "agree":
            return
        if life.aged(ADULT):
            return
        detail = Label(f"{limit.value}周岁以上", f"of {limit.value} or more")
        if of_age is None or form is None:
            yield uncertain("R-ADO-7", detail=detail, by=limit)
        elif consent is None:
            yield no_evidence("R-ADO-7", detail=detail, by=limit)
        else:
            yield breach("R-ADO-7", detail=detail, by=limit)

    def holds(self, entry: AnyEntry) -> Facts:
        yield from _ended(entry, "dissolved")


class AdoptionRevoked(
    Event,
    zh="撤销收养登记",
    en="Adoption revoked",
    seals=Category.ADOPTION,
    source=f"{CIVIL_CODE}第1113条；{REGISTRATION_MEASURES}第13条",
    once=True,
):
    """The registration was revoked since the adoption was void from the beginning."""

    grounds: Grounds
    decision_no: Annotated[Answered[Number], Label("撤销决定编号", "Number of the decision")]
    decided_by: DecidedBy
    custody: Annotated[
        Answered[str], Label("撤销后由谁抚养", "Custody afterwards"), Code("custody_after_adoption")
    ]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (AdoptionRegistered,)

    def refusals(self, life: Life) -> Refusals:
        yield from _comes_back(known(self.custody), life)

    def holds(self, entry: AnyEntry) -> Facts:
        yield from _ended(entry, "revoked")


class BirthParentsFoundAfterAdoption(
    Event,
    zh="收养后查找到生父母",
    en="Birth parents found after adoption",
    seals=Category.ADOPTION,
    source=NOTICE_2015,
):
    """A birth parent of an adopted child was found; `parent` is that person."""

    parent: Annotated[PersonId, Label("生父母", "Birth parent")]
    name: Annotated[Answered[Name], Label("姓名", "Name"), Personal(Category.ADOPTION, subject="parent")]
    police_unit: Annotated[Answered[Title], Label("确认机关", "Confirming police")]
    handling: Annotated[Answered[str], Label("处理方式", "Handling"), Code("birth_parents_handling")]
    account: Annotated[Text | None, Label("处理情况", "Account")] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (AdoptionRegistered,)


def _comes_back(custody: str | None, life: Life) -> Refusals:
    """R-ADO-6: who has custody of a minor is recorded, and who comes back is received, before or after."""
    if life.aged(ADULT):
        return
    if custody is None:
        yield uncertain("R-ADO-6", detail=Label("由谁抚养不明", "who has custody is not known"))
    elif custody == INSTITUTION and not life.in_care and life.ahead(ChildReceived) is None:
        yield no_evidence("R-ADO-6")


def _ended(entry: AnyEntry, how: str) -> Facts:
    """That an adoption is over.

    The stage stays as it was: who comes back is received anew, perhaps before this is registered, and who
    has custody otherwise is sealed, so that no stage may tell of it.
    """
    yield ADOPTED.since(entry.days, None)
    yield ADOPTION_ENDED.since(entry.days, how)
