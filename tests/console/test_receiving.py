"""Receiving a child in a browser without a script: looked for first, then both events or neither."""

import re
from asyncio import gather
from typing import Final
from uuid import UUID

import pytest
from httpx2 import Response

from api.http import duplicates
from api.identity.permissions import Role
from tests.support.client import TOWNSHIP, Served
from tests.support.console import Browser, reader, signed_in, title_of
from tests.support.shown_forms import fields_of_form, send
from tests.support.waiting import PATIENCE

NEW: Final = "/console/children/new"
WHO: Final = {"name": ["欧阳小明"], "sex": ["1"], "birth": ["2019年9月"]}


async def forms(browser: Browser, **who: list[str]) -> Response:
    """The forms of somebody who is received and is not in the register."""
    return await send(browser, await browser.open(NEW), "look", **(who or WHO))


def answered(page: Response, **filled: list[str]) -> dict[str, list[str]]:
    """What answers a page's forms: everything that can be left unknown was not asked."""
    fields = fields_of_form(page)
    said = {
        name: ["not_asked"] for name, values in fields.items() if name.endswith(".unknown") and values == [""]
    }
    of_radios = re.findall(r'name="([^"]+)" value="\?not_asked"', page.text)
    of_lists = re.findall(
        r'<select [^>]*name="([^"]+)"[^>]*>(?:\s*<option[^<]*</option>)*?\s*<option value="\?not_asked"',
        page.text,
    )
    chosen = {name: ["?not_asked"] for name in (*of_radios, *of_lists)}
    filled_in = {name for name, values in fields.items() if values != [""]}
    said = {name: value for name, value in said.items() if name.removesuffix(".unknown") not in filled_in}
    chosen = {name: value for name, value in chosen.items() if name not in filled_in}
    days = {name: ["2026-11-20"] for name in fields if name.endswith("occurred")}
    return said | chosen | days | filled


async def test_a_child_is_received_with_both_events_at_once(served: Served) -> None:
    browser = await signed_in(served, Role.STAFF)
    assert f'href="{NEW}"' in (await browser.open("/console/today")).text
    page = await forms(browser)
    assert "名册中没有姓名相同或者近似的儿童" in page.text
    fields = fields_of_form(page)
    assert fields["IdentityRecorded.data.name"] == ["欧阳小明"]
    assert fields["IdentityRecorded.data.birth_on"] == ["2019-09-01"]
    assert fields["IdentityRecorded.data.birth_until"] == ["2019-09-30"]
    before = await served.container.ledger.head()
    checked = await send(browser, page, "check", **answered(page))
    assert checked.status_code == 200, checked.text
    assert "试算，尚未记录。" in checked.text
    assert await served.container.ledger.head() == before, "nothing is recorded unseen"
    recorded, clicked_twice = await gather(send(browser, checked, "record"), send(browser, checked, "record"))
    assert re.search(r"/console/children/[0-9a-f-]{36}/history\?month=2026-11&recorded=", str(recorded.url))
    assert '<p class="note good"' in recorded.text
    again = await send(browser, checked, "record")
    assert again.url == clicked_twice.url == recorded.url, "the same form opens one file"
    assert '<p class="note good"' in clicked_twice.text
    assert (await served.container.ledger.head()).position == before.position + 2
    child = UUID(str(recorded.url).split("/")[5])
    file = await served.container.ledger.file(child)
    assert file is not None
    assert [each.type for each in file.entries.values()] == ["ChildReceived", "IdentityRecorded"]
    assert "欧阳" not in str(recorded.url) + title_of(recorded)
    anew = await send(browser, checked, "check", **{"ChildReceived.occurred": ["2026-11-21"]})
    used = await send(browser, anew, "record")
    assert "这张表已经记录过了" in used.text


async def test_whoever_is_in_the_register_already_is_shown_first(served: Served) -> None:
    child = await served.a_child("欧阳小明", "2019-09-12")
    other = await served.a_child("欧阳小明", "2009-01-01")
    hidden = await served.a_child("欧阳小明", "2019-09-12", elsewhere=True)
    await served.projected()
    browser = await signed_in(served, Role.STAFF)
    page = await forms(browser)
    assert "可能是同一名儿童" in page.text
    assert f"/console/children/{hidden}" not in page.text
    alike = page.text.partition('id="alike"')[2]
    assert alike.index(str(child)) < alike.index(str(other)), "the likely one comes first"
    assert alike.count("都可能相符") == 1
    named_otherwise = await send(browser, page, "on", name=["欧阳明"])
    assert "IdentityRecorded.data.name" in fields_of_form(named_otherwise)
    on = await send(browser, page, "on")
    assert fields_of_form(on)["IdentityRecorded.data.name"] == ["欧阳小明"]
    checked = await send(browser, on, "check", **answered(on))
    assert f'href="/console/children/{child}"' in checked.text.partition("可能重复的档案")[2]


async def test_a_child_whom_another_received_meanwhile_gets_no_second_file_unseen(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = {"ChildReceived.data.file_no": ["XH-0901"], "ChildReceived.data.file_no.unknown": [""]}
    staff, supervisor = await signed_in(served, Role.STAFF), await signed_in(served, Role.SUPERVISOR)
    read_over = []
    for browser in (staff, supervisor):
        page = await forms(browser)
        assert "名册中没有姓名相同或者近似的儿童" in page.text
        read_over.append(await send(browser, page, "check", **answered(page, **number)))
    # When both record within the same moment.
    monkeypatch.setattr(duplicates, "WAIT_SECONDS", PATIENCE)
    recorded, late = await gather(
        send(staff, read_over[0], "record"), send(supervisor, read_over[1], "record")
    )
    if "/history" not in str(recorded.url):
        recorded, late, supervisor = late, recorded, staff
    assert '<p class="note good"' in recorded.text
    child = str(recorded.url).split("/")[5]
    before = await served.container.ledger.head()
    assert "没有记录任何内容" in late.text
    told = late.text.partition("没有记录任何内容")[2].partition("</ul>")[0]
    assert f'href="/console/children/{child}"' in told
    assert "欧阳小明" in told
    assert "XH-0901" in told
    assert await served.container.ledger.head() == before, "nothing is recorded unseen"
    fields = fields_of_form(late)
    assert fields["IdentityRecorded.data.name"] == ["欧阳小明"]
    assert fields["ChildReceived.data.file_no"] == ["XH-0901"], "nothing typed is lost"
    another = await send(supervisor, late, "record")
    assert '<p class="note good"' in another.text, "whoever has seen it may say that it is another child"
    assert (await served.container.ledger.head()).position == before.position + 2


async def test_a_child_without_a_name_is_received_as_not_named(served: Served) -> None:
    browser = await signed_in(served, Role.STAFF)
    page = await browser.open(NEW)
    unsaid = await send(browser, page, "look", birth=["26.11.20"])
    assert unsaid.status_code == 422
    summary = unsaid.text.partition('role="alert"')[2].partition("</ul>")[0]
    assert re.findall(r'href="#([^"]+)"', summary) == ["who-name", "who-birth"]
    assert 'value="26.11.20"' in unsaid.text
    page = await forms(browser, nameless=["yes"], sex=["2"], birth=["2026-11-01以前"])
    assert "没有姓名，无法按姓名查找" in page.text
    checked = await send(browser, page, "check", **answered(page))
    recorded = await send(browser, checked, "record")
    child = str(recorded.url).split("/")[5]
    assert "<h1>未取名</h1>" in re.sub(r">\s+|\s+<", lambda edge: edge[0].strip(), recorded.text)
    assert '<p class="note good"' in recorded.text
    await served.projected()
    listed = (await browser.open("/console/children")).text.partition(child)[2].partition("</tr>")[0]
    assert "未取名" in listed


async def test_what_is_amiss_is_told_by_event_and_nothing_typed_is_lost(served: Served) -> None:
    browser = await signed_in(served, Role.STAFF)
    page = await forms(browser)
    amiss = answered(page, **{"ChildReceived.data.height_cm": ["高"], "IdentityRecorded.occurred": ["昨天"]})
    amiss["ChildReceived.data.height_cm.unknown"] = [""]
    told = await send(browser, page, "check", **amiss)
    assert told.status_code == 422
    assert title_of(told).startswith("有误：")
    summary = told.text.partition('role="alert"')[2].partition("</ul>")[0]
    assert re.findall(r'href="#([^"]+)"', summary) == [
        "f-ChildReceived-data-height_cm",
        "f-IdentityRecorded-occurred",
    ]
    assert "儿童接收 · 身高" in summary
    fields = fields_of_form(told)
    assert fields["ChildReceived.data.height_cm"] == ["高"]
    assert fields["IdentityRecorded.occurred"] == ["昨天"]
    more = await send(browser, told, "", more=["IdentityRecorded.documents"])
    assert "IdentityRecorded.documents.3.kind" in fields_of_form(more)
    assert "ChildReceived.documents.3.kind" not in fields_of_form(more)


async def test_a_rule_against_one_of_the_events_keeps_both_from_the_register(served: Served) -> None:
    browser = await signed_in(served, Role.STAFF)
    page = await forms(browser, name=["欧阳小明"], birth=["2026-11-25"])
    before = await served.container.ledger.head()
    refused = await send(browser, page, "check", **answered(page))
    assert refused.status_code == 422
    assert title_of(refused).startswith("不能记录：")
    assert (await send(browser, refused, "record")).status_code == 422
    assert await served.container.ledger.head() == before


async def test_a_township_opens_the_file_of_a_child_outside_institutions(served: Served) -> None:
    browser = await signed_in(served, Role.TOWNSHIP)
    page = await forms(browser)
    assert "登记机构以外的儿童" in page.text
    checked = await send(browser, page, "check", **answered(page))
    recorded = await send(browser, checked, "record")
    assert '<p class="note good"' in recorded.text
    file = await served.container.ledger.file(UUID(str(recorded.url).split("/")[5]))
    assert file is not None
    assert [each.type for each in file.entries.values()] == ["ChildIdentified", "IdentityRecorded"]
    assert {each.region for each in file.entries.values()} == {TOWNSHIP}


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.PLACEMENT_OFFICER, Role.BUREAU, Role.ADMINISTRATOR])
async def test_nobody_else_receives_a_child(served: Served, role: Role) -> None:
    browser, theirs = await signed_in(served, role), await reader(served, role)
    assert NEW not in (await browser.open("/console")).text
    assert (await browser.open(NEW)).status_code == 403
    assert (await browser.send(NEW, do="look", name="欧阳小明", shown_to=theirs)).status_code == 403


async def test_a_search_without_a_hit_offers_to_receive_who_was_looked_for(served: Served) -> None:
    browser = await signed_in(served, Role.STAFF)
    none = await browser.send("/console/search", q="欧阳小明")
    (link,) = re.findall(rf'href="({NEW}\?found=[0-9a-f-]{{36}})"', none.text)
    page = await browser.open(link)
    assert fields_of_form(page)["name"] == ["欧阳小明"]
    other = await signed_in(served, Role.SUPERVISOR)
    assert "欧阳小明" not in (await other.open(link)).text
    auditor = await signed_in(served, Role.AUDITOR)
    assert NEW not in (await auditor.send("/console/search", q="欧阳小明")).text
