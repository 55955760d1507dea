"""Who may be adopted, who is proposed for whom, and what the adopters are told of the child first (I19)."""

from typing import Annotated, Final

from domain.entry import AnyEntry
from domain.event import Answered, Category, Event, Label, Text, Title, known
from domain.events.adoption.adopting import WHICH_ADOPTER
from domain.events.adoption.assessment import AVAILABLE, MATCHED
from domain.events.adoption.registration import adoption_by
from domain.file import Facts
from domain.life import Life
from domain.refusal import Refusals, no_evidence, uncertain, unless
from domain.shared_fields import AdopterId, Grounds

SYSTEM: Final = "全国儿童福利信息系统（NS）"
DISCLOSURE: Final = "《儿童福利机构管理办法》（条文未核实）"
UNSIGNED: Final = Label("告知未经收养人签字确认", "the adopters did not sign what they were told")


class AdoptionAvailabilityPublished(
    Event,
    zh="待收养信息发布",
    en="Adoption availability published",
    seals=Category.ADOPTION,
    source=SYSTEM,
    ends_with="adoption",
):
    """It was made known to those who may propose adopters that the child can be adopted."""

    published_by: Annotated[Answered[Title], Label("发布单位", "Published by")]

    def holds(self, entry: AnyEntry) -> Facts:
        yield AVAILABLE.since(entry.days, entry.days.last)


class AdoptionAvailabilityWithdrawn(
    Event,
    zh="待收养信息撤销",
    en="Adoption availability withdrawn",
    seals=Category.ADOPTION,
    source=SYSTEM,
    once=True,
):
    """The child is no longer shown as one that can be adopted."""

    grounds: Grounds

    def presupposes(self) -> tuple[type[Event], ...]:
        return (AdoptionAvailabilityPublished,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield AVAILABLE.since(entry.days, None)


class DisclosureGiven(
    Event,
    zh="如实告知儿童情况",
    en="Disclosure given",
    seals=Category.ADOPTION,
    source=DISCLOSURE,
    ends_with="adoption",
):
    """Those who want to adopt were told of the child's health and of whatever else matters."""

    health: Annotated[Answered[Text], Label("告知的健康状况", "Health as told")]
    disability: Annotated[Answered[Text], Label("告知的残疾情况", "Disability as told")]
    important_facts: Annotated[Answered[Text], Label("告知的其他重要情况", "Other important facts")]
    is_signed: Annotated[Answered[bool], Label("收养人是否签字确认", "Signed by the adopters")]
    adopter: Annotated[AdopterId | None, Label("收养人", "Adopter")] = None


class MatchProposed(
    Event,
    zh="收养匹配",
    en="Match proposed",
    seals=Category.ADOPTION,
    source=f"{SYSTEM}；{DISCLOSURE}",
    ends_with="adoption",
):
    """The child and those who want to adopt were proposed to each other."""

    adopter: Annotated[Answered[AdopterId], Label("收养人", "Adopter")]
    proposed_by: Annotated[Answered[Title], Label("匹配单位", "Proposed by")]

    def refusals(self, life: Life) -> Refusals:
        """I19: this party was told of the child's health before, and has signed it."""
        adopting = adoption_by(life, known(self.adopter))
        given = [
            told
            for told in adopting.since(DisclosureGiven)
            if adopting.concerns(told.event.adopter) is not False
        ]
        if not given:
            yield no_evidence("I19")
            return
        told = given[-1]
        if known(told.event.health) is None:
            detail = Label("告知内容未写明健康状况", "what was told of the health is not recorded")
            yield uncertain("I19", told, detail=detail)
        yield from unless("I19", known(told.event.is_signed), told, detail=UNSIGNED)
        if adopting.concerns(told.event.adopter) is None:
            yield uncertain("I19", told, detail=WHICH_ADOPTER)

    def holds(self, entry: AnyEntry) -> Facts:
        yield MATCHED.since(entry.days, entry.days.last)
