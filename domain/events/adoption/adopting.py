"""One adoption on the day it is registered, and what the law asks of those who adopt (I15, I16)."""

from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar
from uuid import UUID

from domain import citizen_id
from domain.entry import Entry
from domain.event import Event, Label, known
from domain.events.adoption.assessment import AdopterApplicationReceived, Applicant
from domain.events.health import DISABILITY, DISABILITY_CERTIFICATE
from domain.events.intake import SEX
from domain.life import BIRTH, Life
from domain.refusal import Refusals, against, breach, no_evidence, only_if, uncertain, unless
from domain.rulebook import Pack
from domain.when import Days, add, day_after

E = TypeVar("E", bound=Event)
FOUNDLING: Final = "1"
STEPCHILD: Final = frozenset({"4"})
KIN: Final = frozenset({"6"})
ORPHANS: Final = frozenset({"2", "7"})
NOT_FOUND_CHILDREN: Final = frozenset({FOUNDLING, "8"})
NO_LIMIT_OF_CHILDREN: Final = frozenset({FOUNDLING}) | ORPHANS | STEPCHILD
DIFFICULTY: Final = frozenset({"3", "5"}) | KIN
CATEGORIES: Final = NOT_FOUND_CHILDREN | ORPHANS | DIFFICULTY | STEPCHILD
"""Adoption categories: codes of `adoption_category`."""
OF_BASIS: Final = {"orphan": ORPHANS, "not_found": NOT_FOUND_CHILDREN, "special_difficulty": DIFFICULTY}
"""The categories that may follow a basis on which the child was found adoptable."""
MARRIED: Final = frozenset({"20", "21", "22", "23"})
SINGLE: Final = frozenset({"10", "30", "40"})
"""Codes of `marital`."""
MALE, FEMALE = "1", "2"
SEXES: Final = frozenset({MALE, FEMALE})
"""Codes of `sex`."""
CATEGORY_UNKNOWN: Final = Label("收养类别不明", "the category of the adoption is not known")
NO_APPLICATION: Final = Label("尚未登记收养申请", "no application of the adopters is recorded")
WHICH_ADOPTER: Final = Label(
    "有多个收养申请人，未注明所指的收养人",
    "several parties asked to adopt, and it is not said which one it is of",
)


@dataclass(frozen=True, slots=True)
class Adopting:
    """One adoption on the day it is registered.

    `categories` are all those that it may be of, `adopter` is the adopting party, None while not known;
    `after` is the day of an earlier adoption, by which everything before it is used up.
    """

    life: Life
    categories: frozenset[str]
    adopter: UUID | None
    after: date | None

    def since(self, kind: type[E]) -> list[Entry[E]]:
        """Return the entries of a type after an earlier adoption, else all."""
        return [entry for entry in self.life.all(kind) if self.after is None or entry.days.last > self.after]

    def latest(self, kind: type[E]) -> Entry[E] | None:
        """Return the last of them."""
        found = self.since(kind)
        return found[-1] if found else None

    def of(self, categories: frozenset[str]) -> bool | None:
        """Whether the adoption is of one of these categories; None where what is recorded leaves it open."""
        if self.categories <= categories:
            return True
        return None if self.categories & categories else False

    def concerns(self, adopter: UUID | None) -> bool | None:
        """Whether what names this party, or none, is of the party that adopts; None where that is open."""
        if adopter is not None and self.adopter is not None:
            return adopter == self.adopter
        asked = {entry.event.adopter for entry in self.since(AdopterApplicationReceived)}
        return True if len(asked | ({adopter, self.adopter} - {None})) <= 1 else None

    def only_of(self, categories: frozenset[str], refusals: Refusals) -> Refusals:
        """Yield refusals that only an adoption of these categories meets with."""
        return only_if(self.of(categories), refusals, CATEGORY_UNKNOWN)

    def but_of(self, categories: frozenset[str], refusals: Refusals) -> Refusals:
        """Yield refusals that every adoption meets with but one of these categories."""
        excepted = self.of(categories)
        return only_if(None if excepted is None else not excepted, refusals, CATEGORY_UNKNOWN)

    def application(self) -> Entry[AdopterApplicationReceived] | None:
        """Return the last application that may be the adopters'."""
        own = [
            entry
            for entry in self.since(AdopterApplicationReceived)
            if self.concerns(entry.event.adopter) is not False
        ]
        return own[-1] if own else None


@against(AdopterApplicationReceived)
def are_two(application: AdopterApplicationReceived, life: Life) -> Refusals:  # noqa: ARG001 - of one entry
    """I15: the two who ask are not one person."""
    if _one_twice(known(application.applicants) or ()):
        yield breach("I15", detail=Label("同一人填写了两次", "one person is named twice"))


def _one_twice(applicants: tuple[Applicant, ...]) -> bool:
    """Whether one person stands among the applicants twice, by the citizen id or else by all that is said."""
    numbers = [known(each.citizen_id) for each in applicants]
    persons = [
        applicant if number is None else citizen_id.written(number)
        for applicant, number in zip(applicants, numbers, strict=True)
        if number is not None or known(applicant.name) is not None
    ]
    return len(set(persons)) < len(persons)


def of_age(adopting: Adopting) -> Refusals:
    """R-ADO-2: the child is young enough to be adopted; kin and stepchildren have a limit of their own."""
    general, own = adopting.life.number("R-ADO-2"), adopting.life.number("R-ADO-2", case="kin")
    if general is not None and own is not None and general.value == own.value:
        yield from _younger(adopting.life, general)
        return
    if general is not None:
        yield from adopting.but_of(KIN | STEPCHILD, _younger(adopting.life, general))
    if own is not None:
        yield from adopting.only_of(KIN | STEPCHILD, _younger(adopting.life, own))


def _younger(life: Life, limit: Pack) -> Refusals:
    aged, birth = life.aged(limit.value), life.now(BIRTH)
    yield from unless(
        "R-ADO-2",
        None if aged is None else not aged,
        None if birth is None else birth.entry,
        detail=Label(f"应当不满{limit.value}周岁", f"younger than {limit.value}"),
        by=limit,
    )


def fit(adopting: Adopting) -> Refusals:
    """I15: those who adopt are of age, both spouses where married, healthy and without an adverse record."""
    return adopting.but_of(STEPCHILD, _fit(adopting))


def _fit(adopting: Adopting) -> Refusals:
    application = adopting.application()
    if application is None:
        yield no_evidence("I15", detail=NO_APPLICATION)
        return
    if adopting.concerns(application.event.adopter) is None:
        yield uncertain("I15", application, detail=WHICH_ADOPTER)
    applicants = known(application.event.applicants)
    if not applicants:
        yield no_evidence(
            "I15", application, detail=Label("收养人情况不明", "nothing is known of the adopters")
        )
    for applicant in applicants or ():
        yield from _old_enough(adopting.life, application, applicant)
    yield from _together(application, applicants or ())
    if applicants and len(applicants) == 1:
        yield from adopting.but_of(KIN, _far_apart(adopting.life, application, applicants[0]))
    yield from _healthy(application)
    yield from _of_good_record(adopting.life, application)


def _old_enough(life: Life, application: Entry[AdopterApplicationReceived], applicant: Applicant) -> Refusals:
    limit, born = life.number("I15", case="age"), _born(application, applicant)
    if limit is None:
        return
    if born is None:
        detail = Label("收养人年龄不明", "an adopter's age is not known")
        yield no_evidence("I15", application, detail=detail, by=limit)
        return
    detail = Label(f"收养人未满{limit.value}周岁", f"an adopter is younger than {limit.value}")
    yield from unless("I15", life.arrived(born.turns(limit.value)), application, detail=detail, by=limit)


def _born(application: Entry[AdopterApplicationReceived], applicant: Applicant) -> Days | None:
    """Return when an applicant was born: as stated, by the citizen id, or by the age on applying."""
    number = known(applicant.citizen_id)
    read = None if number is None else citizen_id.read(number)
    day = known(applicant.birth_on) or (None if read is None else read.born)
    if day is not None:
        return Days.on(day)
    age = known(applicant.age)
    if age is None:
        return None
    asked = application.days
    first = None if asked.first is None else day_after(add(asked.first, months=-12 * (age + 1)))
    return Days(first, add(asked.last, months=-12 * age))


def _together(application: Entry[AdopterApplicationReceived], applicants: tuple[Applicant, ...]) -> Refusals:
    marital, alone = known(application.event.marital), len(applicants) == 1 or _one_twice(applicants)
    if marital in MARRIED and alone:
        detail = Label("有配偶者应当夫妻共同收养", "who is married adopts together with the spouse")
        yield breach("I15", application, detail=detail)
    elif marital in SINGLE and len(applicants) > 1:
        detail = Label("婚姻状况与收养人数不一致", "the marital status and the number of adopters disagree")
        yield uncertain("I15", application, detail=detail)
    elif marital not in MARRIED | SINGLE:
        detail = Label("收养人婚姻状况不明", "the adopters' marital status is not known")
        yield no_evidence("I15", application, detail=detail)


def _far_apart(life: Life, application: Entry[AdopterApplicationReceived], applicant: Applicant) -> Refusals:
    """Yield what keeps a single adopter of the other sex from adopting: too few years between the two."""
    sex, birth, marital = life.now(SEX), life.now(BIRTH), known(application.event.marital)
    own, other = known(applicant.sex), None if sex is None else sex.held.value
    doubtful = marital not in SINGLE or not {own, other} <= SEXES
    limit = life.number("I15", case="single")
    if limit is None and own != FEMALE:
        limit, own = life.number("I15", case="single_man"), MALE
    if limit is None or marital in MARRIED or (own == other and own in SEXES):
        return
    born = _born(application, applicant)
    child = None if birth is None else birth.held.value
    apart = None if born is None or child is None else _by(born.turns(limit.value), child)
    detail = Label(
        f"无配偶者收养异性子女，年龄应当相差{limit.value}周岁以上",
        f"a single adopter of a child of the other sex is {limit.value} years older",
    )
    holds = None if doubtful and apart is False else apart
    yield from unless("I15", holds, application, detail=detail, by=limit)


def _by(day: Days, other: Days) -> bool | None:
    """Whether a day is no later than another one; None where both may be."""
    if day.last <= other.earliest:
        return True
    return None if day.earliest <= other.last else False


def _healthy(application: Entry[AdopterApplicationReceived]) -> Refusals:
    health = known(application.event.health_certificate)
    if health == "unsuitable":
        detail = Label("患有医学上认为不应当收养子女的疾病", "an adopter has a disqualifying disease")
        yield breach("I15", application, detail=detail)
    elif health != "suitable":
        detail = Label("尚未登记收养人健康检查证明", "no health certificate of the adopters is recorded")
        yield no_evidence("I15", application, detail=detail)


def _of_good_record(life: Life, application: Entry[AdopterApplicationReceived]) -> Refusals:
    limit, record = life.number("I15", case="adverse_records"), known(application.event.crime_check)
    if limit is None:
        return
    if record == "adverse":
        detail = Label("有不利于被收养人健康成长的违法犯罪记录", "an adopter has an adverse record")
        yield breach("I15", application, detail=detail, by=limit)
    elif record != "clear":
        detail = Label("尚未登记违法犯罪记录核查结果", "the adopters' record has not been checked")
        yield no_evidence("I15", application, detail=detail, by=limit)


def room_in_family(adopting: Adopting) -> Refusals:
    """I16: the adopters have no more children than the law lets those have who adopt this child."""
    limit = limit_of_children(adopting.life)
    if limit is not None:
        yield from adopting.but_of(NO_LIMIT_OF_CHILDREN, _room(adopting, limit))


def limit_of_children(life: Life) -> Pack | None:
    """Return how many children those may have who adopt this child; None where the child is disabled."""
    disabled = life.now(DISABILITY) or life.now(DISABILITY_CERTIFICATE)
    return life.number("I16") if disabled is None else None


def _room(adopting: Adopting, limit: Pack) -> Refusals:
    application = adopting.application()
    children = None if application is None else known(application.event.children_count)
    if application is None:
        yield no_evidence("I16", detail=NO_APPLICATION, by=limit)
    elif children is None:
        detail = Label("收养人子女数不明", "how many children the adopters have is not known")
        yield no_evidence("I16", application, detail=detail, by=limit)
    elif children > limit.value:
        detail = Label(f"子女数应当不多于{limit.value}名", f"no more children than {limit.value}")
        yield breach("I16", application, detail=detail, by=limit)
    if application is not None and adopting.concerns(application.event.adopter) is None:
        yield uncertain("I16", application, detail=WHICH_ADOPTER)
