"""Vaccinations (预防接种): the certificate, what was given, what was deferred, and what is due next."""

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
DEFERRED: Final = Label("暂缓接种", "deferred")
BOOKED_AGAIN: Final = Label("另行预约接种", "booked for another day")

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
PROGRAMME_COMPLETED: Final[Attribute[date]] = Attribute(
    "medical",
    "vaccination_programme_completed",
    Label("免疫规划疫苗接种完成", "Programme vaccinations completed"),
)
"""Since when no dose of the national programme is left to be given; until another one is booked."""


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


class VaccinationBooked(
    Event,
    zh="预约接种疫苗",
    en="Vaccination booked",
    source=f"{VACCINES_LAW}第47条（下次接种由接种单位在预防接种证上预约，规范原文未核实）",
    seals=Category.HEALTH,
    ends_with="departure",
):
    """The vaccination unit told on which day which dose is due next, as it does at each visit."""

    vaccine: Vaccine
    dose: WhichDose
    due_on: Annotated[Answered[date], Label("应种日期", "Due on"), NotBefore()]
    unit: VaccinationUnit

    def holds(self, entry: AnyEntry) -> Facts:
        yield PROGRAMME_COMPLETED.since(entry.days, None)


class VaccinationProgrammeCompleted(
    Event,
    zh="免疫规划疫苗接种完成",
    en="Programme vaccinations completed",
    source=f"{VACCINES_LAW}第48条",
    seals=Category.HEALTH,
):
    """The vaccination unit, or a school that looked at the certificate, found that no dose is left."""

    unit: VaccinationUnit

    def holds(self, entry: AnyEntry) -> Facts:
        yield PROGRAMME_COMPLETED.since(entry.days, entry.days.last)


AwaitedDose: TypeAlias = Entry[VaccinationDeferred] | Entry[VaccinationBooked]
"""What says that a dose is to be given, and by when."""


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
def deferred_doses(history: History) -> Iterator[Clock]:
    """A deferred dose is given by the day until which it was deferred.

    Where that day is not known, within the rule's number. What is contraindicated for good is never due.
    """
    for deferred, stay, again in _awaited(history):
        if isinstance(deferred.event, VaccinationDeferred) and known(deferred.event.reason) != NEVER:
            yield from _due("R-MED-5", history, stay, deferred, known(deferred.event.until), again)


@obligation("R-MED-8", VaccinationBooked)
def booked_doses(history: History) -> Iterator[Clock]:
    """A booked dose is given on its day, or within the rule's number where that is not known."""
    for booked, stay, again in _awaited(history):
        if isinstance(booked.event, VaccinationBooked):
            yield from _due("R-MED-8", history, stay, booked, known(booked.event.due_on), again)


def _awaited(history: History) -> Iterator[tuple[AwaitedDose, Stay, AwaitedDose | None]]:
    """Yield each awaited dose in its stay, with what later said anew when it is due, or never."""
    both: list[AwaitedDose] = [*history.all(VaccinationDeferred), *history.all(VaccinationBooked)]
    every = sorted(both, key=lambda each: (each.days.last, each.turn))
    for stay in history.stays():
        within = [each for each in every if stay.since <= each.days.last <= stay.until]
        for index, each in enumerate(within):
            yield each, stay, next((later for later in within[index + 1 :] if _says_anew(later, each)), None)


def _due(  # noqa: PLR0913, PLR0917 - what a clock is made of
    rule: str,
    history: History,
    stay: Stay,
    awaited: AwaitedDose,
    day: date | None,
    again: AwaitedDose | None,
) -> Iterator[Clock]:
    limit = history.number(rule, entry=awaited)
    if limit is None:
        return
    yield Clock(
        rule=rule,
        opened_on=awaited.days.last,
        due=limit.ends(awaited.days) if day is None else Days.on(day),
        started_by=(awaited,),
        met_by=next((each for each in history.all(VaccinationGiven) if _meets(each, awaited)), None),
        void_on=stay.void_on if again is None else again.days.last,
        void_because=stay.void_because if again is None else _why_void(awaited, again),
        number=limit if day is None else None,
    )


def _why_void(awaited: AwaitedDose, again: AwaitedDose) -> Label:
    if isinstance(again.event, VaccinationBooked):
        return BOOKED_AGAIN
    return AGAIN if isinstance(awaited.event, VaccinationDeferred) else DEFERRED


def _says_anew(later: AwaitedDose, awaited: AwaitedDose) -> bool:
    """Whether it is about the same dose; a visit for no known vaccine gives way to any later one."""
    if _is_visit(awaited):
        return isinstance(later.event, VaccinationBooked) and later.days.last > awaited.days.last
    return _of_one_dose(later, awaited)


def _meets(given: Entry[VaccinationGiven], awaited: AwaitedDose) -> bool:
    """Whether a dose is the awaited one; a visit for no known vaccine is kept by any.

    What was given on the day of booking is it only by its number: that visit is the one before.
    """
    if isinstance(awaited.event, VaccinationBooked) and given.days.last <= awaited.days.earliest:
        same_day = given.days.last == awaited.days.earliest
        numbered = None not in {known(given.event.dose), known(awaited.event.dose)}
        return same_day and numbered and _of_one_dose(given, awaited)
    return given.days.last >= awaited.days.earliest and (_is_visit(awaited) or _of_one_dose(given, awaited))


def _is_visit(awaited: AwaitedDose) -> bool:
    """Whether it is the booking of a day that does not say which vaccine is given then."""
    return isinstance(awaited.event, VaccinationBooked) and known(awaited.event.vaccine) is None


def _of_one_dose(one: Entry[VaccinationGiven] | AwaitedDose, other: AwaitedDose) -> bool:
    """Whether both are about the same vaccine, and not about different doses of it."""
    vaccine, doses = known(one.event.vaccine), {known(one.event.dose), known(other.event.dose)}
    return vaccine is not None and vaccine == known(other.event.vaccine) and len(doses - {None}) <= 1
