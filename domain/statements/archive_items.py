"""What a child's archive is to hold beside the papers of its category, part by part (domain.md 2.17).

Nothing is asked for before what it is about has happened: no foster agreement of who is not fostered.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from domain.entry import AnyEntry
from domain.event import Category, Event, known
from domain.events.adoption.assessing import AdoptionAssessmentStarted
from domain.events.adoption.assessment import AdoptionAssessmentReportIssued
from domain.events.archive import DocumentFiled
from domain.events.foster.foster_visits import FosterVisitMade
from domain.events.foster.fostering import FosterAgreementSigned, FosterPlacementStarted
from domain.events.health import DisabilityAssessed, DisabilityCertificateIssued, PhysicalExamined
from domain.events.household import HouseholdRegistered, SocialSecurityCardIssued
from domain.events.insurance import InsuranceEnrolled
from domain.events.intake import ChildAdmitted, IntakeMedicalExamined
from domain.events.medical.illness import IllnessDiagnosed
from domain.events.medical.treatment import HospitalAdmitted, OutpatientTreated
from domain.events.medical.vaccination import VaccinationCertificateIssued, VaccinationGiven
from domain.events.placement.preparing import AdultPlacementAssessed, AdultPlacementCaseOpened
from domain.events.psychology import CounsellingSessionHeld, PsychAssessed, PsychConcernFlagged
from domain.events.reception import CareAssessmentMade
from domain.events.rehab_support import AssistiveDeviceFitted
from domain.events.rehabilitation import RehabAssessed, RehabPlanMade
from domain.events.schooling import SchoolEnrolled
from domain.events.teaching import HomeTeachingDelivered, IepMade
from domain.life import Life
from domain.obligations import History

SOURCE: Final = "DB36/T 2141-2025"
"""Known by its summary alone, so that nothing of it was checked."""


@dataclass(frozen=True, slots=True)
class ArchiveItem:
    """One thing that a part of the archive holds, by codes of `archive_item` and `archive_part`.

    It is asked for once one of the events `about` has happened, and is there by one of the events `shown_by`,
    by a paper of one of the `kinds`, or, where it is `filed`, by any paper that was put into that part.
    """

    code: str
    part: str
    about: tuple[type[Event], ...]
    shown_by: tuple[type[Event], ...]
    kinds: frozenset[str] = frozenset()
    filed: bool = False
    seals: frozenset[Category] = field(init=False)
    """The categories that it reveals to say whether it is asked for and there."""

    def __post_init__(self) -> None:
        sealed = (each.sealed for each in (*self.about, *self.shown_by))
        object.__setattr__(self, "seals", frozenset[Category]().union(*sealed))


_ADMITTED: Final = (ChildAdmitted,)
_FOSTERED: Final = (FosterPlacementStarted,)
_DISABLED: Final = (DisabilityAssessed,)
ARCHIVE_ITEMS: Final = (
    ArchiveItem("entry_examination", "entry", _ADMITTED, (IntakeMedicalExamined,)),
    ArchiveItem("entry_psychology", "entry", _ADMITTED, (PsychAssessed,)),
    ArchiveItem("household", "basic", _ADMITTED, (HouseholdRegistered,), frozenset({"household_booklet"})),
    ArchiveItem(
        "disability",
        "basic",
        _DISABLED,
        (DisabilityCertificateIssued,),
        frozenset({"disability_certificate"}),
    ),
    ArchiveItem(
        "social_security",
        "basic",
        _ADMITTED,
        (SocialSecurityCardIssued, InsuranceEnrolled),
        frozenset({"insurance_voucher"}),
    ),
    ArchiveItem("growth_record", "rearing", _ADMITTED, (), filed=True),
    ArchiveItem("foster_agreement", "rearing", _FOSTERED, (FosterAgreementSigned,)),
    ArchiveItem("family_visits", "rearing", _FOSTERED, (FosterVisitMade,)),
    ArchiveItem("treatment", "medical", (IllnessDiagnosed,), (OutpatientTreated, HospitalAdmitted)),
    ArchiveItem("examination", "medical", _ADMITTED, (PhysicalExamined,), frozenset({"medical_report"})),
    ArchiveItem("vaccination", "medical", _ADMITTED, (VaccinationCertificateIssued, VaccinationGiven)),
    ArchiveItem("rehab_assessment", "rehabilitation", _DISABLED, (RehabAssessed,)),
    ArchiveItem("rehab_plan", "rehabilitation", (RehabAssessed,), (RehabPlanMade,)),
    ArchiveItem("assistive_devices", "rehabilitation", (AssistiveDeviceFitted,), (AssistiveDeviceFitted,)),
    ArchiveItem("education_plan", "education", (HomeTeachingDelivered,), (IepMade,)),
    ArchiveItem(
        "school_reports", "education", (SchoolEnrolled,), (), frozenset({"school_paper"}), filed=True
    ),
    ArchiveItem("counselling", "education", (PsychConcernFlagged,), (CounsellingSessionHeld,)),
    ArchiveItem("placement_assessment", "social_work", _ADMITTED, (CareAssessmentMade,)),
    ArchiveItem(
        "placement_assessment", "social_work", (AdultPlacementCaseOpened,), (AdultPlacementAssessed,)
    ),
    ArchiveItem(
        "adoption_assessment", "social_work", (AdoptionAssessmentStarted,), (AdoptionAssessmentReportIssued,)
    ),
)
"""What the archive holds of everybody who is in care: on entry, and in the six parts of residence."""


@dataclass(frozen=True, slots=True)
class HeldItem:
    """An item that is asked for since the day of an entry, with the first entry by which it is there."""

    item: ArchiveItem
    since: AnyEntry
    shown: AnyEntry | None


def archive_items(history: History, day: date, *, sealed: bool) -> Iterator[HeldItem]:
    """Yield what the archive is to hold by a day: what rests on what is `sealed` wholly, or the rest.

    Each is told once, since the first event that it is about.
    """
    life = history.on(day)
    for item in ARCHIVE_ITEMS:
        if bool(item.seals) is sealed:
            about = [each for kind in item.about for each in life.all(kind)]
            if about:
                since = min(about, key=lambda each: each.days.last)
                shown = min(_showing(item, life, day), key=lambda each: each.days.last, default=None)
                yield HeldItem(item, since, shown)


def _showing(item: ArchiveItem, life: Life, day: date) -> Iterator[AnyEntry]:
    for kind in item.shown_by:
        yield from life.all(kind)
    if item.kinds or item.filed:
        for filed in life.all(DocumentFiled):
            if known(filed.event.document_kind) in item.kinds or (
                item.filed and known(filed.event.part) == item.part
            ):
                yield filed
    if item.kinds:
        for each in life.file.bringing_papers():
            if each.days.last <= day and any(document.kind in item.kinds for document in each.documents):
                yield each
