"""One event for many children in a browser without a script: chosen, checked for each, recorded for each."""

import re
from datetime import date
from html import unescape
from typing import Final
from uuid import UUID

from httpx2 import Response

from api.console.forms.field_controls import FieldControl, event_fields
from api.console.forms.many_form import MOST_CHILDREN, for_many
from api.identity.permissions import Role
from domain.event import CATALOGUE, EVERY_CATEGORY
from domain.events.departure import ChildDied
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from domain.events.medical.vaccination import VaccinationGiven
from tests.support.client import Served
from tests.support.console import FROM_HERE, Browser, signed_in, title_of
from tests.support.given import given, some
from tests.support.shown_forms import fields_of_form, send
from tests.support.stored import kept

MANY: Final = "/console/record-many/CareModeAssigned"
CARE: Final = {"occurred": ["2026-11-20"], "data.mode": ["ward"], "data.unit": ["一号楼"]}
EARLY: Final = "2024-03-05"
LATE: Final = "2026-11-21"
"""The day on which somebody was received after the day of the event."""


async def a_child(served: Served, number: str, received: str = EARLY) -> str:
    """Given a child with a file number."""
    life = (
        (received, some(ChildReceived, file_no=number)),
        (received, some(IdentityRecorded, birth_on=date(2016, 3, 5), sex="2")),
        (received, some(ChildAdmitted)),
    )
    return str(await kept(served, given(*life)))


async def chosen(browser: Browser, *children: str, numbers: str = "") -> Response:
    """The form for these children of the register."""
    page = await browser.open(MANY)
    return await send(browser, page, "chosen", child=[*children], numbers=[numbers])


async def types_of(served: Served, child: str) -> list[str]:
    file = await served.container.ledger.file(UUID(child))
    assert file is not None
    return [entry.type for entry in file.entries.values()]


def test_what_one_file_alone_knows_is_not_recorded_for_many() -> None:
    offered = {kind for kind in CATALOGUE.values() if for_many(Role.SUPERVISOR, kind)}
    assert VaccinationGiven in offered
    for kind in offered:
        controls = {each.control for each in event_fields(kind, EVERY_CATEGORY)}
        assert controls.isdisjoint({FieldControl.ENTRY, FieldControl.SUBJECT}), kind


async def test_children_are_chosen_by_ticks_and_by_numbers_and_recorded_for_at_once(served: Served) -> None:
    ticked, written = await a_child(served, "甲-01"), await a_child(served, "甲-02")
    await served.projected()
    browser = await signed_in(served, Role.STAFF)
    page = await browser.open(MANY)
    assert ticked in page.text
    form = await chosen(browser, ticked, numbers="甲-02\n\n甲-02")
    assert fields_of_form(form)["child"] == [ticked, written]
    checked = await send(browser, form, "check", **CARE)
    assert "全部可以记录：2 名" in checked.text
    assert "CareModeAssigned" not in await types_of(served, ticked), "nothing is recorded unseen"
    done = await send(browser, checked, "record")
    assert "已记录：2 名" in done.text
    assert re.search(rf"{MANY}\?draft=[0-9a-f-]{{36}}$", str(done.url))
    for child in (ticked, written):
        assert (await types_of(served, child)).count("CareModeAssigned") == 1
        assert f"/console/children/{child}/history?month=2026-11&amp;recorded=" in done.text
    again = await send(browser, checked, "record")
    assert "已记录：2 名" in again.text, "sent twice, it is recorded once"
    assert (await types_of(served, ticked)).count("CareModeAssigned") == 1
    assert "没有草稿" in (await browser.open("/console/drafts")).text


async def test_a_number_of_nobody_is_told_and_nothing_chosen_is_lost(served: Served) -> None:
    mine, other = await a_child(served, "甲-01"), await a_child(served, "甲-02")
    await served.a_child(elsewhere=True)
    await served.projected()
    browser = await signed_in(served, Role.STAFF)
    page = await chosen(browser, mine, numbers="甲-02\n甲-99\n" + "长" * 500)
    assert page.status_code == 422
    assert title_of(page).startswith("有误：")
    summary = page.text.partition('role="alert"')[2].partition("</ul>")[0]
    assert "甲-99" in summary
    assert "甲-02" not in summary
    fields = fields_of_form(page)
    assert {*fields["child"]} == {mine, other}
    assert fields["numbers"][0].startswith("甲-02")
    nobody = await chosen(browser)
    assert "还没有选儿童" in nobody.text
    crowd = await chosen(browser, *(str(UUID(int=number)) for number in range(MOST_CHILDREN + 1)))
    assert f"一次至多 {MOST_CHILDREN} 名，现在有 {MOST_CHILDREN + 1} 名" in crowd.text


async def test_who_is_refused_is_told_with_the_reason_and_the_others_are_recorded(served: Served) -> None:
    fine, late = await a_child(served, "甲-01"), await a_child(served, "甲-02", LATE)
    later = await a_child(served, "甲-03", LATE)
    browser = await signed_in(served, Role.STAFF)
    both = await send(browser, await chosen(browser, fine, late, later), "check", **CARE)
    refused = both.text.partition('id="by-rule"')[2].partition("</section>")[0]
    assert refused.count('class="tag bad">不能记录') == 1, "once for the rule, and not once for each child"
    assert "儿童：2 名</summary>" in refused
    assert [refused.count(f"{each}/record/CareModeAssigned") for each in (fine, late, later)] == [0, 1, 1]
    form = await chosen(browser, fine, late)
    checked = await send(browser, form, "check", **CARE)
    assert "可以记录：1 名；不能记录：1 名" in checked.text
    assert re.search('不能记录</span>　<b>[^<]+</b>　<a [^>]*href="/console/rules/', checked.text)
    done = await send(browser, checked, "record")
    assert "已记录：1 名" in done.text
    assert "没有记录：1 名" in done.text
    assert fields_of_form(done)["child"] == [late], "who is left stays in the form"
    assert fields_of_form(done)["data.unit"] == CARE["data.unit"]
    assert "CareModeAssigned" in await types_of(served, fine)
    assert "CareModeAssigned" not in await types_of(served, late)
    (keeping,) = {*re.findall(r'formaction="(/console/preferences/keeping[^"]+)"', done.text)}
    otherwise = fields_of_form(done) | {"data.unit": ["三号楼"], "language": ["zh"]}
    again = await browser.client.post(
        unescape(keeping), data=otherwise, headers=FROM_HERE, follow_redirects=True
    )
    assert fields_of_form(again)["data.unit"] == ["三号楼"], "who reads otherwise now keeps what was typed"
    assert "已记录：1 名" in again.text
    mended = await send(browser, done, "check", occurred=["2026-11-21"])
    assert "已记录：1 名" in (await send(browser, mended, "record")).text
    assert "CareModeAssigned" in await types_of(served, late)


async def test_a_file_that_moved_meanwhile_is_checked_again_before_it_is_recorded(served: Served) -> None:
    still, moved = await a_child(served, "甲-01"), await a_child(served, "甲-02")
    browser = await signed_in(served, Role.STAFF)
    checked = await send(browser, await chosen(browser, still, moved), "check", **CARE)
    other = await send(browser, await chosen(browser, moved), "check", **{**CARE, "data.unit": ["二号楼"]})
    await send(browser, other, "record")
    done = await send(browser, checked, "record")
    assert "已记录：1 名" in done.text
    assert "该档案在您查看后已有新的登记" in done.text
    assert (await types_of(served, moved)).count("CareModeAssigned") == 1
    assert (await types_of(served, still)).count("CareModeAssigned") == 1


async def test_what_is_amiss_is_told_once_and_what_was_filled_in_goes_along(served: Served) -> None:
    child = await a_child(served, "甲-01")
    browser = await signed_in(served, Role.STAFF)
    told = await send(browser, await chosen(browser, child), "check", **{**CARE, "occurred": ["昨天"]})
    assert told.status_code == 422
    summary = told.text.partition('role="alert"')[2].partition("</ul>")[0]
    assert re.findall(r'href="#([^"]+)"', summary) == ["f-occurred"]
    choosing = await send(browser, told, "list")
    back = await send(browser, choosing, "chosen")
    assert fields_of_form(back)["data.unit"] == CARE["data.unit"]
    assert fields_of_form(back)["child"] == [child]


async def test_nobody_records_for_many_who_may_not_record(served: Served) -> None:
    child = await a_child(served, "甲-01")
    hidden = await served.a_child(elsewhere=True)
    auditor = await signed_in(served, Role.AUDITOR)
    assert (await auditor.open(MANY)).status_code == 403
    staff = await signed_in(served, Role.STAFF)
    assert (await staff.open("/console/record-many/AdoptionRegistered")).status_code == 404
    assert (await staff.open("/console/record-many/HospitalAdmitted")).status_code == 404
    page = await chosen(staff, child, str(hidden))
    assert page.status_code == 404
    assert ChildDied.__name__ in (await staff.open("/console/record-many")).text
