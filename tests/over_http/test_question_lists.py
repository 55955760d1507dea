"""Questions of users as lists: who is in each and why, what each column says, and who is not told."""

import csv
from datetime import date
from io import StringIO
from typing import Any
from uuid import UUID

from api.identity.permissions import Role
from domain.asked_lists import QUESTION_LISTS
from domain.events.household import CitizenIdAssigned, HouseholdRegistered, HouseholdRegistrationApplied
from domain.events.insurance import InsuranceEnrolled, InsuranceStatusChecked
from domain.events.intake import ChildReceived, IdentityRecorded, ReferralReceived
from domain.events.medical.costs import MedicalCostCovered, MedicalCostIncurred
from domain.events.medical.illness import IllnessDiagnosed
from domain.events.search import (
    DnaComparisonResultReceived,
    DnaSampleCollected,
    FindRelativesNoticePublished,
    NotFoundCertificateIssued,
)
from tests.support.client import Served
from tests.support.given import Given, given, some
from tests.support.stored import kept

DAY = "2026-11-22"


class Answered:
    """What a question answered: its rows by child."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.items: list[dict[str, Any]] = body["items"]
        self.next = body["next"]

    def of(self, child: UUID) -> list[dict[str, Any]]:
        """The rows about a child."""
        return [each for each in self.items if each["child"] == str(child)]

    def said(self, child: UUID, *columns: str) -> tuple[Any, ...]:
        """What columns say of a child that has one row, as values."""
        (row,) = self.of(child)
        return tuple(row["columns"][name]["value"] for name in columns)

    def why(self, child: UUID) -> set[str]:
        """By which rules, or which gaps in English, a child that has one row is listed."""
        (row,) = self.of(child)
        ruled = (*row["obligations"], *row["findings"])
        return {*(each["rule"] for each in ruled), *(each["en"] for each in row["gaps"])}


async def ask(served: Served, question: str, role: Role = Role.SUPERVISOR, **query: Any) -> Answered:
    client = await served.as_(role)
    answer = await client.get(f"/questions/{question}", params={"day": DAY, **query})
    assert answer.status_code == 200, answer.text
    return Answered(answer.json())


def came(situation: str, on: str = "2026-03-05", *more: tuple[Any, ...], born: str = "2020-05-01") -> Given:
    """A child in such a situation, received and known by name that day."""
    who = some(IdentityRecorded, name="王小明", birth_on=date.fromisoformat(born), sex="1")
    return given(
        (on, some(ReferralReceived, child_situation=situation)), (on, some(ChildReceived)), (on, who), *more
    )


RESCUED, FOUND, ORPHAN = "04", "05", "01"


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
