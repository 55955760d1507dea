"""Young people on their way out of care: who they are, and all that must have happened before they go."""

from datetime import date
from typing import Any
from uuid import UUID

from domain.event import Event, Unknown
from domain.events.entitlement.allowance import AllowanceStopped
from domain.events.household import HouseholdRegistered, HouseholdTransferred, IdCardIssued
from domain.events.insurance import InsuranceEnrolled
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.placement.arrangements import (
    ArchiveHandedOver,
    BankAccountHandedOver,
    BelongingsHandedOver,
    EmploymentArranged,
    EnlistmentRegistered,
    FollowUpPlanned,
    HardshipSupportDecided,
    HardshipSupportPlaced,
    HousingArranged,
    SocialSecurityTransferred,
)
from domain.events.placement.preparing import (
    AdultPlacementAssessed,
    AdultPlacementCaseOpened,
    AdultPlacementPlanApproved,
    Measure,
    YoungPersonConsentRecorded,
)
from tests.support.given import Given, given, some

Happened = tuple[Any, ...]
MALE, FEMALE = "1", "2"
GUARDIAN = UUID("00000000-0000-4000-8000-00000000000f")


def identity(
    *, birth: str = "2008-03-10", until: str | None = None, sex: str | Unknown = MALE
) -> IdentityRecorded:
    """Who somebody is: a man who turns 18 on 10 March 2026, or somebody else."""
    last = None if until is None else date.fromisoformat(until)
    return some(IdentityRecorded, sex=sex, birth_on=date.fromisoformat(birth), birth_until=last)


def card(valid_from: str, valid_to: str | None) -> IdCardIssued:
    """An identity card, until a day that may not be known."""
    ends = Unknown("not_known") if valid_to is None else date.fromisoformat(valid_to)
    return some(IdCardIssued, valid_from=date.fromisoformat(valid_from), valid_to=ends)


def plan(route: str | Unknown = "social", *kinds: str) -> AdultPlacementPlanApproved:
    """A plan by a route, with measures of these kinds."""
    measures = tuple(some(Measure, kind=kind) for kind in kinds)
    return some(AdultPlacementPlanApproved, route=route, measures=measures)


def signed(kind: type[Event], *, is_signed: bool = True) -> Event:
    """A handing over, signed by the young person."""
    return some(kind, is_signed=is_signed)


def assessed(capacity: str | Unknown = "full") -> AdultPlacementAssessed:
    """An assessment of what somebody is able to."""
    return some(AdultPlacementAssessed, capacity=capacity, conclusion="social")


def follow_up() -> FollowUpPlanned:
    """Two visits within the first year."""
    return some(FollowUpPlanned, visits_on=(date(2026, 6, 10), date(2026, 12, 10)))


def insured() -> InsuranceEnrolled:
    """Insurance by an employer from 2026 on."""
    return some(InsuranceEnrolled, scheme="employee", year=2026, benefit_from=date(2026, 1, 1))


COMMON: tuple[Happened, ...] = (
    ("2025-09-15", some(AdultPlacementCaseOpened, trigger="half_year_before")),
    ("2025-12-01", assessed()),
    ("2025-12-10", some(HouseholdRegistered, household_class="1")),
    ("2026-01-05", card("2026-01-05", "2036-01-05")),
    ("2026-01-10", insured()),
)
"""What is asked of everybody, before the plan."""
AFTERWARDS: tuple[Happened, ...] = (
    ("2026-02-01", some(YoungPersonConsentRecorded, result="agree")),
    ("2026-02-02", some(SocialSecurityTransferred)),
    ("2026-02-03", some(AllowanceStopped, last_month="2026-03")),
    ("2026-02-04", some(EnlistmentRegistered)),
    ("2026-02-05", follow_up()),
)
"""What is asked of everybody, after the plan."""
SOCIAL: tuple[Happened, ...] = (
    ("2026-01-20", plan("social")),
    ("2026-02-10", some(HousingArranged, housing_type="public_rental")),
    ("2026-02-11", some(EmploymentArranged)),
    ("2026-02-12", signed(BankAccountHandedOver)),
    ("2026-02-13", signed(BelongingsHandedOver)),
    ("2026-02-14", signed(ArchiveHandedOver)),
    ("2026-02-15", some(HouseholdTransferred, transfer_reason="adult_placement")),
)
"""The route into society."""
HARDSHIP: tuple[Happened, ...] = (
    ("2026-01-20", plan("hardship")),
    ("2026-02-10", some(HardshipSupportDecided, decision="approved")),
    ("2026-02-11", some(HardshipSupportPlaced, is_medical_handover_done=True)),
)
"""The route of those who cannot keep themselves."""
READY_ON = "2026-03-01"
"""A day on which all this has happened."""


def young(*happened: Happened, **said: Any) -> Given:
    """A young man in care who turns 17 and a half on 10 September 2025 and 18 on 10 March 2026.

    His identity may say something else.
    """
    return given(("2015-05-01", identity(**said)), ("2015-05-01", some(ChildReceived)), *happened)


def ready_young(*more: Happened, by: tuple[Happened, ...] = SOCIAL) -> Given:
    """The same, who has passed every gate by a route."""
    return young(*COMMON, *by, *AFTERWARDS, *more)
