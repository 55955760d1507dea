"""Asking over HTTP: any file on any day as known at any time, and the same questions across files."""

import asyncio
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from api.contract.acting_answers import ACTED, ESCALATED
from api.contract.masking import NAMED
from api.http import dependencies
from api.identity.permissions import SEES, Action, Role, allowed
from domain.event import Category
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.care import CareModeAssigned
from domain.events.departure import DepartureCompleted
from domain.events.household import HouseholdRegistered
from domain.events.insurance import InsuranceEnrolled, InsuranceStatusChecked
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from domain.events.rehabilitation import RehabAssessed, RehabPlanMade
from domain.scope import scope_of
from domain.when import Days
from ledger.recording.outcome import Recorded
from ledger.recording.request import Draft, Recording
from tests.support.client import NOW, Served
from tests.support.console import signed_in
from tests.support.given import ROW, some
from tests.support.http_given import a_story

PAPERS = ("found_child_certificate", "find_relatives_notice", "acceptance_opinion")
LISTS = ("/children", "/obligations", "/readiness", "/findings", "/exceptions", "/differences")
RECEIVED = ("2024-03-05", some(ChildReceived, file_no="ＷＨ-2024-001", marks="左臂有痣"))
ADMITTED = (
    "2024-04-01",
    some(ChildAdmitted, intake_category="A1"),
    {"documents": PAPERS, "note": "随车到院"},
)


def named(name: str = "王小明", born: str = "2009-03-05") -> tuple[str, Any]:
    event = some(IdentityRecorded, name=name, birth_on=date.fromisoformat(born), sex="1")
    return ("2024-03-05", event)


async def listed(served: Served, path: str, role: Role | str = Role.SUPERVISOR, **query: Any) -> list[Any]:
    """Every item of a list, page by page."""
    client = await served.as_(role)
    position = (await served.container.ledger.head()).position
    found: list[Any] = []
    following: dict[str, Any] = {}
    while True:
        answer = await client.get(path, params={"at_least": position, **query, **following})
        assert answer.status_code == 200, answer.text
        assert int(answer.headers["Ledger-Position"]) >= position
        found += answer.json()["items"]
        if answer.json()["next"] is None:
            return found
        following = {"cursor": answer.json()["next"]}


# One file


async def test_a_file_is_read_on_any_day(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, named(), ADMITTED)
    early, late = await story.asked(as_of="2024-03-31"), await story.asked(as_of="2024-04-01")
    assert (early["stage"], late["stage"]) == ("received", "in_care")
    assert early["intake"]["admitted"] is None
    assert late["intake"]["admitted"]["since"] == "2024-04-01"
    assert (late["file_no"], late["as_of"]) == ("ＷＨ-2024-001", "2024-04-01")
    assert (await story.asked(as_of="2024-03-04"))["stage"] is None
    assert (await story.asked(as_of="2027-03-05"))["age"]["years"] == 18
    now = await story.asked()
    assert now["as_of"] == "2026-11-22"
    assert now["obligations"]["overdue"] > 0


async def test_a_file_is_read_as_it_was_known(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, named())
    then = story.position
    await story.given(ADMITTED)
    assert (await story.asked(known_at=then, as_of="2024-05-01"))["stage"] == "received"
    known = await story.asked(known_at=story.position, as_of="2024-05-01")
    assert (known["stage"], known["known_position"]) == ("in_care", story.position)
    entries = (await story.asked("/entries"))["items"]
    moment = entries[1]["recorded_at"]
    assert (await story.asked(known_at=moment))["known_position"] == entries[1]["position"]
    assert len((await story.asked("/entries", known_at=then))["items"]) == 2
    assert (await story.asked("/obligations", known_at=then))["known_position"] == then
    assert (await story.asked("/readiness", known_at=then))["known_position"] == then


async def test_before_it_was_opened_there_is_no_file(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    supervisor = await served.as_(Role.SUPERVISOR)
    for known_at in (0, "2019-01-01", "0001-01-01T00:00:00+14:00"):
        answer = await supervisor.get(f"/children/{story.child}", params={"known_at": known_at})
        assert answer.status_code == 404
    for known_at in ("9" * 18, "9999-12-31", "9999-12-31T23:59:59-14:00"):
        answer = await supervisor.get(f"/children/{story.child}", params={"known_at": known_at})
        assert answer.status_code == 200


async def test_a_moment_that_is_none_is_a_problem(served: Served, subtests: pytest.Subtests) -> None:
    story = await a_story(served).given(RECEIVED)
    supervisor = await served.as_(Role.SUPERVISOR)
    for known_at in ("yesterday", "2024-03-05T08:00:00", "-1", "2024-13-01", "1" * 19, "x" * 41):
        with subtests.test(known_at):
            answer = await supervisor.get(f"/children/{story.child}", params={"known_at": known_at})
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
            assert [error["pointer"] for error in answer.json()["errors"]] == ["/query/known_at"]


async def test_the_timeline_is_told_by_either_date_and_page_by_page(served: Served) -> None:
    story = await a_story(served).given(
        RECEIVED,
        ("2024-06-01", some(CareModeAssigned, mode="ward")),
        ("2024-03-20", some(InsuranceStatusChecked)),
    )
    occurred = (await story.asked("/entries"))["items"]
    assert [entry["occurred_on"] for entry in occurred] == ["2024-03-05", "2024-03-20", "2024-06-01"]
    recorded = (await story.asked("/entries", order="recorded"))["items"]
    assert [entry["version"] for entry in recorded] == [1, 2, 3]
    first = await story.asked("/entries", limit=2)
    # What is recorded in between changes nothing on the pages that follow.
    await story.given(("2024-03-06", some(RehabAssessed)))
    rest = await story.asked("/entries", limit=2, cursor=first["next"])
    assert [*first["items"], *rest["items"]] == occurred
    assert rest["next"] is None
    assert rest["known_position"] == first["known_position"]


async def test_several_things_that_hold_at_once_are_a_list_and_one_is_a_value(served: Served) -> None:
    story = await a_story(served).given(
        RECEIVED,
        ("2024-04-01", some(RehabAssessed)),
        ("2024-04-02", some(RehabPlanMade, ends_on=date(2030, 1, 1))),
        ("2024-05-02", some(RehabPlanMade, ends_on=date(2031, 1, 1))),
        ("..2024-06-01", some(HouseholdRegistered, household_class="1", region="371099")),
    )
    shown = await story.asked()
    assert [plan["ends_on"] for plan in shown["rehabilitation"]["plan"]] == ["2030-01-01", "2031-01-01"]
    assert [plan["until"] for plan in shown["rehabilitation"]["plan"]] == ["2030-01-01", "2031-01-01"]
    registered = shown["household"]["registered"]
    assert (registered["household_class"], registered["region"]) == ("1", "371099")
    # Since when is not known, but not later than that day.
    assert (registered["since"], registered["since_until"]) == (None, "2024-06-01")
    assert shown["insurance"]["enrolled"] == []
    assert shown["care"]["mode"] is None


async def test_what_may_not_be_seen_is_restricted_by_category(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, named(), ADMITTED)
    for role in set(Role) - {Role.TOWNSHIP}:
        sees = SEES[role]
        shown = await story.asked(by=role)
        name = {"restricted": "identity"} if Category.IDENTITY not in sees else "王小明"
        assert shown["identity"]["name"]["value"] == name
        assert shown["stage"] == "in_care"
        received, _, admitted = (await story.asked("/entries", by=role))["items"]
        marks = {"restricted": "identity"} if Category.IDENTITY not in sees else "左臂有痣"
        assert received["data"]["marks"] == marks
        note = {"restricted": "identity"} if Category.IDENTITY not in sees else "随车到院"
        assert admitted["note"] == note
        assert (Category.IDENTITY in sees) == ("王小明" in orjson.dumps(shown).decode())
        if Category.IDENTITY not in sees:
            assert "不予显示" in received["sentence_zh"]


# Across files


async def test_what_is_overdue_for_longer_is_listed_apart_across_files_and_in_a_file(served: Served) -> None:
    """The day of an insurance check is that of the reception: for one before, on and after a day."""
    before, on, after = "2025-11-21", "2025-11-22", "2025-11-23"
    stories = {day: await a_story(served).given((day, some(ChildReceived))) for day in (before, on, after)}
    for asked, found in (
        ({"due_since": on}, [on, after]),
        ({"due_until": before}, [before]),
        ({"due_since": on, "due_until": on}, [on]),
        ({"due_since": after, "due_until": before}, []),
    ):
        items = await listed(served, "/obligations", rule="D10", state="overdue", **asked)
        assert [item["due_on"] for item in items] == found
        assert [item["child"] for item in items] == [stories[day].child for day in found]
        for day, story in stories.items():
            own = await story.asked("/obligations", rule="D10", state="overdue", **asked)
            assert [item["due_on"] for item in own["items"]] == [each for each in found if each == day]


async def test_every_count_of_what_waits_in_a_file_has_its_list(served: Served) -> None:
    story = await a_story(served).given(("2024-03-05", some(ChildReceived)), named(born="2010-09-01"))
    counts = (await story.asked())["obligations"]
    overdue = await story.asked("/obligations", state="overdue")
    soon = await story.asked("/obligations", state="due", due_until="2026-12-22")
    assert counts == {"overdue": len(overdue["items"]), "due_30_days": len(soon["items"])}
    assert all(counts.values())


async def test_what_is_due_and_overdue_is_told_with_what_started_it(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    await a_story(served).given(("2026-11-22", some(ChildReceived)))
    checks = await listed(served, "/obligations", rule="D10")
    assert [(item["state"], item["due_on"]) for item in checks] == [
        ("overdue", "2024-03-05"),
        ("due", "2026-11-22"),
    ]
    assert (checks[0]["child"], checks[0]["started_by"]) == (story.child, story.entries)
    assert checks[0]["days_left"] == -(NOW.date() - date(2024, 3, 5)).days
    assert await listed(served, "/obligations", rule="D10", day="2024-03-04") == []
    (due,) = await listed(served, "/obligations", rule="D10", day="2024-03-05")
    assert due["state"] == "due"
    await story.given(
        ("2024-03-09", some(InsuranceStatusChecked, is_insured=False, is_identity_verified=True))
    )
    (met,) = await listed(served, "/obligations", rule="D10", state="met_late")
    assert (met["state"], met["met_by"]) == ("met_late", story.entries[-1:])
    assert met["days_left"] == -4, "counted to the day on which it was met"
    # On the day before it was met it was overdue.
    (overdue,) = await listed(served, "/obligations", rule="D10", state="overdue", day="2024-03-08")
    assert overdue["met_by"] == []


async def test_what_is_due_on_an_imprecise_day_is_due_between_two(served: Served) -> None:
    await a_story(served).given(("2024-03", some(ChildReceived)), ("..2024-05-05", some(ChildReceived)))
    story = await a_story(served).given(("..2025-05-05", some(ChildReceived)))
    items = {item["child"]: item for item in await listed(served, "/obligations", rule="D10")}
    between = [item.get("due_between") for item in items.values()]
    assert ["2024-03-01", "2024-03-31"] in between
    assert items[str(story.child)]["due_between"] == [None, "2025-05-05"]
    assert all("due_on" not in item for item in items.values() if "due_between" in item)


def without_whose(item: dict[str, Any]) -> dict[str, Any]:
    """An item without whose it is, after looking at that."""
    assert (item["name"], item["file_no"]) == ("王小明", "ＷＨ-2024-001")
    return {name: value for name, value in item.items() if name not in {*NAMED, *ACTED, *ESCALATED}}


async def test_a_file_says_the_same_of_itself_as_the_lists_do(served: Served) -> None:
    """On any day: what is due, how it stands, and how ready a young person is."""
    stories = [
        await a_story(served).given(RECEIVED, named(born=born), ADMITTED)
        for born in ("2008-06-01", "2019-01-01")
    ]
    await stories[0].given(("2024-03-05", some(InsuranceStatusChecked)))
    for day in ("2024-03-05", "2025-12-01", "2026-06-02", "2026-11-22", "2027-01-01"):
        across = await listed(served, "/obligations", day=day, limit=3)
        ready = {item["child"]: item for item in await listed(served, "/readiness", day=day, limit=1)}
        for story in stories:
            own = (await story.asked("/obligations", day=day))["items"]
            assert [without_whose(item) for item in across if item["child"] == story.child] == [
                item for item in own if item["state"] in {"due", "overdue"}
            ]
            assert (await story.asked(as_of=day))["obligations"]["overdue"] == len(
                [item for item in own if item["state"] == "overdue"]
            )
            if story.child in ready:
                alone = await story.asked("/readiness", day=day)
                alone.pop("known_position")
                assert without_whose(ready[story.child]) == alone
    (row,) = [row for row in await listed(served, "/children") if row["child"] == stories[0].child]
    assert row["overdue"] == (await stories[0].asked())["obligations"]["overdue"]


async def test_readiness_is_asked_of_those_who_turn_18_soon(served: Served) -> None:
    grown = await a_story(served).given(RECEIVED, named(born="2008-06-01"))
    young = await a_story(served).given(RECEIVED, named(born="2009-03-05"))
    await a_story(served).given(RECEIVED, named(born="2012-01-01"))
    left = await a_story(served).given(RECEIVED, named(born="2008-07-01"))
    await left.given(("2026-02-01", some(DepartureCompleted, reason="04")))
    items = await listed(served, "/readiness")
    assert [item["child"] for item in items] == [grown.child, young.child]
    assert items[0]["turns_18_on"] == "2026-06-01"
    assert [item["child"] for item in await listed(served, "/readiness", within_months=0)] == [grown.child]
    assert len(await listed(served, "/readiness", within_months=4)) == 2
    assert await listed(served, "/readiness", status=["ready", "deferred"]) == []
    assert len(await listed(served, "/readiness", day="2026-01-15")) == 3


async def test_a_birth_that_is_estimated_is_listed_as_such(served: Served) -> None:
    """Given births told as estimated, on an estimated day, and neither, then the first two are listed so."""
    birth = some(IdentityRecorded, birth_on=date(2009, 3, 5), is_birth_estimated=False)
    for event, envelope in (
        (replace(birth, is_birth_estimated=True), {}),
        (birth, {"estimated": True}),
        (birth, {}),
    ):
        await a_story(served).given(RECEIVED, ("2024-03-05", event, envelope))
    rows = await listed(served, "/children")
    assert [row["birth_estimated"] for row in rows] == [True, True, False]
    page = await (await signed_in(served, Role.STAFF)).open("/console/children")
    assert [page.text.count(age) for age in ("≈17 岁", ">17 岁")] == [2, 1]


async def test_readiness_lists_everybody_who_turns_18_within_the_months_asked_and_who_may(
    served: Served,
) -> None:
    """The day is 22 November 2026."""
    births = ("2008-11-22", "2009-03-05", "2009-11-22", "2009-11-23", "2010-11-22")
    stories = [(await a_story(served).given(RECEIVED, named(born=born))).child for born in births]
    some_year = some(IdentityRecorded, birth_on=date(2008, 1, 1), birth_until=date(2011, 12, 31))
    maybe = await a_story(served).given(RECEIVED, ("2024-03-05", some_year))

    async def within(months: int) -> list[str]:
        items = await listed(served, "/readiness", within_months=months)
        return [item["child"] for item in items if item["child"] != maybe.child]

    assert await within(0) == stories[:1]
    assert await within(6) == stories[:2]
    assert await within(12) == stories[:3]
    assert await within(24) == stories
    (row,) = [item for item in await listed(served, "/readiness") if item["child"] == maybe.child]
    assert (row["turns_18_from"], row["turns_18_on"]) == ("2026-01-01", "2029-12-31")
    assert maybe.child in [item["child"] for item in await listed(served, "/readiness", within_months=0)]
    assert maybe.child in [item["child"] for item in await listed(served, "/findings", rule="S03")]
    client = await served.as_(Role.SUPERVISOR)
    assert (await client.get("/readiness", params={"within_months": 25})).status_code == 422


async def test_who_has_no_registration_and_no_insurance_is_told_with_since_when(served: Served) -> None:
    waiting = await a_story(served).given(RECEIVED)
    settled = await a_story(served).given(
        ("2024-05-01", some(ChildReceived)),
        ("2024-06-01", some(HouseholdRegistered, household_class="1")),
        ("2024-05-01", some(InsuranceEnrolled, scheme="employee")),
    )
    for rule in ("S01", "S02"):
        (item,) = await listed(served, "/findings", rule=rule)
        assert (item["child"], item["on"], item["kind"]) == (waiting.child, "2024-03-05", "no_evidence")
        assert item["entries"] == waiting.entries[:1]
        assert item["zh"]
        assert item["en"]
        assert item["source"]
    (first, second) = await listed(served, "/findings", rule="S01", day="2024-05-31")
    assert (first["child"], second["child"]) == (waiting.child, settled.child)


async def test_findings_are_asked_by_kind_and_day(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    claimed = ("2024-04-01", some(ChildAdmitted, intake_category="A1"), {"exception": "I01"})
    await story.given(claimed)
    (item,) = await listed(served, "/findings", kind="exception_unapproved")
    assert (item["rule"], item["on"], item["entries"]) == ("I01", "2024-04-01", story.entries[-1:])
    assert await listed(served, "/findings", kind="exception_unapproved", day="2024-03-31") == []
    assert await listed(served, "/findings", kind="listed_twice") == []


@pytest.mark.usefixtures("restricting_nothing")
async def test_who_was_adopted_without_a_recorded_assessment_is_told(served: Served) -> None:
    """As found in a register that was imported: what is long past is not refused."""
    story = await a_story(served).given(RECEIVED, named(born="2022-05-01"))
    supervisor = await served.actor(Role.SUPERVISOR)
    adopted = Draft(
        event=some(AdoptionRegistered, category="5"), days=Days.on(date(2025, 6, 1)), documents=(ROW,)
    )
    outcome = await served.container.ledger.record(
        Recording(
            stream=UUID(story.child),
            drafts=(adopted,),
            region=served.home.region,
            origin="import",
            recorder=supervisor.recorder,
            key=uuid4().hex,
        ),
        now=NOW,
    )
    assert isinstance(outcome, Recorded), outcome
    (item,) = await listed(served, "/findings", rule="I12")
    assert (item["child"], item["kind"], item["on"]) == (story.child, "no_evidence", "2025-06-01")
    assert item["entries"] == [str(outcome.entries[0].entry_id)]


# The register


async def test_the_register_lists_files_in_the_order_of_opening(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, named(), ADMITTED)
    other = await a_story(served).given(("2024-05-01", some(ChildReceived, file_no="2")))
    await other.given(("2025-05-01", some(DepartureCompleted, reason="04")))
    rows = await listed(served, "/children", limit=1)
    assert [row["child"] for row in rows] == [story.child, other.child]
    assert rows[0] == {
        "child": story.child,
        "file_no": "ＷＨ-2024-001",
        "name": "王小明",
        "sex": "1",
        "birth_on": "2009-03-05",
        "birth_until": "2009-03-05",
        "birth_estimated": False,
        "stage": "in_care",
        "institution": str(served.home.institution),
        "place": None,
        "admitted_on": "2024-04-01",
        "departed_on": None,
        "overdue": rows[0]["overdue"],
        "list": f"/obligations?child={story.child}&state=overdue&day=2026-11-22",
    }
    assert (rows[1]["stage"], rows[1]["departed_on"]) == ("departed", "2025-05-01")

    async def children(**query: Any) -> list[str]:
        return [row["child"] for row in await listed(served, "/children", **query)]

    assert await children(file_no="wh-2024-001") == [story.child]
    assert await children(file_no="wh-2024") == []
    assert await children(stage="departed") == [other.child]
    assert await children(departed=True) == [other.child]
    assert await children(departed=False) == [story.child]
    assert await children(institution=served.home.institution) == [story.child, other.child]
    assert await children(institution=served.elsewhere.institution) == []


async def searched(served: Served, query: str, role: Role | str = Role.STAFF, **more: Any) -> list[str]:
    """The names that a search finds, page by page."""
    client = await served.as_(role)
    position = (await served.container.ledger.head()).position
    found: list[str] = []
    cursor = None
    while True:
        asked = {"q": query, "cursor": cursor, **more}
        answer = await client.post("/children/search", json=asked, params={"at_least": position})
        assert answer.status_code == 200, answer.text
        found += [row["name"] for row in answer.json()["items"]]
        cursor = answer.json()["next"]
        if cursor is None:
            return found


async def test_names_are_found_by_characters_pinyin_and_initials(served: Served) -> None:
    for name in ("王小明", "王晓敏", "单小红", "Mary Ann"):
        await a_story(served).given(RECEIVED, named(name))
    await served.a_child("王小明", elsewhere=True)
    found = {
        "王": ["王小明", "王晓敏"],
        "小明": ["王小明"],
        "ＷＸＭ": ["王小明", "王晓敏"],
        "xiao m": ["王小明", "王晓敏"],
        "shan": ["单小红"],
        "mary": ["Mary Ann"],
        "WH-2024-001": ["王小明", "王晓敏", "单小红", "Mary Ann"],
        "李": [],
        "…": [],
    }
    for query, names in found.items():
        assert await searched(served, query) == names
        assert await searched(served, query, limit=1) == names
    assert await searched(served, "王", stage="departed") == []


async def test_a_child_is_found_by_a_former_name_and_a_corrected_one_is_forgotten(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    (wrong,) = (await story.when(named("汪小明"))).recorded().entries
    await story.given(
        ("2024-03-06", named("王小明")[1], {"corrects": wrong}), ("2025-01-01", named("林明")[1])
    )
    assert await searched(served, "小明") == ["林明"]
    assert await searched(served, "林明") == ["林明"]
    assert await searched(served, "汪") == []


async def test_who_sees_no_names_cannot_search_for_them(served: Served) -> None:
    await a_story(served).given(RECEIVED, named())
    administrator = await served.as_(Role.ADMINISTRATOR)
    answer = await administrator.post("/children/search", json={"q": "王"})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    answer = await administrator.get("/children", params={"file_no": "WH-2024-001"})
    assert answer.status_code == 403
    await served.projected()
    (row,) = (await administrator.get("/children")).json()["items"]
    assert row["name"] == row["file_no"] == {"restricted": "identity"}


# Lists


async def test_a_cursor_of_no_list_is_a_problem(served: Served) -> None:
    supervisor = await served.as_(Role.SUPERVISOR)
    story = await a_story(served).given(RECEIVED)
    lists = (*LISTS, f"/children/{story.child}/entries")
    contents = (b"", b"{}", b"[]", b"1", b"[null]", b"[{}]", b'["","",""]', b"[null,null,null]", b"[1e300]")
    cursors = ["x", "é", *(urlsafe_b64encode(content).decode().rstrip("=") for content in contents)]
    for path, cursor in product(lists, cursors):
        answer = await supervisor.get(path, params={"cursor": cursor})
        assert answer.status_code == 422, (path, cursor)
        assert answer.json()["errors"][0]["pointer"] == "/query/cursor"


NO_QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    ("/children", {"limit": 0}),
    ("/children", {"limit": 501}),
    ("/children", {"stage": "in care"}),
    ("/children", {"institution": "here"}),
    ("/obligations", {"day": "2024-02-30"}),
    ("/obligations", {"state": "late"}),
    ("/obligations", {"rule": "D1\x00"}),
    ("/readiness", {"within_months": -1}),
    ("/readiness", {"status": "almost"}),
    ("/readiness", {"stuck_at": 15}),
    ("/readiness/counts", {"stuck_at": 0}),
    ("/findings", {"kind": "opinion"}),
    ("/exceptions", {"state": "undecided"}),
    ("/exceptions", {"institution": "here"}),
    ("/differences", {"system": "elsewhere"}),
    ("/differences", {"item": "height"}),
    ("/entries", {"after": -1}),
    ("/findings", {"at_least": "now"}),
]


async def test_a_question_that_makes_no_sense_is_a_problem(served: Served, subtests: pytest.Subtests) -> None:
    supervisor = await served.as_(Role.SUPERVISOR)
    for path, query in NO_QUESTIONS:
        with subtests.test(path, query=query):
            answer = await supervisor.get(path, params=query)
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
            (name,) = query
            assert answer.json()["errors"][0]["pointer"].startswith(f"/query/{name}")


async def test_a_page_is_not_shifted_by_what_is_recorded_meanwhile(served: Served) -> None:
    stories = [await a_story(served).given(RECEIVED) for _ in range(3)]
    supervisor = await served.as_(Role.SUPERVISOR)
    await served.projected()
    first = (await supervisor.get("/obligations", params={"rule": "D10", "limit": 2})).json()
    seen = {item["child"] for item in first["items"]}
    await a_story(served).given(("2020-01-01", some(ChildReceived)))
    await served.projected()
    rest = (
        await supervisor.get("/obligations", params={"rule": "D10", "limit": 2, "cursor": first["next"]})
    ).json()
    assert seen | {item["child"] for item in rest["items"]} == {story.child for story in stories}
    assert rest["next"] is None


# The feed


async def feed(served: Served, role: Role | str, **query: Any) -> list[dict[str, Any]]:
    """The entries of the feed."""
    client = await served.as_(role)
    answer = await client.get("/entries", params=query)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
    return [orjson.loads(line) for line in answer.text.splitlines()]


async def test_the_feed_goes_on_from_a_position_and_ends_where_it_says(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, named(), ADMITTED)
    everything = [each for each in await feed(served, Role.STAFF) if each["kind"] == "child"]
    assert everything == (await story.asked("/entries", by=Role.STAFF, order="recorded"))["items"]
    positions = [each["position"] for each in everything]
    assert [each["position"] for each in await feed(served, Role.STAFF, after=positions[0])] == positions[1:]
    part = await feed(served, Role.STAFF, after=positions[0], through=positions[1])
    assert [each["position"] for each in part] == positions[1:2]
    assert await feed(served, Role.STAFF, after=10**18) == []
    staff = await served.as_(Role.STAFF)
    answer = await staff.get("/entries", params={"after": positions[-1]})
    assert answer.headers["Ledger-Position"] == str(positions[-1])


async def test_every_list_shows_exactly_the_files_that_may_be_read(served: Served) -> None:
    """The decision on one file, the condition of lists and the feed are the same rule."""
    births = ("2008-06-01", "2010-11-22", "2010-11-23", "2019-01-01")
    children = [
        await served.a_child("王小明", born, elsewhere=elsewhere)
        for born in births
        for elsewhere in (False, True)
    ]
    files = await served.container.ledger.files(children)
    for role in Role:
        for elsewhere in (False, True):
            actor = await served.actor(role, elsewhere=elsewhere)
            client = await served.as_(role, elsewhere=elsewhere)
            readable = {
                str(child)
                for child, file in files.items()
                if allowed(actor, Action.READ, scope_of(file), today=date(2026, 11, 22))
            }
            head = (await served.container.ledger.head()).position

            async def shown(path: str, client: Any = client, head: int = head) -> set[str]:
                answer = await client.get(path, params={"at_least": head, "limit": 500})
                return {item["child"] for item in answer.json()["items"]}

            assert await shown("/children") == readable
            assert await shown("/obligations") == readable
            assert await shown("/findings") == readable
            assert await shown("/readiness") <= readable
            lines = (await client.get("/entries")).text.splitlines()
            fed = [orjson.loads(line) for line in lines]
            assert {line["stream"] for line in fed if line["kind"] == "child"} == readable
            found = await client.post("/children/search", json={"q": "王小明"})
            if Category.IDENTITY in SEES[role]:
                assert {item["child"] for item in found.json()["items"]} == readable
            for child in files:
                status = (await client.get(f"/children/{child}")).status_code
                assert status == (200 if str(child) in readable else 404)


# Read your writes


async def test_a_read_waits_for_what_it_must_have_seen_and_gives_up_in_time(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dependencies, "PATIENCE_SECONDS", 0.05)
    story = await a_story(served).given(RECEIVED)
    supervisor = await served.as_(Role.SUPERVISOR)
    far = story.position + 1000
    for path in (f"/children/{story.child}", "/children", "/obligations", "/entries"):
        answer = await supervisor.get(path, params={"at_least": far})
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["Retry-After"]


async def test_a_waiting_read_is_answered_as_soon_as_it_can_be(served: Served) -> None:
    story = await a_story(served).given(RECEIVED)
    supervisor = await served.as_(Role.SUPERVISOR)

    async def later() -> None:
        await asyncio.sleep(0.2)
        await story.given(named())

    waiting = supervisor.get("/children", params={"at_least": story.position + 1})
    answer, _ = await asyncio.gather(waiting, later())
    assert [row["name"] for row in answer.json()["items"]] == ["王小明"]


# What was read


async def test_reading_what_is_personal_is_noted_with_its_categories(served: Served) -> None:
    story = await a_story(served).given(RECEIVED, named())
    staff = await served.as_(Role.STAFF)
    await served.projected()
    await staff.get(f"/children/{story.child}")
    await staff.get(f"/children/{story.child}/entries")
    await staff.get("/children")
    await staff.post("/children/search", json={"q": "王"})
    await staff.get("/entries")
    await staff.get("/obligations")
    # What is due of one file shows nothing personal without the sentences of its entries.
    await staff.get(f"/children/{story.child}/obligations", params={"evidence": False})
    await staff.get(f"/children/{story.child}/obligations")
    noted = (await story.asked("/access"))["items"]
    assert [line["purpose"] for line in noted] == [
        "obligations",
        "obligations",
        "feed",
        "register",
        "register",
        "entries",
        "file",
    ]
    of_sentences = ["contact", "health", "identity"]
    assert [line["categories"] for line in noted[:2]] == [of_sentences, of_sentences]
    assert noted[-1]["categories"] == ["identity"]
    assert {line["role"] for line in noted} == {"staff"}


# The catalogue


async def test_the_catalogue_says_what_can_be_recorded_and_by_which_rules(served: Served) -> None:
    bureau = await served.as_(Role.BUREAU)
    types = (await bureau.get("/event-types")).json()["items"]
    (care,) = [each for each in types if each["type"] == "CareModeAssigned"]
    assert care == (await bureau.get("/event-types/CareModeAssigned")).json()
    assert care["personal"] == {"unit": "contact", "caregivers": "contact"}
    assert care["ids"] == {}
    placed = (await bureau.get("/event-types/FosterPlacementStarted")).json()["ids"]
    assert {field: each["of"] for field, each in placed.items()} == {
        "family": ["family"],
        "agreement": ["entry"],
    }
    assert placed["agreement"]["zh"] == "本档案中“签订寄养协议”条目的编号"
    assert set(care["schema"]["properties"]) == {"mode", "unit", "until", "caregivers"}
    rules = {rule["rule"]: rule for rule in (await bureau.get("/rules")).json()["items"]}
    (pack,) = rules["D11"]["packs"]
    assert (pack["value"], pack["unit"], pack["from"], pack["until"]) == (3, "months", "2004-01-01", None)
    assert rules["I01"]["papers"]
    table = (await bureau.get("/codes/care_mode")).json()
    assert {"code": "ward", "zh": "机构养育", "en": "Ward of the institution"} in table["codes"]
    for path in ("/event-types/Nothing", "/codes/nothing"):
        assert (await bureau.get(path)).status_code == 404
