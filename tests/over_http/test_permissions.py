"""Who may do what with which file, and the same rule for lists on a real database."""

from dataclasses import replace
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
    DECIDED,
    OF_INSTITUTION,
    OF_PLACES,
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
from domain.entry import Recorder
from domain.envelope import Reason
from domain.event import CATALOGUE, Category, Event, Unknown, fields_of
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.archive import EXTRACTS
from domain.events.community.caring import CommunityVisitMade
from domain.events.community.charge import InstitutionalCareRequested, PlaceOfCareChanged
from domain.events.community.rolls import ChildIdentified
from domain.events.departure import ChildDied
from domain.events.emergency import EmergencyAccessReviewed
from domain.events.erasure import DONE_BY_OPERATOR
from domain.events.institution.particulars import OPERATED
from domain.events.institution.reporting import ISSUED
from domain.events.intake import ChildReceived, IdentityRecorded, IntakeMedicalExamined
from domain.events.record import EntryRestored, EntryWithdrawn
from domain.events.transfer.handing_over import ChildTransferred
from domain.file import File
from domain.scope import FileScope, Former, FormerPlace, scope_of
from domain.when import Days
from ledger.recording.outcome import Hindrance
from ledger.recording.request import Draft
from tests.support.exploring import examples
from tests.support.given import INSTITUTION, TODAY, some
from tests.support.given import given as given_life
from tests.support.pooler import direct
from tests.support.whole_events import full

OWN, OTHER, THIRD = (UUID(int=number) for number in (1, 2, 3))
ANYBODY = UUID(int=9)
PLACED: dict[str, Any] = {
    "by": Recorder(user=ANYBODY, role="township", institution=None),
    "region": "371099001",
}
"""The envelope of what a township recorded."""


def who(
    role: Role,
    *,
    institution: UUID = OWN,
    region: frozenset[UUID] = frozenset({OWN}),
    may_approve: bool = True,
    places: str = "371099001",
) -> Actor:
    return Actor(
        ANYBODY,
        role,
        institution if role in OF_INSTITUTION else None,
        "371099" if role in OF_INSTITUTION else None,
        region if role in OF_REGION else None,
        may_approve,
        (places if role is Role.TOWNSHIP else places[:4]) if role in OF_PLACES else None,
    )


def a_file(
    *,
    institution: UUID | None = OWN,
    former: tuple[Former, ...] = (),
    sixteen_on: date | None = None,
) -> FileScope:
    return FileScope("child", institution, former, sixteen_on)


def outside(place: str = "371099001", **said: Any) -> FileScope:
    """The file of a child outside institutions, in the charge of its place."""
    return FileScope("child", None, (), None, place=place, **said)


OWN_FILE = a_file()
GROWN = a_file(sixteen_on=TODAY)
TOMORROW_GROWN = a_file(sixteen_on=TODAY + timedelta(days=1))
FOREIGN = a_file(institution=OTHER, sixteen_on=date(2020, 1, 1))
HANDED_OVER = a_file(institution=OTHER, former=(Former(OWN, date(2025, 6, 30)),))

# What each role may do with a file that its institution, its region or its ledger holds now.
WITHIN = {
    Role.STAFF: {Action.READ, Action.ASK, Action.RECORD, Action.RECEIVE},
    Role.SUPERVISOR: {
        Action.READ,
        Action.ASK,
        Action.RECORD,
        Action.RECEIVE,
        Action.APPROVE,
        Action.JOIN,
        Action.ISSUE,
        Action.SEE_ACCESS,
        Action.VERIFY,
        Action.EXPORT,
    },
    Role.AUDITOR: {Action.READ, Action.ASK, Action.SEE_ACCESS, Action.VERIFY, Action.EXPORT},
    Role.PLACEMENT_OFFICER: {Action.READ, Action.ASK},
    Role.BUREAU: {Action.READ, Action.ASK},
    Role.TOWNSHIP: set[Action](),
    Role.ADMINISTRATOR: {Action.READ, Action.SEE_ACCESS, Action.VERIFY},
}
# What each role may do with the file of a child outside institutions in its place.
WITHIN_PLACE = {role: set[Action]() for role in Role} | {
    Role.BUREAU: {Action.READ, Action.ASK, Action.RECORD, Action.APPROVE, Action.JOIN, Action.ISSUE},
    Role.TOWNSHIP: {Action.READ, Action.ASK, Action.RECORD},
    Role.ADMINISTRATOR: {Action.READ, Action.SEE_ACCESS, Action.VERIFY},
}
EVERYDAY = {"identity", "contact", "family", "health"}
SEALED = {"restricted-health", "safeguarding", "adoption"}
SHOWN = {
    Role.STAFF: EVERYDAY,
    Role.SUPERVISOR: EVERYDAY | SEALED,
    Role.AUDITOR: EVERYDAY | SEALED,
    Role.PLACEMENT_OFFICER: {"identity", "contact", "health"},
    Role.BUREAU: {"identity"},
    Role.TOWNSHIP: EVERYDAY | {"safeguarding"},
    Role.ADMINISTRATOR: set(),
}


@pytest.mark.parametrize(("role", "action"), [*product(Role, Action)])
def test_within_its_scope_a_role_does_what_is_its_work_and_nothing_else(role: Role, action: Action) -> None:
    assert allowed(who(role), action, GROWN, today=TODAY) == (action in WITHIN[role])


@pytest.mark.parametrize(("role", "category"), [*product(Role, Category)])
def test_a_role_is_shown_the_categories_its_work_needs(role: Role, category: Category) -> None:
    file = outside() if role is Role.TOWNSHIP else GROWN
    assert allowed(who(role), Action.READ, file, category, today=TODAY) == (category.value in SHOWN[role])
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
    reads = action in WITHIN[role] & {Action.READ, Action.SEE_ACCESS, Action.VERIFY, Action.EXPORT}
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
def test_with_a_token_that_may_not_approve_all_is_done_but_deciding(role: Role, action: Action) -> None:
    looking = who(role, may_approve=False)
    assert allowed(looking, action, GROWN, today=TODAY) == (action in WITHIN[role] - DECIDED)


@pytest.mark.parametrize("role", Role)
def test_whoever_is_bound_to_the_wrong_thing_is_nobody(role: Role) -> None:
    with pytest.raises(ValueError, match="bound"):
        Actor(ANYBODY, role, OWN, "371099", frozenset({OWN}))
    if role != Role.ADMINISTRATOR:
        with pytest.raises(ValueError, match="bound"):
            Actor(ANYBODY, role)


# Children outside institutions


@pytest.mark.parametrize(("role", "action"), [*product(Role, Action)])
def test_a_child_outside_is_in_the_charge_of_its_township_and_of_the_bureau_above(
    role: Role, action: Action
) -> None:
    assert allowed(who(role), action, outside(), today=TODAY) == (action in WITHIN_PLACE[role])


@pytest.mark.parametrize(
    ("place", "township", "bureau"),
    [
        ("371099001", True, True),
        ("371099002", False, True),
        ("371099", False, True),  # of the county, of no township
        ("371002001", False, True),
        ("370999001", False, False),
    ],
)
def test_a_township_has_its_own_children_and_a_bureau_those_of_its_region(
    place: str,
    township: bool,  # noqa: FBT001 - a table
    bureau: bool,  # noqa: FBT001 - a table
) -> None:
    for role, within in ((Role.TOWNSHIP, township), (Role.BUREAU, bureau)):
        for action in (Action.READ, Action.RECORD):
            assert allowed(who(role), action, outside(place), today=TODAY) is within


def test_a_former_place_reads_what_occurred_until_the_hand_over_and_records_nothing() -> None:
    last_day = date(2025, 6, 30)
    moved = outside("371099002", former_places=(FormerPlace("371099001", last_day),))
    township = who(Role.TOWNSHIP)
    assert allowed(township, Action.READ, moved, today=TODAY, about=last_day)
    assert not allowed(township, Action.READ, moved, today=TODAY, about=last_day + timedelta(days=1))
    assert not allowed(township, Action.RECORD, moved, today=TODAY, about=last_day)


def test_only_an_institution_takes_a_child_in_even_where_the_place_is_in_charge() -> None:
    file = given_life(("2024-03-05", some(ChildIdentified), PLACED)).file
    for role in (Role.TOWNSHIP, Role.BUREAU):
        assert hindrance(who(role), [says(some(ChildReceived))], file, today=TODAY) is Hindrance.ROLE
        assert hindrance(who(role), [says(some(CommunityVisitMade))], file, today=TODAY) is None


@pytest.mark.parametrize(
    ("role", "institution", "event", "keeps_out"),
    [
        (Role.STAFF, OWN, some(ChildReceived), None),
        (Role.SUPERVISOR, OWN, some(ChildReceived), None),
        (Role.STAFF, OWN, some(CommunityVisitMade), Hindrance.SCOPE),
        (Role.AUDITOR, OWN, some(ChildReceived), Hindrance.SCOPE),
        (Role.STAFF, OTHER, some(ChildReceived), Hindrance.SCOPE),
    ],
)
def test_the_institution_that_a_place_asked_may_take_the_child_in_and_nothing_else(
    role: Role, institution: UUID, event: Event, keeps_out: Hindrance | None
) -> None:
    asked = some(InstitutionalCareRequested, institution=OWN)
    file = given_life(("2024-03-05", some(ChildIdentified), PLACED), ("2024-03-06", asked, PLACED)).file
    assert hindrance(who(role, institution=institution), [says(event)], file, today=TODAY) is keeps_out


# Recording

RECORDING = {Role.STAFF, Role.SUPERVISOR}
PASSED_ON = {"PlaceOfCareChanged"}
"""What gives the file to a place, which then amends it (`test_outside`)."""
DECISIONS = {
    "ExceptionApproved",
    "ExceptionRejected",
    "CorrectionApproved",
    "CorrectionRejected",
    "FilesJoined",
    "FilesSeparated",
    "FileOpenedByMistake",
    "ProcessingRestricted",
    "RestrictionLifted",
    "EmergencyAccessReviewed",
    "RestrictedFileAccessApproved",
    "RestrictedFileAccessRejected",
    "ErasureApproved",
    "ErasureRejected",
    "ErasureHoldImposed",
    "ErasureHoldLifted",
}
ASKED = {"RestrictedFileAccessRequested", "EmergencyAccessTaken"}
"""What whoever reads a file may record in it, and amend who may record otherwise."""
ASKING = RECORDING | {Role.AUDITOR}
UNSAID = Unknown("not_asked")


def on_file(*events: Event) -> File:
    """A file at home in which a child was received, and these happened."""
    return given_life(("2024-03-05", some(ChildReceived)), *(("2024-03-06", each) for each in events)).file


def says(event: Event, **envelope: Any) -> Draft:
    return Draft(event=event, days=Days.on(date(2024, 3, 7)), **envelope)


def may_record(role: Role, draft: Draft, file: File) -> bool:
    """Whether somebody of that role at the institution in charge may record it."""
    in_charge = scope_of(file).institution if file.entries else None
    return hindrance(who(role, institution=in_charge or INSTITUTION), [draft], file, today=TODAY) is None


def rightly(role: Role, kind: type[Event]) -> bool:
    """Whether a role records such events, with all that they can say."""
    held = {spec.personal.category.value for spec in fields_of(kind) if spec.personal} | {kind.seals.value}
    decides = role is Role.SUPERVISOR or kind.__name__ not in DECISIONS
    decides = decides and (role is Role.SUPERVISOR or kind not in (*ISSUED, *EXTRACTS))
    return (
        role in RECORDING and decides and held <= SHOWN[role] and kind not in (*OPERATED, *DONE_BY_OPERATOR)
    )


@pytest.mark.parametrize("role", Role)
def test_who_records_an_event_records_and_is_shown_all_that_it_says(role: Role) -> None:
    recorded = {name for name, kind in CATALOGUE.items() if may_record(role, says(full(kind)), on_file())}
    rightful = {name for name, kind in CATALOGUE.items() if rightly(role, kind)}
    assert recorded == rightful | (ASKED if role in ASKING else set())


def amendments(entry: UUID, kind: type[Event]) -> tuple[Draft, ...]:
    """Everything that amends an entry: to whatever it is to say, and of whatever type (another rule's)."""
    corrected = says(some(kind), corrects=entry, reason=Reason(code="incorrect_data", explanation="抄错"))
    return (
        says(EntryWithdrawn(entry=entry, explanation="未发生")),
        says(EntryRestored(entry=entry, explanation="确有其事")),
        corrected,
        replace(corrected, event=some(ChildReceived)),
    )


@pytest.mark.parametrize("role", Role)
def test_who_amends_an_entry_may_record_it(role: Role) -> None:
    allowed_to = {}
    for name in CATALOGUE.keys() - PASSED_ON:
        file = on_file(full(CATALOGUE[name]))
        entry = [*file.entries][-1]
        allowed_to[name] = [may_record(role, each, file) for each in amendments(entry, CATALOGUE[name])]
    rightful = {name: rightly(role, CATALOGUE[name]) for name in allowed_to}
    # Nobody hides that they took an emergency access.
    rightful["EmergencyAccessTaken"] = rightly(role, EmergencyAccessReviewed)
    assert allowed_to == {name: [may] * 4 for name, may in rightful.items()}


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
PLACES = st.sampled_from(["371099001", "371099002", "371099", "370999001"])


@st.composite
def scopes(draw: st.DrawFn) -> FileScope:
    charge = draw(st.none() | INSTITUTIONS)
    handed_over = draw(st.dictionaries(INSTITUTIONS, DAYS, max_size=2))
    former = tuple(Former(each, until) for each, until in handed_over.items() if each != charge)
    place = draw(st.none() | PLACES) if charge is None else None
    left = draw(st.dictionaries(PLACES, DAYS, max_size=2))
    former_places = tuple(FormerPlace(each, until) for each, until in left.items() if each != place)
    return FileScope("child", charge, former, draw(st.none() | DAYS), place, former_places)


@st.composite
def actors(draw: st.DrawFn) -> Actor:
    return who(draw(st.sampled_from(Role)), institution=draw(INSTITUTIONS), region=draw(REGIONS))


@pytest.mark.own_statements
@settings(
    max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    files=st.lists(scopes(), min_size=1, max_size=20),
    everybody=st.lists(actors(), min_size=1, max_size=6),
    today=DAYS,
    about=st.none() | DAYS,
)
def test_a_list_holds_exactly_the_files_that_each_may_read(
    postgres: str, files: list[FileScope], everybody: list[Actor], today: date, about: date | None
) -> None:
    with psycopg.connect(direct(postgres)) as connection:
        connection.execute(
            """CREATE TEMPORARY TABLE listed (
                number integer, institution uuid, former uuid[], former_until date[], sixteen_on date,
                place text, former_places text[], former_places_until date[]
            ) ON COMMIT DROP"""
        )
        connection.cursor().executemany(
            "INSERT INTO listed VALUES (%s, %s, %s::uuid[], %s::date[], %s, %s, %s::text[], %s::date[])",
            [
                (
                    number,
                    file.institution,
                    [each.institution for each in file.former],
                    [each.until for each in file.former],
                    file.sixteen_on,
                    file.place,
                    [each.place for each in file.former_places],
                    [each.until for each in file.former_places],
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


def test_a_hand_over_puts_another_institution_in_charge_and_leaves_the_past_to_the_one_before() -> None:
    file = given_life(("2024-03-05", some(ChildReceived)))
    for day, to in (("2024-05-01", OTHER), ("2024-07-01", INSTITUTION), ("2024-09-01", THIRD)):
        file.and_(day, some(ChildTransferred, to_institution=to))
    opened = file.file
    assert scope_of(opened).institution == THIRD
    assert set(scope_of(opened).former) == {
        Former(OTHER, date(2024, 6, 30)),
        Former(INSTITUTION, date(2024, 8, 31)),
    }


def charges(scope: FileScope) -> tuple[object, ...]:
    return scope.institution, scope.place, scope.former, scope.former_places, scope.asked


def test_a_place_is_in_charge_of_what_it_opened_until_another_place_or_an_institution_is() -> None:
    file = given_life(("2024-03-05", some(ChildIdentified), PLACED))
    assert charges(scope_of(file.file)) == (None, "371099001", (), (), None)
    file.and_("2024-05-01", some(PlaceOfCareChanged, place="371099002"), **PLACED)
    here = FormerPlace("371099001", date(2024, 4, 30))
    assert charges(scope_of(file.file)) == (None, "371099002", (), (here,), None)
    file.and_("2024-06-01", some(InstitutionalCareRequested, institution=INSTITUTION), **PLACED)
    assert charges(scope_of(file.file)) == (None, "371099002", (), (here,), INSTITUTION)
    file.and_("2024-07-01", some(ChildReceived))
    there = FormerPlace("371099002", date(2024, 6, 30))
    assert charges(scope_of(file.file)) == (INSTITUTION, None, (), (here, there), None)
    file.and_("2025-02-01", some(PlaceOfCareChanged, place="371099001"))
    back = (Former(INSTITUTION, date(2025, 1, 31)),)
    assert charges(scope_of(file.file)) == (None, "371099001", back, (there,), None)


def test_no_later_reception_takes_a_file_from_an_institution() -> None:
    other = {"by": Recorder(user=ANYBODY, role="staff", institution=OTHER)}
    file = given_life(("2024-03-05", some(ChildReceived)), ("2023-03-05", some(ChildReceived), other))
    assert scope_of(file.file).institution == INSTITUTION


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
