"""Placed as an adult, by the gates of the chosen route (I23), and visited afterwards."""

from datetime import date
from typing import Annotated, Final

from domain.entry import AnyEntry
from domain.event import Answered, Category, Code, Event, Label, NotBefore, Personal, Region, Text, known
from domain.events.care import ended as care_ended
from domain.events.household import HouseholdCancelled, HouseholdTransferred
from domain.events.intake import INTAKE
from domain.events.placement.gates import ROUTE_GATES
from domain.events.placement.preparing import (
    ANHUI,
    SEED_RULES,
    AdultPlacementPlanApproved,
    YoungPersonConsentRecorded,
    old_enough,
)
from domain.file import Attribute, Facts
from domain.life import STAGE, Life
from domain.readiness import GATES
from domain.refusal import Refusals, breach, no_evidence, uncertain

MOVED: Final = "moved"
"""A code of `hukou_state`."""
LEFT_HOUSEHOLD: Final = (HouseholdTransferred, HouseholdCancelled)
"""Events by which the registration left the institution's household; one joins the army by the second."""
PLACED: Final[Attribute[Answered[str]]] = Attribute("placement", "placed", Label("成年安置完成", "Placed"))


class AdultPlaced(
    Event,
    zh="成年安置完成",
    en="Adult placed",
    source=f"{ANHUI}；{SEED_RULES}",
    ends_with="adoption",
    once=True,
):
    """The young person began to live as an adult outside the institution's care."""

    route: Annotated[Answered[str], Label("安置方式", "Route"), Code("placement_route")]
    region: Annotated[Answered[Region], Label("居住地区", "Region"), Code("region")]
    address: Annotated[Answered[Text], Label("居住地址", "Address"), Personal(Category.CONTACT)]
    hukou_state: Annotated[Answered[str], Label("户口去向", "Household registration"), Code("hukou_state")]
    contact: Annotated[Answered[Text], Label("联系方式", "Contact"), Personal(Category.CONTACT)]
    transition_end_on: Annotated[Answered[date], Label("过渡期截止日期", "Transition ends on"), NotBefore()]

    def follows(self) -> tuple[type[Event], ...]:
        return INTAKE

    def refusals(self, life: Life) -> Refusals:
        yield from old_enough(life)
        yield from _willing(life)
        if known(self.hukou_state) == MOVED and not any(map(life.perhaps, LEFT_HOUSEHOLD)):
            yield no_evidence("E16", detail=HouseholdTransferred.label)
        plan, route = life.last(AdultPlacementPlanApproved), known(self.route)
        if plan is None:
            yield no_evidence("I23", detail=Label("尚无经批准的安置方案", "no approved plan is recorded"))
            return
        planned = known(plan.event.route)
        if route is not None and planned is not None and planned != route:
            yield breach(
                "I23", plan, detail=Label("与批准的安置方式不一致", "the plan approved another route")
            )
            return
        for number in ROUTE_GATES.get(route or planned, ()):
            yield from _through(number, life)

    def holds(self, entry: AnyEntry) -> Facts:
        yield STAGE.since(entry.days, "placed")
        yield PLACED.since(entry.days, self.route)
        yield from care_ended(entry)


class AfterCareVisitMade(Event, zh="安置后随访", en="After-care visit made", source=SEED_RULES):
    """Somebody saw or heard how the young person lives after leaving care."""

    mode: Annotated[Answered[str], Label("随访方式", "Mode"), Code("visit_mode")]
    living: Annotated[Answered[Text], Label("生活情况", "Living"), Personal(Category.IDENTITY)]
    growth: Annotated[Answered[Text], Label("成长情况", "Growth"), Personal(Category.IDENTITY)]
    health: Annotated[Answered[Text], Label("健康状况", "Health"), Personal(Category.HEALTH)]
    housing: Annotated[Answered[Text], Label("住房情况", "Housing"), Personal(Category.CONTACT)]
    job: Annotated[Answered[Text], Label("就业情况", "Job"), Personal(Category.IDENTITY)]
    next_on: Annotated[date | None, Label("下次随访日期", "Next visit"), NotBefore()] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (AdultPlaced,)


def _willing(life: Life) -> Refusals:
    """I23: nobody is placed against their will. That they were asked at all is for gate 11 to say."""
    consent = life.last(YoungPersonConsentRecorded)
    answer = None if consent is None else known(consent.event.result)
    if answer == "disagree":
        yield breach("I23", consent, detail=Label("本人不同意", "the person does not agree"))
    elif consent is not None and answer != "agree" and GATES[11].ask(life).state != "met":
        yield uncertain("I23", consent, detail=Label("本人意见不详", "the person's will is not known"))


def _through(number: int, life: Life) -> Refusals:
    """I23: what keeps a young person from passing a gate of the chosen route."""
    answer = GATES[number].ask(life)
    if answer.state == "uncertain":
        yield uncertain("I23", detail=answer.missing)
    elif answer.state not in {"met", "not_applicable"}:
        yield no_evidence("I23", detail=answer.missing)
