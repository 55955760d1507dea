"""What cannot all be true is refused or found: days, what follows what, numbers, measures."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from api.contract.entries import event_json
from api.imports.cells.measures import amount
from api.imports.faults import Fault
from api.imports.layouts.examination import CENTIMETRES, KILOGRAMS
from domain.envelope import Document
from domain.event import CATALOGUE, Event, Height, NotBefore, Weight, fields_with
from domain.events.adoption.assessment import IntegrationEnded, IntegrationStarted
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.care import CareModeAssigned
from domain.events.departure import ChildDied, DepartureCompleted
from domain.events.entitlement.allowance import AllowanceStopped
from domain.events.entitlement.study_grant import StudyGrantGranted
from domain.events.guardianship import GuardianshipTerminated, TemporaryGuardianshipStarted
from domain.events.health import DisabilityCertificateIssued, PhysicalExamined
from domain.events.household import (
    CitizenIdAssigned,
    HouseholdEntryChanged,
    HouseholdRegistered,
    HouseholdTransferred,
    IdCardIssued,
)
from domain.events.insurance import InsuranceContributionPaid, InsuranceEnrolled, InsuranceStatusChecked
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from domain.events.placement.arrangements import Enlisted, MilitaryServiceEnded
from domain.events.placement.placed import AdultPlaced
from domain.events.record import EntryRestored, EntryWithdrawn
from domain.events.schooling import SchoolEnrolled, SchoolingEnded
from domain.field_types import bounds
from domain.readiness import GATES
from domain.when import Days
from ledger.codec.parsing import InvalidError, parse_event
from tests.support.given import TODAY, Given, citizen_id, given, some

RECEIVED = ("2013-05-02", some(ChildReceived))
CHECKED = some(InsuranceStatusChecked, is_insured=False)


OWN, OTHER = (citizen_id(f"{year}-01-01", "004") for year in (2008, 1990))
WHO = ("2013-05-02", some(IdentityRecorded, birth_on=date(2008, 1, 1), sex="2"))


# In the future


@pytest.mark.parametrize(
    "days",
    [
        Days.on(date(2026, 11, 23)),
        Days(date(2026, 11, 1), date(2026, 11, 23)),
        Days(None, date(9999, 12, 31)),
        Days(date(2024, 3, 4), date(9999, 12, 31)),
        Days(date(2026, 12, 1), date(2026, 12, 31)),
        Days(date(2026, 1, 2), date(2026, 12, 31)),
        Days(date(2025, 12, 1), date(2026, 12, 31)),
    ],
    ids=str,
)
def test_what_is_said_to_have_happened_does_not_end_in_the_future(days: Days) -> None:
    given(RECEIVED).when(days, CHECKED).refused("E02")


@pytest.mark.parametrize("days", ["2026-11-22", "..2026-11-22", "2026-11-21..2026-11-22", "2026-11", "2026"])
def test_a_month_or_a_year_is_told_whole_also_while_it_lasts(days: str) -> None:
    refused = {found.rule.id for found in given(RECEIVED).when(days, CHECKED).judgements if found.refuses}
    assert refused == set()


def noted(on: str, *, event: str = "2014-01-02") -> Given:
    return given(RECEIVED).when(event, CHECKED, noted_on=on)


def test_what_is_noted_was_noted_between_its_day_and_today() -> None:
    noted("2030-01-01").refused("E02")
    noted("2026-11-23").refused("E02")
    noted("2014-01-01").refused("E10")
    noted("2026-11-22").recorded("I07")
    noted("2014-01-02").recorded("I07")
    noted("2014-01-15", event="2014-01").recorded("I07")


def test_a_paper_was_issued_by_today() -> None:
    def issued(on: date) -> Given:
        return given(RECEIVED).when("2013-05-02", CHECKED, documents=[Document(kind="photo", issued_on=on)])

    issued(date(2026, 11, 23)).refused("E02")
    issued(TODAY).recorded()


@pytest.mark.parametrize(
    "event",
    [
        some(InsuranceEnrolled, paid_on=date(2026, 11, 23)),
        some(HouseholdTransferred, moved_in_on=date(2030, 1, 1)),
        some(ChildDied, reported_at=datetime(2026, 11, 22, 16, tzinfo=UTC)),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_an_event_says_was_done_was_done_by_today(event: Event) -> None:
    given(RECEIVED).when("2024-03-04", event).refused("E02")


# An instant


def at(instant: str, day: str) -> Given:
    return given(RECEIVED).when(day, CHECKED, at=datetime.fromisoformat(instant))


def test_an_instant_falls_on_the_day_of_its_entry_by_the_clock_of_shanghai() -> None:
    at("2024-03-04T23:30:00+00:00", "2024-03-04").refused("E10")
    at("2024-03-04T23:30:00+00:00", "2024-03-05").recorded("I07")
    at("2024-03-04T15:59:59+00:00", "2024-03-04").recorded("I07")
    at("2024-03-04T23:30:00+08:00", "2024-03-04").recorded("I07")
    at("2030-01-01T00:00:00+08:00", "2024-03-04").refused("E10")


def test_an_instant_falls_on_one_of_the_days_on_which_it_may_have_happened() -> None:
    at("2024-03-31T15:59:00+00:00", "2024-03").recorded("I07")
    at("2024-03-31T16:00:00+00:00", "2024-03").refused("E10")
    at("2024-02-29T15:59:00+00:00", "2024-03").refused("E10")
    at("2001-01-01T00:00:00+00:00", "..2024-03-04").recorded("I07")
    at("2024-03-05T00:00:00+00:00", "..2024-03-04").refused("E10")


# Days inside an event


def test_every_day_that_another_one_bounds_names_a_field_that_is_there() -> None:
    for kind in CATALOGUE.values():
        for spec in fields_with(kind, "orders"):
            others = [order.field for order in spec.orders if isinstance(order, NotBefore) and order.field]
            assert all(hasattr(some(kind), other) for other in others), (kind, spec.name)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (HouseholdEntryChanged, {"new_birth": date(2024, 3, 5)}),
        (ChildReceived, {"found_on": date(2024, 3, 5)}),
        (IdCardIssued, {"valid_from": date(2024, 3, 4), "valid_to": date(2024, 3, 3)}),
    ],
)
def test_days_inside_an_event_that_contradict_each_other_are_refused(
    event: type[Event], said: dict[str, Any]
) -> None:
    given().when("2024-03-04", some(event, **said)).refused("E10")


@pytest.mark.rule("E10")
@pytest.mark.parametrize(
    ("kind", "field"),
    [(InsuranceEnrolled, "year"), (InsuranceContributionPaid, "year"), (StudyGrantGranted, "academic_year")],
)
def test_a_year_is_at_most_the_one_after_the_event(kind: type[Event], field: str) -> None:
    def rules(year: int) -> set[str]:
        return {found.rule.id for found in given().when("2024-03-04", some(kind, **{field: year})).judgements}

    assert "E10" in rules(2026)
    assert "E10" not in rules(2025) | rules(2024) | rules(2001)


def test_a_birth_was_over_when_it_was_recorded() -> None:
    def born(until: str, first: str | None = "2024-01-02") -> Given:
        birth = None if first is None else date.fromisoformat(first)
        said = {} if birth is None else {"birth_on": birth}
        identity = some(IdentityRecorded, **said, birth_until=date.fromisoformat(until))
        return given().when("2024-03-04", identity)

    born("9999-12-31").refused("E10")
    born("9999-12-31", first=None).refused("E10")
    born("2024-03-05").refused("E10")
    born("2024-03-04").recorded()
    born("2024-03-31", first="2024-03-01").recorded()
    born("2024-12-31", first="2024-01-01").recorded()


@pytest.mark.parametrize("month", ["0000-01", "1899-12", "2200-01", "9999-12", "2024-13", "２０２４-01"])
def test_a_month_lies_in_the_times_of_an_institution(month: str) -> None:
    said = event_json(some(AllowanceStopped))
    with pytest.raises(InvalidError):
        parse_event("AllowanceStopped", said | {"last_month": month})
    parse_event("AllowanceStopped", said | {"last_month": "2024-12"})


@pytest.mark.rule("E13")
@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31"])
def test_a_day_far_back_is_kept_and_found(day: str) -> None:
    given().when("2024-03-04", some(ChildReceived, found_on=date.fromisoformat(day))).recorded("E13")
    given().when(day, some(ChildReceived)).recorded("E13")
    given().when("2024-03-04", some(ChildReceived), noted_on="2024-03-04").recorded()
    for first in ("1900-01-01", "1900-01-02"):
        given().when(first, some(ChildReceived)).recorded()


# What follows what


PAIRS: list[tuple[Event, Event]] = [
    (some(ChildReceived), some(DepartureCompleted, reason="05")),
    (some(ChildReceived), some(ChildAdmitted)),
    (some(ChildReceived), some(ChildDied)),
    (some(ChildReceived), some(CareModeAssigned)),
    (some(ChildReceived), some(AdoptionRegistered)),
    (some(ChildAdmitted), some(AdultPlaced)),
    (some(SchoolEnrolled), some(SchoolingEnded)),
    (some(IntegrationStarted), some(IntegrationEnded)),
    (some(TemporaryGuardianshipStarted), some(GuardianshipTerminated)),
    (some(Enlisted), some(MilitaryServiceEnded)),
]
pairs = pytest.mark.parametrize(("first", "then"), PAIRS, ids=[type(then).__name__ for _, then in PAIRS])


def speaking(file: Given, rule: str) -> bool:
    return any(found.rule.id == rule and found.refusal.kind == "breach" for found in file.judgements)


@pytest.mark.rule("E14")
@pairs
def test_what_ends_before_it_begins_is_refused(first: Event, then: Event) -> None:
    assert speaking(given(("2013-05-02", first)).when("2013-05-01", then), "E14")
    assert not speaking(given(("2013-05-02", first)).when("2013-05-02", then), "E14")
    assert not speaking(given(("2013-05-02", first)).when("2013-05-03", then), "E14")


@pairs
def test_nothing_is_out_of_order_where_the_file_does_not_say_when_it_began(first: Event, then: Event) -> None:
    assert not speaking(given().when("2013-05-01", then), "E14")
    assert not speaking(given(("..2013-05-02", first)).when("2013-05-01", then), "E14")
    assert not speaking(given(("2010", first), ("2013-05-02", first)).when("2013-05-01", then), "E14")


def test_what_is_out_of_order_says_what_comes_too_late() -> None:
    child = given(RECEIVED).when("2012-01-01", some(DepartureCompleted, reason="12"))
    (judgement,) = child.judgements
    sentence = judgement.rule.sentence(judgement.refusal.detail)
    assert ChildReceived.label.zh in sentence.zh
    assert ChildReceived.label.en in sentence.en
    assert judgement.refusal.evidence == (child.entries[0].entry_id,)


def test_who_has_left_before_coming_is_found_also_when_the_coming_is_told_later() -> None:
    child = given(("2012-01-01", some(DepartureCompleted, reason="05")), RECEIVED)
    assert ("E14", "breach") in child.found()
    child.and_("2010-01-01", some(ChildReceived))
    assert ("E14", "breach") not in child.found()


def test_whether_it_was_before_is_open_where_the_day_is() -> None:
    child = given(RECEIVED).when("2013", some(DepartureCompleted, reason="12"))
    assert {(found.rule.id, found.refusal.kind) for found in child.judgements} == {("E14", "uncertain")}


# Withdrawn and restored


@pytest.mark.rule("E12")
def test_what_does_not_stand_cannot_be_withdrawn_nor_what_stands_be_restored() -> None:
    child = given(RECEIVED)
    entry = child.last.entry_id
    child.when("2026-11-01", some(EntryRestored, entry=entry)).refused("E12")
    child.entries.pop()
    child.when("2026-11-01", some(EntryWithdrawn, entry=entry)).recorded()
    child.when("2026-11-01", some(EntryWithdrawn, entry=entry)).refused("E12")
    child.entries.pop()
    child.when("2026-11-02", some(EntryRestored, entry=entry)).recorded()
    child.when("2026-11-02", some(EntryRestored, entry=entry)).refused("E12")
    child.entries.pop()
    child.when("2026-11-03", some(EntryWithdrawn, entry=entry)).recorded()


def test_what_was_corrected_after_its_withdrawal_stands_and_can_be_withdrawn_again() -> None:
    child = given(RECEIVED)
    received = child.last
    child.and_("2026-11-01", some(EntryWithdrawn, entry=received.entry_id))
    child.and_("2013-05-03", some(ChildReceived), corrects=received)
    child.when("2026-11-02", some(EntryWithdrawn, entry=received.entry_id)).recorded()


# A change of nothing


def test_a_change_of_the_household_entry_says_what_was_changed() -> None:
    given(RECEIVED).when("2020-01-02", some(HouseholdEntryChanged)).refused("E11")
    same = some(HouseholdEntryChanged, old_name="王小明", new_name="王小明")
    given(RECEIVED).when("2020-01-02", same).refused("E11")
    given(RECEIVED).when("2020-01-02", some(HouseholdEntryChanged, new_name="王小明")).recorded()
    given(RECEIVED).when("2020-01-02", some(HouseholdEntryChanged, old_sex="1")).recorded()


# Numbers of somebody else


@pytest.mark.parametrize(
    "event",
    [
        some(IdCardIssued, card_no=OTHER),
        some(CitizenIdAssigned, citizen_id=citizen_id("2008-01-01", "006")),
        some(HouseholdRegistered, citizen_id=citizen_id("2008-01-01", "006")),
    ],
    ids=lambda event: type(event).__name__,
)
def test_a_number_that_is_not_the_recorded_one_is_found(event: Event) -> None:
    child = given(RECEIVED, WHO, ("2014-05-02", some(CitizenIdAssigned, citizen_id=OWN)))
    child.when("2024-01-02", event)
    assert ("I30", "breach") in {(found.rule.id, found.refusal.kind) for found in child.judgements}
    assert not any(found.refuses for found in child.judgements)


@pytest.mark.rule("R-DIS-1")
def test_a_disability_certificate_has_the_number_that_is_recorded() -> None:
    child = given(RECEIVED, WHO, ("2014-05-02", some(CitizenIdAssigned, citizen_id=OWN)))

    def issued(number: str) -> Given:
        event = some(DisabilityCertificateIssued, certificate_no=number, disability_class="1", grade="2")
        return child.when("2024-01-02", event)

    issued(f"{OTHER}12").recorded("R-DIS-1")
    child.entries.pop()
    issued(f"{OWN}12").recorded()


def test_no_gate_and_nothing_due_is_met_by_the_card_of_somebody_else() -> None:
    def holding(number: str) -> Given:
        card = some(IdCardIssued, card_no=number, valid_from=date(2024, 1, 2), valid_to=date(2034, 1, 2))
        return given(
            RECEIVED,
            WHO,
            ("2014-05-02", some(CitizenIdAssigned, citizen_id=OWN)),
            ("2014-05-02", some(HouseholdRegistered)),
            ("2024-01-02", card),
        )

    assert GATES[6].ask(holding(OWN).on("2026-11-22")).state == "met"
    assert GATES[6].ask(holding(OTHER).on("2026-11-22")).state == "unmet"
    assert holding(OWN).clock("D11").met_by is not None
    assert holding(OTHER).clock("D11").met_by is None


def test_a_card_whose_number_nothing_contradicts_counts() -> None:
    child = given(
        RECEIVED,
        ("2014-05-02", some(HouseholdRegistered)),
        ("2024-01-02", some(IdCardIssued, valid_to=date(2034, 1, 2))),
    )
    assert GATES[6].ask(child.on("2026-11-22")).state == "met"


# Measures


def examined(**said: Any) -> Event:
    return parse_event("PhysicalExamined", event_json(some(PhysicalExamined)) | said)


@pytest.mark.parametrize(
    ("field", "least", "most", "beyond"),
    [
        ("height_cm", "20", "250", ["19.9", "250.1", "9999", "0"]),
        ("weight_kg", "0", "300", ["-0.1", "300.1", "8888"]),
    ],
)
def test_measures_out_of_reach_are_refused(field: str, least: str, most: str, beyond: list[str]) -> None:
    for measure in (least, most):
        assert getattr(examined(**{field: measure}), field) == Decimal(measure)
    for measure in beyond:
        with pytest.raises(InvalidError) as raised:
            examined(**{field: measure})
        assert [problem.pointer for problem in raised.value.problems] == [f"/{field}"]


@drawn(
    number=st.decimals(0, 400, places=1), kind=st.sampled_from([(Height, CENTIMETRES), (Weight, KILOGRAMS)])
)
def test_an_import_and_a_recorder_are_bound_alike(number: Decimal, kind: tuple[Any, dict[str, str]]) -> None:
    least, most = bounds(kind[0])
    taken = amount(*kind)(str(number))
    assert (taken is Fault.OUT_OF_RANGE) == (not least <= number <= most)
