"""Illnesses as episodes, and their treatment."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from api.contract.entries import event_json
from api.identity.permissions import SEES, Role
from domain.event import CATALOGUE, Category, fields_of
from domain.events.care import CARE_MODE, CareModeAssigned
from domain.events.departure import ChildDied, DepartureCompleted
from domain.events.intake import ChildReceived
from domain.events.medical.illness import (
    ILLNESS,
    PALLIATIVE_CARE,
    REGISTERED_ILLNESS,
    ChronicOrSeriousIllnessRegistered,
    IllnessDiagnosed,
    IllnessEpisodeClosed,
    InfectiousDiseaseReported,
    PalliativeCareStarted,
)
from domain.events.medical.treatment import (
    HOSPITAL_STAY,
    HospitalAdmitted,
    HospitalDischarged,
    OutpatientTreated,
)
from domain.file import Attribute
from tests.support.given import NOT_ASKED, Given, given, some

RECEIVED = ("2024-01-20", some(ChildReceived))
SEES_NOT = frozenset(Category) - SEES[Role.STAFF]
OF_AN_EPISODE = sorted(
    name
    for name, kind in CATALOGUE.items()
    if any(spec.name == "episode" and spec.required for spec in fields_of(kind))
)


def ill(*diseases: str) -> tuple[Given, list[UUID]]:
    """A child in care with these illnesses, and the entries that opened their episodes."""
    file = given(RECEIVED)
    for disease in diseases:
        file.and_("2024-03-01", some(IllnessDiagnosed, disease=disease))
    return file, [entry.entry_id for entry in file.entries[1:]]


def told(file: Given, day: str) -> list[UUID]:
    """The entries that diagnosed the illnesses of a day."""
    return [fact.entry.entry_id for fact in file.on(day).each(ILLNESS)]


def test_an_illness_lasts_from_its_diagnosis_until_its_episode_is_closed() -> None:
    file, (first, other) = ill("肺炎", "贫血")
    file.and_("2024-03-20", some(IllnessEpisodeClosed, episode=first, outcome="cured"))
    assert [len(told(file, day)) for day in ("2024-02-29", "2024-03-01", "2024-03-19")] == [0, 2, 2]
    assert told(file, "2024-03-20") == [other]


def test_what_is_closed_without_saying_which_ends_none() -> None:
    file, _ = ill("肺炎")
    file.and_("2024-03-20", some(IllnessEpisodeClosed, episode=NOT_ASKED))
    assert len(told(file, "2024-03-20")) == 1


@pytest.mark.parametrize("name", OF_AN_EPISODE)
def test_whatever_belongs_to_an_episode_names_a_diagnosis_of_this_file(name: str) -> None:
    kind, (file, (episode,)) = CATALOGUE[name], ill("肺炎")
    file.when("2024-03-02", some(kind, episode=file.entries[0].entry_id)).refused("E05")
    file.when("2024-03-02", some(kind, episode=episode)).refused()


@pytest.mark.rule("I27")
def test_a_stay_in_hospital_leaves_the_care_mode_as_it_is() -> None:
    file, (episode,) = ill("肺炎")
    file.and_("2024-02-01", some(CareModeAssigned, mode="family_style"))
    file.when("2024-03-05", some(HospitalAdmitted, episode=episode)).recorded()
    file.when("2024-03-05", some(CareModeAssigned, mode="ward")).recorded()
    assert file.now(CARE_MODE, "2024-03-05") == "ward"
    assert file.now(HOSPITAL_STAY, "2024-03-05") is not None


def test_a_child_is_in_hospital_until_it_is_discharged() -> None:
    file, (episode,) = ill("肺炎")
    file.and_("2024-03-05", some(HospitalAdmitted, episode=episode))
    file.when("2024-03-12", some(HospitalDischarged, admission=file.last.entry_id)).recorded()
    assert [
        file.now(HOSPITAL_STAY, day) is not None for day in ("2024-03-04", "2024-03-11", "2024-03-12")
    ] == [
        False,
        True,
        False,
    ]


def test_a_departure_ends_the_stay_in_hospital_and_a_death_every_illness() -> None:
    file, (episode,) = ill("白血病")
    file.and_("2024-03-05", some(HospitalAdmitted, episode=episode))
    file.and_("2024-03-05", some(ChronicOrSeriousIllnessRegistered, episode=episode, illness_class="serious"))
    file.and_("2024-04-01", some(PalliativeCareStarted, episode=episode))
    left = given(*((entry.days, entry.event) for entry in file.entries))
    left.and_("2024-05-01", some(DepartureCompleted))
    assert left.now(HOSPITAL_STAY, "2024-05-01") is None
    assert left.now(REGISTERED_ILLNESS, "2024-05-01") == "serious"
    file.and_("2024-05-01", some(ChildDied))
    ended: tuple[Attribute[Any], ...] = (ILLNESS, HOSPITAL_STAY, REGISTERED_ILLNESS, PALLIATIVE_CARE)
    assert all(file.on("2024-04-30").each(attribute) for attribute in ended)
    assert [file.on("2024-05-01").each(attribute) for attribute in ended] == [[]] * len(ended)


def test_a_registration_holds_through_its_last_day() -> None:
    file, (episode,) = ill("癫痫")
    registered = some(
        ChronicOrSeriousIllnessRegistered,
        episode=episode,
        illness_class="chronic",
        valid_to=date(2025, 3, 1),
    )
    file.and_("2024-03-02", registered)
    assert [file.now(REGISTERED_ILLNESS, day) for day in ("2025-03-01", "2025-03-02")] == ["chronic", None]


def test_what_may_be_hiv_is_sealed_with_every_code_and_day() -> None:
    assert InfectiousDiseaseReported.sealed == {Category.RESTRICTED_HEALTH}
    own = fields_of(InfectiousDiseaseReported)
    assert {spec.personal and spec.personal.category for spec in own} == {Category.RESTRICTED_HEALTH}


@pytest.mark.parametrize("restricted", [None, "精神分裂症"])
def test_whether_an_illness_has_a_name_that_few_may_know_is_hidden_too(restricted: str | None) -> None:
    told_to_staff = event_json(
        some(IllnessDiagnosed, disease="门诊随访", restricted_disease=restricted), SEES_NOT
    )
    assert told_to_staff["disease"] == "门诊随访"
    assert told_to_staff["restricted_disease"] == {"restricted": "restricted-health"}


def test_after_leaving_care_nobody_is_admitted_to_hospital_from_here() -> None:
    file, (episode,) = ill("肺炎")
    file.and_("2024-05-01", some(DepartureCompleted))
    file.when("2024-06-01", some(HospitalAdmitted, episode=episode)).refused("I31")
    file.when("2024-06-01", some(OutpatientTreated, episode=episode)).recorded()
