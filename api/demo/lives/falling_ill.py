"""Children who were vaccinated in time or late, and who fell ill."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from api.demo.life_building import LifeCourse, Present, on
from api.demo.lives.upbringing import orphan_taken_in, raised
from api.demo.people import FEMALE, MALE
from domain.events.medical.aid import (
    MedicalAidApplicationChanged,
    MedicalAidApplied,
    MedicalAidDecided,
    MedicalAidUploaded,
)
from domain.events.medical.costs import MedicalCostCovered, MedicalCostIncurred
from domain.events.medical.illness import (
    ChronicOrSeriousIllnessRegistered,
    IllnessDiagnosed,
    IllnessEpisodeClosed,
    InfectiousDiseaseReported,
)
from domain.events.medical.treatment import (
    EmergencyRescued,
    HospitalAdmitted,
    HospitalDischarged,
    OutpatientTreated,
    SurgeryPerformed,
)
from domain.events.medical.vaccination import VaccinationBooked, VaccinationDeferred, VaccinationGiven

SHARES: Final = (
    ("basic_insurance", "51700.00"),
    ("critical_illness", "11000.00"),
    ("medical_assistance", "10000.00"),
    ("charity", "5000.00"),
)
"""What each layer paid for an operation, in yuan."""


def weak_heart(present: Present) -> LifeCourse:
    """A boy of four with a weak heart was operated on, and got some vaccines late for it, or not yet.

    The Tomorrow Plan paid what was applied for first, which was more than was left.
    """
    child = present.turning(4, in_days=-80, sex=MALE)
    yield from raised(present, child, present.ago(months=10))
    for vaccine, dose, deferred, until, given in (
        ("DTaP", 4, 200, 170, 175),
        ("MMR", 2, 200, 170, 160),
        ("JE-L", 2, 190, 60, None),
        ("MPSV-AC", 1, 20, -40, None),
    ):
        yield on(
            present.ago(days=deferred),
            VaccinationDeferred,
            vaccine=vaccine,
            dose=dose,
            reason="ill",
            until=present.ago(days=until),
        )
        if given is not None:
            yield on(present.ago(days=given), VaccinationGiven, vaccine=vaccine, dose=dose, site="left_arm")
    for vaccine, dose, due in (("HepA-I", 2, 25), ("bOPV", 4, -12)):
        yield on(
            present.ago(days=160), VaccinationBooked, vaccine=vaccine, dose=dose, due_on=present.ago(days=due)
        )
    illness = yield on(present.ago(days=150), IllnessDiagnosed, disease="室间隔缺损")
    yield on(present.ago(days=150), OutpatientTreated, episode=illness, result="unchanged")
    yield on(
        present.ago(days=140),
        ChronicOrSeriousIllnessRegistered,
        episode=illness,
        illness_class="serious",
        registered_with="望海区医疗保障局",
    )
    admission = yield on(present.ago(days=120), HospitalAdmitted, episode=illness, is_green_channel=True)
    yield on(
        present.ago(days=117),
        SurgeryPerformed,
        episode=illness,
        operation="室间隔缺损修补术",
        consented_by="望海区民政局",
        result="improved",
    )
    yield on(present.ago(days=105), HospitalDischarged, admission=admission, result="improved")
    yield from paid_for(illness, present.ago(days=105), "86240.00", SHARES)
    applied = yield on(
        present.ago(days=90),
        MedicalAidApplied,
        episode=illness,
        layer="tomorrow_plan",
        applied_to="望海区民政局",
        amount_yuan=Decimal("9400.00"),
        eligible_as="orphan",
        is_insured=True,
    )
    yield on(
        present.ago(days=80),
        MedicalAidApplicationChanged,
        application=applied,
        amount_yuan=Decimal("8540.00"),
        grounds="医疗救助结算后自付部分减少",
    )
    yield on(
        present.ago(days=60),
        MedicalAidDecided,
        application=applied,
        decision="approved",
        decided_by="望海区民政局",
        amount_yuan=Decimal("8540.00"),
    )
    yield on(
        present.ago(days=40),
        MedicalCostCovered,
        episode=illness,
        layer="tomorrow_plan",
        amount_yuan=Decimal("9400.00"),
        application=applied,
    )
    yield on(present.ago(days=35), MedicalAidUploaded, application=applied)
    yield on(present.ago(days=30), IllnessEpisodeClosed, episode=illness, outcome="cured")
    yield on(
        present.ago(days=10),
        InfectiousDiseaseReported,
        disease="手足口病",
        disease_class="C",
        is_suspected=False,
        reported_to="望海区疾病预防控制中心",
        is_isolated=True,
    )


def rescued_uninsured(present: Present) -> LifeCourse:
    """A girl came ill and uninsured; nobody applied to the emergency relief fund."""
    child = present.turning(3, in_days=-100, sex=FEMALE)
    came = present.ago(days=75)
    yield from orphan_taken_in(child, came, present.file_no)
    illness = yield on(came, IllnessDiagnosed, disease="重症肺炎")
    yield on(came, EmergencyRescued, episode=illness, is_uninsured=True, result="improved")
    yield from paid_for(illness, came + timedelta(days=15), "23800.00", (("charity", "3000.00"),))
    yield on(
        came + timedelta(days=20),
        MedicalAidApplied,
        episode=illness,
        layer="tomorrow_plan",
        applied_to="望海区民政局",
        eligible_as="student",
        is_insured=False,
    )


def paid_for(illness: UUID, day: date, cost: str, shares: Iterable[tuple[str, str]]) -> LifeCourse:
    """An illness was billed on a day, and funding layers paid for it."""
    yield on(day, MedicalCostIncurred, episode=illness, amount_yuan=Decimal(cost))
    for layer, amount in shares:
        yield on(day, MedicalCostCovered, episode=illness, layer=layer, amount_yuan=Decimal(amount))


FALLING_ILL = (weak_heart, rescued_uninsured)
