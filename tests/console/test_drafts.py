"""Drafts in a browser without a script: kept as they are, found by whoever kept them, gone when recorded."""

import re
from typing import Final
from uuid import UUID

import pytest
from httpx2 import Response
from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier

from api.console.drafts import DraftAddress, draft_address
from api.console.file_address import FileAddress
from api.console.sent_form import MOST_KEPT_BYTES
from api.identity.permissions import Role
from api.settings import Settings
from domain.events.intake import ChildReceived
from ledger.postgres.migrate import keys_of
from tests.support.client import Served
from tests.support.console import FROM_HERE, NAME, Browser, reader, signed_in, title_of
from tests.support.given import given, some
from tests.support.shown_forms import fields_of_form, send
from tests.support.stored import kept

DRAFTS: Final = "/console/drafts"
CHILD: Final = UUID(int=7)
ABOUT: Final = f"/children/{CHILD}"
CARE: Final = {"occurred": ["2026-11-20"], "data.mode": ["ward"], "data.unit": ["一号楼"]}


async def a_file(served: Served, role: Role = Role.STAFF) -> tuple[Browser, str]:
    """Given a child, and somebody who is signed in: the address of the child's first page."""
    child = await served.a_child("欧阳小明")
    return await signed_in(served, role), f"/console/children/{child}"


async def keep(browser: Browser, page: Response, **filled: list[str]) -> Response:
    """Keep the form of a page as a draft, with more filled in."""
    sent = {"do": ["keep"], **fields_of_form(page), **filled}
    return await browser.client.post(DRAFTS, data=sent, headers=FROM_HERE, follow_redirects=True)


def going_on(page: Response) -> list[str]:
    """The addresses at which one goes on with what is listed."""
    return re.findall(r'href="([^"]+\?draft=[0-9a-f-]{36})"', page.text)


@pytest.mark.parametrize(
    ("form", "does", "there", "kind"),
    [
        ("/children/new", "receive", "/children/new", ""),
        ("/families/new", "open_family", "/families/new", ""),
        ("/record-many/VaccinationGiven", "many", "/record-many/VaccinationGiven", "VaccinationGiven"),
        (f"{ABOUT}/record/ChildDied?for=D1", "record", f"{ABOUT}/record/ChildDied", "ChildDied"),
        (f"{ABOUT}/entries/{CHILD}/correct", "correct", f"{ABOUT}/entries/{CHILD}/correct/content", ""),
        (
            f"{ABOUT}/entries/{CHILD}/correct/review",
            "correct",
            f"{ABOUT}/entries/{CHILD}/correct/content",
            "",
        ),
        (f"{ABOUT}/entries/{CHILD}/withdraw", "withdraw", f"{ABOUT}/entries/{CHILD}/withdraw", ""),
    ],
)
def test_the_form_of_an_event_is_gone_on_with_where_it_is_filled_in(
    form: str, does: str, there: str, kind: str
) -> None:
    about = FileAddress("child", CHILD) if ABOUT in form else None
    assert draft_address(f"/console{form}") == DraftAddress(does, f"/console{there}", kind, about)


def test_nothing_else_is_a_draft() -> None:
    for address in ("/search", "/sign-out", ABOUT, f"{ABOUT}/record/../../today", "/children/new/x"):
        assert draft_address(f"/console{address}") is None, address


async def test_a_form_is_kept_gone_on_with_and_gone_when_it_is_recorded(served: Served) -> None:
    browser, address = await a_file(served)
    form = await browser.open(f"{address}/record/CareModeAssigned")
    listed = await keep(browser, form, **CARE)
    assert "已存为草稿，没有记录。" in listed.text
    assert "欧阳小明" in listed.text
    (again,) = going_on(listed)
    assert again.startswith(f"{address}/record/CareModeAssigned?draft=")
    twice = await keep(browser, form, do=["auto"], note=["未完"], **CARE)
    assert twice.status_code == 204
    assert going_on(await browser.open(DRAFTS)) == [again], "the same form is one draft"
    today = await browser.open("/console/today")
    assert "没有记录完的：1 份" in today.text
    page = await browser.open(again)
    fields = fields_of_form(page)
    assert {name: fields[name] for name in CARE} == CARE
    assert fields["note"] == ["未完"]
    assert fields["key"] == fields_of_form(form)["key"]
    recorded = await send(browser, await send(browser, page, "check"), "record")
    assert '<p class="note good"' in recorded.text
    assert going_on(await browser.open(DRAFTS)) == []


async def test_a_draft_is_its_keepers_alone_and_can_be_discarded(served: Served) -> None:
    browser, address = await a_file(served)
    listed = await keep(browser, await browser.open(f"{address}/record/CareModeAssigned"), **CARE)
    (mine,) = going_on(listed)
    path, _, draft = mine.partition("?")
    sibling = f"/console/children/{await kept(served, given(('2024-03-05', some(ChildReceived))))}"
    for elsewhere in (path.replace(address, sibling), f"{address}/record/PhysicalExamined"):
        assert (await browser.open(elsewhere)).status_code == 200
        assert (await browser.open(f"{elsewhere}?{draft}")).status_code == 404, "it is of its own page alone"
    other = await signed_in(served, Role.SUPERVISOR)
    assert going_on(await other.open(DRAFTS)) == []
    theirs = await other.open(mine)
    assert fields_of_form(theirs)["data.unit"] == [""]
    (discard,) = re.findall(rf'action="({DRAFTS}/[0-9a-f-]+/discard)"', listed.text)
    await other.send(discard)
    assert going_on(await browser.open(DRAFTS)) == [mine]
    gone = await browser.send(discard)
    assert "草稿已去掉。" in gone.text
    assert going_on(gone) == []


async def test_receiving_correcting_and_recording_for_many_can_be_kept(served: Served) -> None:
    browser, address = await a_file(served)
    child = address.rpartition("/")[2]
    who = await send(browser, await browser.open("/console/children/new"), "look", nameless=["yes"])
    await keep(browser, who, **{"ChildReceived.data.marks": ["左耳后有痣"]})
    many = await browser.open("/console/record-many/CareModeAssigned")
    form = await send(browser, many, "chosen", child=[child])
    await keep(browser, form, **CARE)
    file = await served.container.ledger.file(UUID(child))
    assert file is not None
    entry = next(iter(file.entries))
    why = await browser.open(f"{address}/entries/{entry}/correct")
    said = {"reason.code": ["incorrect_data"], "reason.explanation": ["抄写错误"]}
    content = await send(browser, why, "on", **said)
    await keep(browser, content, **{"data.marks": ["右耳后有痣"]})
    withdraw = await browser.open(f"{address}/entries/{entry}/withdraw")
    listed = await keep(browser, withdraw, **{"data.explanation": ["重复录入"]})
    there = {each.partition("?")[0]: each for each in going_on(listed)}

    async def filled(path: str) -> dict[str, list[str]]:
        return fields_of_form(await browser.open(there[path]))

    withdrawn = await filled(f"{address}/entries/{entry}/withdraw")
    assert withdrawn["data.explanation"] == ["重复录入"]
    corrected = await filled(f"{address}/entries/{entry}/correct/content")
    assert corrected["data.marks"] == ["右耳后有痣"]
    assert corrected["reason.explanation"] == ["抄写错误"]
    of_many = await filled("/console/record-many/CareModeAssigned")
    assert (of_many["data.unit"], of_many["child"]) == (CARE["data.unit"], [child])
    received = await filled("/console/children/new")
    assert received["ChildReceived.data.marks"] == ["左耳后有痣"]
    for does in ("更正：儿童接收", "撤回", "给多名儿童记录", "接收新儿童"):
        assert does in listed.text


async def test_a_draft_about_a_child_goes_with_the_childs_key(served: Served, settings: Settings) -> None:
    browser, address = await a_file(served)
    other = f"/console/children/{await kept(served, given(('2024-03-05', some(ChildReceived))))}"
    for each in (address, other):
        listed = await keep(browser, await browser.open(f"{each}/record/CareModeAssigned"), **CARE)
    assert len(going_on(listed)) == 2
    async with served.container.readers.connection() as reading:
        sealed = await (await reading.execute("SELECT content FROM kept_form")).fetchall()
    assert "一号楼".encode() not in b"".join(bytes(row[0]) for row in sealed)
    assert settings.database_url is not None
    async with await AsyncConnection.connect(settings.database_url.get_secret_value()) as connection:
        keys = Identifier(keys_of(settings.ledger), "data_key")
        erase = SQL("UPDATE {} SET wrapped = NULL WHERE subject = %s").format(keys)
        await connection.execute(erase, [address.rpartition("/")[2]])
    served.container.ledger.keys._open.clear()  # noqa: SLF001 - as another process, which has not opened it
    (left,) = going_on(await browser.open(DRAFTS))
    assert left.startswith(other)


async def test_what_is_no_form_or_not_theirs_is_not_kept(served: Served) -> None:
    browser, address = await a_file(served)
    form = await browser.open(f"{address}/record/CareModeAssigned")
    for amiss, status in (
        ({"address": ["/console/today"]}, 400),
        ({"address": [f"/console/children/{UUID(int=7)}/record/CareModeAssigned"]}, 404),
        ({"key": ["…"]}, 400),
        ({"note": ["长" * MOST_KEPT_BYTES]}, 413),
    ):
        assert (await keep(browser, form, **amiss)).status_code == status, [*amiss]
    assert going_on(await browser.open(DRAFTS)) == []
    auditor = await signed_in(served, Role.AUDITOR)
    assert (await auditor.open(DRAFTS)).status_code == 403
    theirs = {"shown_to": [await reader(served, Role.AUDITOR)]}
    assert (await keep(auditor, form, **CARE, **theirs)).status_code == 403


async def test_what_one_person_typed_is_neither_kept_nor_shown_nor_recorded_as_another_s(
    served: Served,
) -> None:
    browser, address = await a_file(served, Role.SUPERVISOR)
    child = UUID(address.rpartition("/")[2])
    file = await served.container.ledger.file(child)
    assert file is not None
    entry = f"{address}/entries/{next(iter(file.entries))}"
    of_one_file = (f"{address}/record/CareModeAssigned", f"{address}/join", f"{address}/separate")
    of_an_entry = (f"{entry}/correct", f"{entry}/withdraw", f"{entry}/move")
    of_many = ("/console/children/new", "/console/record-many/CareModeAssigned")
    pages = [await browser.open(each) for each in (*of_one_file, *of_an_entry, *of_many)]
    form, upload = pages[0], await browser.open("/console/imports")
    listed = await keep(browser, form, **CARE)
    typed = {"explanation": [NAME]}
    # When another person signs in in the same browser, and the pages still stand there.
    await browser.send("/console/sign-in", token=served.tokens[Role.STAFF])
    sent = [await send(browser, each, do, **typed) for each in pages for do in ("check", "record")]
    sent += [await keep(browser, form, **typed, **CARE, do=[do]) for do in ("keep", "auto")]
    sent += [await keep(browser, form, **typed, shown_to=[])]
    sent += [await browser.send_file(upload, "a.csv", NAME.encode())]
    for each in sent:
        assert (each.status_code, title_of(each)) == (409, "这一页是给另一个人看的 – 儿童台账"), each.url
        assert NAME not in each.text
    assert going_on(await browser.open(DRAFTS)) == []
    assert "a.csv" not in (await browser.open("/console/imports")).text
    # When the session of that person has ended as well.
    await browser.send("/console/sign-out")
    door = await keep(browser, form, **typed, **CARE, do=["auto"])
    assert "kept" not in str(door.url)
    forms, people = served.container.kept_forms, (Role.STAFF, Role.SUPERVISOR)
    assert [len(await forms.all_of((await served.actor(each)).user)) for each in people] == [0, 1]
    now = await served.container.ledger.file(child)
    assert now is not None
    assert len(now.entries) == len(file.entries)
    # When whoever filled it in signs in again.
    await browser.send("/console/sign-in", token=served.tokens[Role.SUPERVISOR])
    assert going_on(await keep(browser, form, **CARE)) == going_on(listed)
