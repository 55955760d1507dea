"""Two files of one child in a browser without a script: found, compared, joined in both, separated again."""

from datetime import date
from typing import Final
from uuid import UUID

from api.identity.permissions import Role
from domain.events.intake import ChildReceived, IdentityRecorded
from tests.support.client import Served
from tests.support.console import signed_in
from tests.support.given import given, some
from tests.support.shown_forms import fields_of_form, send
from tests.support.stored import kept

PAPER: Final = {"data.explanation": ["同一天由同一派出所移送"], "documents.0.kind": ["户口簿"]}
DAY: Final = {"occurred": ["2026-11-20"]}


async def a_file(served: Served, number: str, name: str = "赵小满") -> UUID:
    """Given a file of a child who is in care."""
    born = date(2015, 3, 5)
    return await kept(
        served,
        given(
            ("2024-03-05", some(ChildReceived, file_no=number)),
            ("2024-03-05", some(IdentityRecorded, name=name, birth_on=born, sex="1")),
        ),
    )


async def types_of(served: Served, child: UUID) -> list[str]:
    file = await served.container.ledger.file(child)
    assert file is not None
    return (
        [each.type for each in file.own.entries.values()]
        if hasattr(file, "own")
        else [each.type for each in file.entries.values() if each.stream == child]
    )


async def test_two_files_of_one_child_are_compared_joined_in_both_and_separated(served: Served) -> None:
    first, second = await a_file(served, "并-1"), await a_file(served, "并-2")
    stranger = await a_file(served, "并-3", "钱大海")
    elsewhere = await served.a_child(elsewhere=True)
    await served.projected()
    address = f"/console/children/{second}"
    staff = await signed_in(served, Role.STAFF)
    assert f"{address}/join" not in (await staff.open(address)).text
    assert (await staff.open(f"{address}/join")).status_code == 403
    browser = await signed_in(served, Role.SUPERVISOR)
    assert f'href="{address}/join"' in (await browser.open(address)).text
    assert f'href="{address}/join?other={first}"' in (await browser.open("/console/findings")).text
    assert str((await browser.open(f"{address}/record/FilesJoined")).url).endswith("/join")

    # The likely duplicate is offered first; others are found by name or number.
    page = await browser.open(f"{address}/join")
    assert str(first) in page.text
    assert str(stranger) not in page.text
    unchosen = await send(browser, page, "look")
    assert (unchosen.status_code, 'href="#f-other"' in unchosen.text) == (422, True)
    found = await send(browser, page, "find", q=["并-3"])
    assert str(stranger) in found.text
    foreign = await send(browser, page, "look", other=[str(elsewhere)])
    assert foreign.status_code == 422
    compared = await send(browser, page, "look", other=[str(first)])
    assert "并-1" in compared.text
    assert "不一致" in compared.text
    assert fields_of_form(compared)["kept"] == [str(first)], "the file that was opened first stays"

    # Without a paper it is refused; nothing is recorded by looking.
    bare = await send(browser, compared, "check", **DAY, **{"data.explanation": ["同一名儿童"]})
    assert bare.status_code == 422
    assert "R-FILE-5" in bare.text
    checked = await send(browser, compared, "check", **DAY, **PAPER)
    assert checked.status_code == 200, checked.text
    assert "保留的档案" in checked.text
    assert "FilesJoined" not in await types_of(served, first)
    done = await send(browser, checked, "record")
    assert str(done.url.path) == f"/console/children/{first}/history"
    for child in (first, second):
        assert (await types_of(served, child)).count("FilesJoined") == 1
    again = await send(browser, checked, "record")
    assert again.status_code == 410, "the other file answers where it is read now"
    assert f'href="/console/children/{first}"' in again.text

    # What was joined wrongly is separated from the file that stayed, compared as both were before.
    stays = f"/console/children/{first}"
    assert f'href="{stays}/separate"' in (await browser.open(stays)).text
    page = await browser.open(f"{stays}/separate")
    assert fields_of_form(page)["other"] == [str(second)], "the only one that is joined is chosen"
    assert "并-2" in page.text
    checked = await send(browser, page, "check", **DAY, **{"data.explanation": ["出生医院不同"]})
    assert checked.status_code == 200, checked.text
    done = await send(browser, checked, "record")
    assert str(done.url.path) == f"{stays}/history"
    for child in (first, second):
        assert (await types_of(served, child))[-1] == "FilesSeparated"
    assert "没有档案并入本档案" in (await browser.open(f"{stays}/separate")).text
