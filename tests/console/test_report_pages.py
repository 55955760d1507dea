"""Reports on pages: read before they are issued, frozen then, and compared with what is computed again."""

import re
from datetime import date
from html import unescape

import pytest
from httpx2 import Response

from api.identity.permissions import Role
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from tests.support.client import Served
from tests.support.console import Browser, signed_in
from tests.support.given import given, some
from tests.support.issued import known_in_lists
from tests.support.stored import kept

OF = "progress/2026"


async def children(served: Served, number: int) -> None:
    """Given so many girls in care."""
    for _ in range(number):
        await kept(
            served,
            given(
                ("2020-03-05", some(ChildReceived)),
                ("2020-03-05", some(IdentityRecorded, birth_on=date(2018, 3, 1), sex="2")),
                ("2020-03-20", some(ChildAdmitted)),
            ),
        )
    await known_in_lists(served)


def hidden(page: Response) -> dict[str, str]:
    """What the form of a page says by itself."""
    of_page = page.text.partition("<main")[2]
    return dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', of_page))


async def issued(served: Served) -> tuple[Browser, Response]:
    """Issue a report as its page offers it, and return the page of what was issued."""
    browser = await signed_in(served, Role.SUPERVISOR)
    listed = await browser.open("/console/reports")
    assert f'value="{OF}"' in listed.text
    before = await browser.open(f"/console/reports/new?of={OF}")
    assert "不能更改，也不能收回" in before.text
    return browser, await browser.send("/console/reports/new", **hidden(before))


async def test_a_report_is_read_then_issued_once_and_stands_as_it_was(served: Served) -> None:
    await children(served, 6)
    nobody = await signed_in(served, Role.BUREAU)
    assert "还没有出具过报表" in (await nobody.open("/console/reports")).text
    browser, page = await issued(served)
    assert (page.status_code, "已出具" in page.text) == (200, True)
    report = re.findall(r"/console/reports/([0-9a-f-]{36})$", str(page.url).partition("?")[0])[0]
    compared = await browser.open(f"/console/reports/{report}/comparison")
    assert "逐字节相同" in compared.text
    await children(served, 1)
    assert "逐字节相同" in (await browser.open(f"/console/reports/{report}/comparison")).text
    assert re.search(r'<td class="right">6</td>', page.text)
    again = await nobody.open(f"/console/reports/{report}")
    assert re.findall('<td class="right">.*?</td>', again.text) == re.findall(
        '<td class="right">.*?</td>', page.text
    )
    saved = await nobody.open(f"/console/reports/{report}/file.xlsx")
    assert saved.content.startswith(b"PK")
    assert "attachment" in saved.headers["content-disposition"]
    elsewhere = await signed_in(served, Role.SUPERVISOR, elsewhere=True)
    assert (await elsewhere.open(f"/console/reports/{report}")).status_code == 404


async def test_a_form_sent_twice_issues_one_report(served: Served) -> None:
    await children(served, 5)
    browser = await signed_in(served, Role.SUPERVISOR)
    form = hidden(await browser.open(f"/console/reports/new?of={OF}"))
    first, second = [await browser.send("/console/reports/new", **form) for _ in range(2)]
    assert first.url == second.url
    listed = await browser.open("/console/reports")
    assert len(re.findall('<th scope="row"><a href="/console/reports/', listed.text)) == 1


async def test_numbers_that_changed_while_they_were_read_are_shown_again_and_not_issued(
    served: Served,
) -> None:
    await children(served, 5)
    browser = await signed_in(served, Role.SUPERVISOR)
    form = hidden(await browser.open(f"/console/reports/new?of={OF}"))
    await children(served, 5)
    page = await browser.send("/console/reports/new", **form)
    assert (page.status_code, "没有出具" in unescape(page.text)) == (409, True)
    assert "还没有出具过报表" in (await browser.open("/console/reports")).text
    assert (await browser.send("/console/reports/new", **hidden(page))).status_code == 200


@pytest.mark.own_statements
async def test_only_who_answers_for_an_institution_or_a_region_issues_reports(served: Served) -> None:
    await known_in_lists(served)
    supervisor = await signed_in(served, Role.SUPERVISOR)
    form = hidden(await supervisor.open(f"/console/reports/new?of={OF}"))
    for role in (Role.STAFF, Role.AUDITOR):
        browser = await signed_in(served, role)
        assert "/console/reports/new" not in (await browser.open("/console/reports")).text, role
        assert (await browser.open(f"/console/reports/new?of={OF}")).status_code == 403, role
        theirs = form | {"shown_to": hidden(await browser.open("/console/drafts")).get("shown_to", "")}
        assert (await browser.send("/console/reports/new", **theirs)).status_code in {403, 409}, role
    assert (await supervisor.open("/console/reports/new?of=nothing/2026")).status_code == 422
    bureau = await signed_in(served, Role.BUREAU)
    assert f'value="{OF}"' in (await bureau.open("/console/reports")).text
    page = await bureau.send(
        "/console/reports/new", **hidden(await bureau.open(f"/console/reports/new?of={OF}"))
    )
    assert (page.status_code, "已出具" in page.text) == (200, True)
