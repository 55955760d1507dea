"""Extracts in the console: issued by a form, and checked by whoever holds one, without signing in."""

import re
from uuid import UUID

import pytest
from httpx2 import Response

from api.console.upload import AROUND_IT
from api.contract.problems import invalid
from api.http import extracts
from api.identity.permissions import Role
from api.issuing.extract_file import MOST_BYTES
from api.issuing.printed_page import FONT
from domain.events.archive import ExtractIssued
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.label import Label
from ledger.codec.messages import InvalidValue
from tests.support.client import Served
from tests.support.console import FROM_HERE, NAME, TOLD, Browser, a_browser, reader, signed_in
from tests.support.given import given, some
from tests.support.stored import kept

SCHOOL = "望海市第一小学"


async def a_child(served: Served) -> UUID:
    received = ("2024-03-05", some(ChildReceived))
    return await kept(served, given(received, ("2024-03-05", some(IdentityRecorded, name=NAME))))


async def filled(served: Served, **said: str) -> dict[str, str]:
    """What the form says, of whoever it was shown to."""
    asked = {"as_of": "2026-06-30", "chapters": "identity", "purpose": "办理入学", "recipient": SCHOOL}
    return {**asked, **said, "shown_to": await reader(served, Role.SUPERVISOR)}


async def test_an_extract_is_offered_to_whoever_may_issue_it(served: Served) -> None:
    child = await a_child(served)
    link = f'href="/console/children/{child}/extract"'
    for role, offered in ((Role.SUPERVISOR, True), (Role.STAFF, False), (Role.AUDITOR, False)):
        browser = await signed_in(served, role)
        assert (link in (await browser.open(f"/console/children/{child}")).text) is offered
        form = await browser.open(f"/console/children/{child}/extract")
        assert form.status_code == (200 if offered else 403)


async def test_what_is_wrong_is_told_beside_what_was_filled_in(served: Served) -> None:
    child = await a_child(served)
    browser = await signed_in(served, Role.SUPERVISOR)
    page = await browser.send(
        f"/console/children/{child}/extract", **await filled(served, as_of="2027-01-01", purpose="")
    )
    assert page.status_code == 422
    assert 'href="#x-purpose"' in page.text
    assert f'value="{SCHOOL}"' in page.text
    assert re.search(r'name="chapters" value="identity" checked', page.text)


async def test_what_is_wrong_with_nothing_that_was_asked_is_told_too(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [Label("整个请求不对", "is wrong as a whole"), Label("不认识此项", "is not known here")]
    both = invalid([InvalidValue("", said[0]), InvalidValue("/elsewhere", said[1])])

    async def refused(*_: object) -> None:
        raise both

    monkeypatch.setattr(extracts, "issue_extract", refused)
    browser = await signed_in(served, Role.SUPERVISOR)
    page = await browser.send(f"/console/children/{await a_child(served)}/extract", **await filled(served))
    assert page.status_code == 422
    assert all(each.zh in page.text for each in said)


@pytest.mark.skipif(not FONT.exists(), reason="nothing is printed without the font of Debian")
async def test_an_extract_is_saved_and_checked_by_somebody_who_is_not_signed_in(served: Served) -> None:
    child = await a_child(served)
    browser = await signed_in(served, Role.SUPERVISOR)
    saved = await browser.send(f"/console/children/{child}/extract", **await filled(served))
    assert (saved.status_code, saved.headers["Content-Type"]) == (201, "application/pdf"), saved.text
    file = await served.container.ledger.file(child)
    assert file is not None
    (issued,) = (each.event for each in file.of(ExtractIssued))
    anybody = await a_browser(served)
    for language, genuine, invented in (
        ("zh", "与签发时一致", "不是本系统签发"),
        ("en", "Genuine and unchanged", "Not issued here"),
    ):
        await anybody.prefer(language=language)
        address = f"/console/verify?number={issued.number}&digest="
        page = await anybody.open(f"{address}{issued.content_sha256[:16]}")
        assert f'<html lang="{TOLD[language]}"' in page.text
        assert genuine in page.text
        assert NAME not in page.text
        assert invented in (await anybody.open(f"{address}{'0' * 16}")).text
        form = await anybody.open("/console/verify")
        assert genuine in (await handed_over(anybody, saved.content)).text
        other = await handed_over(anybody, saved.content + b" ")
        assert {"zh": "与签发时的文件不同", "en": "Not as it was issued"}[language] in other.text
        assert NAME not in other.text
        assert invented in (await handed_over(anybody, b"%PDF-1.7\n")).text
        assert 'enctype="multipart/form-data"' in form.text


async def handed_over(browser: Browser, content: bytes) -> Response:
    """Hand over a file to be checked by the form of the page, without signing in."""
    file = {"file": ("摘录.pdf", content, "application/octet-stream")}
    return await browser.client.post("/console/verify", files=file, headers=FROM_HERE)


async def test_what_is_wrong_with_a_file_that_is_checked_is_told_beside_the_form(served: Served) -> None:
    anybody = await a_browser(served)
    for content, status, said in (
        (b"no PDF", 415, "不是 PDF"),
        (b"", 415, "不是 PDF"),
        (b"%PDF-1.7".ljust(MOST_BYTES + AROUND_IT + 1), 413, "超过允许的大小"),
    ):
        page = await handed_over(anybody, content)
        assert (page.status_code, "文件没有查验" in page.text) == (status, True)
        assert said in page.text
        assert 'id="file"' in page.text
    nothing = await anybody.client.post("/console/verify", data={"number": "1"}, headers=FROM_HERE)
    assert nothing.status_code == 415
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    refused = await anybody.client.post("/console/verify", files={"file": b"%PDF-"}, headers=elsewhere)
    assert refused.status_code == 403
