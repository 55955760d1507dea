"""Who may do what with which file, and the same rule for lists on a real database."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.sql import SQL, Identifier

from api.identity.permissions import (
    OF_INSTITUTION,
    OF_REGION,
    SEES,
    Action,
    Actor,
    Role,
    allowed,
    hindrance,
    horizon,
    scope_sql,
)
from domain.entry import AnyEntry
from domain.envelope import Reason
from domain.event import CATALOGUE, Category, Event, Unknown, fields_of
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.departure import ChildDied
from domain.events.institution.particulars import OPERATED
from domain.events.intake import ChildReceived, IdentityRecorded, IntakeMedicalExamined
from domain.events.record import EntryRestored, EntryWithdrawn
from domain.file import Facts, File
from domain.scope import CHARGE, FileScope, Former, scope_of
from domain.when import Days
from ledger.recording.outcome import Hindrance
from ledger.recording.request import Draft
from tests.support.given import INSTITUTION, TODAY, some
from tests.support.given import given as given_life
from tests.support.whole_events import full

OWN, OTHER, THIRD = (UUID(int=number) for number in (1, 2, 3))
ANYBODY = UUID(int=9)


def who(
    role: Role,
    *,
    institution: UUID = OWN,
    region: frozenset[UUID] = frozenset({OWN}),
    may_approve: bool = True,
) -> Actor:
    return Actor(
        ANYBODY,
        role,
        institution if role in OF_INSTITUTION else None,
        "371099" if role in OF_INSTITUTION else None,
        region if role in OF_REGION else None,
        may_approve,
    )


def a_file(
    *,
    institution: UUID | None = OWN,
    former: tuple[Former, ...] = (),
    sixteen_on: date | None = None,
) -> FileScope:
    return FileScope("child", institution, former, sixteen_on)


OWN_FILE = a_file()
GROWN = a_file(sixteen_on=TODAY)
TOMORROW_GROWN = a_file(sixteen_on=TODAY + timedelta(days=1))
FOREIGN = a_file(institution=OTHER, sixteen_on=date(2020, 1, 1))
HANDED_OVER = a_file(institution=OTHER, former=(Former(OWN, date(2025, 6, 30)),))

# What each role may do with a file that its institution, its region or its ledger holds now.
WITHIN = {
    Role.STAFF: {Action.READ, Action.RECORD},
    Role.SUPERVISOR: {Action.READ, Action.RECORD, Action.APPROVE, Action.SEE_ACCESS},
    Role.AUDITOR: {Action.READ, Action.SEE_ACCESS},
    Role.PLACEMENT_OFFICER: {Action.READ},
    Role.BUREAU: {Action.READ},
    Role.ADMINISTRATOR: {Action.READ, Action.SEE_ACCESS},
}
EVERYDAY = {"identity", "contact", "family", "health"}
SEALED = {"restricted-health", "safeguarding", "adoption"}
SHOWN = {
    Role.STAFF: EVERYDAY,
    Role.SUPERVISOR: EVERYDAY | SEALED,
    Role.AUDITOR: EVERYDAY | SEALED,
    Role.PLACEMENT_OFFICER: {"identity", "contact", "health"},
    Role.BUREAU: {"identity"},
    Role.ADMINISTRATOR: set(),
}


@pytest.mark.parametrize(("role", "action"), [*product(Role, Action)])
def test_within_its_scope_a_role_does_what_is_its_work_and_nothing_else(role: Role, action: Action) -> None:
    assert allowed(who(role), action, GROWN, today=TODAY) == (action in WITHIN[role])


@pytest.mark.parametrize(("role", "category"), [*product(Role, Category)])
def test_a_role_is_shown_the_categories_its_work_needs(role: Role, category: Category) -> None:
    assert allowed(who(role), Action.READ, GROWN, category, today=TODAY) == (category.value in SHOWN[role])
    assert (category in SEES[role]) == (category.value in SHOWN[role])


@pytest.mark.parametrize(
    ("role", "action", "category"),
    [*product([role for role in Role if role != Role.ADMINISTRATOR], Action, [None, *Category])],
)
def test_outside_its_scope_a_role_may_do_nothing(
    role: Role, action: Action, category: Category | None
) -> None:
    assert not allowed(who(role), action, FOREIGN, category, today=TODAY)
    assert not allowed(who(role), action, FOREIGN, category, today=TODAY, about=date(2019, 1, 1))


@pytest.mark.parametrize("action", Action)
def test_an_administrator_operates_every_file_and_sees_nothing_personal(action: Action) -> None:
    administrator = who(Role.ADMINISTRATOR)
    assert allowed(administrator, action, FOREIGN, today=TODAY) == (action in WITHIN[Role.ADMINISTRATOR])
    assert not any(allowed(administrator, action, FOREIGN, each, today=TODAY) for each in Category)


@pytest.mark.parametrize(("role", "action"), [*product(sorted(OF_INSTITUTION), Action)])
def test_a_former_institution_reads_what_occurred_until_the_hand_over(role: Role, action: Action) -> None:
    reads = action in WITHIN[role] - {Action.RECORD, Action.APPROVE}
    actor, last_day = who(role), date(2025, 6, 30)
    assert allowed(actor, action, HANDED_OVER, today=TODAY, about=last_day) == reads
    assert not allowed(actor, action, HANDED_OVER, today=TODAY, about=last_day + timedelta(days=1))
    assert not allowed(actor, action, HANDED_OVER, today=TODAY)


def test_a_placement_officer_sees_somebody_from_the_sixteenth_birthday_on() -> None:
    officer = who(Role.PLACEMENT_OFFICER)
    assert allowed(officer, Action.READ, GROWN, today=TODAY)
    assert not allowed(officer, Action.READ, TOMORROW_GROWN, today=TODAY)
    assert not allowed(officer, Action.READ, OWN_FILE, today=TODAY), "no birth is known"


@pytest.mark.parametrize(
    ("region", "seen"), [({OWN}, True), ({OWN, OTHER}, True), ({OTHER}, False), (set(), False)], ids=repr
)
def test_a_bureau_sees_the_files_of_the_institutions_in_its_region(region: set[UUID], seen: bool) -> None:  # noqa: FBT001 - a table
    bureau = who(Role.BUREAU, region=frozenset(region))
    assert allowed(bureau, Action.READ, OWN_FILE, today=TODAY) == seen
    assert not allowed(bureau, Action.READ, a_file(institution=None), today=TODAY), "nobody is in charge"


@pytest.mark.parametrize(("role", "action"), [*product(Role, Action)])
def test_with_a_token_that_may_not_approve_all_is_done_but_approving(role: Role, action: Action) -> None:
    looking = who(role, may_approve=False)
    assert allowed(looking, action, GROWN, today=TODAY) == (action in WITHIN[role] - {Action.APPROVE})


@pytest.mark.parametrize("role", Role)
def test_whoever_is_bound_to_the_wrong_thing_is_nobody(role: Role) -> None:
    with pytest.raises(ValueError, match="bound"):
        Actor(ANYBODY, role, OWN, "371099", frozenset({OWN}))
    if role != Role.ADMINISTRATOR:
        with pytest.raises(ValueError, match="bound"):
            Actor(ANYBODY, role)


# Recording

RECORDING = {Role.STAFF, Role.SUPERVISOR}
DECISIONS = {"ExceptionApproved", "ExceptionRejected"}
UNSAID = Unknown("not_asked")


def on_file(*events: Event) -> File:
    """A file at home in which a child was received, and these happened."""
    return given_life(("2024-03-05", some(ChildReceived)), *(("2024-03-06", each) for each in events)).file


def says(event: Event, **envelope: Any) -> Draft:
    return Draft(event=event, days=Days.on(date(2024, 3, 7)), **envelope)


def may_record(role: Role, draft: Draft, file: File) -> bool:
    """Whether somebody of that role at the institution in charge may record it."""
    return (
        hindrance(
            who(role, institution=scope_of(file).institution or INSTITUTION), [draft], file, today=TODAY
        )
        is None
    )


def rightly(role: Role, kind: type[Event]) -> bool:
    """Whether a role records such events, with all that they can say."""
    held = {spec.personal.category.value for spec in fields_of(kind) if spec.personal} | {kind.seals.value}
    decides = role is Role.SUPERVISOR or kind.__name__ not in DECISIONS
    return role in RECORDING and decides and held <= SHOWN[role] and kind not in OPERATED


@pytest.mark.parametrize(("name", "role"), [*product(CATALOGUE, Role)])
def test_who_records_an_event_records_and_is_shown_all_that_it_says(name: str, role: Role) -> None:
    assert may_record(role, says(full(CATALOGUE[name])), on_file()) == rightly(role, CATALOGUE[name])


@pytest.mark.parametrize(("name", "role"), [*product(CATALOGUE, Role)])
def test_who_amends_an_entry_may_record_it(name: str, role: Role) -> None:
    kind = CATALOGUE[name]
    file = on_file(full(kind))
    entry = [*file.entries][-1]
    corrected = says(some(kind), corrects=entry, reason=Reason(code="incorrect_data", explanation="抄错"))
    for draft in (
        says(EntryWithdrawn(entry=entry, explanation="未发生")),
        says(EntryRestored(entry=entry, explanation="确有其事")),
        # Whatever it is to say, and of whatever type, which another rule is about.
        corrected,
        replace(corrected, event=some(ChildReceived)),
    ):
        assert may_record(role, draft, file) == rightly(role, kind), draft


def test_what_one_is_not_shown_is_left_to_others_and_the_rest_recorded() -> None:
    examined = full(IntakeMedicalExamined)
    file = on_file(replace(examined, infectious_screen=UNSAID))
    for role, records in ((Role.STAFF, False), (Role.SUPERVISOR, True)):
        assert may_record(role, says(replace(examined, infectious_screen=UNSAID)), file)
        assert may_record(role, says(examined), file) == records
        # Whether anything is said there is not told either, so a correction does not depend on it.
        corrected = says(replace(examined, infectious_screen=UNSAID), corrects=[*file.entries][-1])
        assert may_record(role, corrected, file) == records


@pytest.mark.parametrize("role", Role)
def test_nobody_records_in_a_file_of_another_institution_whatever_it_is(role: Role) -> None:
    actor = who(role, institution=OTHER, region=frozenset({OTHER}))
    found = hindrance(actor, [says(some(ChildReceived))], on_file(full(AdoptionRegistered)), today=TODAY)
    assert found is (Hindrance.ROLE if role is Role.ADMINISTRATOR else Hindrance.SCOPE)


def test_what_keeps_somebody_out_is_the_file_before_their_role_and_their_role_before_a_category() -> None:
    adopted, file = says(full(AdoptionRegistered)), on_file()
    assert hindrance(who(Role.STAFF), [adopted], file, today=TODAY) is Hindrance.SCOPE
    bureau = who(Role.BUREAU, region=frozenset({INSTITUTION}))
    assert hindrance(bureau, [adopted], file, today=TODAY) is Hindrance.ROLE
    staff = who(Role.STAFF, institution=INSTITUTION)
    assert hindrance(staff, [adopted], file, today=TODAY) is Hindrance.CATEGORY
    assert hindrance(staff, [says(some(ChildReceived)), adopted], file, today=TODAY) is Hindrance.CATEGORY


def test_a_file_that_one_opens_is_ones_own() -> None:
    for role in Role:
        assert may_record(role, says(some(ChildReceived)), File()) == (role in RECORDING)


# Lists

DAYS = st.dates(date(2020, 1, 1), date(2028, 12, 31))
INSTITUTIONS = st.sampled_from([OWN, OTHER, THIRD])
REGIONS = st.frozensets(INSTITUTIONS)


@st.composite
def scopes(draw: st.DrawFn) -> FileScope:
    charge = draw(st.none() | INSTITUTIONS)
    handed_over = draw(st.dictionaries(INSTITUTIONS, DAYS, max_size=2))
    former = tuple(Former(each, until) for each, until in handed_over.items() if each != charge)
    return FileScope("child", charge, former, draw(st.none() | DAYS))


@st.composite
def actors(draw: st.DrawFn) -> Actor:
    return who(draw(st.sampled_from(Role)), institution=draw(INSTITUTIONS), region=draw(REGIONS))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    files=st.lists(scopes(), min_size=1, max_size=20),
    everybody=st.lists(actors(), min_size=1, max_size=6),
    today=DAYS,
    about=st.none() | DAYS,
)
def test_a_list_holds_exactly_the_files_that_each_may_read(
    postgres: str, files: list[FileScope], everybody: list[Actor], today: date, about: date | None
) -> None:
    with psycopg.connect(postgres) as connection:
        connection.execute(
            """CREATE TEMPORARY TABLE listed (
                number integer, institution uuid, former uuid[], former_until date[], sixteen_on date
            ) ON COMMIT DROP"""
        )
        connection.cursor().executemany(
            "INSERT INTO listed VALUES (%s, %s, %s::uuid[], %s::date[], %s)",
            [
                (
                    number,
                    file.institution,
                    [each.institution for each in file.former],
                    [each.until for each in file.former],
                    file.sixteen_on,
                )
                for number, file in enumerate(files)
            ],
        )
        for actor in everybody:
            day = None if about is None else SQL("{}::date").format(about)
            scope = scope_sql(actor, today=today, table="listed", about=day)
            query = SQL("SELECT number FROM {} WHERE {}").format(Identifier("listed"), scope.sql)
            listed = {number for (number,) in connection.execute(query, scope.parameters)}
            denied = SQL("SELECT number FROM {} WHERE NOT {}").format(Identifier("listed"), scope.sql)
            others = {number for (number,) in connection.execute(denied, scope.parameters)}
            readable = {
                number
                for number, file in enumerate(files)
                if allowed(actor, Action.READ, file, today=today, about=about)
            }
            assert listed == readable
            assert others == set(range(len(files))) - readable, "the condition is true or false, never null"


@given(file=scopes(), actor=actors(), today=DAYS, about=DAYS)
def test_a_file_may_be_read_up_to_its_horizon(
    file: FileScope, actor: Actor, today: date, about: date
) -> None:
    last = horizon(actor, file, today)
    assert allowed(actor, Action.READ, file, today=today, about=about) == (last is not None and about <= last)


# What a file's scope is read from


def test_the_institution_that_opened_a_file_is_in_charge_of_it() -> None:
    file = given_life(("2024-03-05", some(ChildDied))).file
    assert scope_of(file) == FileScope("child", INSTITUTION, (), None)


@dataclass(frozen=True)
class HandedOver:
    """A stand-in for an event by which another institution takes charge."""

    to: UUID

    def holds(self, entry: AnyEntry) -> Facts:
        """Another institution is in charge from then on."""
        yield CHARGE.since(entry.days, self.to)


def test_a_hand_over_puts_another_institution_in_charge_and_leaves_the_past_to_the_one_before() -> None:
    hand_over: Any = HandedOver(OTHER)
    back: Any = HandedOver(INSTITUTION)
    on: Any = HandedOver(THIRD)
    file = given_life(("2024-03-05", some(ChildDied)))
    opened = file.file
    for day, event in (("2024-05-01", hand_over), ("2024-07-01", back), ("2024-09-01", on)):
        opened.add(replace(file.entry(day, some(ChildDied)), event=event, version=len(opened.entries) + 1))
    assert scope_of(opened).institution == THIRD
    assert set(scope_of(opened).former) == {
        Former(OTHER, date(2024, 6, 30)),
        Former(INSTITUTION, date(2024, 8, 31)),
    }


@pytest.mark.parametrize(
    ("born", "until", "sixteen_on"),
    [
        (date(2010, 3, 5), None, date(2026, 3, 5)),
        (date(2010, 3, 1), date(2010, 3, 31), date(2026, 3, 31)),
        (date(2008, 2, 29), None, date(2024, 2, 29)),
    ],
)
def test_somebody_is_sixteen_when_no_possible_day_of_birth_is_later(
    born: date, until: date | None, sixteen_on: date
) -> None:
    identity = some(IdentityRecorded, birth_on=born, birth_until=until)
    assert scope_of(given_life(("2024-03-05", identity)).file).sixteen_on == sixteen_on


def test_of_whom_no_birth_is_known_nobody_is_known_to_be_sixteen() -> None:
    assert scope_of(given_life(("2024-03-05", some(IdentityRecorded))).file).sixteen_on is None
