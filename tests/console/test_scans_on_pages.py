"""Scans on pages: one is attached to a paper of an entry by a plain form, shown in small, and opened."""

import re
from io import BytesIO

from PIL import Image

from api.identity.permissions import Role
from domain.envelope import Document
from domain.events.intake import ChildReceived
from tests.support.client import Served
from tests.support.console import FROM_HERE, Browser, signed_in
from tests.support.given import given, some
from tests.support.stored import kept


async def a_page(served: Served, role: Role = Role.STAFF) -> tuple[Browser, str]:
    """Given a child received with a paper: somebody signed in, and the page of that entry's papers."""
    told = given(("2024-03-05", some(ChildReceived), {"documents": ("found_child_certificate",)}))
    child = await kept(served, told)
    browser = await signed_in(served, role)
    listed = await browser.open(f"/console/children/{child}/papers")
    (address,) = re.findall(r'href="(/console/children/[^"]+/entries/[^"]+/papers)"', listed.text)
    assert "未存影像" in listed.text
    return browser, address


async def attached(browser: Browser, address: str, name: str, content: bytes) -> str:
    """Send a file by the form of the page; return what it leads to."""
    page = await browser.open(address)
    (action,) = re.findall(r'action="([^"]+/papers/[^"]+)"', page.text)
    said = re.findall(r'name="shown_to" value="([0-9a-f]+)"', page.text)[0]
    answer = await browser.client.post(
        action,
        data={"shown_to": said},
        files={"file": (name, content, "application/octet-stream")},
        headers=FROM_HERE,
        follow_redirects=True,
    )
    return answer.text


def a_scan() -> bytes:
    """Return a picture, as a scanner makes one."""
    written = BytesIO()
    Image.new("RGB", (40, 30), "white").save(written, "JPEG")
    return written.getvalue()


async def test_a_scan_is_attached_seen_in_small_and_opened_as_it_came(served: Served) -> None:
    browser, address = await a_page(served)
    scan = a_scan()
    shown = await attached(browser, address, "捡拾证明.jpg", scan)
    (small,) = re.findall(r'<img src="([^"]+)"', shown)
    picture = await browser.client.get(small)
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/jpeg")
    opened = await browser.client.get(small.removesuffix("/thumbnail"))
    assert opened.content == scan
    assert "已存影像" in (await browser.open(f"{address.partition('/entries/')[0]}/papers")).text


async def test_what_is_no_scan_is_not_taken_and_the_page_says_why(served: Served) -> None:
    browser, address = await a_page(served)
    for name, content in (("说明.jpg", b"plain text"), ("", b"")):
        shown = await attached(browser, address, name, content)
        assert "影像没有存入" in shown, name
    assert "<img" not in (await browser.open(address)).text


async def test_a_row_of_an_imported_workbook_has_no_scan_and_the_page_says_why(served: Served) -> None:
    row = Document(kind="register_row", number="儿童花名册!4", sha256="0" * 64)
    paper = Document(kind="medical_report", sha256="1" * 64)
    told = given(("2024-03-05", some(ChildReceived), {"documents": (row, Document(kind=row.kind), paper)}))
    child = await kept(served, told)
    browser = await signed_in(served, Role.STAFF)
    listed = await browser.open(f"/console/children/{child}/papers")
    shown = await browser.open(re.findall(r'href="(/console/[^"]+/entries/[^"]+/papers)"', listed.text)[0])
    assert shown.text.count("没有单独的纸质材料") == 1
    assert shown.text.count('enctype="multipart/form-data"') == 2
    assert shown.text.count("只收同一个文件") == 1


async def test_who_may_not_record_is_offered_no_form(served: Served) -> None:
    browser, address = await a_page(served, Role.AUDITOR)
    assert "enctype" not in (await browser.open(address)).text
