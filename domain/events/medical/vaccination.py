"""Vaccinations (预防接种): the certificate, what was given, and what was deferred until when."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final, TypeAlias

from annotated_types import Ge, Le

from domain.entry import AnyEntry, Entry
from domain.event import (
    Answered,
    Category,
    Code,
    Event,
    Label,
    Name,
    NotBefore,
    Number,
    Part,
    Personal,
    Text,
    Title,
    Unit,
    known,
)
from domain.events.household_due import is_foundling
from domain.file import Attribute, Facts
from domain.obligations import Clock, History, Stay, obligation
from domain.when import Days

VACCINES_LAW: Final = "《疫苗管理法》"
NEVER: Final = "contraindicated"
"""The reason, of `deferral_reason`, for which a vaccination is not made up for."""
AGAIN: Final = Label("再次暂缓接种", "deferred again")

Vaccine: TypeAlias = Annotated[Answered[str], Label("疫苗", "Vaccine"), Code("vaccine")]
DoseNo: TypeAlias = Annotated[int, Ge(1), Le(99)]
"""Which dose of a vaccine it is, from 1."""
WhichDose: TypeAlias = Annotated[Answered[DoseNo], Label("剂次", "Dose"), Unit(None, "剂")]
VaccinationUnit: TypeAlias = Annotated[
    Answered[Title], Label("接种单位", "Vaccination unit"), Personal(Category.HEALTH)
]


class Dose(Part):
    """One dose of a vaccine, as far as known."""

    vaccine: Annotated[str, Label("疫苗", "Vaccine"), Code("vaccine")]
    dose: Annotated[int | None, Label("剂次", "Dose"), Unit(None, "剂")]


VACCINATION_CERTIFICATE: Final[Attribute[date]] = Attribute(
    "medical", "vaccination_certificate", Label("预防接种证", "Vaccination certificate issued")
)
VACCINATIONS: Final[Attribute[Dose]] = Attribute(
    "medical", "vaccinations", Label("已接种疫苗", "Vaccinations given"), several=True
)
"""Every dose that was given, each under the id of its entry."""


class VaccinationCertificateIssued(
    Event,
    zh="办理预防接种证",
    en="Vaccination certificate issued",
    source=f"{VACCINES_LAW}第47条",
    seals=Category.HEALTH,
):
    """The child got its vaccination certificate, from the vaccination unit of where it lives or was born."""

    certificate_no: Annotated[
        Answered[Number], Label("预防接种证号", "Certificate number"), Personal(Category.HEALTH)
    ]
    unit: VaccinationUnit

    def holds(self, entry: AnyEntry) -> Facts:
        yield VACCINATION_CERTIFICATE.since(entry.days, entry.days.last)


class VaccinationGiven(
    Event,
    zh="接种疫苗",
    en="Vaccination given",
    source=f"{VACCINES_LAW}第45条、第46条",
    seals=Category.HEALTH,
):
    """The child was given one dose of a vaccine."""

    vaccine: Vaccine
    vaccine_name: Annotated[
        Title | None, Label("疫苗品名", "Name of the vaccine"), Personal(Category.HEALTH)
    ] = None
    dose: WhichDose
    batch_no: Annotated[Answered[Number], Label("疫苗批号", "Batch number"), Personal(Category.HEALTH)]
    site: Annotated[Answered[str], Label("接种部位", "Site"), Code("vaccination_site")]
    manufacturer: Annotated[
        Answered[Title], Label("上市许可持有人", "Marketing authorisation holder"), Personal(Category.HEALTH)
    ]
    vaccinator: Annotated[Answered[Name], Label("接种人员", "Vaccinated by"), Personal(Category.HEALTH)]
    unit: VaccinationUnit

    def holds(self, entry: AnyEntry) -> Facts:
        vaccine = known(self.vaccine)
        if vaccine is not None:
            given = Dose(vaccine=vaccine, dose=known(self.dose))
            yield VACCINATIONS.since(entry.days, given, key=str(entry.original))


class VaccinationDeferred(
    Event,
    zh="暂缓接种疫苗",
    en="Vaccination deferred",
    source=f"{VACCINES_LAW}第45条；全国儿童福利信息系统（NS）",
    seals=Category.HEALTH,
    ends_with="departure",
):
    """One dose of a vaccine was not given, for a reason, and is given later or never."""

    vaccine: Vaccine
    dose: WhichDose
    reason: Annotated[Answered[str], Label("未接种原因", "Reason"), Code("deferral_reason")]
    until: Annotated[Answered[date], Label("暂缓至", "Deferred until"), NotBefore()]
    advice: Annotated[Text | None, Label("医学建议", "Medical advice"), Personal(Category.HEALTH)] = None


@obligation("R-MED-4")
def certificate_is_obtained(history: History) -> Iterator[Clock]:
    """A child in care has a vaccination certificate a month after its birth, a foundling after its reception.

    Whose birth is not known counts as a foundling. Who comes into care past its time, or at school age, had a
    guardian to see to it.
    """
    birth = history.birth()
    born = None if birth is None else birth.held.value
    for stay in history.stays():
        started, days, case = stay.began.entry, stay.began.entry.days, "found"
        if birth is not None and born is not None and not is_foundling(history):
            started, days, case = birth.entry, born, ""
        limit = history.number("R-MED-4", entry=started, on=days.last, case=case)
        if limit is None or stay.since > limit.ends(days).last or _is_of_school_age(history, stay):
            continue
        yield Clock(
            rule="R-MED-4",
            opened_on=max(days.last, stay.since),
            due=limit.ends(days),
            started_by=(started,),
            met_by=history.first(VaccinationCertificateIssued),
            void_on=stay.void_on,
            void_because=stay.void_because,
            number=limit,
        )


def _is_of_school_age(history: History, stay: Stay) -> bool:
    """Whether the child was of school age when it came, where schools look at its certificate (48)."""
    age = history.number("D14", entry=stay.began.entry)
    turns = None if age is None else history.turns(age.value)
    return turns is not None and turns.last <= stay.since


@obligation("R-MED-5", VaccinationDeferred)
def deferred_vaccinations(history: History) -> Iterator[Clock]:
    """A deferred vaccination is given by the day until which it was deferred, unless it is deferred again.

    Where that day is not known, within the rule's number.
    """
    deferrals, given = history.all(VaccinationDeferred), history.all(VaccinationGiven)
    for stay in history.stays():
        within = [each for each in deferrals if stay.since <= each.days.last <= stay.until]
        for index, deferred in enumerate(within):
            until, limit = known(deferred.event.until), history.number("R-MED-5", entry=deferred)
            if limit is None or known(deferred.event.reason) == NEVER:
                continue
            again = next((each for each in within[index + 1 :] if _of_one_dose(each, deferred)), None)
            made_up = (each for each in given if each.days.last >= deferred.days.earliest)
            yield Clock(
                rule="R-MED-5",
                opened_on=deferred.days.last,
                due=limit.ends(deferred.days) if until is None else Days.on(until),
                started_by=(deferred,),
                met_by=next((each for each in made_up if _of_one_dose(each, deferred)), None),
                void_on=stay.void_on if again is None else again.days.last,
                void_because=stay.void_because if again is None else AGAIN,
                number=limit if until is None else None,
            )


def _of_one_dose(
    one: Entry[VaccinationGiven] | Entry[VaccinationDeferred], other: Entry[VaccinationDeferred]
) -> bool:
    """Whether both are about the same vaccine, and not about different doses of it."""
    vaccine, doses = known(one.event.vaccine), {known(one.event.dose), known(other.event.dose)}
    return vaccine is not None and vaccine == known(other.event.vaccine) and len(doses - {None}) <= 1
