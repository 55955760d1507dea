"""Children who were vaccinated in time or late, and who fell ill."""

from api.demo.life_building import LifeCourse, Present, on
from api.demo.lives.upbringing import raised
from api.demo.people import MALE
from domain.events.medical.illness import (
    ChronicOrSeriousIllnessRegistered,
    IllnessDiagnosed,
    IllnessEpisodeClosed,
    InfectiousDiseaseReported,
)
from domain.events.medical.treatment import (
    HospitalAdmitted,
    HospitalDischarged,
    OutpatientTreated,
    SurgeryPerformed,
)
from domain.events.medical.vaccination import VaccinationDeferred, VaccinationGiven


def weak_heart(present: Present) -> LifeCourse:
    """A boy of four with a weak heart was operated on, and got some vaccines late for it."""
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


FALLING_ILL = (weak_heart,)
