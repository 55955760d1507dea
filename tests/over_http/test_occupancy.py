"""How full an institution is: its beds, its wards and homes, and the children beside them."""

import re
from datetime import date
from typing import Any

import pytest

from api.identity.permissions import Role
from domain.event import Event, Unknown
from domain.events.care import CareModeAssigned
from domain.events.institution.capacity import CareUnitClosed, CareUnitOpened, StandingNumbersSet
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from projections.projector.projector import NotBuiltError
from tests.support.client import Served, new_key
from tests.support.console import signed_in
from tests.support.given import some
from tests.support.http_given import a_story, sent
from tests.support.waiting import PATIENCE

CAME, BEFORE = "2024-03-05", "2024-03-04"
CREATED = 201
HOME, WARD, CLOSED = "向日葵家庭", "一楼养护区", "老楼养护区"


async def house(served: Served, *happened: tuple[str, Event]) -> list[str]:
    """Record these in the file of the institution; return their ids."""
    client = await served.as_(Role.SUPERVISOR)
    path = f"/institutions/{served.home.institution}/events"
    entries: list[str] = []
    for on, event in happened:
        answer = await client.post(path, json=sent(on, event), headers=new_key())
        assert answer.status_code == CREATED, answer.text
        entries += [each["entry_id"] for each in answer.json()["entries"]]
    return entries


async def units(served: Served) -> None:
    """The institution opened a home and two wards, of which one closed."""
    opened = [
        some(CareUnitOpened, name=name, unit_kind=kind, places=places)
        for name, kind, places in ((CLOSED, "ward", 40), (WARD, "ward", 24), (HOME, "family_style", 6))
    ]
    closed, *_ = await house(served, *(("2020-01-01", each) for each in opened))
    await house(served, ("2022-01-01", some(CareUnitClosed, unit=closed)))


async def told(served: Served, role: Role = Role.SUPERVISOR, **query: Any) -> dict[str, Any]:
    client = await served.as_(role)
    answer = await client.get(f"/institutions/{served.home.institution}", params=query)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def children(served: Served, *modes: str | Unknown | None) -> int:
    """Children are in care, each in one of these ways, of None nothing is recorded.

    Return a position at which none of them was known.
    """
    before = (await served.container.ledger.head()).position
    for mode in modes:
        born = some(IdentityRecorded, birth_on=date(2019, 3, 5))
        story = await a_story(served).given((CAME, some(ChildReceived)), (CAME, born))
        await story.given((CAME, some(ChildAdmitted), {"exception": "I01"}))
        if mode is not None:
            await story.given((CAME, some(CareModeAssigned, mode=mode)))
    await served.projected()
    position = (await served.container.ledger.head()).position
    assert await served.container.projector.known_reached(position, PATIENCE)
    return before


async def test_the_children_of_an_institution_are_told_beside_its_beds_as_the_census_counts_them(
    served: Served,
) -> None:
    before = await children(served, "ward", "ward", "foster")
    nothing = await told(served)
    assert nothing["capacity"] == {"approved_beds": None, "staff_posts": None, "care_units": []}
    (entry,) = await house(
        served, ("2024-01-01", StandingNumbersSet(approved_beds=120, staff_posts=Unknown("not_known")))
    )
    now = await told(served)
    beds, posts = now["capacity"]["approved_beds"], now["capacity"]["staff_posts"]
    assert beds == {"value": 120, "since": "2024-01-01", "entry": entry}
    assert posts["value"] == {"unknown": "not_known"}
    counted = {name: now["occupancy"][name] for name in ("in_care", "in_house", "fostered")}
    assert counted == {"in_care": 3, "in_house": 2, "fostered": 1}
    client = await served.as_(Role.SUPERVISOR)
    assert len((await client.get(now["occupancy"]["list"])).json()["items"]) == 3
    census = (await client.get("/census", params={"by": "institution"})).json()
    assert census["total"] == now["occupancy"]["in_care"]
    assert (await told(served, as_of=BEFORE))["occupancy"]["in_care"] == 0
    assert (await told(served, known_at=str(before)))["occupancy"]["in_care"] == 0, "nobody knew of them"
    assert (await told(served, as_of=CAME))["occupancy"]["in_care"] == 3
    for role in (Role.STAFF, Role.AUDITOR, Role.BUREAU, Role.ADMINISTRATOR):
        assert (await told(served, role))["occupancy"]["in_care"] == 3, role


async def test_of_whom_it_is_not_known_how_they_are_cared_for_none_is_taken_to_be_in_the_house(
    served: Served,
) -> None:
    await children(served, "ward", Unknown("not_known"), None)
    occupancy = (await told(served))["occupancy"]
    assert {name: occupancy[name] for name in ("in_care", "in_house", "fostered", "not_known")} == {
        "in_care": 3,
        "in_house": 1,
        "fostered": 0,
        "not_known": 2,
    }
    browser = await signed_in(served, Role.SUPERVISOR)
    page = await browser.open(f"/console/institutions/{served.home.institution}")
    assert "养育方式不详 2 人" in page.text


async def test_which_wards_and_homes_are_open_is_told_to_those_who_see_where_a_child_lives(
    served: Served,
) -> None:
    await units(served)

    async def names(day: str, role: Role = Role.STAFF) -> list[Any]:
        held = (await told(served, role, as_of=day))["capacity"]["care_units"]
        return sorted(each["name"] for each in held if "name" in each)

    assert await names("2019-12-31") == []
    assert await names("2021-12-31") == sorted([CLOSED, HOME, WARD])
    assert await names("2022-01-01") == sorted([HOME, WARD])
    masked = (await told(served, Role.ADMINISTRATOR))["capacity"]["care_units"]
    assert masked == [{"value": {"restricted": "contact"}}]


async def test_the_page_of_an_institution_says_how_full_it_is(served: Served) -> None:
    await units(served)
    await children(served, "ward", "foster")
    browser = await signed_in(served, Role.SUPERVISOR)
    page = f"/console/institutions/{served.home.institution}"

    async def said() -> str:
        """Return the text of the page."""
        text = re.sub(r"<[^>]+>", "", (await browser.open(page)).text)
        return " ".join(text.split())

    assert "在院 1 / 核定床位 没有记录由机构负责的儿童 2、其中家庭寄养 1 人" in await said()
    await house(served, ("2024-01-01", StandingNumbersSet(approved_beds=120, staff_posts=52)))
    shown = await said()
    assert "在院 1 / 核定床位 120" in shown
    assert f"{HOME}、类家庭、床位 6" in shown
    assert CLOSED not in shown


async def test_a_form_offers_the_open_wards_and_homes_and_takes_any_other_name(served: Served) -> None:
    await units(served)
    story = await a_story(served).given((CAME, some(ChildReceived)))
    browser = await signed_in(served, Role.SUPERVISOR)
    page = await browser.open(f"/console/children/{story.child}/record/CareModeAssigned")
    (offered,) = re.findall('<datalist id="list-unit">(.*?)</datalist>', page.text, re.DOTALL)
    assert re.findall('<option value="([^"]+)"', offered) == sorted([HOME, WARD])
    assert re.search('<input[^>]* id="f-data-unit"[^>]* list="list-unit"', page.text)
    other = await browser.open(f"/console/children/{story.child}/record/IdentityRecorded")
    assert "list-unit" not in other.text


async def test_while_the_lists_are_being_built_the_rest_of_the_file_is_told(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given nobody can be counted, then the page says so, and no number stands for it."""
    await house(served, ("2024-01-01", StandingNumbersSet(approved_beds=120, staff_posts=52)))
    browser = await signed_in(served, Role.SUPERVISOR)

    async def being_built(*_: object) -> None:
        raise NotBuiltError(0.5)

    monkeypatch.setattr("api.http.occupancy.stock", being_built)
    now = await told(served)
    assert (now["occupancy"], now["capacity"]["approved_beds"]["value"]) == (None, 120)
    page = await browser.open(f"/console/institutions/{served.home.institution}")
    assert page.status_code == 200
    assert "正在重新统计" in page.text
