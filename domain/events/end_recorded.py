"""What leaving care rests on: a decision (R-DEP-1), a death or an adoption that is recorded (R-DEP-2)."""

from typing import Final

from domain.event import Event, Label, known
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.case import CaseClosed
from domain.events.community.rolls import RollLeft
from domain.events.departure import (
    ADOPTED,
    APPROVED,
    DEAD,
    ChildDied,
    DepartureApproved,
    DepartureCompleted,
    DepartureProposed,
)
from domain.events.entitlement.allowance import AllowanceStopped
from domain.events.entitlement.study_grant import StudyGrantStopped
from domain.events.entitlement.welfare_status import WelfareStatusEnded
from domain.events.foster.fostering import FosterPlacementEnded
from domain.events.funeral import DeathInvestigated, DeathReported, FuneralCompleted
from domain.events.guardianship import GuardianshipTerminated
from domain.events.household import HouseholdCancelled, HouseholdTransferred
from domain.events.intake import of_stay
from domain.events.medical.illness import IllnessEpisodeClosed
from domain.events.medical.treatment import (
    EmergencyRescued,
    HospitalDischarged,
    OutpatientTreated,
    SurgeryPerformed,
)
from domain.events.national_roll import BY_MISTAKE
from domain.events.placement.preparing import AdultPlacementPlanApproved
from domain.events.reunification import FamilyReunificationRequested, ReunificationDecided
from domain.events.search import FindRelativesNoticeWithdrawn
from domain.events.transfer.handing_over import HANDED_OVER
from domain.life import Life
from domain.refusal import Refusals, against, breach, no_evidence, uncertain

BY_DEATH: Final = frozenset({DEAD, "died", "death"})
"""The codes of reasons and outcomes by which the child died."""
BY_ADOPTION: Final = ADOPTED | {"adopted", "adoption"}
"""The codes of reasons by which the child was adopted."""
BY_ITSELF: Final = ADOPTED | {DEAD, BY_MISTAKE, HANDED_OVER}
"""The reasons that nobody decides on as a departure: codes of `departure_reason`."""
DECIDED_APART: Final[tuple[type[Event], ...]] = (
    AdultPlacementPlanApproved,
    FamilyReunificationRequested,
    ReunificationDecided,
)
"""Events by which it is decided, or by rules of their own is to be, that a child leaves."""
OF_THE_DEAD: Final = frozenset({DeathReported, DeathInvestigated, FuneralCompleted})
"""Events that nobody living has."""
ADOPTED_ELSEWHERE: Final = frozenset({AllowanceStopped, HouseholdTransferred, WelfareStatusEnded})
"""Events of children outside institutions too, whose adoption need not be recorded here."""


@against(DepartureCompleted)
def was_decided(left: DepartureCompleted, life: Life) -> Refusals:
    """Who leaves, leaves once that was approved (R-DEP-1); a proposal asks for a decision of its own."""
    if life.gone or known(left.reason) in BY_ITSELF:
        return
    proposals = of_stay(life, DepartureProposed)
    proposed = proposals[-1] if proposals else None
    decided = [
        each
        for each in of_stay(life, DepartureApproved)
        if proposed is None
        or (
            known(each.event.proposal) in {None, proposed.original}
            and each.days.last >= proposed.days.earliest
        )
    ]
    decision = known(decided[-1].event.decision) if decided else None
    if decided and decision is None:
        yield uncertain("R-DEP-1", decided[-1], detail=Label("审批结果不详", "the decision is not known"))
    elif decided and decision != APPROVED:
        yield breach("R-DEP-1", decided[-1], detail=Label("离院未获同意", "the departure was not approved"))
    elif not decided and (proposed or not any(of_stay(life, kind) for kind in DECIDED_APART)):
        yield no_evidence("R-DEP-1", proposed, detail=Label("未登记离院审批", "no decision is recorded"))


@against(
    DeathReported,
    DeathInvestigated,
    FuneralCompleted,
    AllowanceStopped,
    CaseClosed,
    DepartureCompleted,
    FindRelativesNoticeWithdrawn,
    FosterPlacementEnded,
    GuardianshipTerminated,
    HouseholdCancelled,
    RollLeft,
    StudyGrantStopped,
    WelfareStatusEnded,
)
def died_before(event: Event, life: Life) -> Refusals:
    """Nobody is buried, or leaves as dead, whose death is not recorded."""
    if type(event) in OF_THE_DEAD or _said(event) in BY_DEATH:
        yield from _missing(life, ChildDied, there=bool(life.all(ChildDied)))


@against(
    AllowanceStopped,
    CaseClosed,
    DepartureCompleted,
    FindRelativesNoticeWithdrawn,
    GuardianshipTerminated,
    HouseholdTransferred,
    WelfareStatusEnded,
)
def adopted_before(event: Event, life: Life) -> Refusals:
    """An adoption exists from its registration on; one before the child was taken in again is over."""
    if _said(event) not in BY_ADOPTION or (type(event) in ADOPTED_ELSEWHERE and not life.in_care):
        return
    yield from _missing(life, AdoptionRegistered, there=bool(of_stay(life, AdoptionRegistered)))


@against(
    EmergencyRescued,
    HospitalDischarged,
    IllnessEpisodeClosed,
    OutpatientTreated,
    SurgeryPerformed,
)
def died_of_it(event: Event, life: Life) -> Refusals:
    """Of a treatment that ended with the death, the death is recorded too, then or later (E16)."""
    recorded = life.perhaps(ChildDied) or life.ahead(ChildDied) is not None
    if _said(event) in BY_DEATH and not recorded:
        yield no_evidence("E16", detail=ChildDied.label)


def _said(event: Event) -> str | None:
    """Return the code of the reason or the outcome that an event states."""
    match event:
        case HouseholdCancelled():
            return known(event.cancel_reason)
        case HouseholdTransferred():
            return known(event.transfer_reason)
        case IllnessEpisodeClosed():
            return known(event.outcome)
        case EmergencyRescued() | HospitalDischarged() | OutpatientTreated() | SurgeryPerformed():
            return known(event.result)
        case _:
            return known(getattr(event, "reason", None))


def _missing(life: Life, kind: type[Event], *, there: bool) -> Refusals:
    ahead = life.ahead(kind)
    if there:
        return
    if ahead is not None:
        yield breach("R-DEP-2", ahead, detail=kind.label)
    elif life.all(kind) or not life.perhaps(kind):
        yield no_evidence("R-DEP-2", detail=kind.label)
