"""Moving an entry into the right child's file in a browser without a script: found, looked at, moved."""

import re
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from httpx2 import Response

from api.identity.permissions import Role
from domain.event import Event
from domain.events.health import PhysicalExamined
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded, IntakeMedicalExamined
from tests.support.client import Served
from tests.support.console import FROM_HERE, Browser, signed_in
from tests.support.given import given, some
from tests.support.shown_forms import fields_of_form, leads_nowhere
from tests.support.stored import kept

RIGHT, WRONG = "欧阳小明", "上官小云"
EXAMINED: Final = some(PhysicalExamined, weight_kg=Decimal(38))


def life(name: str, *more: tuple[str, Event]) -> Any:
    """A child's life up to its admission, and what follows."""
    return given(
        ("2024-03-05", some(ChildReceived)),
        ("2024-03-05", some(IdentityRecorded, name=name, birth_on=date(2014, 3, 5), sex="2")),
        ("2024-03-06", some(IntakeMedicalExamined)),
        ("2024-03-20", some(ChildAdmitted)),
        *more,
    )


async def two_children(served: Served) -> tuple[UUID, UUID, str]:
    """Given an examination in the file of another child than was examined: both files, and its page."""
    wrong = await kept(served, life(WRONG, ("2026-01-10", EXAMINED)))
    right = await kept(served, life(RIGHT))
    await served.projected()
    return wrong, right, await page_of(served, wrong, PhysicalExamined)


async def page_of(served: Served, child: UUID, kind: type[Event]) -> str:
    file = await served.container.ledger.file(child)
    assert file is not None
    entry = [each for each in file.entries.values() if type(each.event) is kind][-1]
    return f"/console/children/{child}/entries/{entry.entry_id}"


async def events(served: Served, child: UUID) -> list[Event]:
    file = await served.container.ledger.file(child)
    assert file is not None
    return [each.event for each in file.entries.values()]


async def send(browser: Browser, page: Response, address: str, do: str, **filled: str) -> Response:
    sent = fields_of_form(page) | {name: [value] for name, value in filled.items()} | {"do": [do]}
    return await browser.client.post(address, data=sent, headers=FROM_HERE, follow_redirects=True)


def side(page: Response) -> list[str]:
    """What would change, file by file."""
    return re.findall(r"<aside.*?</aside>", page.text, re.DOTALL)


async def test_an_entry_of_the_wrong_child_is_moved_by_what_both_files_would_be(served: Served) -> None:
    _, right, entry = await two_children(served)
    browser = await signed_in(served, Role.STAFF)
    assert f'href="{entry}/move"' in (await browser.open(entry)).text
    asked = await browser.open(f"{entry}/move")
    found = await send(browser, asked, f"{entry}/move", "find", q="小")
    assert WRONG not in found.text.partition("<fieldset>")[2].partition("</fieldset>")[0]
    assert fields_of_form(found)["to"] == [str(right)], "the only other file that was found is chosen"
    unsaid = await send(browser, found, f"{entry}/move", "check")
    assert unsaid.status_code == 422
    assert 'href="#f-explanation"' in unsaid.text
    checked = await send(browser, unsaid, f"{entry}/move", "check", explanation="看错床号")
    here, there = side(checked)
    assert "现在这份档案" in here
    assert "要移到的档案" in there
    assert "定期体检" in here + there
    assert EXAMINED not in await events(served, right), "nothing is moved by looking"
    changed = await send(browser, checked, f"{entry}/move", "record", explanation="看错姓名")
    assert "要移到的档案" in changed.text, "what was not seen so is shown first"
    assert EXAMINED not in await events(served, right)
    moved = await send(browser, changed, f"{entry}/move", "record")
    assert str(moved.url.path) == f"/console/children/{right}/history"
    assert "已记录" in moved.text
    assert (await events(served, right))[-1] == EXAMINED
    again = await send(browser, changed, f"{entry}/move", "record")
    assert again.url == moved.url, "sent again, it is the same move"
    assert len(await events(served, right)) == 5
    assert "已移到另一份档案" in (await browser.open(entry)).text


async def test_what_changed_meanwhile_is_shown_before_an_entry_is_moved(served: Served) -> None:
    _, right, entry = await two_children(served)
    browser = await signed_in(served, Role.STAFF)
    asked = await browser.open(f"{entry}/move")
    said = {"to": str(right), "explanation": "看错床号"}
    checked = await send(browser, asked, f"{entry}/move", "check", **said)
    other = await signed_in(served, Role.SUPERVISOR)
    why = await send(
        other,
        await other.open(f"{entry}/withdraw"),
        f"{entry}/withdraw",
        "check",
        **{"data.explanation": "没有体检"},
    )
    assert "已记录" in (await send(other, why, f"{entry}/withdraw", "record")).text
    late = await send(browser, checked, f"{entry}/move", "record")
    assert "已撤回" in late.text
    assert EXAMINED not in await events(served, right)


async def test_an_entry_that_another_corrected_after_it_was_looked_at_is_not_moved(served: Served) -> None:
    wrong, right, entry = await two_children(served)
    browser = await signed_in(served, Role.STAFF)
    asked = await browser.open(f"{entry}/move")
    said = {"to": str(right), "explanation": "看错床号"}
    checked = await send(browser, asked, f"{entry}/move", "check", **said)
    other = await signed_in(served, Role.SUPERVISOR)
    why = await other.open(f"{entry}/correct")
    reason = {"reason.code": "incorrect_data", "reason.explanation": "体重抄错"}
    content = await send(other, why, f"{entry}/correct/content", "on", **reason)
    over = await send(other, content, f"{entry}/correct/review", "check", **{"data.weight_kg": "44"})
    assert "已记录" in (await send(other, over, f"{entry}/correct", "record")).text
    late = await send(browser, checked, f"{entry}/move", "record")
    that = await page_of(served, wrong, PhysicalExamined)
    assert "已被更正" in late.text
    assert f'href="{that}"' in late.text
    assert len(await events(served, right)) == 4, "nothing is moved"
    going_on = await send(browser, late, f"{that}/move", "check")
    assert fields_of_form(going_on)["explanation"] == ["看错床号"]
    moved = await send(browser, going_on, f"{that}/move", "record")
    assert str(moved.url.path) == f"/console/children/{right}/history"
    assert (await events(served, right))[-1] == some(PhysicalExamined, weight_kg=Decimal(44))


async def test_what_a_move_needs_is_told_at_its_field_and_nothing_is_lost(served: Served) -> None:
    wrong, _, entry = await two_children(served)
    elsewhere = await served.a_child(elsewhere=True)
    browser = await signed_in(served, Role.STAFF)
    asked = await browser.open(f"{entry}/move")
    nobody = await send(browser, asked, f"{entry}/move", "find", q="无此人", explanation="看错床号")
    assert (nobody.status_code, fields_of_form(nobody)["explanation"]) == (422, ["看错床号"])
    assert "没有找到其他儿童的档案" in nobody.text
    unchosen = await send(browser, nobody, f"{entry}/move", "check")
    assert 'href="#f-q"' in unchosen.text
    assert leads_nowhere(unchosen.text) == set()
    itself = await send(browser, asked, f"{entry}/move", "check", to=str(wrong), explanation="看错床号")
    assert itself.status_code == 422
    assert "就是该条目所在的档案" in itself.text
    foreign = await send(browser, asked, f"{entry}/move", "check", to=str(elsewhere), explanation="看错")
    assert foreign.status_code == 404
    strange = await send(browser, asked, f"{entry}/move", "check", to="x", explanation="看错")
    assert strange.status_code == 400
    auditor = await signed_in(served, Role.AUDITOR)
    assert (await auditor.open(f"{entry}/move")).status_code == 403
    hidden = await page_of(served, wrong, IntakeMedicalExamined)
    assert (await browser.open(f"{hidden}/move")).status_code == 403, (
        "a supervisor moves what staff may not see"
    )


async def test_what_the_other_file_does_not_take_is_refused_there(served: Served) -> None:
    wrong = await kept(served, life(WRONG, ("2026-01-10", EXAMINED)))
    right = await kept(served, given(("2026-03-05", some(ChildReceived))))
    entry = await page_of(served, wrong, PhysicalExamined)
    browser = await signed_in(served, Role.SUPERVISOR)
    asked = await browser.open(f"{entry}/move")
    page = await send(browser, asked, f"{entry}/move", "check", to=str(right), explanation="看错床号")
    assert page.status_code in {200, 422}
    assert EXAMINED not in await events(served, right)
