"""Corrections, withdrawals, and exceptions decided by a second person; and what holds for every event."""

from dataclasses import replace
from datetime import date
from typing import Any, TypeAlias
from uuid import uuid4

import pytest

from domain.entry import AnyEntry, Recorder
from domain.event import Unknown
from domain.events.departure import ChildDied, DepartureCompleted
from domain.events.institution.particulars import InstitutionOpened
from domain.events.intake import (
    ADMITTED,
    AdmissionApproved,
    ChildAdmitted,
    ChildReceived,
    IdentityRecorded,
    ReferralReceived,
)
from domain.events.record import (
    CorrectionApproved,
    CorrectionRejected,
    EntryRestored,
    EntryWithdrawn,
    ExceptionApproved,
    ExceptionRejected,
    approval,
)
from domain.judging import findings
from domain.life import BIRTH, STAGE
from domain.rulebook import Rulebook
from projections.findings import findings_of
from tests.support.given import CLERK, REGION, SUPERVISOR, Given, given, some

Ruling: TypeAlias = CorrectionApproved | CorrectionRejected
TWICE = some(ChildAdmitted, intake_category="A5")


def twice() -> Given:
    """A child admitted twice, the second time by an exception that a clerk claims."""
    return given(("2024-04-05", TWICE), ("2024-05-05", TWICE, {"exception": "I03"}))


def approve(
    file: Given, kind: type[ExceptionApproved] | type[ExceptionRejected] = ExceptionApproved
) -> Given:
    return file.when("2024-05-06", some(kind, entry=file.entries[1].entry_id), by=SUPERVISOR).recorded()


def waiting(file: Given) -> list[tuple[str, bool]]:
    """What is found, with whether it waits for a second person."""
    return [(found.rule.id, found.excused) for found in findings(file.file, Rulebook.shipped())]


# Withdrawn and restored


def test_what_was_withdrawn_did_not_happen_until_it_is_restored() -> None:
    child = given(("2024-03-05", some(ChildReceived)))
    received = child.last
    child.when("2024-04-01", some(EntryWithdrawn, entry=received.entry_id)).recorded()
    assert child.now(STAGE, "2024-03-05") is None
    assert child.file.amendments(received.entry_id) == [child.last]
    child.when("2024-04-02", some(EntryRestored, entry=received.entry_id)).recorded()
    assert child.now(STAGE, "2024-03-05") == "received"


def test_a_correction_after_a_withdrawal_stands() -> None:
    child = given(("2024-03-05", some(ChildReceived)))
    received = child.last
    child.and_("2024-04-01", some(EntryWithdrawn, entry=received.entry_id))
    child.when("2024-03-06", some(ChildReceived), corrects=received).recorded()
    assert child.now(STAGE, "2024-03-05") is None
    assert child.now(STAGE, "2024-03-06") == "received"


def test_the_last_correction_stands_and_the_wrong_entry_stays_readable() -> None:
    child = given(("2024-03-05", some(ChildReceived)))
    received = child.last
    child.and_("2024-03-06", some(ChildReceived), corrects=received)
    child.and_("2024-03-07", some(ChildReceived), corrects=received)
    assert child.now(STAGE, "2024-03-06") is None
    assert child.now(STAGE, "2024-03-07") == "received"
    assert child.file.entries[received.entry_id] is received
    assert len(child.file.entries) == 3


@pytest.mark.rule("E04")
def test_a_correction_of_another_type_is_refused() -> None:
    child = given(("2024-03-05", some(ChildReceived)))
    child.when("2024-03-05", some(ReferralReceived), corrects=child.last).refused("E04")


@pytest.mark.parametrize("kind", [EntryWithdrawn, EntryRestored])
def test_what_is_not_in_the_file_cannot_be_withdrawn_or_restored(
    kind: type[EntryWithdrawn] | type[EntryRestored],
) -> None:
    given(("2024-03-05", some(ChildReceived))).when("2024-04-01", some(kind, entry=uuid4())).refused("E04")


def test_a_withdrawal_or_restoration_is_undone_and_never_corrected() -> None:
    def withdrawn() -> Given:
        child = given(("2024-03-05", some(ChildReceived)), ("2024-03-06", some(ReferralReceived)))
        return child.and_("2024-04-01", some(EntryWithdrawn, entry=child.entries[0].entry_id))

    for kind, named, about in (
        (EntryWithdrawn, 2, 1),
        (EntryWithdrawn, 2, 0),
        (EntryWithdrawn, 1, 1),
        (EntryRestored, 2, 0),
    ):
        child = withdrawn()
        corrected, entry = child.entries[named], child.entries[about].entry_id
        child.when("2024-04-02", some(kind, entry=entry), corrects=corrected).refused("E04")
    child = withdrawn()
    received, referred = (each.entry_id for each in child.entries[:2])
    child.when("2024-04-02", some(EntryRestored, entry=received)).recorded()
    child.when("2024-04-02", some(EntryWithdrawn, entry=referred)).recorded()
    assert child.now(STAGE, "2024-04-03") == "received"


def test_a_correction_names_the_original_and_never_another_correction() -> None:
    child = given(("2024-03-05", some(ChildReceived)))
    child.and_("2024-03-06", some(ChildReceived), corrects=child.last)
    child.when("2024-03-07", some(ChildReceived), corrects=child.last).refused("E04")
    assert child.now(STAGE, "2024-03-06") == "received"


def test_a_withdrawal_is_never_refused_and_what_it_breaks_is_found() -> None:
    papers = ["found_child_certificate", "find_relatives_notice", "unclaimed_statement"]
    child = given(
        ("2024-03-05", some(ChildReceived), {"documents": papers}),
        ("2024-04-05", some(AdmissionApproved)),
        ("2024-04-05", some(ChildAdmitted, intake_category="A1")),
    )
    assert child.found() == set()
    approved = child.entries[1]
    child.when("2024-06-01", some(EntryWithdrawn, entry=approved.entry_id)).recorded()
    assert child.found() == {("I01", "no_evidence")}


# Exceptions


def test_an_exception_waits_for_a_second_person_and_then_is_settled() -> None:
    child = twice()
    assert waiting(child) == [("I03", True)]
    approve(child)
    assert waiting(child) == []


def test_an_exception_that_was_rejected_is_a_breach() -> None:
    child = approve(twice(), ExceptionRejected)
    assert waiting(child) == [("I03", False)]


def test_of_two_decisions_the_last_counts() -> None:
    child = approve(approve(twice(), ExceptionRejected))
    assert waiting(child) == []
    assert waiting(approve(child, ExceptionRejected)) == [("I03", False)]


def test_a_decision_does_not_cover_what_the_entry_was_corrected_to_say_later() -> None:
    child = approve(twice())
    child.and_("2024-05-08", TWICE, corrects=child.entries[1], exception="I03")
    assert waiting(child) == [("I03", True)]
    corrected = child.last
    child.when("2024-05-09", some(ExceptionApproved, entry=corrected.entry_id), by=SUPERVISOR).recorded()
    assert approval(child.file, corrected) is True
    assert waiting(child) == []


def test_a_withdrawn_decision_is_none() -> None:
    child = approve(twice())
    child.and_("2024-06-01", some(EntryWithdrawn, entry=child.last.entry_id))
    assert waiting(child) == [("I03", True)]


def test_an_exception_ends_when_the_rule_is_no_longer_broken() -> None:
    child = twice()
    child.and_("2024-06-01", some(EntryWithdrawn, entry=child.entries[0].entry_id))
    assert waiting(child) == []
    assert child.now(ADMITTED, "2024-05-05") is not None


def test_an_exception_excuses_its_own_rule_only() -> None:
    child = given(("2024-04-05", TWICE), ("2024-04-06", some(ChildDied)))
    child.when("2024-05-05", TWICE, exception="E06").recorded("E06")
    child.when("2024-05-06", TWICE, exception="I03").refused("E06")


@pytest.mark.rule("X01", "X02")
@pytest.mark.parametrize("kind", [ExceptionApproved, ExceptionRejected])
def test_only_another_person_with_the_supervisors_role_decides(
    kind: type[ExceptionApproved] | type[ExceptionRejected],
) -> None:
    child = twice()
    decision = some(kind, entry=child.last.entry_id)
    other_clerk = replace(CLERK, user=uuid4())
    promoted = Recorder(user=CLERK.user, role="supervisor", institution=CLERK.institution)
    child.when("2024-05-06", decision, by=CLERK).refused("X01", "X02")
    child.when("2024-05-06", decision, by=other_clerk).refused("X02")
    child.when("2024-05-06", decision, by=promoted).refused("X01")
    child.when("2024-05-06", decision, by=SUPERVISOR).recorded()


@pytest.mark.rule("X03")
def test_what_claims_no_exception_cannot_be_approved() -> None:
    child = given(("2024-04-05", TWICE))
    child.when("2024-05-06", some(ExceptionApproved, entry=child.last.entry_id), by=SUPERVISOR).refused("X03")
    child.when("2024-05-06", some(ExceptionApproved, entry=uuid4()), by=SUPERVISOR).refused("X03")


def test_who_decides_cannot_be_excused_by_an_exception() -> None:
    child = twice()
    decision = some(ExceptionApproved, entry=child.last.entry_id)
    child.when("2024-05-06", decision, by=CLERK, exception="X01").refused("X01", "X02")


@pytest.mark.rule("X08")
def test_an_exception_to_a_rule_that_does_not_exist_is_refused() -> None:
    child = given(("2024-04-05", TWICE))
    child.when("2024-05-05", TWICE, exception="I99").refused("I03", "X08")
    given().when("2024-05-05", some(ChildReceived), exception="I99").refused("X08")


@pytest.mark.rule("X09")
def test_an_exception_to_a_rule_that_is_not_broken_is_found_and_stays_found() -> None:
    child = given().when("2024-05-05", some(ChildReceived), exception="I03").recorded("X09")
    assert child.and_("2024-05-06", some(AdmissionApproved)).found() == {("X09", "no_evidence")}
    child.and_("2024-05-05", some(ChildReceived), corrects=child.entries[0])
    assert child.found() == set()
    given(("2024-04-05", TWICE)).when("2024-05-05", TWICE, exception="E06").refused("I03")
    given(("2024-04-05", TWICE)).when("2024-05-05", TWICE, exception="I03").recorded("I03")
    unsure = given(("2024-04-20", TWICE))
    unsure.when("2024-04-10..2024-05-05", TWICE, exception="I03").recorded("I03")


@pytest.mark.rule("X10")
@pytest.mark.parametrize(
    ("decisions", "waits", "rejected"),
    [
        ((), True, False),
        ((ExceptionApproved,), None, None),
        ((ExceptionRejected,), False, True),
        ((ExceptionRejected, ExceptionApproved), None, None),
        ((ExceptionApproved, ExceptionRejected), False, True),
        ((ExceptionRejected, ExceptionApproved, ExceptionRejected), False, True),
    ],
)
def test_the_last_decision_counts_and_a_rejected_exception_is_to_be_mended(
    decisions: tuple[type[ExceptionApproved] | type[ExceptionRejected], ...],
    waits: bool | None,  # noqa: FBT001 - an expected answer
    rejected: bool | None,  # noqa: FBT001 - an expected answer
) -> None:
    child = twice()
    for decision in decisions:
        approve(child, decision)
    found = [(each.excused, each.rejected) for each in findings(child.file, Rulebook.shipped())]
    assert found == ([] if waits is None else [(waits, rejected)])
    told = [(each.rule, each.kind) for each in findings_of(child.file, child.stream, Rulebook.shipped())]
    assert (("X10", "exception_rejected") in told) is bool(rejected)


@pytest.mark.rule("X10")
@pytest.mark.parametrize("mended", ["withdrawn", "corrected", "what was before is withdrawn"])
def test_a_rejected_exception_is_settled_by_withdrawal_or_correction(mended: str) -> None:
    child = approve(twice(), ExceptionRejected)
    first, claimed = child.entries[0], child.entries[1]
    if mended == "corrected":
        child.and_("2024-04-01", some(DepartureCompleted)).and_("2024-03-05", TWICE, corrects=claimed)
    else:
        entry = claimed if mended == "withdrawn" else first
        child.and_("2024-06-01", some(EntryWithdrawn, entry=entry.entry_id))
    assert not [each for each in findings(child.file, Rulebook.shipped()) if each.rejected]


OTHER_SUPERVISOR = replace(SUPERVISOR, user=uuid4())


def decided(*decisions: type[ExceptionApproved] | type[ExceptionRejected]) -> Given:
    """A supervisor admitted a child twice by an exception, on which another supervisor has decided."""
    child = given(("2024-04-05", TWICE), ("2024-05-05", TWICE, {"exception": "I03", "by": SUPERVISOR}))
    for kind in decisions:
        child.and_("2024-05-06", some(kind, entry=child.entries[1].entry_id), by=OTHER_SUPERVISOR)
    return child


@pytest.mark.parametrize(
    ("by", "rules"),
    [(SUPERVISOR, ["X01"]), (CLERK, ["X02"]), (OTHER_SUPERVISOR, [])],
    ids=["claimed it", "a clerk", "decided"],
)
def test_nobody_undoes_a_decision_on_their_own_exception(by: Recorder, rules: list[str]) -> None:
    child = decided(ExceptionApproved, ExceptionRejected)
    rejected = child.last.entry_id
    child.when("2024-05-07", some(EntryWithdrawn, entry=rejected), by=by).refused(*rules)
    child = decided(ExceptionApproved, ExceptionRejected)
    rejected = child.last.entry_id
    child.and_("2024-05-07", some(EntryWithdrawn, entry=rejected), by=OTHER_SUPERVISOR)
    child.when("2024-05-08", some(EntryRestored, entry=rejected), by=by).refused(*rules)


def test_nobody_corrects_a_decision_on_their_own_exception_whatever_it_is_to_say() -> None:
    child = decided()
    child.and_("2024-06-05", TWICE, exception="I03")
    mine, of_somebody_else = child.entries[1], child.last
    for about in (mine, of_somebody_else):
        child.and_("2024-06-06", some(ExceptionRejected, entry=mine.entry_id), by=OTHER_SUPERVISOR)
        rejected = child.last
        corrected = some(ExceptionRejected, entry=about.entry_id)
        child.when("2024-06-07", corrected, by=SUPERVISOR, corrects=rejected).refused("X01")


def test_a_decision_is_undone_by_nobody_on_whose_exception_it_was_made_by_a_correction() -> None:
    child = decided()
    child.and_("2024-06-05", TWICE, exception="I03")
    child.and_("2024-06-06", some(ExceptionApproved, entry=child.last.entry_id), by=OTHER_SUPERVISOR)
    approved = child.last
    mine = some(ExceptionApproved, entry=child.entries[1].entry_id)
    child.and_("2024-06-07", mine, by=OTHER_SUPERVISOR, corrects=approved)
    child.when("2024-06-08", some(EntryWithdrawn, entry=approved.entry_id), by=SUPERVISOR).refused("X01")


def test_what_is_no_decision_is_withdrawn_by_whoever_records() -> None:
    child = decided()
    child.when("2024-05-07", some(EntryWithdrawn, entry=child.entries[1].entry_id), by=CLERK).recorded()


# Corrections that a second person approves


def identified(born: str = "2010-03-05", **said: Any) -> IdentityRecorded:
    return some(IdentityRecorded, birth_on=date.fromisoformat(born), **said)


def put_right() -> Given:
    """A child whose birth a clerk has put right."""
    child = given(("2024-03-05", identified("2010-03-05")))
    return child.and_("2024-03-05", identified("2010-05-03"), corrects=child.last)


def born(child: Given) -> str | None:
    days = child.now(BIRTH, "2024-06-01")
    return None if days is None else days.last.isoformat()


def ruled(child: Given, kind: type[Ruling], correction: AnyEntry, by: Recorder = SUPERVISOR) -> Given:
    return child.when("2024-06-01", some(kind, entry=correction.entry_id), by=by)


@pytest.mark.rule("X11")
def test_a_correction_of_a_birth_stands_at_once_and_waits_for_a_second_person() -> None:
    child = given(("2024-03-05", identified("2010-03-05")))
    child.when("2024-03-05", identified("2010-05-03"), corrects=child.last).recorded("X11")
    assert born(child) == "2010-05-03"
    assert child.found() == {("X11", "correction_unapproved")}
    ruled(child, CorrectionApproved, child.last).recorded()
    assert (born(child), child.found()) == ("2010-05-03", set())


@pytest.mark.rule("X11")
def test_a_rejected_correction_leaves_what_was_before_it() -> None:
    child = put_right()
    correction = child.last
    ruled(child, CorrectionRejected, correction).recorded()
    assert (born(child), child.found()) == ("2010-03-05", set())
    assert child.file.entries[correction.entry_id] is correction
    # The last decision counts, and one that was withdrawn does not.
    ruled(child, CorrectionApproved, correction).recorded()
    assert born(child) == "2010-05-03"
    child.when("2024-06-02", some(EntryWithdrawn, entry=child.last.entry_id), by=SUPERVISOR).recorded()
    assert born(child) == "2010-03-05"


@pytest.mark.rule("E04")
def test_a_decision_that_says_it_corrects_what_it_decides_on_is_refused() -> None:
    child = put_right()
    original, correction = child.entries[0], child.last
    decision = some(CorrectionRejected, entry=correction.entry_id)
    child.when("2024-06-02", decision, by=SUPERVISOR, corrects=original).refused("E04")
    assert born(child) == "2010-05-03"


def test_of_a_chain_of_corrections_the_last_one_holds_that_was_not_rejected() -> None:
    child = put_right()
    first, original = child.last, child.entries[0]
    child.and_("2024-03-05", identified("2011-05-03"), corrects=original)
    second = child.last
    ruled(child, CorrectionRejected, second).recorded()
    assert (born(child), child.found()) == ("2010-05-03", {("X11", "correction_unapproved")})
    ruled(child, CorrectionRejected, first).recorded()
    assert (born(child), child.found()) == ("2010-03-05", set())


@pytest.mark.rule("X11")
def test_nothing_slips_by_in_a_correction_of_a_correction_that_nobody_approved() -> None:
    child = put_right()
    original = child.entries[0]
    named = identified("2010-05-03", ethnic_group="01")
    child.when("2024-03-05", named, corrects=original).recorded("X11")
    ruled(child, CorrectionApproved, child.last).recorded()
    # What was approved is where the next one starts from.
    other = identified("2010-05-03", ethnic_group="11")
    child.when("2024-03-05", other, corrects=original).recorded()
    assert (born(child), child.found()) == ("2010-05-03", set())


@pytest.mark.rule("X11")
def test_what_is_put_back_as_it_was_waits_for_nobody() -> None:
    child = put_right()
    child.when("2024-03-05", identified("2010-03-05"), corrects=child.entries[0]).recorded()
    assert (born(child), child.found()) == ("2010-03-05", set())


@pytest.mark.rule("X11")
def test_a_withdrawal_of_who_the_child_is_waits_too_and_rejected_it_never_was() -> None:
    child = given(("2024-03-05", identified("2010-03-05")))
    identity = child.last
    child.when("2024-05-01", some(EntryWithdrawn, entry=identity.entry_id)).recorded("X11")
    withdrawal = child.last
    assert (born(child), child.found()) == (None, {("X11", "correction_unapproved")})
    ruled(child, CorrectionRejected, withdrawal).recorded()
    assert (born(child), child.found()) == ("2010-03-05", set())
    child.when("2024-05-02", some(EntryWithdrawn, entry=identity.entry_id)).recorded("X11")
    ruled(child, CorrectionApproved, child.last).recorded()
    # Restored, it is what nobody has agreed to since.
    child.when("2024-05-03", some(EntryRestored, entry=identity.entry_id)).recorded("X11")
    assert born(child) == "2010-03-05"


def test_what_matters_less_is_put_right_by_one_person() -> None:
    child = given(("2024-03-05", identified(ethnic_group="01")), ("2024-03-06", some(ChildReceived)))
    child.when("2024-03-05", identified(ethnic_group="11"), corrects=child.entries[0]).recorded()
    child.when("2024-03-07", some(ChildReceived), corrects=child.entries[1]).recorded()
    assert child.found() == set()


@pytest.mark.rule("X11")
def test_a_place_may_ask_two_persons_for_every_correction_and_one_for_those_of_names() -> None:
    numbers = [("", 2), ("IdentityRecorded.birth_on", 1)]
    pack = "".join(
        f'[[number]]\nrule = "X11"\ncase = "{case}"\nregion = "{REGION}"\nvalue = {value}\nunit = "persons"\n'
        'source = "示例"\nverified = true\n'
        for case, value in numbers
    )
    child = given(
        ("2024-03-05", identified("2010-03-05")),
        ("2024-03-06", some(ChildReceived)),
        rulebook=Rulebook({"place.toml": pack}, Rulebook.shipped()),
    )
    child.when("2024-03-05", identified("2010-05-03"), corrects=child.entries[0]).recorded()
    child.when("2024-03-07", some(ChildReceived), corrects=child.entries[1]).recorded("X11")


@pytest.mark.rule("X01", "X02")
@pytest.mark.parametrize("kind", [CorrectionApproved, CorrectionRejected])
def test_a_correction_is_decided_by_another_supervisor_than_who_recorded_it(kind: type[Ruling]) -> None:
    child = put_right()
    correction = child.last
    ruled(child, kind, correction, by=CLERK).refused("X01", "X02")
    ruled(child, kind, correction, by=replace(CLERK, role="supervisor")).refused("X01")
    ruled(child, kind, correction, by=replace(CLERK, user=uuid4())).refused("X02")
    child = put_right()
    ruled(child, kind, child.last, by=SUPERVISOR).recorded()


@pytest.mark.rule("X01")
def test_nobody_undoes_a_decision_on_their_own_correction() -> None:
    child = given(("2024-03-05", identified("2010-03-05")))
    child.and_("2024-03-05", identified("2010-05-03"), corrects=child.last, by=SUPERVISOR)
    ruled(child, CorrectionRejected, child.last, by=OTHER_SUPERVISOR).recorded()
    undone = some(EntryWithdrawn, entry=child.last.entry_id)
    child.when("2024-06-02", undone, by=SUPERVISOR).refused("X01")


@pytest.mark.rule("X12")
def test_only_what_waits_for_a_second_person_is_decided_on() -> None:
    child = put_right()
    ruled(child, CorrectionApproved, child.entries[0]).refused("X12")
    child.when("2024-06-01", some(CorrectionRejected, entry=uuid4()), by=SUPERVISOR).refused("X12")
    child.and_("2024-03-06", some(ChildReceived))
    child.and_("2024-03-07", some(ChildReceived), corrects=child.last)
    ruled(child, CorrectionRejected, child.last).refused("X12")


# What holds for every event


@pytest.mark.rule("E02")
def test_what_has_not_happened_yet_is_impossible() -> None:
    given().when("2026-11-23", some(ChildReceived)).refused("E02")
    given().when("2026-11-22", some(ChildReceived)).recorded()
    given().when("2026-11-01..2026-11-30", some(ChildReceived)).recorded()


@pytest.mark.rule("E01")
def test_an_interval_that_ends_before_it_begins_is_impossible() -> None:
    given().when("2024-03-06..2024-03-05", some(ChildReceived)).refused("E01")


@pytest.mark.rule("E03")
def test_a_code_that_its_table_lacks_is_impossible() -> None:
    given().when("2024-03-05", some(ReferralReceived, child_situation="77")).refused("E03")
    given().when("2024-03-05", some(ChildReceived), documents=["poem"]).refused("E03")


def test_an_unknown_answer_is_no_code() -> None:
    given().when("2024-03-05", some(ReferralReceived, child_situation=Unknown("not_known"))).recorded()


@pytest.mark.rule("E08")
def test_an_institutions_event_does_not_belong_in_a_childs_file() -> None:
    child = Given()
    opened = replace(child.entry("2024-03-05", some(InstitutionOpened)), kind="child")
    child.entries.append(opened)
    assert {rule for rule, _ in child.found()} == {"E08"}


def test_a_withdrawal_belongs_in_every_kind_of_file() -> None:
    container = given(("2024-03-05", some(InstitutionOpened, region="371099")))
    withdrawn = container.entry("2024-03-06", some(EntryWithdrawn, entry=container.last.entry_id))
    container.entries.append(replace(withdrawn, kind="institution"))
    assert container.found() == set()


@pytest.mark.rule("E07")
def test_nothing_happens_before_birth() -> None:
    child = given(("2024-03-05", some(IdentityRecorded, birth_on=date(2024, 3, 1))))
    child.when("2024-02-29", some(ChildReceived)).refused("E07")
    child.when("2024-03-01", some(ChildReceived)).recorded()


def test_an_impossible_entry_of_an_old_register_is_refused_all_the_same() -> None:
    given().when("2026-11-23", some(ChildReceived), origin="import").refused("E02")


def test_a_forbidden_entry_of_an_old_register_is_recorded_as_found() -> None:
    child = given(("2024-04-05", TWICE))
    child.when("2024-05-05", TWICE, origin="import").recorded("I03")
