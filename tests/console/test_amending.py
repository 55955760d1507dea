"""Putting an entry right in a browser without a script: in three steps, withdrawn, restored."""

import re
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from httpx2 import Response

from api.identity.permissions import Role
from domain.entry import AnyEntry
from domain.events.health import PhysicalExamined
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded, IntakeMedicalExamined
from domain.events.record import EntryWithdrawn
from tests.support.client import Served
from tests.support.console import FROM_HERE, Browser, signed_in
from tests.support.given import given, some
from tests.support.shown_forms import fields_of_form, leads_nowhere
from tests.support.stored import kept

WAYS_ON: Final = {"correct": "correct/content", "withdraw": "withdraw"}
"""Where what was typed goes on, from the entry that stands."""
LIFE: Final = (
    ("2024-03-05", some(ChildReceived)),
    ("2024-03-05", some(IdentityRecorded, birth_on=date(2014, 3, 5), sex="2")),
    ("2024-03-06", some(IntakeMedicalExamined)),
    ("2024-03-20", some(ChildAdmitted)),
    ("2026-01-10", some(PhysicalExamined, weight_kg=Decimal(38), height_cm=Decimal("141.5"))),
)


async def an_examination(served: Served, role: Role = Role.STAFF) -> tuple[Browser, str, UUID]:
    """Given a child who was examined, and somebody who is signed in: the address of that entry."""
    child = await kept(served, given(*LIFE))
    return (
        await signed_in(served, role),
        f"/console/children/{child}/entries/{await last(served, child)}",
        child,
    )


async def last(served: Served, child: UUID, kind: type[Any] = PhysicalExamined) -> UUID:
    """The last entry of a type in a file."""
    return (await entries(served, child, kind))[-1].entry_id


async def entries(served: Served, child: UUID, kind: type[Any]) -> list[AnyEntry]:
    file = await served.container.ledger.file(child)
    assert file is not None
    return [entry for entry in file.entries.values() if type(entry.event) is kind]


async def send(browser: Browser, page: Response, address: str, do: str, **filled: list[str]) -> Response:
    sent = fields_of_form(page) | filled | {"do": [do]}
    return await browser.client.post(address, data=sent, headers=FROM_HERE, follow_redirects=True)


async def test_an_entry_is_corrected_in_three_steps(served: Served) -> None:
    browser, entry, child = await an_examination(served)
    page = await browser.open(entry)
    assert f'href="{entry}/correct"' in page.text
    why = await browser.open(f"{entry}/correct")
    unsaid = await send(browser, why, f"{entry}/correct/content", "on")
    assert unsaid.status_code == 422
    assert re.findall(r'<li><a href="#([^"]+)"', unsaid.text) == ["f-reason-code", "f-reason-explanation"]
    assert leads_nowhere(unsaid.text) == set()
    said = {
        "reason.code": ["incorrect_data"],
        "reason.explanation": ["体重抄错"],
        "documents.0.kind": ["其他"],
    }
    content = await send(browser, why, f"{entry}/correct/content", "on", **said)
    filled = fields_of_form(content)
    assert filled["occurred"] == ["2026-01-10"]
    assert filled["data.height_cm"] == ["141.5"]
    assert filled["data.organisation.unknown"] == ["not_asked"]
    assert filled["documents.0.kind"] == ["其他"]
    weight = {"data.weight_kg": ["39"]}
    review = await send(browser, content, f"{entry}/correct/review", "check", **weight)
    changed = re.findall(r'<tr class="changed"><th scope="row"><b>(.*?)</b>', review.text)
    assert changed == ["体重", "材料"]
    assert "试算，尚未记录。" in review.text
    back = await send(browser, review, f"{entry}/correct/content", "edit")
    assert fields_of_form(back)["data.weight_kg"] == ["39"]
    assert len(await entries(served, child, PhysicalExamined)) == 1
    recorded = await send(browser, review, f"{entry}/correct", "record")
    assert "已记录" in recorded.text
    again = await send(browser, review, f"{entry}/correct", "record")
    assert again.url == recorded.url, "sent again, it is the same correction"
    was, becomes = await entries(served, child, PhysicalExamined)
    assert becomes.corrects == was.entry_id
    assert becomes.reason is not None
    assert becomes.reason.explanation == "体重抄错"
    assert becomes.event.weight_kg == Decimal(39)
    assert becomes.event.height_cm == was.event.height_cm
    assert "已被更正，不能再更正" in (await browser.open(f"{entry}/correct")).text


async def a_correction(browser: Browser, entry: str, weight: str) -> Response:
    """Given a correction of the weight that somebody has read over."""
    said = {"reason.code": ["incorrect_data"], "reason.explanation": [f"应为{weight}千克"]}
    why = await browser.open(f"{entry}/correct")
    content = await send(browser, why, f"{entry}/correct/content", "on", **said)
    return await send(browser, content, f"{entry}/correct/review", "check", **{"data.weight_kg": [weight]})


async def test_what_was_filled_in_goes_on_from_what_another_corrected_meanwhile(served: Served) -> None:
    browser, entry, child = await an_examination(served)
    supervisor = await signed_in(served, Role.SUPERVISOR)
    first, second = await a_correction(browser, entry, "41"), await a_correction(supervisor, entry, "44")
    explained = {"data.explanation": ["没有体检"]}
    asked = await supervisor.open(f"{entry}/withdraw")
    withdrawal = await send(supervisor, asked, f"{entry}/withdraw", "check", **explained)
    assert "已记录" in (await send(browser, first, f"{entry}/correct", "record")).text
    again = await send(browser, first, f"{entry}/correct", "record")
    assert "已记录" in again.text, "sent again, it is the same correction"
    that = f"/console/children/{child}/entries/{await last(served, child)}"
    for read_over, way in ((second, "correct"), (withdrawal, "withdraw")):
        late = await send(supervisor, read_over, f"{entry}/{way}", "record")
        assert "已被更正，不能再更正" in late.text
        assert "您填写的没有记录。" in late.text
        assert f'href="{that}"' in late.text
        told = late.text.partition("不能再更正")[2].partition("</div>")[0]
        assert "工作人员" in told, "who corrected it is told"
        going_on = await send(supervisor, late, f"{that}/{WAYS_ON[way]}", "check")
        kept_typed = fields_of_form(going_on)
        assert kept_typed.get("data.weight_kg", ["44"]) == ["44"]
        assert kept_typed.get("data.explanation", explained["data.explanation"]) == ["没有体检"]
        assert {"data.weight_kg", "data.explanation"} & kept_typed.keys()
    weights = [each.event.weight_kg for each in await entries(served, child, PhysicalExamined)]
    assert weights == [Decimal(38), Decimal(41)], "the supervisor's is not recorded"
    file = await served.container.ledger.file(child)
    assert file is not None
    assert "EntryWithdrawn" not in {each.type for each in file.entries.values()}
    begun_again = await a_correction(supervisor, that, "44")
    assert re.findall(r"<del>(.*?)</del>", begun_again.text)[0].startswith("41")
    assert "已记录" in (await send(supervisor, begun_again, f"{that}/correct", "record")).text


async def test_what_was_not_read_over_is_not_corrected(served: Served) -> None:
    browser, entry, child = await an_examination(served)
    why = await browser.open(f"{entry}/correct")
    said = {"reason.code": ["incorrect_data"], "reason.explanation": ["体重抄错"]}
    content = await send(browser, why, f"{entry}/correct/content", "on", **said)
    weight = {"data.weight_kg": ["39"]}
    unseen = await send(browser, content, f"{entry}/correct", "record", **weight)
    assert "核对更正" in unseen.text
    wrong = {"data.weight_kg": ["重"]}
    faulty = await send(browser, content, f"{entry}/correct/review", "check", **wrong)
    assert faulty.status_code == 422
    assert "f-data-weight_kg" in faulty.text.partition('role="alert"')[2].partition("</ul>")[0]
    assert len(await entries(served, child, PhysicalExamined)) == 1
    assert (await browser.open(f"{entry}/correct/review")).url.path.endswith("/correct")


async def test_what_did_not_happen_is_withdrawn_and_restored_if_it_did_after_all(served: Served) -> None:
    browser, entry, child = await an_examination(served)
    why = await browser.open(f"{entry}/correct")
    said = {"reason.code": ["did_not_occur"], "reason.explanation": ["记入他人档案"]}
    page = await send(browser, why, f"{entry}/correct/content", "on", **said)
    assert fields_of_form(page)["data.explanation"] == ["记入他人档案"]
    checked = await send(browser, page, f"{entry}/withdraw", "check")
    assert "定期体检" in checked.text.partition("<aside")[2]
    assert "已记录" in (await send(browser, checked, f"{entry}/withdraw", "record")).text
    shown = await browser.open(entry)
    assert f'href="{entry}/restore"' in shown.text
    asked = await browser.open(f"{entry}/restore")
    sure = await send(browser, asked, f"{entry}/restore", "check", **{"data.explanation": ["查明属实"]})
    assert "已记录" in (await send(browser, sure, f"{entry}/restore", "record")).text
    assert f'href="{entry}/correct"' in (await browser.open(entry)).text
    assert len(await entries(served, child, PhysicalExamined)) == 1


async def test_a_withdrawal_is_undone_at_what_it_withdrew_and_not_corrected(served: Served) -> None:
    browser, entry, child = await an_examination(served)
    asked = await browser.open(f"{entry}/withdraw")
    unsaid = await send(browser, asked, f"{entry}/withdraw", "check")
    assert (unsaid.status_code, leads_nowhere(unsaid.text)) == (422, set())
    sure = await send(browser, asked, f"{entry}/withdraw", "check", **{"data.explanation": ["记错"]})
    done = await send(browser, sure, f"{entry}/withdraw", "record")
    withdrawal = f"/console/children/{child}/entries/{await last(served, child, EntryWithdrawn)}"
    assert f"{withdrawal}/withdraw" not in done.text
    assert f"{withdrawal}/correct" not in (await browser.open(withdrawal)).text
    for way in ("correct", "withdraw", "restore", "move"):
        page = await browser.open(f"{withdrawal}/{way}")
        assert page.status_code == 403
        assert "撤回有误的，恢复所指的条目" in page.text


async def test_what_may_hold_something_hidden_is_put_right_by_a_supervisor(served: Served) -> None:
    browser, _, child = await an_examination(served)
    examined = await last(served, child, IntakeMedicalExamined)
    for way in ("correct", "withdraw", "restore"):
        page = await browser.open(f"/console/children/{child}/entries/{examined}/{way}")
        assert page.status_code == 403
        assert "由负责人（主管）更正或者撤回" in page.text
    supervisor = await signed_in(served, Role.SUPERVISOR)
    page = await supervisor.open(f"/console/children/{child}/entries/{examined}/correct")
    assert page.status_code == 200


async def test_what_another_corrected_meanwhile_is_shown_and_not_corrected_over(
    served: Served,
) -> None:
    staff, entry, child = await an_examination(served)
    supervisor = await signed_in(served, Role.SUPERVISOR)
    said = {"reason.code": ["incorrect_data"], "reason.explanation": ["体重抄错"]}
    read_over = []
    for browser, weight in ((staff, "41"), (supervisor, "44")):
        why = await browser.open(f"{entry}/correct")
        content = await send(browser, why, f"{entry}/correct/content", "on", **said)
        filled = {"data.weight_kg": [weight]}
        read_over.append(await send(browser, content, f"{entry}/correct/review", "check", **filled))
    undo = await supervisor.open(f"{entry}/withdraw")
    withdrawn = {"data.explanation": ["没有做"]}
    undo_over = await send(supervisor, undo, f"{entry}/withdraw", "check", **withdrawn)
    corrected = await send(staff, read_over[0], f"{entry}/correct", "record")
    assert str(corrected.url).split("?")[0].endswith("/history")
    over = await send(supervisor, read_over[1], f"{entry}/correct", "record")
    assert not str(over.url).split("?")[0].endswith("/history")
    (latest,) = [each for each in await entries(served, child, PhysicalExamined) if each.corrects]
    assert f'/entries/{latest.entry_id}"' in over.text, "it leads to that correction"
    assert latest.event.weight_kg == Decimal(41)
    await send(supervisor, undo_over, f"{entry}/withdraw", "record")
    assert await entries(served, child, EntryWithdrawn) == []


async def test_a_form_that_one_person_checked_is_not_recorded_as_another_s(served: Served) -> None:
    staff, entry, child = await an_examination(served)
    supervisor = await signed_in(served, Role.SUPERVISOR)
    undo = await staff.open(f"{entry}/withdraw")
    checked = await send(staff, undo, f"{entry}/withdraw", "check", **{"data.explanation": ["没有做"]})
    again = await send(supervisor, checked, f"{entry}/withdraw", "record")
    assert again.status_code == 409
    assert await entries(served, child, EntryWithdrawn) == [], "it is checked by the other person first"
    theirs = await supervisor.open(f"{entry}/withdraw")
    said = {"data.explanation": ["没有做"], "said": fields_of_form(checked)["said"]}
    unread = await send(supervisor, theirs, f"{entry}/withdraw", "record", **said)
    assert "没有记录：您还没有看过" in unread.text
    assert await entries(served, child, EntryWithdrawn) == [], "what another person checked is none of theirs"
    recorded = await send(supervisor, unread, f"{entry}/withdraw", "record")
    assert str(recorded.url).split("?")[0].endswith("/history")
    (withdrawn,) = await entries(served, child, EntryWithdrawn)
    assert withdrawn.recorded_by.role == "supervisor"


async def test_amending_is_offered_to_whoever_is_shown_all_that_the_entry_may_say(served: Served) -> None:
    child = await kept(served, given(*LIFE))
    address = f"/console/children/{child}/entries/{await last(served, child, IntakeMedicalExamined)}"
    for role, offered in ((Role.STAFF, False), (Role.SUPERVISOR, True)):
        page = await (await signed_in(served, role)).open(address)
        for act in ("correct", "withdraw", "move"):
            assert (f'href="{address}/{act}"' in page.text) is offered, (role, act)
        assert ("由负责人（主管）更正或者撤回" in page.text) is not offered
