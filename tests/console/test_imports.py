"""A workbook goes in, in a browser without a script: chosen, tried, looked over, recorded and reported."""

import asyncio
import re
from io import BytesIO
from zipfile import ZipFile

import pytest
from httpx2 import Response

from api.identity.permissions import Role
from tests.support.client import Served
from tests.support.console import Browser, is_sound, reader, signed_in
from tests.support.registers.paper import a_sheet, roster, workbook
from tests.support.waiting import PATIENCE

NAME = "台账-2026年11月.xlsx"
WRONG = a_sheet("体检").row(儿童编号="CS777", 体检日期="2020-02-01")


async def ended(browser: Browser, page: Response) -> Response:
    """The page of an import once it has come to its end."""
    async with asyncio.timeout(PATIENCE):
        while 'http-equiv="refresh"' in page.text:
            await asyncio.sleep(0.05)
            page = await browser.open(str(page.url))
    return page


async def tried(browser: Browser, content: bytes) -> Response:
    """Given a file that was read on trial."""
    return await ended(browser, await browser.upload("/console/imports", NAME, content))


def address(page: Response) -> str:
    return page.url.path


def looked_at(page: Response) -> dict[str, str]:
    """What the form of a page says of what was shown to whom."""
    return dict(re.findall(r'name="(sha256|shown_to)" value="([0-9a-f]+)"', page.text))


async def test_a_workbook_is_read_on_trial_looked_over_and_recorded(served: Served) -> None:
    browser = await signed_in(served, Role.STAFF)
    looked_over = await tried(browser, workbook(roster(), WRONG))
    is_sound(looked_over, "zh")
    for told in (NAME, "还没有写入任何内容", "CS777", "花名册中没有该儿童", "我看过退回的 1 行", "写入 1 行"):
        assert told in looked_over.text, told
    summed = re.findall(r"<b>(\d+)</b>", looked_over.text)
    rows, recorded, already, rejected = map(int, summed[:4])
    assert rows == recorded + already + rejected == 2
    assert int(summed[4]) == sum(map(int, summed[5:11]))
    unseen = await browser.send(address(looked_over), **looked_at(looked_over))
    assert unseen.status_code == 422
    assert "先看退回的 1 行。" in unseen.text
    waits = (await browser.open("/console/today")).text
    assert f'href="{address(looked_over)}"' in waits
    assert "试读完成，等您核对、写入　退回 1 行" in waits
    recorded_page = await ended(
        browser, await browser.send(address(looked_over), seen="1", **looked_at(looked_over))
    )
    assert "已写入" in recorded_page.text
    assert address(recorded_page) != address(looked_over)
    assert address(looked_over) not in (await browser.open("/console/today")).text
    await served.projected()
    assert len((await (await served.as_(Role.STAFF)).get("/children")).json()["items"]) == 1
    listed = await browser.open("/console/imports")
    assert listed.text.count(NAME) == 2


async def test_a_colleague_goes_on_with_what_somebody_has_read_on_trial(served: Served) -> None:
    page = await tried(await signed_in(served, Role.STAFF), workbook(roster()))
    supervisor = await signed_in(served, Role.SUPERVISOR)
    assert NAME in (await supervisor.open("/console/imports")).text
    unread = await supervisor.send(address(page), **looked_at(page))
    assert unread.status_code == 409, "what one person looked over is not recorded as another's"
    assert "这一页是给另一个人看的" in unread.text
    assert (await supervisor.open("/console/imports")).text.count(NAME) == 1
    theirs = looked_at(await supervisor.open(address(page)))
    done = await ended(supervisor, await supervisor.send(address(page), **theirs))
    assert "已写入" in done.text
    assert "其中含更正" not in done.text
    otherwise = await tried(supervisor, workbook(roster(接收日期="2016-05-03")))
    assert "其中含更正：1 行" in otherwise.text
    listed = await supervisor.open(f"{address(otherwise)}?part=corrections")
    for told in ("作为更正录入的值", "怎样录入", "2016-05-03", "作为更正录入；原有记载保留"):
        assert told in listed.text, told
    is_sound(listed, "zh")
    with ZipFile(BytesIO((await supervisor.open(f"{address(otherwise)}/rows")).content)) as book:
        words = book.read("xl/sharedStrings.xml").decode()
    assert "将录入（含更正） To be recorded, with a correction" in words
    assert "接收日期：作为更正录入" in words
    elsewhere = await signed_in(served, Role.STAFF, elsewhere=True)
    assert (await elsewhere.open(address(page))).status_code == 404


@pytest.mark.own_statements
async def test_the_rows_are_saved_with_what_became_of_each(served: Served) -> None:
    browser = await signed_in(served, Role.STAFF)
    page = await tried(browser, workbook(roster()))
    saved = await browser.open(f"{address(page)}/rows")
    assert saved.content.startswith(b"PK")
    assert NAME not in saved.headers["content-disposition"]


@pytest.mark.own_statements
async def test_what_cannot_be_read_is_said_where_the_file_is_chosen(served: Served) -> None:
    browser = await signed_in(served, Role.STAFF)
    for name, content, why in (
        (NAME, b"PK\x03\x04 damaged", "已损坏"),
        ("台账.docx", b"?", "只能导入"),
        ("", b"", "没有选择文件。"),
    ):
        page = await browser.upload("/console/imports", name, content)
        assert page.status_code == 400, name
        assert why in page.text, name
        is_sound(page, "zh")
    assert "一天以内没有导入。" in page.text


async def test_a_form_that_is_none_is_not_read(served: Served) -> None:
    browser = await signed_in(served, Role.STAFF)
    for content_type, body in (
        ("multipart/form-data; boundary=x", b"--y\r\n\r\n"),
        ("multipart/form-data", b"?"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\ncontent-disposition: form-data; name="other"\r\n\r\n1\r\n--x--',
        ),
    ):
        answer = await browser.client.post(
            "/console/imports",
            content=body,
            headers={"Content-Type": content_type, "Sec-Fetch-Site": "same-origin"},
            follow_redirects=True,
        )
        assert answer.status_code == 400, body


async def test_who_imports_nothing_is_told_who_does(served: Served) -> None:
    browser = await signed_in(served, Role.AUDITOR)
    page = await browser.open("/console/imports")
    assert "由机构的工作人员或者主管导入。" in page.text
    theirs = await reader(served, Role.AUDITOR)
    refused = await browser.send_file(page, NAME, workbook(roster()), theirs)
    assert refused.status_code == 403
