"""A past case is judged, and cited, by the law of its day and place; what is not verified says so."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from domain.codes import tables
from domain.events.departure import ChildDied
from domain.events.insurance import InsuranceEnrolled, InsuranceStatusChecked
from domain.events.intake import ChildAdmitted, ChildReceived
from domain.events.placement.arrangements import HardshipSupportDecided
from domain.events.placement.gates import route
from domain.readiness import GATES, readiness_over_time
from domain.rulebook import Rulebook
from projections.findings import Finding, findings_of
from projections.obligations import Obligation, obligations_of
from tests.support.given import NOT_ASKED, Given, given, some

CHILD = UUID(int=1)
WEIHAI, ELSEWHERE = "371002", "430102"


def findings(file: Given, rule: str) -> list[Finding]:
    return [each for each in findings_of(file.file, CHILD, file.rulebook) if each.rule == rule]


def obligations(file: Given, rule: str) -> list[Obligation]:
    return [each for each in obligations_of(file.file, CHILD, file.rulebook) if each.rule == rule]


def died(day: str, *documents: str, disposal: object = "cremation") -> Given:
    file = given(("2020-01-01", some(ChildReceived)))
    return file.when(
        day,
        some(ChildDied, disposal=disposal, cause_class="illness", is_abnormal=False),
        documents=documents,
    )


@pytest.mark.rule("R-DTH-1")
def test_the_same_death_in_2025_and_2026_is_asked_for_the_papers_of_its_day() -> None:
    died("2025-06-01", "death_certificate").recorded()
    died("2026-03-29", "death_certificate").recorded()
    died("2026-03-30", "death_certificate").recorded("R-DTH-1")
    died("2026-03-30", "death_certificate", "cremation_confirmation").recorded()
    died("2026-03-29", disposal="burial").recorded()
    died("2026-03-30", disposal="burial").recorded("R-DTH-1")


@pytest.mark.rule("R-DTH-1")
def test_the_same_death_in_2025_and_2026_is_cited_by_the_law_of_its_day() -> None:
    (before,), (after,) = (findings(died(day), "R-DTH-1") for day in ("2025-06-01", "2026-06-01"))
    assert before.source == "《殡葬管理条例》（2012年修订）第13条"
    assert after.source == "《殡葬管理条例》（国务院令第824号）第23条、第28条"
    assert "火化确认书" not in before.zh
    assert "火化确认书" in after.zh


@pytest.mark.rule("R-DTH-1")
def test_how_the_body_was_disposed_of_left_unknown_is_uncertain() -> None:
    file = died("2026-06-01", disposal=NOT_ASKED).recorded("R-DTH-1")
    assert {found.refusal.kind for found in file.judgements} == {"uncertain"}


@pytest.mark.rule("R-DTH-2")
def test_an_accident_is_reported_on_the_day_itself() -> None:
    def accident(reported: object, cause: object = "accident") -> Given:
        event = some(ChildDied, disposal="burial", cause_class=cause, is_abnormal=False, reported_at=reported)
        return given(("2020-01-01", some(ChildReceived))).when("2025-06-01", event)

    accident(datetime(2025, 6, 1, 15, 59, tzinfo=UTC)).recorded()
    accident(datetime(2025, 6, 1, 16, 0, tzinfo=UTC)).recorded("R-DTH-2")
    accident(NOT_ASKED).recorded("R-DTH-2")
    accident(NOT_ASKED, "illness").recorded()
    accident(NOT_ASKED, NOT_ASKED).recorded("R-DTH-2")


@pytest.mark.rule("G09", "D16")
def test_the_same_decision_on_support_in_hardship_is_cited_by_the_law_of_its_day() -> None:
    def cited(day: str) -> tuple[str, str, str]:
        file = given((day, some(HardshipSupportDecided, decision="approved")))
        (doubt,) = findings(file, "D16")
        gate = GATES[9].answer(file.on(day)).rule
        assert gate is not None
        return doubt.source, gate.source, tables()["hardship_decision"].cited(date.fromisoformat(day))

    assert all("《社会救助暂行办法》" in source for source in cited("2026-06-30"))
    assert all("《社会救助法》" in source for source in cited("2026-07-01"))
    assert not any("《社会救助暂行办法》" in source for source in cited("2026-07-01"))


@pytest.mark.rule("G03", "G09")
def test_the_answers_of_the_gates_change_with_the_law() -> None:
    file = given(("2020-01-01", some(ChildReceived)))
    times = readiness_over_time(file.file, file.rulebook, route, date(2026, 6, 1), date(2026, 7, 31))
    assert [(since, until) for since, until, _ in times] == [
        (date(2026, 6, 1), date(2026, 6, 30)),
        (date(2026, 7, 1), date(2026, 7, 31)),
    ]


@pytest.mark.rule("D18", "G13")
def test_military_registration_rests_on_the_law_of_its_day() -> None:
    rule = Rulebook.shipped()["D18"]
    assert not rule.on(date(2021, 9, 30)).verified
    assert rule.on(date(2021, 10, 1)).source == "《兵役法》第15条"
    assert "《征兵工作条例》" not in rule.on(date(2023, 4, 30)).source
    assert "《征兵工作条例》" in rule.on(date(2023, 5, 1)).source


@pytest.mark.rule("I01")
def test_an_admission_is_cited_by_the_measures_of_its_day() -> None:
    for day, source in (
        ("2026-03-31", "《儿童福利机构管理办法》（民政部令第63号）"),
        ("2026-04-01", "民发〔2013〕83号"),
    ):
        file = given(("2025-09-05", some(ChildReceived)))
        file.when(day, some(ChildAdmitted, intake_category="A1")).refused("I01")
        assert {found.source for found in file.judgements} == {source}


@pytest.mark.rule("I07", "S02")
def test_insurance_on_entry_is_cited_by_place_and_day() -> None:
    def cited(day: str, region: str) -> tuple[str, bool]:
        file = given(("2020-01-01", some(ChildReceived)))
        file.when(day, some(InsuranceEnrolled, waiting_days=30), region=region).recorded("I07")
        (found,) = file.judgements
        return found.source, found.verified

    of_whom = "（查找不到父母或者其他监护人的儿童；其他儿童参照）"
    weihai = "威海市民政局等《实施意见》（2021-11-08）二（二）"
    assert cited("2024-05-01", WEIHAI) == (f"{weihai}{of_whom}", True)
    assert cited("2025-05-06", ELSEWHERE) == (f"借用{weihai}", False)
    source, verified = cited("2025-05-07", ELSEWHERE)
    assert (source.startswith("国务院办公厅"), verified) == (True, False)


@pytest.mark.rule("S02")
def test_a_finding_that_goes_on_over_a_new_law_is_cited_by_each_for_its_days() -> None:
    file = given(
        ("2026-05-01", some(ChildReceived), {"region": ELSEWHERE}),
        ("2026-05-01", some(InsuranceStatusChecked, is_insured=False), {"region": ELSEWHERE}),
    )
    told = [(each.found_on, each.until, each.source.split("》")[0]) for each in findings(file, "S02")]
    assert told[-2:] == [
        (date(2026, 5, 1), date(2026, 12, 31), "国务院办公厅《关于进一步加强困境儿童福利保障工作的意见"),
        (date(2027, 1, 1), None, "《医疗保障法"),
    ]


def test_code_tables_name_the_source_of_each_day() -> None:
    known = tables()
    assert known["support_form"].cited(date(2026, 6, 30)) == "《社会救助暂行办法》第19条"
    assert known["support_form"].cited(date(2026, 7, 1)) == "《社会救助法》第16条第二款"
    assert "2012" in known["disposal"].cited(date(2026, 3, 29))
    assert "824" in known["disposal"].cited(date(2026, 3, 30))
    assert "社会保险法" in known["insurance_scheme"].cited(date(2026, 12, 31))
    assert "医疗保障法" in known["insurance_scheme"].cited(date(2027, 1, 1))


def test_what_is_not_verified_says_so_in_findings_and_obligations() -> None:
    file = given(
        ("2024-03-01", some(ChildReceived), {"region": ELSEWHERE}),
        ("2024-03-20", some(HardshipSupportDecided, applied_on=date(2024, 3, 1)), {"region": ELSEWHERE}),
    )
    assert [each.verified for each in findings(file, "S01")] == [True]
    assert not any(each.verified for each in findings(file, "I07") if each.found_on < date(2025, 5, 7))
    (clock,) = obligations(file, "D16")
    assert (clock.verified, clock.provisional) == (False, False)


@pytest.mark.rule("I12", "G03")
def test_a_place_cites_its_own_text_from_its_day() -> None:
    book = Rulebook.shipped()
    assert "如皋市" in book["I12"].on(date(2021, 4, 7), "320682").source
    assert "如皋市" not in book["I12"].on(date(2021, 4, 6), "320682").source
    assert "如皋市" not in book["I12"].on(date(2021, 4, 7), "320683").source
    assert "内蒙古" in book["G03"].on(date(2026, 7, 1), "150102").source
    assert "《社会救助法》" in book["G03"].on(date(2026, 7, 1), "150102").source
    assert "《社会救助法》" not in book["G03"].on(date(2026, 6, 30), "150102").source


@pytest.mark.rule("D01", "D02", "D03", "D04", "D15", "I02")
def test_a_text_binds_nobody_before_it_was_there() -> None:
    book = Rulebook.shipped()
    for rule in ("D01", "D02", "D03", "D04"):
        before, after = (book[rule].number(None, day) for day in (date(2015, 9, 22), date(2015, 9, 23)))
        assert before is not None
        assert after is not None
        assert (before.value, before.verified, after.verified) == (after.value, False, True)
    anhui = [book["D15"].number("340100", date(year, 1, 1), "before_18") for year in (2021, 2022)]
    assert [pack is not None and pack.verified for pack in anhui] == [False, True]
    taian = [book["I02"].number("370902", date(year, 1, 1), "not_found") for year in (2008, 2009)]
    assert [pack is not None and pack.verified for pack in taian] == [False, True]
    again = [book["I22"].number("340100", date(year, 1, 1)) for year in (2021, 2022)]
    assert [pack is not None and pack.verified for pack in again] == [False, True]


@pytest.mark.rule("R-INT-3", "R-CARE-1", "D29", "D26")
def test_the_text_of_one_place_is_borrowed_elsewhere_and_before_its_day() -> None:
    book = Rulebook.shipped()
    for rule in ("R-INT-3", "R-CARE-1"):
        of_weihai = [book[rule].on(date(2021, 11, day), WEIHAI).verified for day in (7, 8)]
        assert of_weihai == [False, True]
        elsewhere = book[rule].on(date(2021, 11, 8), ELSEWHERE)
        assert (elsewhere.verified, elsewhere.source[:2]) == (False, "借用")
    # The plan is of one city of Shandong, and does not say which.
    trained = book["D29"].number("371002", date(2026, 1, 1))
    assert trained is not None
    assert not trained.verified
    # Rugao asks for a bulletin every quarter: that each child is looked up as often is borrowed from it.
    updated = book["D26"].number("320682", date(2026, 1, 1))
    assert updated is not None
    assert not updated.verified


@pytest.mark.rule("I13", "I17")
def test_an_adoption_before_the_civil_code_is_cited_by_the_adoption_law() -> None:
    book = Rulebook.shipped()
    for rule, law, code in (("I13", "《收养法》第15条", "1105"), ("I17", "《收养法》第13条", "1096")):
        assert book[rule].on(date(2020, 12, 31)).source.startswith(law)
        assert code in book[rule].on(date(2021, 1, 1)).source
