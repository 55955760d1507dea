"""Referral, reception, identity and admission."""

from datetime import UTC, date, datetime

import pytest

from domain.codes import tables
from domain.envelope import Document
from domain.event import Unknown
from domain.events.departure import DepartureCompleted
from domain.events.intake import (
    ADMITTED,
    CATEGORY,
    ETHNIC_GROUP,
    FILE_NO,
    NAME,
    RECEIVED,
    SEX,
    SITUATION,
    AdmissionApproved,
    ChildAdmitted,
    ChildReceived,
    IdentityRecorded,
    IntakeCategoryDetermined,
    ReferralReceived,
)
from domain.events.search import (
    DnaComparisonResultReceived,
    FindRelativesNoticePublished,
    NotFoundCertificateIssued,
)
from domain.life import BIRTH, DEPARTED, STAGE
from domain.when import Days
from tests.support.given import ROW, Given, given, some

KINDS = tables()["document_kind"].codes
FOUNDLING = {"found_child_certificate", "find_relatives_notice", "acceptance_opinion"}
UNCLAIMED = {"unclaimed_statement"}
"""The paper that a notice ran out (I02)."""
RESCUED = {
    "temporary_care_notice",
    "dna_result",
    "interim_not_found",
    "find_relatives_notice",
    "acceptance_opinion",
}
STREET = {"dna_result", "find_relatives_notice", "acceptance_opinion"}
LAST_OF_ORDER_63, FIRST_REVISED = "2026-03-31", "2026-04-01"


def received(on: str, situation: str | None = None) -> Given:
    """A child who was received, of whom the situation may be known."""
    child = given((on, some(ChildReceived)))
    if situation is not None:
        child.and_(on, some(ReferralReceived, child_situation=situation))
        child.and_(on, some(ChildReceived))
    return child


def admitted(category: str) -> ChildAdmitted:
    return some(ChildAdmitted, intake_category=category)


def missing(child: Given) -> str:
    """What the refusals say is missing."""
    return " ".join(found.refusal.detail.en for found in child.judgements if found.refusal.detail)


# Where the life stands


def test_a_child_is_referred_then_received_then_in_care() -> None:
    child = given(
        ("2024-03-01", some(ReferralReceived)),
        ("2024-03-05", some(ChildReceived)),
        ("2024-06-01", admitted("A2")),
    )
    assert child.now(STAGE, "2024-02-29") is None
    assert child.now(STAGE, "2024-03-01") == "referred"
    assert child.now(STAGE, "2024-03-05") == "received"
    assert child.now(STAGE, "2024-05-31") == "received"
    assert child.now(STAGE, "2024-06-01") == "in_care"


def test_a_reception_known_to_the_month_holds_from_the_months_last_day() -> None:
    child = given(("2024-03", some(ChildReceived)))
    assert child.now(RECEIVED, "2024-03-30") is None
    assert child.now(RECEIVED, "2024-03-31") == date(2024, 3, 31)


def test_a_child_taken_in_again_is_no_longer_away() -> None:
    child = given(
        ("2023-01-10", some(ChildReceived)),
        ("2023-02-10", admitted("A2")),
        ("2024-05-01", some(DepartureCompleted, reason="11")),
    )
    assert (child.now(STAGE, "2024-05-01"), child.now(DEPARTED, "2024-05-01")) == ("departed", "11")
    assert child.now(ADMITTED, "2024-05-01") is None
    child.and_("2025-01-01", some(ChildReceived))
    assert (child.now(STAGE, "2025-01-01"), child.now(DEPARTED, "2025-01-01")) == ("received", None)
    child.and_("2025-02-01", admitted("A2"))
    assert child.now(ADMITTED, "2025-02-01") == date(2025, 2, 1)


def test_a_file_number_is_that_of_the_last_reception_or_admission_that_says_one() -> None:
    child = given(
        ("2024-03-05", some(ChildReceived, file_no="WH0001")),
        ("2024-04-05", admitted("A2")),
    )
    assert child.now(FILE_NO, "2024-04-05") == "WH0001"
    child.and_("2024-05-01", some(ChildAdmitted, file_no="WH0002"))
    assert child.now(FILE_NO, "2024-05-01") == "WH0002"


def test_the_category_is_the_last_one_determined() -> None:
    child = given(
        ("2024-03-05", some(IntakeCategoryDetermined, category="B1", child_situation="04")),
        ("2025-03-05", some(IntakeCategoryDetermined, category="A1")),
        ("2025-04-05", some(IntakeCategoryDetermined)),
    )
    assert child.now(CATEGORY, "2024-03-05") == "B1"
    assert child.now(CATEGORY, "2025-04-05") == "A1"
    assert child.now(SITUATION, "2025-04-05") == "04"


# Who the child is


def test_an_identity_holds_for_the_whole_life_but_a_name_from_its_day() -> None:
    child = given(
        ("2024-03-05", some(ChildReceived)),
        (
            "2024-03-20",
            some(IdentityRecorded, name="安宁", sex="2", birth_on=date(2024, 3, 1), ethnic_group="01"),
        ),
    )
    assert child.now(SEX, "2024-03-05") == "2"
    assert child.now(ETHNIC_GROUP, "2024-03-05") == "01"
    assert child.now(BIRTH, "2024-03-05") == Days.on(date(2024, 3, 1))
    assert child.now(NAME, "2024-03-19") is None
    assert child.now(NAME, "2024-03-20") == "安宁"


@pytest.mark.parametrize(
    ("born_on", "until", "days"),
    [
        (date(2020, 5, 1), None, Days.on(date(2020, 5, 1))),
        (date(2020, 5, 1), date(2020, 5, 31), Days(date(2020, 5, 1), date(2020, 5, 31))),
        (Unknown("not_known"), date(2020, 5, 31), Days(None, date(2020, 5, 31))),
        (Unknown("not_known"), None, None),
    ],
)
def test_a_birth_is_a_day_an_interval_not_later_than_or_unknown(
    born_on: date | Unknown, until: date | None, days: Days | None
) -> None:
    child = given(("2024-03-05", some(IdentityRecorded, birth_on=born_on, birth_until=until)))
    assert child.now(BIRTH, "2024-03-05") == days


def test_a_corrected_birth_replaces_the_wrong_one_from_the_beginning_of_life() -> None:
    child = given(("2024-03-05", some(IdentityRecorded, birth_on=date(2020, 6, 3))))
    child.and_("2024-03-05", some(IdentityRecorded, birth_on=date(2020, 8, 3)), corrects=child.last)
    assert child.now(BIRTH, "2021-01-01") == Days.on(date(2020, 8, 3))


def test_an_unknown_sex_does_not_displace_a_known_one() -> None:
    child = given(("2024-03-05", some(IdentityRecorded, sex="1")), ("2024-04-05", some(IdentityRecorded)))
    assert child.now(SEX, "2024-04-05") == "1"


def test_nobody_is_identified_before_birth() -> None:
    given().when("2024-03-05", some(IdentityRecorded, birth_on=date(2024, 3, 6))).refused("E07")
    given().when("2024-03-05", some(IdentityRecorded, birth_on=date(2024, 3, 5))).recorded()


def test_a_birth_cannot_end_before_it_begins() -> None:
    turned = some(IdentityRecorded, birth_on=date(2020, 5, 2), birth_until=date(2020, 5, 1))
    given().when("2024-03-05", turned).refused("E01")


def test_a_child_cannot_be_found_after_it_was_received() -> None:
    given().when("2024-03-05", some(ChildReceived, found_on=date(2024, 3, 6))).refused("E10")
    given().when("2024-03-05", some(ChildReceived, found_on=date(2024, 3, 5))).recorded()


def test_the_time_of_finding_is_told_by_the_clock_of_shanghai() -> None:
    evening = datetime(2024, 3, 5, 15, 59, tzinfo=UTC)
    after_midnight = datetime(2024, 3, 5, 16, 0, tzinfo=UTC)
    given().when("2024-03-05", some(ChildReceived, found_at=evening)).recorded()
    given().when("2024-03-05", some(ChildReceived, found_at=after_midnight)).refused("E10")


def test_a_region_that_the_table_lacks_is_kept_and_found() -> None:
    given().when("2024-03-05", some(ChildReceived, found_region="371002")).recorded()
    given().when("2024-03-05", some(ChildReceived, found_region="999999")).recorded("E09")


@pytest.mark.rule("E09")
@pytest.mark.parametrize(
    ("day", "region", "expected"),
    [
        ("2013-12-31", "371003", ["E09"]),
        ("2014-01-01", "371003", []),
        ("2014-12-31", "371081", []),
        ("2015-01-01", "371081", ["E09"]),
        ("1988-12-31", "371081", ["E09"]),
        ("2014", "371081", []),
    ],
)
def test_an_abolished_code_is_right_for_its_years(day: str, region: str, expected: list[str]) -> None:
    given().when(day, some(ChildReceived, found_region=region, found_at=Unknown("not_known"))).recorded(
        *expected
    )


# The papers of an admission (I01)


@pytest.mark.rule("I01")
@pytest.mark.parametrize(
    ("category", "situation", "papers"),
    [
        ("A1", None, FOUNDLING),
        ("A1", "05", FOUNDLING),
        ("B1", "05", FOUNDLING),
        ("A1", "06", FOUNDLING),
        ("B1", "04", RESCUED),
        ("A1", "04", RESCUED),
        ("A1", "03", STREET),
    ],
)
def test_admission_without_its_papers_is_refused_and_with_them_recorded(
    category: str, situation: str | None, papers: set[str]
) -> None:
    received("2024-03-05", situation).when("2024-09-05", admitted(category)).refused("I01")
    child = received("2024-03-05", situation)
    child.when("2024-09-05", admitted(category), documents=sorted(papers | UNCLAIMED)).recorded()


@pytest.mark.parametrize("paper", sorted(FOUNDLING))
@pytest.mark.parametrize("day", [LAST_OF_ORDER_63, FIRST_REVISED])
def test_a_foundlings_admission_lacks_every_single_paper(day: str, paper: str) -> None:
    child = received("2025-09-05", "05")
    child.when(day, admitted("A1"), documents=sorted(FOUNDLING - {paper})).refused("I01")
    assert {kind for kind in FOUNDLING if KINDS[kind].en in missing(child)} == {paper}


def test_papers_count_wherever_in_the_file_they_came_by_that_day() -> None:
    child = given(
        ("2024-03-05", some(ChildReceived), {"documents": ["found_child_certificate"]}),
        ("2024-03-20", some(FindRelativesNoticePublished)),
        ("2024-06-01", some(AdmissionApproved)),
    )
    child.when("2024-06-01", admitted("A1")).recorded()


@pytest.mark.rule("I01")
def test_a_paper_that_came_after_admission_does_not_count() -> None:
    child = given(
        ("2024-03-05", some(ChildReceived), {"documents": ["found_child_certificate"]}),
        ("2024-03-20", some(FindRelativesNoticePublished)),
        ("2024-06-02", some(AdmissionApproved)),
    )
    child.when("2024-06-01", admitted("A1")).refused("I01")


def test_a_rescued_childs_dna_result_and_certificate_are_papers_once_they_say_something() -> None:
    child = received("2024-03-05", "04")
    child.and_("2024-03-20", some(FindRelativesNoticePublished))
    child.and_("2024-04-06", some(NotFoundCertificateIssued, certificate_kind="interim"))
    child.and_("2024-04-10", some(AdmissionApproved), documents=["temporary_care_notice"])
    child.and_("2024-04-11", some(DnaComparisonResultReceived, result="pending"))
    child.when("2024-04-12", admitted("B1")).refused("I01")
    assert KINDS["dna_result"].en in missing(child)
    child = Given()
    child.and_("2024-03-05", some(ReferralReceived, child_situation="04"))
    child.and_("2024-03-20", some(FindRelativesNoticePublished))
    child.and_("2024-04-06", some(NotFoundCertificateIssued, certificate_kind="interim"))
    child.and_("2024-04-10", some(AdmissionApproved), documents=["temporary_care_notice"])
    child.and_("2024-04-11", some(DnaComparisonResultReceived, result="no_match"))
    child.when("2024-04-12", admitted("B1")).recorded()


@pytest.mark.rule("I01")
def test_what_only_order_63_asked_for_warns_since_the_revised_measures() -> None:
    received("2025-09-05", "03").when(LAST_OF_ORDER_63, admitted("A1")).refused("I01")
    received("2025-09-05", "03").when(FIRST_REVISED, admitted("A1")).recorded("I01")


def test_a_rescued_child_is_still_asked_for_what_its_own_notice_asks_for() -> None:
    papers = sorted(RESCUED - {"acceptance_opinion"})
    received("2025-09-05", "04").when(FIRST_REVISED, admitted("B1"), documents=papers).recorded("I01")
    received("2025-09-05", "04").when(FIRST_REVISED, admitted("B1"), documents=papers[1:]).refused("I01")


@pytest.mark.parametrize("category", ["A2", "A3", "A4", "B2", "B3", "C"])
def test_papers_whose_wording_was_not_obtained_warn(category: str) -> None:
    received("2024-03-05").when("2024-09-05", admitted(category)).recorded("I01")


def test_nothing_is_asked_for_where_the_law_names_no_papers() -> None:
    received("2024-03-05").when("2024-09-05", admitted("A5")).recorded()


def test_the_category_determined_before_counts_where_the_admission_does_not_say_one() -> None:
    child = received("2024-03-05").and_("2024-03-06", some(IntakeCategoryDetermined, category="A1"))
    child.when("2024-09-05", some(ChildAdmitted), documents=sorted(FOUNDLING | UNCLAIMED)).recorded()


def test_an_admission_of_nobody_knows_which_category_is_refused() -> None:
    received("2024-03-05").when("2024-09-05", some(ChildAdmitted)).refused("I01")


def test_an_admission_without_papers_stands_with_an_exception() -> None:
    child = received("2024-03-05", "05")
    child.when("2024-09-05", admitted("A1"), exception="I01").recorded("I01")


def test_an_admission_without_papers_in_an_old_register_is_found_as_not_said() -> None:
    child = given(
        ("2024-03-05", some(ChildReceived), {"origin": "import"}),
        ("2024-09-05", admitted("A1"), {"origin": "import"}),
    )
    assert child.found() == {("I01", "no_evidence")}


def test_papers_recorded_late_mend_what_was_found() -> None:
    child = given(
        ("2024-03-05", some(ChildReceived), {"origin": "import"}),
        ("2024-09-05", admitted("A1"), {"origin": "import"}),
    )
    child.and_("2024-08-01", some(AdmissionApproved), documents=sorted(FOUNDLING | UNCLAIMED))
    assert child.found() == set()


def test_an_admission_in_march_or_april_2026_is_uncertain_where_only_march_refuses() -> None:
    child = received("2025-09-05", "03")
    child.when("2026-03-20..2026-04-10", admitted("A1")).recorded("I01")


# I03: one open admission


def test_a_child_who_is_admitted_cannot_be_admitted_again() -> None:
    child = given(("2024-03-05", some(ChildReceived)), ("2024-04-05", admitted("A5")))
    child.when("2024-05-05", admitted("A5")).refused("I03")


@pytest.mark.rule("I03")
def test_on_the_very_day_a_second_admission_is_refused_too() -> None:
    child = given(("2024-03-05", some(ChildReceived)), ("2024-04-05", admitted("A5")))
    child.when("2024-04-05", admitted("A5")).refused("I03")


@pytest.mark.rule("I03")
@pytest.mark.parametrize(
    ("on", "refused"), [("2024-03-05", False), ("2024-03-06", True), ("2024-05-02", False)]
)
def test_a_child_in_care_is_not_referred_anew(on: str, refused: bool) -> None:  # noqa: FBT001
    child = given(
        ("2024-03-05", some(ChildReceived)), ("2024-05-01", some(DepartureCompleted, reason="12"))
    ).when(on, some(ReferralReceived))
    child.refused(*["I03"] * refused)


def test_a_child_who_left_can_be_admitted_again() -> None:
    child = given(
        ("2024-03-05", some(ChildReceived)),
        ("2024-04-05", admitted("A5")),
        ("2024-05-01", some(DepartureCompleted, reason="12")),
    )
    child.when("2024-05-01", admitted("A5")).recorded()


def test_an_admission_that_was_corrected_is_not_a_second_one() -> None:
    child = given(("2024-03-05", some(ChildReceived)), ("2024-04-05", admitted("A5")))
    child.when("2024-04-08", admitted("A5"), corrects=child.last).recorded()
    assert child.now(ADMITTED, "2024-04-08") == date(2024, 4, 8)


def test_a_second_admission_stands_with_an_exception() -> None:
    child = given(("2024-03-05", some(ChildReceived)), ("2024-04-05", admitted("A5")))
    child.when("2024-05-05", admitted("A5"), exception="I03").recorded("I03")


def test_two_admissions_in_an_old_register_are_found_on_the_later_one() -> None:
    child = given(
        ("2024-05-05", admitted("A5"), {"origin": "import"}),
        ("2024-04-05", admitted("A5"), {"origin": "import"}),
    )
    assert child.found() == {("I03", "breach")}
    later, _ = child.entries
    child.when("2024-05-05", admitted("A5"), corrects=later, origin="import")
    assert [found.refusal.evidence for found in child.judgements] == [(child.entries[1].entry_id,)]


@pytest.mark.rule("R-INT-5")
@pytest.mark.parametrize(
    ("other", "found"),
    [
        (Document(kind="register_row", number="儿童花名册!5"), {("R-INT-5", "listed_twice")}),
        (Document(kind="register_row", number="体检表!5"), set()),
        (Document(kind="register_row", number="儿童花名册!5", sha256="0" * 64), set()),
        (Document(kind="register", number="儿童花名册!5"), set()),
    ],
    ids=["the same sheet", "another sheet", "another register", "no row"],
)
def test_two_rows_of_one_sheet_list_a_child_twice(other: Document, found: set[tuple[str, str]]) -> None:
    file = given(("2024-03-05", some(ChildReceived)))
    file.when("2024-03-05", some(IdentityRecorded), origin="import", documents=(ROW, other))
    assert {(each.rule.id, each.refusal.kind) for each in file.judgements} == found
