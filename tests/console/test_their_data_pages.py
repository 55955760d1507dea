"""Another department's file on pages: looked at, recorded when it is the same file, decided one by one."""

import re
from datetime import date
from html import unescape

import pytest
from httpx2 import Response

from api.identity.permissions import Role
from domain.events.household import CitizenIdAssigned, HouseholdRegistered
from domain.events.intake import ChildReceived, IdentityRecorded
from tests.support.client import Served
from tests.support.console import FROM_HERE, Browser, signed_in
from tests.support.given import citizen_id, given, some
from tests.support.stored import kept

BORN = "2015-03-05"
NUMBER, NOBODYS = citizen_id(BORN, "002"), citizen_id(BORN, "004")
HEADINGS = "身份证号,姓名,性别,出生日期"
THEIRS = f"{HEADINGS}\n{NUMBER},标记改名,男,{BORN}\n{NOBODYS},标记别处,女,{BORN}\n".encode()
ASKED = "/console/reconciliations?system=household&as_of=2026-11-20"


async def handed_in(browser: Browser, page: Response, action: str, content: bytes) -> Response:
    """Send a file by the form of a page."""
    (shown_to,) = set(re.findall(r'name="shown_to" value="([0-9a-f]+)"', page.text))
    file = {"file": ("theirs.csv", content, "text/csv")}
    return await browser.client.post(
        action, data={"shown_to": shown_to}, files=file, headers=FROM_HERE, follow_redirects=True
    )


def action_of(page: Response) -> str:
    """Where the form of a page sends a file."""
    (action,) = re.findall(r'action="([^"]+)" enctype="multipart/form-data"', page.text)
    return unescape(action)


@pytest.mark.own_statements
async def test_their_file_is_looked_at_then_recorded_and_each_difference_is_decided(served: Served) -> None:
    child = await kept(
        served,
        given(
            ("2024-03-05", some(ChildReceived)),
            ("2024-03-05", some(IdentityRecorded, name="标记甲乙", birth_on=date(2015, 3, 5), sex="2")),
            ("2024-03-05", some(CitizenIdAssigned, citizen_id=NUMBER)),
            ("2024-03-05", some(HouseholdRegistered, household_class="1")),
        ),
    )
    await served.projected()
    browser = await signed_in(served, Role.SUPERVISOR)
    asked = await browser.open(ASKED)
    look = await handed_in(browser, asked, action_of(asked), THEIRS)
    assert look.status_code == 200, look.text
    assert ("标记甲乙" in look.text, "标记改名" in look.text, "标记别处" in look.text) == (True, True, True)
    assert "没有不一致的" in (await browser.open("/console/differences")).text, "nothing is recorded yet"
    assert "没有一行与本机构的儿童相符" not in look.text
    elsewhere = f"{HEADINGS}\n{NOBODYS},标记别处,女,{BORN}\n".encode()
    nobody = await handed_in(browser, asked, action_of(asked), elsewhere)
    assert "没有一行与本机构的儿童相符" in nobody.text
    other = await handed_in(browser, look, action_of(look), THEIRS + b"\n")
    assert (other.status_code, "没有写入" in other.text) == (409, True)
    done = await handed_in(browser, look, action_of(look), THEIRS)
    assert (done.status_code, re.findall("已写入 ([0-9]+) 条", done.text)) == (200, ["2"])
    again = await handed_in(browser, look, action_of(look), THEIRS)
    assert again.status_code == 200, "sent twice, it is recorded once"
    corrected = THEIRS.replace("标记改名,男".encode(), "标记甲乙,男".encode())
    later = await handed_in(browser, asked, ASKED.replace("11-20", "11-21"), corrected)
    assert re.findall('<h2 id="(ended|still_open)">', later.text) == ["ended"]
    older = await handed_in(browser, asked, ASKED.replace("11-20", "05-31"), THEIRS)
    assert (older.status_code, "截至2026-11-20的数据已经比对过" in older.text) == (422, True)
    await served.projected()
    listed = await browser.open("/console/differences?state=open")
    assert ("标记甲乙" in listed.text, "标记改名" in listed.text) == (True, True)
    assert listed.text.count("标记改名") == 1
    for page in (look, listed):
        assert "<td>女性</td><td>男性</td>" in page.text, "codes are told in words"
    assert f"/console/children/{child}/record/DifferenceSettled" in listed.text
    bureau = await (await signed_in(served, Role.BUREAU)).open("/console/differences")
    assert "/record/DifferenceSettled" not in bureau.text
    hidden = await (await signed_in(served, Role.ADMINISTRATOR)).open("/console/differences")
    assert ("标记甲乙" in hidden.text, "标记改名" in hidden.text) == (False, False)


async def test_what_is_no_file_of_theirs_is_told_and_others_may_not_compare(served: Served) -> None:
    browser = await signed_in(served, Role.STAFF)
    asked = await browser.open(ASKED)
    wrong = await handed_in(browser, asked, action_of(asked), b"\x00\x01")
    assert wrong.status_code >= 400
    assert 'role="alert"' in wrong.text
    assert (await (await signed_in(served, Role.BUREAU)).open(ASKED)).status_code == 403
