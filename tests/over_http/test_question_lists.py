"""Questions of users as lists: who is in each and why, what each column says, and who is not told."""

import csv
from datetime import date
from io import StringIO
from typing import Any
from uuid import UUID

from api.identity.permissions import Role
from domain.asked_lists import QUESTION_LISTS
from domain.events.adoption.assessment import (
    AdoptabilityAssessed,
    AdoptionAssessmentConsented,
    AdoptionAssessmentNoticeGiven,
    AdoptionAssessmentReportIssued,
    IntegrationStarted,
    RegistrarNoticePublished,
)
from domain.events.adoption.visits import PostAdoptionVisitMade
from domain.events.health import DisabilityAssessed, PhysicalExamined
from domain.events.household import CitizenIdAssigned, HouseholdRegistered, HouseholdRegistrationApplied
from domain.events.insurance import InsuranceEnrolled, InsuranceStatusChecked
from domain.events.medical.costs import MedicalCostCovered, MedicalCostIncurred
from domain.events.medical.illness import IllnessDiagnosed
from domain.events.medical.vaccination import (
    VaccinationBooked,
    VaccinationDeferred,
    VaccinationGiven,
    VaccinationProgrammeCompleted,
)
from domain.events.psychology import MedicalReferralMade, PsychAssessed, PsychConcernFlagged
from domain.events.rehab_support import RehabSubsidyApplied
from domain.events.rehabilitation import PlannedItem, RehabAssessed, RehabPlanMade, RehabSessionDelivered
from domain.events.schooling import SchoolAgeReported, SchoolEnrolled
from domain.events.search import (
    DnaComparisonResultReceived,
    DnaSampleCollected,
    FindRelativesNoticePublished,
    NotFoundCertificateIssued,
)
from tests.support.adoptions import registered
from tests.support.client import Served
from tests.support.given import NOT_ASKED, some
from tests.support.http_given import sent
from tests.support.question_lists import DAY, FOUND, ORPHAN, RESCUED, ask, came
from tests.support.stored import kept, noted


async def test_who_still_lacks_result_notice_or_certificate_is_listed_with_how_far_each_has_come(
    served: Served,
) -> None:
    sampled = ("2026-03-10", some(DnaSampleCollected))
    compared = some(DnaComparisonResultReceived, submitted_on=date(2026, 3, 11), result="pending")
    notice = ("2026-03-20", some(FindRelativesNoticePublished, notice_days=30))
    waits = await kept(served, came(RESCUED, "2026-03-05", sampled, ("2026-04-01", compared), notice))
    nothing = await kept(served, came(FOUND))
    settled = await kept(
        served,
        came(
            RESCUED,
            "2024-03-05",
            ("2024-04-01", some(DnaComparisonResultReceived, result="no_match")),
            ("2024-04-02", some(FindRelativesNoticePublished)),
            ("2024-03-20", some(NotFoundCertificateIssued, certificate_kind="interim")),
            ("2025-03-20", some(NotFoundCertificateIssued, certificate_kind="final")),
        ),
    )
    told = await ask(served, "A2")
    assert told.of(settled) == [] or told.why(settled) == {"D02"}
    assert told.said(waits, "sample_on", "submitted_on", "result", "notice_ends_on", "certificate_due") == (
        "2026-03-10",
        "2026-03-11",
        "pending",
        "2026-04-19",
        "2026-04-05",
    )
    assert told.why(waits) >= {"D01", "no result of a DNA comparison", "no not-found certificate"}
    assert told.said(nothing, "sample_on", "notice_ends_on", "certificate_due") == (None, None, None)
    (row,) = told.of(nothing)
    assert (row["columns"]["sample_on"]["zh"], row["columns"]["certificate_due"]["zh"]) == ("没有记录", "无")
    assert (row["name"], {each["role"] for each in row["next_to_act"]}) == ("王小明", {"staff", "supervisor"})
    # A DNA result is sealed wholly: staff learn neither what it was nor whether there is one.
    masked = await ask(served, "A2", Role.STAFF)
    for child in (waits, nothing):
        assert masked.said(child, "sample_on", "result") == ({"restricted": "restricted-health"},) * 2
        assert "no result of a DNA comparison" not in masked.why(child)
    assert (await ask(served, "A2", Role.STAFF, state="overdue", due_within_days=7)).of(nothing) == []


async def test_who_has_no_registration_is_listed_with_how_far_it_has_come_and_what_it_waits_for(
    served: Served,
) -> None:
    applied = await kept(
        served, came(ORPHAN, "2026-03-05", ("2026-04-01", some(HouseholdRegistrationApplied)))
    )
    foundling = await kept(served, came(FOUND, "2026-11-12"))
    numbered = await kept(served, came(ORPHAN, "2026-03-05", ("2026-04-01", some(CitizenIdAssigned))))
    there = await kept(
        served, came(ORPHAN, "2026-03-05", ("2026-04-01", some(HouseholdRegistered, household_class="1")))
    )
    told = await ask(served, "A3")
    asked = ("admitted_on", "applied_on", "stage", "days_waiting", "blocker")
    assert told.said(applied, *asked) == ("2026-03-05", "2026-04-01", "applied", 262, "police")
    assert told.said(foundling, *asked) == ("2026-11-12", None, "not_applied", 10, "no_certificate")
    assert told.said(numbered, "stage", "blocker") == ("numbered", "not_recorded")
    assert (told.why(applied), told.of(there)) == ({"S01"}, [])
    assert [UUID(each["child"]) for each in told.items][-1] == foundling, "the longest-waiting come first"


async def test_who_is_not_insured_is_listed_with_since_when_and_the_costs_that_nobody_covered(
    served: Served,
) -> None:
    ill = came(ORPHAN, "2026-11-02").and_("2026-11-03", some(IllnessDiagnosed))
    episode = ill.last.entry_id
    ill.and_("2026-11-04", some(MedicalCostIncurred, episode=episode, amount_yuan="1200.50"))
    ill.and_("2026-11-05", some(MedicalCostCovered, episode=episode, layer="charity", amount_yuan="200"))
    uninsured = await kept(served, ill)
    late = await kept(
        served,
        came(
            ORPHAN,
            "2026-11-02",
            ("2026-11-04", some(InsuranceStatusChecked, is_insured=False, is_identity_verified=True)),
            (
                "2026-11-05",
                some(InsuranceEnrolled, scheme="resident", year=2026, benefit_from=date(2026, 11, 6)),
            ),
        ),
    )
    told = await ask(served, "A4")
    assert told.said(uninsured, "entered_on", "checked_on", "lag_days") == ("2026-11-02", None, 20)
    assert float(told.said(uninsured, "uncovered_yuan")[0]) == 1000.5
    assert told.why(uninsured) == {"D10", "I07", "S02"}
    checked_late = await ask(served, "A4", state="met_late")
    assert checked_late.said(late, "checked_on", "is_insured", "benefit_from", "lag_days") == (
        "2026-11-04",
        False,
        "2026-11-06",
        4,
    )


DISABLED = some(DisabilityAssessed, disability_class="4", grade="2")


async def test_whose_rehabilitation_is_missing_or_over_is_listed_with_what_was_planned_and_done(
    served: Served,
) -> None:
    trained = came(ORPHAN, "2026-01-05", ("2026-01-10", DISABLED), ("2026-01-12", some(RehabAssessed)))
    items = (some(PlannedItem, mode="PT", planned_count=20), some(PlannedItem, mode="OT", planned_count=10))
    plan = some(
        RehabPlanMade,
        items=items,
        starts_on=date(2026, 2, 1),
        ends_on=date(2026, 10, 31),
        assessment=NOT_ASKED,
    )
    trained.and_("2026-02-01", plan)
    for on, plan_named in (("2026-02-05", trained.last.entry_id), ("2026-03-05", NOT_ASKED)):
        trained.and_(on, some(RehabSessionDelivered, plan=plan_named, item="PT", count=4))
    trained.and_("2026-02-10", some(RehabSubsidyApplied, items=("training",)))
    over = await kept(served, trained)
    never = await kept(served, came(ORPHAN, "2026-03-05", ("2026-03-10", DISABLED)))
    healthy = await kept(served, came(ORPHAN, "2026-03-05"))
    told = await ask(served, "A5")
    columns = ("disability", "grade", "age", "last_assessed_on", "plan_ends_on")
    assert told.said(over, *columns) == ("4", "2", 6, "2026-01-12", "2026-10-31")
    assert told.said(over, "sessions_done", "sessions_planned", "subsidy") == (8, 30, "applied")
    assert told.why(over) >= {"R-REH-2", "no rehabilitation plan under way"}
    assert told.said(never, "last_assessed_on", "sessions_done", "subsidy") == (None, None, "not_applied")
    gaps = {"no rehabilitation assessment", "no rehabilitation plan under way"}
    assert told.why(never) == {"R-REH-1", *gaps}
    assert told.of(healthy) == []


async def test_who_is_at_no_school_is_listed_with_the_form_and_the_roll(
    served: Served,
) -> None:
    nowhere = await kept(served, came(ORPHAN, born="2016-05-01"))
    preschool = some(SchoolEnrolled, stage="preschool", form=NOT_ASKED, student_roll_no="标记-学-1")
    still = await kept(
        served,
        came(
            ORPHAN,
            "2026-03-05",
            ("2026-03-10", some(SchoolAgeReported)),
            ("2026-03-11", preschool),
            born="2016-05-01",
        ),
    )
    numbered, unnumbered = [
        await kept(
            served,
            came(
                ORPHAN,
                "2026-03-05",
                ("2026-03-11", some(SchoolEnrolled, stage="primary", form="regular", student_roll_no=number)),
                born="2016-05-01",
            ),
        )
        for number in ("标记-学-2", NOT_ASKED)
    ]
    told = await ask(served, "A7")
    columns = ("age", "stage", "form", "roll_no", "reported_on", "put_off_until")
    assert told.said(nowhere, *columns) == (10, None, None, None, None, None)
    form = {"unknown": "not_known"}
    assert told.said(still, *columns) == (10, "preschool", form, "标记-学-1", "2026-03-10", None)
    assert (told.why(nowhere), told.why(still)) == ({"D14", "I09", "R-EDU-5"}, {"D14", "I09"})
    assert told.of(numbered) == []
    assert (told.why(unnumbered), told.said(unnumbered, "stage", "roll_no")) == (
        {"at school, no roll number on record"},
        ("primary", {"unknown": "not_asked"}),
    )
    (row,) = told.of(unnumbered)
    assert {each["role"] for each in row["next_to_act"]} == {"staff", "supervisor"}
    assert "R-EDU-5" in (await ask(served, "A7", day="2026-03-10")).why(unnumbered)
    hidden = await ask(served, "A7", Role.ADMINISTRATOR)
    assert hidden.of(unnumbered) == [], "whether there is a number is told to who sees the number"
    assert hidden.said(nowhere, "roll_no") == ({"restricted": "identity"},)


async def test_who_needs_a_test_counselling_or_the_answer_to_a_referral_is_listed_with_the_last_test(
    served: Served,
) -> None:
    child = await kept(
        served,
        came(
            ORPHAN,
            "2024-03-05",
            ("2024-10-01", some(PsychAssessed, level="moderate")),
            ("2026-10-01", some(PsychConcernFlagged, concern="mood")),
            ("2026-10-10", some(MedicalReferralMade)),
            born="2014-05-01",
        ),
    )
    told = await ask(served, "A9")
    columns = ("last_test_on", "level", "test_due_on", "concern_open_since", "referral_open_since")
    assert told.said(child, *columns) == ("2024-10-01", "moderate", "2026-08-31", None, "2026-10-10")
    assert told.why(child) == {"D28", "R-PSY-2"}
    assert (await ask(served, "A9", Role.BUREAU)).said(child, "level") == ({"restricted": "health"},)


async def test_each_examination_and_deferred_dose_that_is_due_is_a_row_with_when_it_was_last_done(
    served: Served,
) -> None:
    child = await kept(
        served,
        came(
            ORPHAN,
            "2025-03-05",
            ("2025-03-10", some(PhysicalExamined)),
            ("2025-04-01", some(VaccinationGiven, vaccine="HepB", dose=1)),
            ("2025-05-01", some(VaccinationDeferred, vaccine="HepB", dose=2, until=date(2025, 6, 1))),
        ),
    )
    rows = {
        each["columns"]["item"]["value"]: each["columns"] for each in (await ask(served, "A11")).of(child)
    }
    assert rows.keys() == {"D13", "R-MED-5"}
    examined, dose = (
        [row[name]["value"] for name in ("vaccine", "dose", "due_on", "last_done_on")]
        for row in (rows["D13"], rows["R-MED-5"])
    )
    assert examined == [None, None, "2026-03-10", "2025-03-10"]
    assert dose == ["HepB", 2, "2025-06-01", "2025-04-01"]
    assert rows["D13"]["item"]["zh"] == "体检"


async def test_a_booked_dose_is_a_row_and_so_is_a_child_whose_next_dose_is_not_on_record(
    served: Served,
) -> None:
    examined, dose = ("2026-11-01", some(PhysicalExamined)), some(VaccinationGiven, vaccine="HepB", dose=1)
    told = some(VaccinationBooked, vaccine="HepB", dose=2, due_on=date(2026, 12, 5))
    lives = {
        "booked": (("2026-11-05", dose), ("2026-11-05", told)),
        "given": (("2026-10-05", dose),),
        "completed": (("2026-10-05", dose), ("2026-10-05", some(VaccinationProgrammeCompleted))),
        "never asked": (),
    }
    children = {
        name: await kept(served, came(ORPHAN, "2025-03-05", examined, *life)) for name, life in lives.items()
    }
    grown = await kept(served, came(ORPHAN, "2025-03-05", examined, born="2008-11-01"))

    rows = await ask(served, "A11")

    def of_doses(child: UUID) -> list[dict[str, Any]]:
        return [each for each in rows.of(child) if each["columns"]["item"]["value"] not in {"D13", "R-MED-4"}]

    (due,) = of_doses(children["booked"])
    columns = ("item", "vaccine", "dose", "due_on", "last_done_on")
    assert [due["columns"][name]["value"] for name in columns] == [
        "R-MED-8",
        "HepB",
        2,
        "2026-12-05",
        "2026-11-05",
    ]
    for name, last in (("given", "2026-10-05"), ("never asked", None)):
        (unknown,) = of_doses(children[name])
        assert unknown["columns"]["item"]["zh"] == "下一剂次"
        assert {unknown["columns"][each]["zh"] for each in ("vaccine", "dose", "due_on")} == {"不知道"}
        assert unknown["first_on"] == DAY
        assert unknown["columns"]["last_done_on"]["value"] == last
        (gap,) = unknown["gaps"]
        assert (gap["zh"], gap["cured_by"]) == (
            "下一剂次未登记",
            ["VaccinationBooked", "VaccinationProgrammeCompleted"],
        )
        assert [each["entry_id"] for each in unknown["evidence"]] == gap["evidence"]
    assert of_doses(children["completed"]) == of_doses(grown) == []
    rows = await ask(served, "A11", state="due")
    assert [len(of_doses(children[each])) for each in ("booked", "given")] == [1, 0]
    asked = await ask(served, "A11", where="item:next_dose")
    assert [len(asked.of(children[each])) for each in ("booked", "given")] == [0, 1]


async def test_who_is_on_the_way_to_an_adoption_is_listed_by_stage_with_what_comes_next(
    served: Served,
) -> None:
    may = ("2026-09-01", some(AdoptabilityAssessed, basis="not_found", decision="adoptable"))
    notice = ("2026-10-01", some(RegistrarNoticePublished))
    told = ("2026-10-10", some(AdoptionAssessmentNoticeGiven))
    consented = ("2026-10-12", some(AdoptionAssessmentConsented))
    reported = ("2026-10-20", some(AdoptionAssessmentReportIssued, conclusion="suitable"))
    together = ("2026-11-01", some(IntegrationStarted))
    ways = {
        "adoptable": (may,),
        "notice": (may, notice),
        "assessment": (notice, told, consented),
        "integration": (may, told, consented, reported, together),
    }
    children = {stage: await kept(served, came(FOUND, "2022-06-01", *way)) for stage, way in ways.items()}
    not_now = ("2026-09-01", some(AdoptabilityAssessed, basis="not_found", decision="postponed"))
    postponed = await kept(served, came(FOUND, "2022-06-01", not_now))
    listed = await ask(served, "A6")
    columns = ("stage", "entered_on", "days", "next_deadline", "blocker")
    assert {stage: listed.said(child, *columns) for stage, child in children.items()} == {
        "adoptable": ("adoptable", "2026-09-01", 82, None, "no_adopters"),
        "notice": ("notice", "2026-10-01", 52, "2026-11-30", "notice_runs"),
        "assessment": ("assessment", "2026-10-10", 43, "2026-12-11", "no_report"),
        "integration": ("integration", "2026-11-01", 21, "2026-12-01", "integration_runs"),
    }
    assert listed.of(postponed) == []
    client = await served.as_(Role.SUPERVISOR)

    async def at(**query: str | list[str]) -> set[str]:
        answer = await client.get("/questions/A6", params=query)
        assert answer.status_code == 200, answer.text
        return {row["child"] for row in answer.json()["items"]}

    for stage, child in children.items():
        assert await at(where=f"stage:{stage}") == {str(child)}
    assert await at(where=["stage:notice", "stage:assessment", "blocker:no_report"]) == {
        str(children["assessment"])
    }
    for wrong in ("stage:over", "days:82", "stage"):
        refused = await client.get("/questions/A6", params={"where": wrong})
        assert refused.json()["errors"][0]["pointer"] == "/query/where", wrong
    assert listed.why(children["adoptable"]) == {"May be placed for adoption"}
    (row,) = listed.of(children["adoptable"])
    assert {role["role"] for role in row["next_to_act"]} == {"supervisor"}
    then = await ask(served, "A6", day="2026-10-10")
    assert then.said(children["assessment"], "stage", "blocker") == ("assessment", "no_consent")
    assert (await (await served.as_(Role.STAFF)).get("/questions/A6")).status_code == 403
    # What stands in the table of spans tells nobody what it is about.
    kept_there = await noted(served, "SELECT attribute, value FROM spans WHERE entry IS NULL")
    assert kept_there
    assert not any("adopt" in text or "integrat" in text for pair in kept_there for text in pair)


async def test_each_visit_after_an_adoption_that_is_due_is_a_row_and_nobody_else_is_told_of_any(
    served: Served,
) -> None:
    child = await kept(
        served,
        came(
            FOUND,
            "2022-06-01",
            ("2026-01-31", registered()),
            ("2026-02-20", some(PostAdoptionVisitMade, risk="low", next_on=date(2026, 12, 20))),
        ),
    )
    told = (await ask(served, "A10")).of(child)
    columns = ("registered_on", "visit_no", "due_on", "done_on", "next_on", "risk")
    rows = [tuple(each["columns"][name]["value"] for name in columns) for each in told]
    assert ("2026-01-31", 2, "2026-04-30", None, "2026-12-20", "low") in rows
    assert {row[1] for row in rows if row[2] < "2027"} >= {2, 3}
    assert {role["role"] for each in told for role in each["next_to_act"]} == {"supervisor"}
    done = (await ask(served, "A10", state="met")).of(child)
    assert [each["columns"]["done_on"]["value"] for each in done] == ["2026-02-20"]
    staff = await served.as_(Role.STAFF)
    assert (await staff.get("/questions/A10")).status_code == 403


async def test_every_list_is_a_table_in_two_languages_and_stands_in_the_catalogue(served: Served) -> None:
    child = await kept(served, came(RESCUED))
    client = await served.as_(Role.STAFF)
    catalogue = {each["question"]: each for each in (await client.get("/questions")).json()["items"]}
    for question, asked in QUESTION_LISTS.items():
        columns = catalogue[question]["columns"]
        assert [each["name"] for each in columns] == [each.name for each in asked.columns]
        assert all(each["zh"] and each["en"] for each in columns)
    table = await client.get("/questions/A2", params={"format": "csv"}, headers={"Accept-Language": "en"})
    heading, row = csv.reader(StringIO(table.content.decode("utf-8-sig"), newline=""))
    told = dict(zip(heading, row, strict=True))
    assert (told["Name"], told["Sample taken on"]) == ("王小明", "Not shown: restricted health")
    assert told["File id"] == str(child)
    assert (await client.get("/questions/A3", params={"format": "xlsx"})).content.startswith(b"PK")
    for asked_wrongly, status in (("A0", 404), ("Z9", 422), ("A3?route=social", 422)):
        assert (await client.get(f"/questions/{asked_wrongly}")).status_code == status


async def test_a_row_that_was_answered_before_is_told_anew_on_another_day_to_others_and_after_an_entry(
    served: Served,
) -> None:
    child = await kept(served, came(ORPHAN, "2026-03-05"))
    assert (await ask(served, "A3")).items == (await ask(served, "A3")).items
    assert (await ask(served, "A3")).said(child, "stage", "days_waiting") == ("not_applied", 262)
    assert (await ask(served, "A3", day="2026-11-23")).said(child, "days_waiting") == (263,)
    assert (await ask(served, "A3", state="met")).of(child) == []
    client = await served.as_(Role.STAFF)
    applied = sent("2026-04-01", some(HouseholdRegistrationApplied))
    answer = await client.post(
        f"/children/{child}/events", json=applied, headers={"Idempotency-Key": "applied"}
    )
    assert answer.status_code == 201, answer.text
    await served.projected()
    assert (await ask(served, "A3")).said(child, "applied_on", "stage") == ("2026-04-01", "applied")


async def test_pages_follow_each_other_and_it_is_asked_as_known_before(served: Served) -> None:
    first = await kept(served, came(ORPHAN, "2026-03-05"))
    known = (await served.container.ledger.head()).position
    second = await kept(served, came(ORPHAN, "2026-03-06"))
    page = await ask(served, "A3", limit=1)
    assert [each["child"] for each in page.items] == [str(first)]
    rest = await ask(served, "A3", limit=1, cursor=page.next)
    assert [each["child"] for each in rest.items] == [str(second)]
    then = await ask(served, "A3", known_at=str(known))
    assert [each["child"] for each in then.items] == [str(first)]
    (line,) = await served.container.access.of(second, limit=10)
    assert (line.purpose, line.categories) == ("question", ["identity"])
    assert (await ask(served, "A3", institution=str(served.elsewhere.institution))).items == []
