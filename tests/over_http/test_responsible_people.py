"""Who answers for what waits, and to whom what stays overdue was escalated: told, masked, and asked by."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from api.identity.permissions import Role
from domain.codes import tables
from domain.event import Event
from domain.events.institution.licences import LicenceIssued
from domain.events.institution.responsibilities import (
    EscalationStep,
    EscalationStepsSet,
    ResponsibilityEnded,
    ResponsibilityGiven,
)
from domain.events.institution.staff import StaffLeft
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from domain.events.reconciliation.differing import difference_found
from domain.responsibility import part_of_rule
from tests.support.client import Served, new_key
from tests.support.console import signed_in
from tests.support.every_list import LISTS, has
from tests.support.given import some
from tests.support.http_given import a_story, sent

CREATED, INVALID = 201, 422
RECEIVED = ("2024-03-05", some(ChildReceived))
ADMITTED = ("2024-04-01", some(ChildAdmitted), {"exception": "I01"})


async def house(served: Served, *happened: tuple[str, Event], elsewhere: bool = False) -> None:
    """Record these in the file of an institution."""
    institution = served.elsewhere if elsewhere else served.home
    client = await served.as_(Role.SUPERVISOR, elsewhere=elsewhere)
    path = f"/institutions/{institution.institution}/events"
    for on, event in happened:
        answer = await client.post(path, json=sent(on, event), headers=new_key())
        assert answer.status_code == CREATED, answer.text
    await served.projected()


def made(staff_no: str, name: str, *responsible_for: str, **more: Any) -> ResponsibilityGiven:
    return ResponsibilityGiven(staff_no=staff_no, name=name, responsible_for=responsible_for, **more)


def steps(*said: tuple[int, str]) -> EscalationStepsSet:
    return EscalationStepsSet(steps=tuple(EscalationStep(after_days=days, to=to) for days, to in said))


async def listed(served: Served, path: str, role: Role = Role.SUPERVISOR, **query: Any) -> list[Any]:
    client = await served.as_(role)
    answer = await client.get(path, params={"limit": 500, **query})
    assert answer.status_code == 200, answer.text
    items: list[Any] = answer.json()["items"]
    return items


def names(item: dict[str, Any]) -> list[Any]:
    """Who answers for an item, by name."""
    return sorted((each["name"] for each in item["responsible_people"]), key=str)


async def test_what_waits_tells_who_answers_for_it_on_the_day_at_the_institution_in_charge(
    served: Served,
) -> None:
    await a_story(served).given(RECEIVED, ADMITTED)
    before = (await served.container.ledger.head()).position
    await house(
        served,
        ("2026-05-01", made("1", "王一", "entitlement", "archive")),
        ("2026-05-01", made("2", "李二", "entitlement")),
        ("2026-09-01", some(StaffLeft, staff_no="2")),
        ("2026-10-01", some(ResponsibilityEnded, staff_no="1")),
    )
    await house(served, ("2026-05-01", made("1", "别处", "entitlement")), elsewhere=True)
    for day, expected in (
        ("2026-04-30", []),
        ("2026-05-01", ["李二", "王一"]),
        ("2026-08-31", ["李二", "王一"]),
        ("2026-09-01", ["王一"]),
        ("2026-09-30", ["王一"]),
        ("2026-10-01", []),
    ):
        items = await listed(served, "/obligations", day=day)
        theirs = [each for each in items if part_of_rule(each["rule"]) == "entitlement"]
        others = [each for each in items if part_of_rule(each["rule"]) not in {"entitlement", "archive"}]
        assert theirs, day
        assert [names(each) for each in theirs] == [expected] * len(theirs), day
        assert others, day
        assert not any(map(names, others)), day
    earlier = await listed(served, "/obligations", day="2026-05-01", known_at=before)
    assert earlier
    assert not any(map(names, earlier)), "nobody knew of it then"
    (one, _) = (await listed(served, "/obligations", day="2026-05-01", rule=theirs[0]["rule"]))[0][
        "responsible_people"
    ]
    assert (one["responsible_for"], one["zh"], one["since"]) == ("entitlement", "待遇和参保", "2026-05-01")
    assert one["user"] is None


async def test_names_are_told_to_those_who_read_the_institution_s_file_and_masked_like_it(
    served: Served,
) -> None:
    await a_story(served).given(
        RECEIVED, ("2024-03-05", some(IdentityRecorded, name="王小明", birth_on=date(2009, 3, 5))), ADMITTED
    )
    await house(served, ("2026-05-01", made("1", "王一", "entitlement", "placement")))
    for role, told in (
        (Role.STAFF, "王一"),
        (Role.SUPERVISOR, "王一"),
        (Role.AUDITOR, "王一"),
        (Role.BUREAU, "王一"),
        (Role.ADMINISTRATOR, {"restricted": "identity"}),
        (Role.PLACEMENT_OFFICER, None),
    ):
        items = await listed(served, "/obligations", role)
        assert items, role
        assert [name for each in items for name in names(each)][:1] == [told] * (told is not None), role
    noted = await served.container.access.of(served.home.institution, limit=500)
    readers = {each.role for each in noted if each.purpose == "responsible-people"}
    assert readers == {"staff", "supervisor", "auditor", "bureau"}


async def test_every_list_of_what_waits_is_asked_by_who_answers_for_it(served: Served) -> None:
    """By the person: what they answer for on the day, and no more; nothing once that has ended."""
    differs = [
        ("2026-05-31", difference_found(system, "name", date(2026, 5, 1), "王小明明"))
        for system in ("household", "national")
    ]
    named = ("2024-03-05", some(IdentityRecorded, name="王小明", birth_on=date(2009, 3, 5), sex="1"))
    await a_story(served).given(RECEIVED, named, ADMITTED, *differs)
    await house(
        served,
        ("2024-03-01", some(LicenceIssued, valid_to=date(2026, 12, 15))),
        ("2026-01-01", made("1", "王一", "entitlement", "system_national", "management")),
        ("2026-01-01", made("2", "李二", "comparison", "approvals", "placement", "intake")),
        ("2026-01-01", made("3", "赵三", "archive", "data", "guardianship", "health")),
    )
    for path in (path.format(question="A3") for path in LISTS if has(path, "responsible")):
        every = await listed(served, path)
        people = {each["person"] for item in every for each in item["responsible_people"]}
        assert people or path == "/questions/A3", path
        for person in people:
            own = await listed(served, path, responsible=person)
            assert own == [
                item for item in every if person in {each["person"] for each in item["responsible_people"]}
            ], path
    items = await listed(served, "/obligations")
    first = next(each for item in items for each in item["responsible_people"] if each["name"] == "王一")
    await house(served, ("2026-11-20", some(StaffLeft, staff_no="1")))
    asked = {"responsible": first["person"]}
    assert await listed(served, "/obligations", day="2026-11-19", **asked)
    assert await listed(served, "/obligations", day="2026-11-20", **asked) == []
    elsewhere = await served.as_(Role.SUPERVISOR, elsewhere=True)
    for client, nobody in ((elsewhere, first["person"]), (elsewhere, str(uuid4()))):
        refused = await client.get("/obligations", params={"responsible": nobody})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (
            INVALID,
            "/query/responsible",
        )
    counted = await (await served.as_(Role.SUPERVISOR)).get(
        "/obligations/counts", params={"day": "2026-11-19", **asked}
    )
    assert counted.json()["total"] == len(await listed(served, "/obligations", day="2026-11-19", **asked))


async def test_a_user_who_is_made_responsible_is_asked_for_as_that_person(served: Served) -> None:
    await a_story(served).given(RECEIVED, ADMITTED)
    await served.projected()
    staff = (await served.actor(Role.STAFF)).user
    by_role = await listed(served, "/obligations", responsible=str(staff))
    await house(served, ("2026-05-01", made("1", "王一", "entitlement", user=staff)))
    items = await listed(served, "/obligations")
    (person,) = {each["person"] for item in items for each in item["responsible_people"]}
    as_user = await listed(served, "/obligations", responsible=str(staff))
    assert as_user == await listed(served, "/obligations", responsible=person)
    assert {part_of_rule(each["rule"]) for each in as_user} == {"entitlement"}
    assert len(as_user) < len(by_role)
    before = await listed(served, "/obligations", responsible=str(staff), day="2026-04-30")
    assert {part_of_rule(each["rule"]) for each in before} > {"entitlement"}


async def test_what_stays_overdue_tells_the_step_that_it_has_reached_since_when_and_who_was_told(
    served: Served,
) -> None:
    await a_story(served).given(
        ("2026-11-02", some(ChildReceived)), ("2026-11-03", some(ChildAdmitted), {"exception": "I01"})
    )
    await house(
        served,
        ("2026-01-01", made("1", "王一", "deputy")),
        ("2026-01-01", made("2", "李二", "head")),
        ("2026-01-01", steps((1, "responsible"), (3, "deputy"), (5, "bureau"))),
    )
    overdue = await listed(served, "/obligations", state="overdue")
    rule, due = next(
        (each["rule"], date.fromisoformat(each["due_on"])) for each in overdue if "due_on" in each
    )

    async def on(days: int) -> Any:
        asked = {"rule": rule, "day": (due + timedelta(days=days)).isoformat()}
        (item,) = await listed(served, "/obligations", **asked)
        return item["escalation"]

    def day(days: int) -> str:
        return (due + timedelta(days=days)).isoformat()

    assert await on(0) is None, "what is not overdue is not escalated"
    first, second, third = await on(1), await on(3), await on(5)
    assert (first["state"], first["step"], first["to"], first["since"]) == (
        "reached",
        1,
        "responsible",
        day(1),
    )
    assert (first["people"], first["next_to"], first["next_on"]) == ([], "deputy", day(3))
    assert await on(2) == first
    assert (second["step"], second["to"], second["since"]) == (2, "deputy", day(3))
    assert [each["name"] for each in second["people"]] == ["王一"]
    assert await on(4) == second
    assert (third["step"], third["to"], third["people"]) == (3, "bureau", [])
    assert (third["since"], third["next_to"], third["next_on"]) == (day(5), None, None)
    for days, to in ((0, None), (1, "responsible"), (2, "responsible"), (3, "deputy"), (5, "bureau")):
        for recipient in ("responsible", "deputy", "head", "bureau"):
            found = await listed(served, "/obligations", rule=rule, day=day(days), escalated_to=recipient)
            assert bool(found) is (recipient == to), (days, recipient)
    both = await listed(served, "/obligations", rule=rule, day=day(3), escalated_to=["deputy", "head"])
    assert len(both) == 1
    deputy = second["people"][0]["person"]
    for days, listed_there in ((2, False), (3, True), (4, True), (5, False)):
        own = await listed(served, "/obligations", rule=rule, day=day(days), responsible=deputy)
        assert bool(own) is listed_there, "who holds a post acts on what was escalated to it"
    # Steps that are set anew hold from their day on, and tell nothing of the days before.
    await house(served, (day(4), steps((2, "head"))))
    anew = await on(4)
    assert (anew["step"], anew["to"], anew["since"]) == (1, "head", day(4))
    assert await on(3) == second
    await house(served, (day(5), steps()))
    assert (await on(5))["state"] == "not_set"


async def test_an_institution_that_set_no_steps_or_later_ones_is_told_as_such(served: Served) -> None:
    await house(served, ("2024-01-01", some(LicenceIssued, valid_to=date(2026, 11, 20))))
    await house(served, ("2024-01-01", some(LicenceIssued, valid_to=date(2026, 11, 20))), elsewhere=True)
    await house(served, ("2026-01-01", steps((3, "head"))), elsewhere=True)
    asked = {"rule": "R-LIC-1"}
    items = await listed(served, "/institutions/obligations", Role.ADMINISTRATOR, **asked)
    told = {each["institution"]: each["escalation"] for each in items}
    assert told[str(served.home.institution)]["state"] == "not_set"
    later = told[str(served.elsewhere.institution)]
    assert (later["state"], later["to"], later["next_to"], later["next_on"]) == (
        "not_reached",
        None,
        "head",
        "2026-11-23",
    )
    tomorrow = {**asked, "day": "2026-11-23", "escalated_to": "head"}
    (own,) = await listed(served, "/institutions/obligations", Role.ADMINISTRATOR, **tomorrow)
    assert own["institution"] == str(served.elsewhere.institution)


async def test_the_table_names_the_responsible_and_to_whom_it_was_escalated(served: Served) -> None:
    await a_story(served).given(RECEIVED, ADMITTED)
    await house(
        served,
        ("2026-01-01", made("1", "王一", "entitlement", "head")),
        ("2026-01-01", steps((1, "head"))),
    )
    client = await served.as_(Role.SUPERVISOR)
    asked = {"format": "csv", "state": "overdue"}
    first, *rows = (await client.get("/obligations", params=asked)).text.lstrip("\ufeff").split("\r\n")
    headings = first.split(",")
    assert {"责任人", "逐级上报", "上报对象", "上报对象姓名", "上报日期"} <= {*headings}
    at = headings.index("责任人")
    assert {row.split(",")[at] for row in rows if row} >= {"王一", ""}
    assert all("已上报,机构主要负责人,王一" in row for row in rows if row)


async def test_the_digest_counts_what_was_escalated_and_leads_to_it(served: Served) -> None:
    await a_story(served).given(("2026-11-02", some(ChildReceived)))
    await house(served, ("2026-01-01", steps((5, "deputy"), (500, "head"))))
    client = await served.as_(Role.SUPERVISOR)
    lines = {each["line"]: each for each in (await client.get("/digest")).json()["lines"]}
    found = (await client.get(f"{lines['escalated']['list']}&limit=500")).json()["items"]
    assert 0 < len(found) == lines["escalated"]["count"] <= lines["overdue"]["count"]
    assert {each["escalation"]["to"] for each in found} == {"deputy"}
    assert lines["escalated"]["before"] == {"count": 0, "more": False}


async def test_the_page_of_today_tells_both_and_shows_what_the_reader_must_act_on_alone(
    served: Served,
) -> None:
    await a_story(served).given(RECEIVED, ADMITTED)
    staff = (await served.actor(Role.STAFF)).user
    others = tables()["responsibility"].codes.keys() - {"entitlement"}
    await house(
        served,
        ("2026-01-01", made("1", "王一", "entitlement", user=staff)),
        ("2026-01-01", made("2", "李二", *sorted(others))),
        ("2026-01-01", steps((1, "head"))),
    )
    browser = await signed_in(served, Role.STAFF)
    page = "/console/today?group=long_overdue"
    every, own = (await browser.open(page)).text, (await browser.open(f"{page}&mine=true")).text
    assert "责任人：王一" in every
    assert "责任人：李二" in every
    assert "起上报机构主要负责人（李二）" in every
    assert "责任人：王一" in own
    assert "责任人：李二" not in own
    escalated = (await browser.open("/console/today?group=escalated")).text
    assert "已逐级上报" in escalated
