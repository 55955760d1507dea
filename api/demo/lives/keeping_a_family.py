"""The whole way into a family as it should be, and one of an old file, whose adoption did not last."""

from datetime import timedelta
from uuid import UUID

from api.demo.life_building import LifeCourse, Present, on
from api.demo.lives.finding_a_family import THE_TANGS, THE_WEIS, adopted, applied_for, tried_out
from api.demo.lives.upbringing import on_paper, raised
from api.demo.people import FEMALE, MALE
from domain.events.adoption.assessing import AdoptionAssessmentFindingReported, AdoptionAssessmentStarted
from domain.events.adoption.assessment import (
    AdoptabilityAssessed,
    AdoptionAssessmentNoticeGiven,
    AdoptionAssessmentReportIssued,
)
from domain.events.adoption.concluding import AdoptionAgreementSigned, AdoptionRefused, ChildHandedOver
from domain.events.adoption.dissolving import AdoptionDissolved, BirthParentsFoundAfterAdoption
from domain.events.adoption.proposing import (
    AdoptionAvailabilityPublished,
    AdoptionAvailabilityWithdrawn,
    DisclosureGiven,
    MatchProposed,
)
from domain.events.adoption.registration import RelatedPartyConsentRecorded
from domain.events.adoption.visits import (
    PostAdoptionVisitMade,
    PostAdoptionVisitMissed,
    PostAdoptionVisitPlanned,
)
from domain.events.health import DisabilityAssessed
from domain.when import add

FATHER = UUID("00000000-0000-4000-8000-0000000000d1")


def a_disabled_orphan(present: Present) -> LifeCourse:
    """An orphan who hardly hears was shown, matched and adopted, step by step; a visit had to be put off."""
    child = present.who(present.ago(years=5), FEMALE)
    came, shown, day = present.ago(years=4), present.ago(months=15), present.ago(months=6)
    yield from raised(present, child, came, shown)
    yield on(came + timedelta(days=40), DisabilityAssessed, disability_class="2", grade="3")
    yield on(shown, AdoptabilityAssessed, basis="orphan", health="听力三级", decision="adoptable")
    yield on(add(shown, days=9), AdoptionAvailabilityPublished, published_by="望海区民政局")
    yield from applied_for(add(shown, months=3), THE_TANGS)
    told = add(shown, months=4)
    yield on(
        told,
        DisclosureGiven,
        health="佩戴助听器，其他良好",
        disability="听力三级",
        important_facts="无",
        is_signed=True,
        adopter=THE_TANGS,
    )
    yield on(add(told, days=5), MatchProposed, adopter=THE_TANGS, proposed_by="望海区儿童福利院")
    yield on(add(told, days=6), AdoptionAvailabilityWithdrawn, grounds="已匹配收养人")
    yield on(add(told, days=8), RelatedPartyConsentRecorded, result="nobody")
    yield on(add(told, days=10), AdoptionAssessmentNoticeGiven, adopter=THE_TANGS)
    yield from tried_out(add(told, days=12), THE_TANGS)
    yield on(add(told, days=14), AdoptionAssessmentStarted, agreement_no="评协-017", adopter=THE_TANGS)
    yield on(add(day, days=-5), AdoptionAgreementSigned, agreement_no="收协-017", adopter=THE_TANGS)
    yield from adopted(child, day, THE_TANGS, "2")
    yield on(day, ChildHandedOver, adopter=THE_TANGS, handed_over_by="姜老师", received_by="唐立行")
    days = (add(day, days=25), add(day, days=85), add(day, days=175))
    yield on(add(day, days=3), PostAdoptionVisitPlanned, visits_on=days)
    yield on(days[0], PostAdoptionVisitMade, planned_on=days[0], mode="home", risk="none")
    yield on(
        days[1],
        PostAdoptionVisitMissed,
        planned_on=days[1],
        reason="not_at_home",
        next_on=add(days[1], days=6),
    )
    yield on(add(days[1], days=6), PostAdoptionVisitMade, planned_on=days[1], mode="home", risk="none")


def an_adoption_undone(present: Present) -> LifeCourse:
    """A boy was adopted in a hurry after a first couple was turned away; at ten he lost his family again."""
    child = present.who(present.ago(years=11), MALE)
    came, matched, day = present.ago(years=8), present.ago(years=4, months=8), present.ago(years=4)
    yield from on_paper(raised(present, child, came, matched))
    yield from on_paper(applied_for(add(matched, days=-30), THE_WEIS))
    yield on(matched, MatchProposed, adopter=THE_WEIS).on_paper()
    yield on(
        add(matched, days=5), AdoptionAssessmentStarted, body="civil_affairs", assessors=("于老师",)
    ).on_paper()
    found = add(matched, days=20)
    for reported, situation in ((found, "concealment"), (add(found, days=4), "domestic_violence")):
        yield on(
            reported,
            AdoptionAssessmentFindingReported,
            situation=situation,
            found_on=found,
            reported_to="望海区民政局",
            is_police_told=False,
            adopter=THE_WEIS,
        ).on_paper()
    yield on(
        add(found, days=9), AdoptionRefused, adopter=THE_WEIS, decided_by="望海区民政局", grounds="隐瞒事实"
    ).on_paper()
    yield from on_paper(applied_for(add(matched, days=60), THE_TANGS))
    yield on(add(day, days=-30), RelatedPartyConsentRecorded, result="nobody").on_paper()
    yield on(
        add(day, days=-20), AdoptionAssessmentReportIssued, conclusion="suitable", adopter=THE_TANGS
    ).on_paper()
    yield from on_paper(adopted(child, day, THE_TANGS, "2"))
    yield on(
        present.ago(months=9),
        BirthParentsFoundAfterAdoption,
        parent=FATHER,
        name="韦大山",
        handling="informed",
    ).on_paper()
    yield on(
        present.ago(months=3),
        AdoptionDissolved,
        form="agreement",
        grounds="收养人长期患病",
        custody="institution",
    ).on_paper()


KEEPING_A_FAMILY = (a_disabled_orphan, an_adoption_undone)
