"""Foundlings and street children: what an admission waits for (I02, D05)."""

from datetime import date

import pytest

from domain.events.admission import APPROVED_EARLY
from domain.events.intake import (
    AdmissionApproved,
    ChildAdmitted,
    ChildReceived,
    IntakeCategoryDetermined,
    ReferralReceived,
)
from domain.events.search import (
    FindRelativesNoticePublished,
    FindRelativesNoticeWithdrawn,
    ParentageRejected,
    PotentialRelativeClaimed,
)
from domain.label import Label
from tests.support.given import NOT_ASKED, Given, given, named, some

TAIAN, ELSEWHERE = "370902", "371099"
CLAIMANT = named("claimant")
PAPERS = ["found_child_certificate", "find_relatives_notice", "acceptance_opinion"]


def foundling(notice_days: object = NOT_ASKED, *, situation: str | None = "05") -> Given:
    """A child received on 5 March 2024, whose notice was published on 10 March."""
    return given(
        ("2024-03-05", some(ReferralReceived, child_situation=situation or NOT_ASKED)),
        ("2024-03-05", some(ChildReceived), {"documents": PAPERS}),
        ("2024-03-10", some(FindRelativesNoticePublished, notice_days=notice_days)),
    )


def admitted(category: str = "A1") -> ChildAdmitted:
    return some(ChildAdmitted, intake_category=category)


@pytest.mark.rule("I02")
def test_a_foundling_is_admitted_from_the_day_after_its_notice_ran_out() -> None:
    foundling(60).when("2024-05-09", admitted()).refused("I02")
    foundling(60).when("2024-05-10", admitted()).recorded()


@pytest.mark.rule("I02")
def test_the_sixty_days_of_tai_an_count_there_and_warn_elsewhere() -> None:
    foundling().when("2024-05-09", admitted(), region=TAIAN).refused("I02")
    foundling().when("2024-05-10", admitted(), region=TAIAN).recorded()
    foundling().when("2024-05-09", admitted(), region=ELSEWHERE).recorded("I02")
    foundling().when("2024-05-10", admitted(), region=ELSEWHERE).recorded()


@pytest.mark.rule("I02")
def test_a_notice_that_is_shorter_than_the_places_waits_for_that() -> None:
    foundling(30).when("2024-04-10", admitted(), region=TAIAN).refused("I02")
    foundling(30).when("2024-04-10", admitted(), region=ELSEWHERE).recorded("I02")
    foundling(30).when("2024-05-10", admitted(), region=TAIAN).recorded()


@pytest.mark.rule("I02")
def test_what_was_borrowed_says_whose_it_is() -> None:
    (found,) = foundling().when("2024-05-09", admitted(), region=ELSEWHERE).judgements
    assert not found.verified
    assert found.refusal.detail == Label("自2024年5月10日起方可登记", "allowed from 2024-05-10 on")
    assert found.source.startswith("借用泰政办发〔2009〕64号")


@pytest.mark.rule("I02")
def test_an_approval_before_the_notice_ran_out_does_not_count() -> None:
    early = foundling(60).and_("2024-05-09", some(AdmissionApproved))
    early.when("2024-05-20", admitted()).refused("I02")
    assert [found.refusal.detail for found in early.judgements] == [APPROVED_EARLY]
    foundling(60).and_("2024-05-10", some(AdmissionApproved)).when("2024-05-20", admitted()).recorded()


@pytest.mark.rule("I02")
def test_a_claim_keeps_from_admission_until_it_is_rejected() -> None:
    claimed = foundling(60).and_("2024-05-01", some(PotentialRelativeClaimed, claimant=CLAIMANT))
    claimed.when("2024-05-20", admitted()).refused("I02")
    settled = foundling(60).and_("2024-05-01", some(PotentialRelativeClaimed, claimant=CLAIMANT))
    settled.and_("2024-05-15", some(ParentageRejected, claimant=CLAIMANT))
    settled.when("2024-05-20", admitted()).recorded()


@pytest.mark.rule("I02")
@pytest.mark.parametrize(
    ("day", "rules"), [("2024-03-11", ["I02"]), ("2024-05-09", ["I02"]), ("2024-05-10", [])]
)
def test_a_notice_that_was_withdrawn_before_it_ran_out_has_not_run(day: str, rules: list[str]) -> None:
    withdrawn = foundling(60).and_(day, some(FindRelativesNoticeWithdrawn, reason="wrong"))
    withdrawn.when("2024-07-01", admitted()).refused(*rules)
    again = foundling(60).and_("2024-03-20", some(FindRelativesNoticeWithdrawn))
    again.and_("2024-03-25", some(FindRelativesNoticePublished, notice_days=60))
    again.when("2024-05-24", admitted()).refused("I02")
    again.when("2024-05-25", admitted()).refused("I03")


@pytest.mark.rule("I03")
@pytest.mark.parametrize(("day", "rules"), [("2024-05-09", []), ("2024-05-10", []), ("2024-05-11", ["I03"])])
def test_who_was_admitted_is_not_received_anew_and_may_be_received_on_the_day_of_it(
    day: str, rules: list[str]
) -> None:
    child = given(("2024-05-10", some(ChildAdmitted, intake_category="B1")))
    child.when(day, some(ChildReceived))
    assert [found.rule.id for found in child.judgements if found.refuses] == rules


@pytest.mark.rule("I02")
def test_a_notice_of_which_only_the_paper_is_there_leaves_open_whether_it_ran_out() -> None:
    child = given(("2024-03-05", some(ChildReceived), {"documents": PAPERS}))
    child.when("2024-09-05", admitted()).recorded("I02")
    assert {found.refusal.kind for found in child.judgements} == {"uncertain"}
    child = given(("2024-03-05", some(ChildReceived), {"documents": [*PAPERS, "unclaimed_statement"]}))
    child.when("2024-09-05", admitted()).recorded()


@pytest.mark.rule("I02")
def test_who_is_in_temporary_guardianship_waits_until_the_revised_measures() -> None:
    for day, rules in (("2026-03-31", {"I02"}), ("2026-04-01", set())):
        child = given(
            ("2026-03-01", some(ReferralReceived, child_situation="05")),
            ("2026-03-01", some(ChildReceived), {"documents": PAPERS}),
            ("2026-03-05", some(FindRelativesNoticePublished, notice_days=60)),
        )
        child.when(day, admitted("B1"))
        assert {found.rule.id for found in child.judgements if found.refuses} == rules


@pytest.mark.rule("I02")
def test_how_a_child_was_found_left_unknown_is_uncertain_and_no_way_round() -> None:
    child = foundling(60, situation=None)
    child.when("2024-05-09", admitted("B1"))
    assert ("I02", "uncertain") in {(found.rule.id, found.refusal.kind) for found in child.judgements}
    foundling(60, situation=None).when("2024-05-09", admitted("A1")).refused("I02")


@pytest.mark.rule("I02")
def test_an_orphan_waits_for_no_notice() -> None:
    child = foundling(60, situation="15")
    child.and_("2024-03-12", some(IntakeCategoryDetermined, category="A2"))
    child.when("2024-03-20", admitted("A2")).recorded("I01")


def street(found_on: object, day: str, category: str = "A1") -> Given:
    """A street child found, received on 1 June 2025 and admitted on a day with every paper."""
    child = given(
        ("2025-06-01", some(ReferralReceived, child_situation="03")),
        ("2025-06-01", some(ChildReceived, found_on=found_on)),
    )
    papers = ["dna_result", "find_relatives_notice", "acceptance_opinion", "unclaimed_statement"]
    return child.when(day, admitted(category), documents=papers)


@pytest.mark.rule("D05")
def test_a_street_child_is_admitted_from_the_day_after_three_months() -> None:
    early = street(date(2025, 5, 20), "2025-08-20").refused("D05")
    details = [each.refusal.detail for each in early.judgements]
    assert details == [Label("自2025年8月21日起方可登记", "allowed from 2025-08-21 on")]
    street(date(2025, 5, 20), "2025-08-21").recorded()


@pytest.mark.rule("D05")
def test_the_day_it_was_found_left_unknown_is_uncertain_until_the_first_trace_is_old_enough() -> None:
    doubtful = street(NOT_ASKED, "2025-09-01").recorded("D05")
    assert {found.refusal.kind for found in doubtful.judgements} == {"uncertain"}
    street(NOT_ASKED, "2025-09-02").recorded()


@pytest.mark.rule("D05")
def test_the_three_months_of_order_63_only_warn_since_the_revised_measures() -> None:
    papers = ["dna_result", "find_relatives_notice", "acceptance_opinion", "unclaimed_statement"]
    for day, refused in (("2026-03-31", {"D05"}), ("2026-04-01", set())):
        child = given(
            ("2026-02-01", some(ReferralReceived, child_situation="03")),
            ("2026-02-01", some(ChildReceived, found_on=date(2026, 2, 1))),
        )
        child.when(day, admitted(), documents=papers)
        found = {found.rule.id: found for found in child.judgements}
        assert {rule for rule, each in found.items() if each.refuses} == refused
        assert found["D05"].verified is bool(refused)
