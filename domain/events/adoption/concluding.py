"""How an adoption is concluded: the agreement (R-ADO-5), a refusal, and the child's way to the family."""

from typing import Annotated, Final

from domain.event import Answered, Category, Event, Label, Name, Number, Personal, known
from domain.events.adoption.adopting import WHICH_ADOPTER
from domain.events.adoption.assessment import CIVIL_CODE, REGISTRATION_MEASURES, AdopterApplicationReceived
from domain.events.adoption.registration import AdoptionRegistered, adoption_by
from domain.events.search import NOTICE_2015, is_rescued
from domain.life import Life
from domain.refusal import Refusals, against, no_evidence, uncertain, unless
from domain.shared_fields import AdopterId, DecidedBy, Grounds

NO_AGREEMENT: Final = Label("尚未登记收养协议", "no agreement is recorded")
NO_POLICE: Final = Label("公安机关未参与签订", "the police are no party to it")
NO_COOPERATION: Final = Label(
    "未约定查找到生父母时收养人的配合义务", "it does not bind the adopters where the parents are found later"
)


class AdoptionAgreementSigned(
    Event,
    zh="签订收养协议",
    en="Adoption agreement signed",
    seals=Category.ADOPTION,
    source=f"{CIVIL_CODE}第1105条；{NOTICE_2015}",
    ends_with="adoption",
):
    """Institution and adopters signed an agreement; for a rescued child the police sign, too."""

    agreement_no: Annotated[Answered[Number], Label("协议编号", "Number of the agreement")]
    is_police_party: Annotated[Answered[bool], Label("公安机关是否参与签订", "Police are a party")]
    is_cooperation_agreed: Annotated[
        Answered[bool],
        Label("是否约定查找到生父母时的配合义务", "Binds the adopters if parents are found"),
    ]
    adopter: Annotated[AdopterId | None, Label("收养人", "Adopter")] = None


class AdoptionRefused(
    Event,
    zh="收养未成",
    en="Adoption refused",
    seals=Category.ADOPTION,
    source=f"{REGISTRATION_MEASURES}第8条",
    ends_with="adoption",
    once=True,
):
    """It was decided that this party does not adopt this child, for a reason that they were told."""

    adopter: Annotated[Answered[AdopterId], Label("收养人", "Adopter")]
    decided_by: DecidedBy
    grounds: Grounds

    def presupposes(self) -> tuple[type[Event], ...]:
        return (AdopterApplicationReceived,)


class ChildHandedOver(
    Event,
    zh="向收养人移交儿童",
    en="Child handed over",
    seals=Category.ADOPTION,
    source=f"{CIVIL_CODE}第1111条",
):
    """The child went to live with the adopters."""

    adopter: Annotated[Answered[AdopterId], Label("收养人", "Adopter")]
    handed_over_by: Annotated[Answered[Name], Label("移交人", "Handed over by")]
    is_signed: Annotated[Answered[bool], Label("收养人是否签收", "Signed for")]
    received_by: Annotated[
        Name | None, Label("接收人", "Received by"), Personal(Category.ADOPTION, subject="adopter")
    ] = None


@against(AdoptionRegistered)
def agreement_binds(registered: AdoptionRegistered, life: Life) -> Refusals:
    """R-ADO-5: for a rescued child an agreement with the police binds the adopters to cooperate.

    Where nobody knows whether the child was rescued, I18 says so.
    """
    if not is_rescued(life):
        return
    adopting = adoption_by(life, known(registered.adopter))
    signed = [
        agreement
        for agreement in adopting.since(AdoptionAgreementSigned)
        if adopting.concerns(agreement.event.adopter) is not False
    ]
    if not signed:
        yield no_evidence("R-ADO-5", detail=NO_AGREEMENT)
        return
    agreement = signed[-1]
    yield from unless("R-ADO-5", known(agreement.event.is_police_party), agreement, detail=NO_POLICE)
    bound = known(agreement.event.is_cooperation_agreed)
    yield from unless("R-ADO-5", bound, agreement, detail=NO_COOPERATION)
    if adopting.concerns(agreement.event.adopter) is None:
        yield uncertain("R-ADO-5", agreement, detail=WHICH_ADOPTER)
