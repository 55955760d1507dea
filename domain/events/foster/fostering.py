"""A child lives in a foster family: the agreement, the placement and its end (I10, I11, I27, R-FOS-3)."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import (
    Answered,
    Category,
    Code,
    Event,
    Label,
    Name,
    Names,
    NotBefore,
    Number,
    Past,
    Personal,
    Refers,
    Text,
    known,
)
from domain.events.care import (
    CARE_MODE,
    FOSTER,
    FOSTER_AGREEMENT,
    FOSTER_FAMILY,
    FOSTER_MATCH,
    CareModeAssigned,
    fit_to_foster,
    one_at_a_time,
)
from domain.events.family.foster_steps import (
    APPROVED,
    FOSTER_MEASURES,
    OWN_CHILD,
    STEPS,
    FamilyMember,
    FamilyMembersRecorded,
    FosterFamilyApproved,
    FosterFamilyClosed,
    FosterFamilyRejected,
)
from domain.events.foster.matches import UNKNOWN_FAMILY, Family, named
from domain.events.intake import INTAKE
from domain.file import Fact, Facts, File
from domain.life import Life
from domain.refusal import Refusals, against, breach, no_evidence, uncertain, unless
from domain.room_in_family import ChildOfFamily, Room
from domain.rulebook import Pack, Rulebook
from domain.when import Days

BESIDE_FOSTERING: Final = frozenset({FOSTER, "hospital", "school_boarding"})
"""Care modes that leave a child with its foster family: codes of `care_mode`."""
NOT_APPROVED: Final = Label("寄养家庭已不具备资格", "the family is no longer approved")
SMALL_CHILD: Final = Label("该家庭有未满规定年龄的子女", "the family has an own child below the age")
TOO_MANY: Final = Label(
    "连同其他档案中寄养的儿童，该家庭寄养儿童多于规定",
    "with those placed as other files tell, the family fosters more children",
)
STILL_PLACED: Final = Label(
    "据寄养家庭档案，该家庭已结案或者审核不通过", "as its own file tells, the family was closed or rejected"
)
MEMBERS_UNKNOWN: Final = Label("寄养家庭成员或者其年龄不详", "the members or their ages are not known")
AGREES, UNABLE = "agree", "unable"
"""Codes of `consent_result`."""


class FosterAgreementSigned(
    Event,
    zh="签订寄养协议",
    en="Foster agreement signed",
    seals=Category.FAMILY,
    source=f"{FOSTER_MEASURES}第12条",
    ends_with="departure",
):
    """The institution and the foster family agreed in writing on the care of this child."""

    family: Family
    agreement_no: Annotated[
        Answered[Number], Label("协议编号", "Agreement number"), Personal(Category.FAMILY)
    ]
    starts_on: Annotated[Answered[date], Label("起始日期", "Starts on")]
    ends_on: Annotated[Answered[date], Label("终止日期", "Ends on"), NotBefore("starts_on")]
    caregiver: Annotated[
        Answered[Name], Label("主要照料人", "Main caregiver"), Personal(Category.FAMILY, subject="family")
    ]
    caregiver_birth_on: Annotated[
        Answered[date], Label("主要照料人出生日期", "Main caregiver born on"), Past()
    ]

    def follows(self) -> tuple[type[Event], ...]:
        return INTAKE

    def holds(self, entry: AnyEntry) -> Facts:
        starts = known(self.starts_on)
        yield FOSTER_AGREEMENT.since(
            entry.days if starts is None else Days.on(starts),
            named(self.family),
            until=known(self.ends_on),
            key=str(entry.original),
        )


class FosterPlacementStarted(
    Event,
    zh="家庭寄养开始",
    en="Foster placement started",
    seals=Category.FAMILY,
    source=f"{FOSTER_MEASURES}第7条至第9条、第12条",
    ends_with="departure",
):
    """The child was placed with a foster family, and is cared for there from that day on."""

    family: Annotated[Family, Names()]
    agreement: Annotated[
        Answered[UUID], Label("所引用的寄养协议", "Under"), Refers("FosterAgreementSigned", rule="I11")
    ]
    child_consent: Annotated[
        Answered[str], Label("征求儿童意见结果", "The child's own answer"), Code("consent_result")
    ]

    def follows(self) -> tuple[type[Event], ...]:
        return INTAKE

    def refusals(self, life: Life) -> Refusals:
        yield from fit_to_foster(life)
        yield from self._agreed(life)
        yield from self._taken(life)
        yield from self._consented(life)
        placed = life.now(FOSTER_FAMILY)
        if placed is not None:
            yield breach("I27", placed.entry)
        else:
            yield from one_at_a_time(life, FOSTER)

    def _agreed(self, life: Life) -> Refusals:
        """An agreement with this family is in force (I11), and its main caregiver is of age (I10)."""
        agreement = self._agreement(life)
        if agreement is None:
            reference = known(self.agreement)
            # Of a reference to nothing in this file the general rule speaks.
            if reference is None or life.effective(reference) is not None:
                yield no_evidence(
                    "I11", detail=Label("尚无有效的寄养协议", "no foster agreement is in force")
                )
            return
        if UNKNOWN_FAMILY in {agreement.held.value, named(self.family)}:
            yield uncertain("I11", agreement.entry, detail=Label("寄养家庭不详", "the family is not known"))
        elif agreement.held.value != named(self.family):
            yield breach(
                "I11",
                agreement.entry,
                detail=Label("协议系与另一家庭签订", "the agreement is with another family"),
            )
        yield from _caregiver_aged(life, agreement.entry)

    def _agreement(self, life: Life) -> Fact[str] | None:
        """Return the agreement that is named; else the last one in force, with this family if any is."""
        reference = known(self.agreement)
        if reference is not None:
            return life.under(FOSTER_AGREEMENT, str(reference))
        in_force = life.each(FOSTER_AGREEMENT)
        own = [fact for fact in in_force if fact.held.value == named(self.family)]
        return next(reversed(own or in_force), None)

    def _taken(self, life: Life) -> Refusals:
        """The family's own file has its steps (I11), and it may take one child more (I10).

        That is judged when the placement is recorded, with the files that name the family.
        """
        family = known(self.family)
        read = None if family is None else life.beside(family, "I10", "I11")
        if read is not None:
            own, naming = read
            for kind, missing in STEPS:
                if own.last(kind) is None:
                    yield no_evidence("I11", detail=missing)
            if own.last(FosterFamilyApproved) is not None and own.now(APPROVED) is None:
                yield breach("I11", detail=NOT_APPROVED)
            yield from _room(life, sum(_fosters(other, str(family)) for other in naming))
            yield from _no_small_child(life, own)

    def _consented(self, life: Life) -> Refusals:
        """A child of an age agrees (R-FOS-3); one that is unable to say so was asked."""
        age, answer = life.number("R-FOS-3"), known(self.child_consent)
        if age is None or answer in {AGREES, UNABLE}:
            return
        asked = life.aged(age.value)
        if asked is None:
            yield uncertain("R-FOS-3", by=age)
        elif asked and answer is None:
            yield no_evidence("R-FOS-3", by=age)
        elif asked:
            yield breach("R-FOS-3", by=age)

    def holds(self, entry: AnyEntry) -> Facts:
        yield FOSTER_MATCH.since(entry.days, None)
        yield FOSTER_FAMILY.since(entry.days, named(self.family))
        yield CARE_MODE.since(entry.days, FOSTER)


class FosterPlacementEnded(
    Event,
    zh="家庭寄养结束",
    en="Foster placement ended",
    seals=Category.FAMILY,
    source=FOSTER_MEASURES,
    ends_with=None,
    once=True,
):
    """The child is no longer placed with its foster family; the next care mode is recorded by itself."""

    reason: Annotated[Answered[str], Label("结束原因", "Reason"), Code("foster_end_reason")]
    account: Annotated[Answered[Text], Label("情况说明", "Account"), Personal(Category.FAMILY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (FosterPlacementStarted,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield FOSTER_FAMILY.since(entry.days, None)
        yield CARE_MODE.since(entry.days, None, gives_way=True)


@against(CareModeAssigned)
def placed_with_a_family(assigned: CareModeAssigned, life: Life) -> Refusals:
    """Foster care presupposes that the child was placed with a family (E16), of which I10 and I11 speak.

    A register says the mode and not the placement; a mode that is not known claims no foster care.
    """
    if known(assigned.mode) == FOSTER and life.now(FOSTER_FAMILY) is None:
        yield no_evidence("E16", detail=FosterPlacementStarted.label)


@against(CareModeAssigned)
def placed_meanwhile(assigned: CareModeAssigned, life: Life) -> Refusals:
    """A child that is placed with a foster family is in no other lasting care before that ends (I27)."""
    placed, mode = life.now(FOSTER_FAMILY), known(assigned.mode)
    if placed is None or mode in BESIDE_FOSTERING:
        return
    yield (uncertain if mode in {None, "unknown"} else breach)("I27", placed.entry)


@against(FosterFamilyClosed, FosterFamilyRejected)
def fosters_nobody(ended: Event, life: Life) -> Refusals:  # noqa: ARG001 - however it ended
    """A family that fosters no more has no child placed with it (R-FOS-4).

    That is judged when it is recorded, with the files that name the family.
    """
    read = None if life.entry is None else life.beside(life.entry.stream, "R-FOS-4")
    if read is not None and life.entry is not None:
        family = str(life.entry.stream)
        fostered = sum(_fosters(other, family) for other in read[1])
        if fostered:
            detail = Label(f"仍有{fostered}名儿童寄养在该家庭", f"{fostered} still placed with it")
            yield breach("R-FOS-4", detail=detail)


def kept_children(file: File, rulebook: Rulebook) -> Iterator[ChildOfFamily]:  # noqa: ARG001 - a rule without numbers
    """Yield every placement with a family that is known, with what is found once that fosters no more."""
    for span in file.spans(FOSTER_FAMILY):
        if span.value != UNKNOWN_FAMILY:
            refusal = breach("R-FOS-4", detail=STILL_PLACED)
            family = UUID(span.value)
            yield ChildOfFamily(span.fact.entry, family, span.since, span.until, None, refusal)


def fostered_children(file: File, rulebook: Rulebook) -> Iterator[ChildOfFamily]:
    """Yield every placement with a family that is known, to be counted with those of other files."""
    for span in file.spans(FOSTER_FAMILY):
        if span.value == UNKNOWN_FAMILY:
            continue
        entry = span.fact.entry
        most = Life(file, span.since, rulebook, but=entry, entry=entry).number("I10", case="children")
        room = None if most is None else _room_beside(most)
        refusal = breach("I10", detail=TOO_MANY, by=most)
        yield ChildOfFamily(entry, UUID(span.value), span.since, span.until, room, refusal)


def _room_beside(most: Pack) -> Room:
    """Return how many others a family may foster beside one child, whenever they came."""
    return Room(most.value - 1, most.value - 1)


def _fosters(other: Life, family: str) -> bool:
    placed = other.now(FOSTER_FAMILY)
    return placed is not None and placed.held.value == family


def _room(life: Life, fostered: int) -> Refusals:
    """The family fosters no more children than the rule's number, this one included (I10)."""
    most = life.number("I10", case="children")
    if most is not None and not _room_beside(most).lets(fostered, fostered):
        detail = Label(f"该家庭已寄养{fostered}名儿童", f"the family fosters {fostered} already")
        yield breach("I10", detail=detail, by=most)


def _no_small_child(life: Life, own: Life) -> Refusals:
    """The family has no own child below the rule's age (I10)."""
    age, recorded = life.number("I10", case="own_child"), own.last(FamilyMembersRecorded)
    members = None if recorded is None else known(recorded.event.members)
    if age is None:
        return
    if members is None:
        yield uncertain("I10", detail=MEMBERS_UNKNOWN, by=age)
        return
    ages = [_completed(own, member, age.value) for member in members if _is_own_child(member)]
    if False in ages:
        yield breach("I10", detail=SMALL_CHILD, by=age)
    elif None in ages:
        yield uncertain("I10", detail=MEMBERS_UNKNOWN, by=age)


def _is_own_child(member: FamilyMember) -> bool:
    return known(member.relation) in {None, OWN_CHILD}


def _completed(own: Life, member: FamilyMember, years: int) -> bool | None:
    """Whether a member has completed so many years; None where that, or whose child it is, is not known."""
    born = known(member.birth_on)
    of_age = None if born is None else own.arrived(Days.on(born).turns(years))
    return of_age if of_age or known(member.relation) == OWN_CHILD else None


def _caregiver_aged(life: Life, agreement: AnyEntry) -> Refusals:
    """The main caregiver has completed the least age, and not yet the year after the greatest (I10)."""
    born = known(agreement.event.caregiver_birth_on)
    least = life.number("I10", case="caregiver_least")
    greatest = life.number("I10", case="caregiver_greatest")
    if least is None or greatest is None:
        return
    if born is None:
        detail = Label("主要照料人出生日期不详", "the main caregiver's birth is not known")
        yield uncertain("I10", agreement, detail=detail, by=least)
        return
    young = Label("主要照料人未达到规定年龄", "the main caregiver is too young")
    yield from unless(
        "I10", life.arrived(Days.on(born).turns(least.value)), agreement, detail=young, by=least
    )
    old = Label("主要照料人超过规定年龄", "the main caregiver is too old")
    too_old = life.arrived(Days.on(born).turns(greatest.value + 1))
    yield from unless("I10", None if too_old is None else not too_old, agreement, detail=old, by=greatest)
