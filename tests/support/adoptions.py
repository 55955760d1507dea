"""Adoptions: a child, those who adopt, and what is on file before the registration."""

from datetime import date
from typing import Any
from uuid import UUID

from domain.event import Event, Unknown
from domain.events.adoption.assessment import AdoptionAssessmentReportIssued, RegistrarNoticePublished
from domain.events.adoption.registration import (
    AdoptionRegistered,
    ChildConsentRecorded,
    RelatedPartyConsentRecorded,
)
from domain.events.adoption.visits import PostAdoptionVisitMade
from domain.events.intake import ChildReceived, IdentityRecorded, ReferralReceived
from tests.support.adopters import ADOPTER, application
from tests.support.given import Given, given, some

OTHERS = UUID("00000000-0000-4000-8000-00000000000b")
CLAIMANT = UUID("00000000-0000-4000-8000-00000000000c")
AUNT = UUID("00000000-0000-4000-8000-00000000000d")
UNCLE = UUID("00000000-0000-4000-8000-00000000000e")
FOUNDLING, ORPHAN, NO_CAPACITY, STEPCHILD, HARDSHIP, KIN_CHILD = "1", "2", "3", "4", "5", "6"
MALE, FEMALE = "1", "2"
APPLIED = ("2024-04-01", application())
CONSENTED = ("2024-04-02", some(ChildConsentRecorded, result="agree"))
REPORT = ("2024-05-01", some(AdoptionAssessmentReportIssued, conclusion="unsuitable"))


def registered(category: str | Unknown = FOUNDLING, **said: Any) -> AdoptionRegistered:
    return some(AdoptionRegistered, **({"category": category, "adopter": ADOPTER} | said))


def born(day: str, until: str | None = None) -> IdentityRecorded:
    last = None if until is None else date.fromisoformat(until)
    return some(IdentityRecorded, birth_on=date.fromisoformat(day), birth_until=last)


def report(
    conclusion: str | Unknown = "suitable", adopter: UUID | None = None
) -> AdoptionAssessmentReportIssued:
    return some(
        AdoptionAssessmentReportIssued, conclusion=conclusion, assessors=("甲", "乙"), adopter=adopter
    )


def consent(result: str | Unknown = "agree", adopter: UUID | None = None) -> ChildConsentRecorded:
    return some(ChildConsentRecorded, result=result, adopter=adopter)


def kin(result: str | Unknown, person: UUID | None = None) -> RelatedPartyConsentRecorded:
    return some(RelatedPartyConsentRecorded, result=result, person=person)


def visited() -> PostAdoptionVisitMade:
    return some(PostAdoptionVisitMade, mode="home")


def small_child(*more: tuple[Any, ...], birth: str = "2022-05-01") -> Given:
    """A child of three, found in 2022; adopters who may adopt, a notice of 1 March 2025 and an assessment."""
    return given(
        ("2022-06-01", born(birth)),
        ("2022-06-01", some(ReferralReceived, child_situation="05")),
        ("2022-06-01", some(ChildReceived)),
        ("2025-01-02", application()),
        ("2025-03-01", some(RegistrarNoticePublished)),
        ("2025-04-01", report()),
        *more,
    )


def without(kind: type[Event], file: Given) -> Given:
    file.entries = [entry for entry in file.entries if not isinstance(entry.event, kind)]
    return file


def before_the_civil_code(
    birth: str = "2010-01-01", *more: tuple[Any, ...], children: int = 0, **said: Any
) -> Given:
    """A child found in 2012, with all that an adoption of September 2018 needs, but for what is said."""
    return given(
        ("2012-06-01", born(birth)),
        ("2012-06-01", some(ReferralReceived, child_situation="05")),
        ("2012-06-01", some(ChildReceived)),
        ("2018-01-05", application(children, **said)),
        ("2018-03-01", some(RegistrarNoticePublished)),
        ("2018-04-01", report()),
        *more,
    )
