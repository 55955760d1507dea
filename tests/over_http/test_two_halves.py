"""Another department's data are compared half-year by half-year: what goes on, what ends, what is new."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from api.identity.permissions import Role
from domain.events.departure import DepartureCompleted
from domain.events.household import HouseholdRegistered
from domain.events.reconciliation.differing import DifferenceSettled
from tests.support import client as served_by
from tests.support.client import Served, new_key
from tests.support.given import citizen_id, some
from tests.support.http_given import JsonObject, Story
from tests.support.issued import known_in_lists
from tests.support.their_files import BORN, a_girl, reconcile, their_rows

REGISTERED = some(HouseholdRegistered, household_class="1")
NUMBERS = {name: citizen_id(BORN, f"{2 * turn:03}") for turn, name in enumerate("一二三四五六七八", 1)}
Verdicts = set[tuple[str, str, str]]


def listed(**others_say: str) -> bytes:
    """Their file: each girl by the end of her name, and what they call her; "" as we do."""
    return their_rows(
        *(f"{NUMBERS[each]},{said or f'海小{each}'},女,{BORN},集体户," for each, said in others_say.items())
    )


async def in_care(served: Served, names: str) -> dict[str, Story]:
    return {each: await a_girl(served, f"海小{each}", NUMBERS[each], REGISTERED) for each in names}


def verdicts(told: JsonObject, part: str, last: str) -> Verdicts:
    return {(each["name"][-1], each["item"], each[last]) for each in told[part]}


async def test_the_second_half_goes_on_from_the_first(  # noqa: PLR0915 - a story of half a year and more
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def it_is(day: str) -> None:
        monkeypatch.setattr(served_by, "NOW", datetime.fromisoformat(f"{day}T04:00:00+00:00"))

    supervisor = await served.as_(Role.SUPERVISOR)

    async def asked(path: str, **query: Any) -> JsonObject:
        answer = await supervisor.get(path, params=query)
        assert answer.status_code == 200, answer.text
        told: JsonObject = answer.json()
        return told

    async def compared(theirs: bytes, as_of: str) -> JsonObject:
        answer = await reconcile(supervisor, theirs, key=uuid4().hex, as_of=as_of)
        assert answer.status_code == 200, answer.text
        await known_in_lists(served)
        told: JsonObject = answer.json()
        return told

    async def reported(part: int) -> JsonObject:
        sent = {"report": "half_yearly", "year": 2026, "part": part}
        answer = await supervisor.post("/reports", json=sent, headers=new_key())
        assert answer.status_code == 201, answer.text
        told: JsonObject = answer.json()
        return told

    # The first half: five are called otherwise, and one is not listed.
    it_is("2026-06-12")
    girls = await in_care(served, "一二三四五六七")
    await served.projected()
    may = listed(一="", 二="海燕", 三="海鸥", 四="海鹰", 五="海鸟", 六="海雁")
    first = await compared(may, "2026-05-31")
    assert verdicts(first, "differences", "standing") == {
        *((each, "name", "new") for each in "二三四五六"),
        ("七", "missing_there", "new"),
    }
    it_is("2026-07-03")
    report = await reported(1)
    assert _became_of(report) == [0, 6, 0, 6]

    # Meanwhile one is explained, one leaves, and one comes.
    it_is("2026-09-10")
    (fourth,) = [
        each for each in (await asked("/differences", state="open"))["items"] if each["name"] == "海小四"
    ]
    why = DifferenceSettled(difference=fourth["entry"], outcome="explained", explanation="曾用名")
    (await girls["四"].when(("2026-09-10", why))).recorded()
    await girls["六"].given(("2026-09-10", some(DepartureCompleted)))
    await in_care(served, "八")
    await served.projected()

    # The second half: some agree now, some differ still, or in another way, and some for the first time.
    it_is("2026-11-22")
    november = listed(一="海一", 二="", 三="海鸥", 四="海鹰", 五="海雀", 七="", 八="海八")
    second = await compared(november, "2026-11-15")
    assert verdicts(second, "differences", "standing") == {
        ("一", "name", "new"),
        ("三", "name", "open"),
        ("四", "name", "explained"),
        ("五", "name", "new"),
        ("八", "name", "new"),
    }
    since = {each["name"][-1]: each["found_on"] for each in second["differences"]}
    assert since == {"一": None, "三": "2026-06-12", "四": "2026-06-12", "五": None, "八": None}
    assert verdicts(second, "ended", "outcome") == {
        ("二", "name", "agreed"),
        ("五", "name", "replaced"),
        ("七", "missing_there", "agreed"),
    }
    assert verdicts(second, "still_open", "found_on") == {("六", "name", "2026-06-12")}
    run = (await asked(f"/institutions/{served.home.institution}/entries/{second['run']}"))["entry"]["data"]
    assert (run["compared"], run["differences"], run["resolved"]) == (7, 5, 2), "what they changed is open"
    still = (await asked("/differences", state="open"))["items"]
    assert {each["name"][-1] for each in still} == {*"一三五六八"}
    assert {each["name"][-1] for each in still if each["found_on"] == "2026-06-12"} == {*"三六"}

    # Each half has its report, and what came later changes nothing of the first.
    assert _became_of(await reported(2)) == [6, None, None, 5], "numbers below 5 are not told"
    assert (await asked(f"/reports/{report['issued']['id']}/comparison"))["same"] is True
    due = await asked(f"/institutions/{served.home.institution}/obligations", rule="R-REP-1")
    assert [(each["due_on"], each["state"]) for each in due["items"]] == [
        ("2026-12-12", "met"),
        ("2027-05-22", "due"),
    ]

    # The file of the first half, handed in again, would find again what ended.
    for key in (None, uuid4().hex):
        older = await reconcile(supervisor, may, key=key, as_of="2026-05-31")
        assert older.status_code == 422, older.text
        (error,) = older.json()["errors"]
        assert (error["pointer"], "2026-11-15" in error["detail_zh"]) == ("/query/as_of", True)


def _became_of(report: JsonObject) -> list[int | None]:
    (table,) = [each for each in report["content"]["tables"] if each["table"] == "differences"]
    (row,) = table["rows"]
    counts: list[int | None] = row["counts"]
    return counts
