"""Questions of placement officers as lists: routes, who is still here, applications, visits, things."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from api.identity.permissions import Role
from domain.events.intake import Belonging, BelongingsRegistered
from domain.events.placement.applying import PlacementApplicationDecided, PlacementApplicationMade
from domain.events.placement.arrangements import (
    BankAccountHandedOver,
    BelongingsHandedOver,
    HandedOverItem,
    SavingsRecorded,
)
from domain.events.placement.placed import AdultPlaced, AfterCareVisitMade
from domain.events.placement.transition import PlacementReversed
from domain.events.schooling import SchoolEnrolled
from tests.support.client import Served
from tests.support.given import some
from tests.support.question_lists import Answered, ask
from tests.support.stored import kept
from tests.support.young_people import COMMON, plan, ready_young, young

DAY = "2026-03-20"
ALBUMS = HandedOverItem(description="相册", count=2)


async def asked(served: Served, question: str, role: Role = Role.PLACEMENT_OFFICER, **query: str) -> Answered:
    return await ask(served, question, role, **{"day": DAY, **query})


async def test_who_is_stuck_on_which_route_and_who_is_of_age_and_still_here_is_listed_with_why_and_since_when(
    served: Served,
) -> None:
    housing = await kept(served, young(*COMMON, ("2026-01-20", plan("social"))))
    school = await kept(
        served, young(("2024-09-01", some(SchoolEnrolled, stage="vocational", form="vocational")))
    )
    hardship = await kept(served, young(*COMMON, ("2026-01-25", plan("hardship"))))
    grown = await kept(served, ready_young())
    told = await asked(served, "D3")
    columns = ("route", "status", "gate", "stuck_since", "days")
    assert told.said(housing, *columns) == ("social", "not_ready", "8", "2026-01-20", 59)
    assert told.said(hardship, "route", "gate", "days") == ("hardship", "9", 54)
    assert told.said(school, "route", "status", "gate", "stuck_since") == (
        None,
        "deferred",
        "3",
        "2024-09-01",
    )
    assert told.of(grown) == []
    (row,) = told.of(housing)
    assert any("住房" in each["zh"] for each in row["gaps"])
    assert {role["role"] for role in row["next_to_act"]} == {"staff", "supervisor"}
    by_route = await asked(served, "D3", route="hardship")
    assert {each["child"] for each in by_route.items} == {str(hardship)}
    by_gate = await asked(served, "D3", stuck_at="8")
    assert {each["child"] for each in by_gate.items} == {str(housing), str(school)}
    here = await asked(served, "D6")
    assert here.said(housing, "age", "turned_18_on", "reason", "since") == (
        18,
        "2026-03-10",
        "8",
        "2026-01-20",
    )
    assert here.said(school, "reason", "since") == ("school", "2024-09-01")
    assert here.said(grown, "reason", "since") == ("ready", "2026-03-10")
    assert (await asked(served, "D6", day="2026-03-09")).items == []


async def test_applications_visits_and_what_is_handed_over_are_listed_with_what_came_of_them(
    served: Served,
) -> None:
    told = young(*COMMON, ("2026-01-20", plan("social")), ("2026-02-01", _applied("housing")))
    decided = some(PlacementApplicationDecided, application=told.last.entry_id, decision="approved")
    told.and_("2026-02-20", decided).and_("2026-03-01", _applied("training"))
    things = (some(Belonging, description="银手镯"), some(Belonging, description="书包"))
    told.and_("2015-05-01", some(BelongingsRegistered, items=things))
    for day, balance in (("2025-12-31", "17500"), ("2026-02-28", "18600.25")):
        told.and_(day, some(SavingsRecorded, balance_yuan=Decimal(balance)))
    waiting = await kept(served, told)
    rows = {
        row["columns"]["application"]["value"]: row["columns"]
        for row in (await asked(served, "D4")).of(waiting)
    }
    columns = ("submitted_on", "decision", "decided_on", "due_on")
    assert [rows["housing"][name]["value"] for name in columns] == [
        "2026-02-01",
        "approved",
        "2026-02-20",
        "2026-03-03",
    ]
    assert [rows["training"][name]["value"] for name in columns] == ["2026-03-01", None, None, "2026-03-31"]
    assert rows["registration"]["due_on"]["value"] == "2026-12-31"

    placed = ("2026-03-15", some(AdultPlaced, route="social"))
    visited = some(AfterCareVisitMade, living="独自居住", next_on=date(2026, 9, 1))
    settled = await kept(
        served,
        ready_young(
            placed,
            ("2026-03-16", some(BankAccountHandedOver, balance_yuan=Decimal("3200.50"), is_signed=True)),
            (
                "2026-03-16",
                some(
                    BelongingsHandedOver,
                    items=(HandedOverItem(description="相册", count=2),),
                    is_signed=False,
                ),
            ),
            ("2026-03-18", visited),
        ),
    )
    back = await kept(
        served, ready_young(placed, ("2026-03-19", some(PlacementReversed, reason="lost_home")))
    )
    lives = await asked(served, "D7")
    shown = ("status", "last_visit_on", "living", "next_due_on")
    assert lives.said(settled, *shown) == ("placed", "2026-03-18", "独自居住", "2026-06-10")
    assert lives.said(back, "status", "returned_on", "returned_because") == (
        "returned",
        "2026-03-19",
        "lost_home",
    )
    assert "came back into care" in lives.why(back)

    officer = await served.as_(Role.PLACEMENT_OFFICER)
    year = {"since": "2026-01-01", "until": "2026-12-31", "by": ["route", "institution", "year"]}
    counted = (await officer.get("/placements/counts", params=year)).json()
    (cell,) = counted["items"]
    assert [each["value"] for each in cell["values"]] == ["social", str(served.home.institution), "2026"]
    assert {name: cell[name] for name in ("placed", "housed", "employed", "enlisted", "returned")} == {
        "placed": 2,
        "housed": 2,
        "employed": 2,
        "enlisted": 0,
        "returned": 1,
    }
    listed = {
        name: {each["child"] for each in (await officer.get(address)).json()["items"]}
        for name, address in cell["lists"].items()
    }
    assert {name: len(whom) for name, whom in listed.items()} == {name: cell[name] for name in listed}
    assert (listed["placed"], listed["returned"]) == ({str(settled), str(back)}, {str(back)})
    assert "placements" in {line.purpose for line in await served.container.access.of(back, limit=500)}
    early = (await officer.get("/placements/counts", params=year | {"as_of": "2026-03-18"})).json()
    assert [each["returned"] for each in early["items"]] == [0], "nobody had come back by then"
    none = (await officer.get("/placements/counts", params=year | {"as_of": "2026-03-14"})).json()
    assert none["items"] == []
    unasked = (await officer.get("/placements/counts", params={"as_of": "2026-10-31"})).json()
    assert (unasked["since"], unasked["until"]) == ("2026-01-01", "2026-10-31")
    assert [each["placed"] for each in unasked["items"]] == [2]
    backwards = await officer.get("/placements/counts", params=year | {"until": "2025-12-31"})
    assert backwards.json()["errors"][0]["pointer"] == "/query/until"

    handed = await asked(served, "D8")
    assert _things(handed, waiting) == {
        ("account", 18600.25, None, False),
        ("archive", None, None, False),
        ("belongings", None, "银手镯", False),
        ("belongings", None, "书包", False),
    }
    before = await asked(served, "D8", day="2025-12-30")
    assert ("account", None, None, False) in _things(before, waiting), "nothing says yet what was saved"
    assert {("account", 3200.5, None, True), ("belongings", None, "相册", False)} <= _things(handed, settled)
    masked = await asked(served, "D8", Role.ADMINISTRATOR)
    assert {each[2] for each in _things(masked, settled)} == {"restricted"}


def _applied(what: str) -> PlacementApplicationMade:
    return some(PlacementApplicationMade, applied_for=what)


def _things(told: Answered, child: UUID) -> set[tuple[str, float | None, str | None, bool | None]]:
    """The items to hand over: what, how much, described how, and whether it was signed for."""
    found = set()
    for row in told.of(child):
        item, amount, what, signed = (
            row["columns"][name]["value"] for name in ("item", "amount_yuan", "what", "signed")
        )
        described = "restricted" if isinstance(what, dict) else what
        found.add((item, None if amount is None else float(amount), described, signed))
    return found
