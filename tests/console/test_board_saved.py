"""The readiness board saved as a workbook: who the page lists, in words, and nothing that is computed."""

import re
from datetime import date
from html import unescape
from typing import Final
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from httpx2 import Response

from api.identity.permissions import Role
from api.imports.cells.raw import as_written
from api.imports.reading.kinds import read_workbook
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from domain.events.placement.preparing import AdultPlacementCaseOpened
from domain.readiness import GATES
from tests.support.client import Served
from tests.support.console import Browser, signed_in
from tests.support.given import given, some
from tests.support.stored import kept

FORMULA: Final = "=1+1"
SOON, LATER = "标记甲乙", FORMULA


async def two_people(served: Served) -> list[UUID]:
    """Given somebody who is 18 soon, and somebody a year later whose name reads like a formula."""
    children = [
        await kept(
            served,
            given(
                ("2020-03-05", some(ChildReceived)),
                ("2020-03-05", some(IdentityRecorded, name=name, birth_on=birth, sex="1")),
                ("2020-03-20", some(ChildAdmitted)),
                ("2026-09-01", some(AdultPlacementCaseOpened)),
            ),
        )
        for name, birth in ((SOON, date(2009, 1, 5)), (LATER, date(2010, 1, 5)))
    ]
    await served.projected()
    return children


async def saved(browser: Browser, query: str = "") -> Response:
    answer = await browser.open(f"/console/readiness.xlsx{query}")
    assert answer.status_code == 200, answer.text
    return answer


def cells(answer: Response) -> list[list[list[str]]]:
    """The texts of each sheet, row by row; a formula would be none."""
    book = read_workbook(answer.content, "readiness.xlsx")
    return [[[as_written(raw) for raw in row] for row in sheet.rows] for sheet in book.sheets]


async def test_the_board_leads_from_one_gate_at_which_people_are_stuck_to_another(served: Served) -> None:
    await two_people(served)
    browser = await signed_in(served, Role.STAFF)
    where = "/console/readiness?within_months=24"
    for _ in range(2):
        page = await browser.open(where)
        gates = [unescape(each) for each in re.findall(r'href="([^"]+stuck_at=\d+)"', page.text)]
        assert gates, "each of them lacks something"
        for each in gates:
            asked = parse_qs(urlsplit(each).query)
            assert (len(asked["stuck_at"]), asked["within_months"]) == (1, ["24"])
        where = gates[0]


async def test_the_board_is_saved_with_a_column_for_each_gate_and_what_it_lacks(served: Served) -> None:
    soon, _ = await two_people(served)
    browser = await signed_in(served, Role.STAFF)
    page = await browser.open("/console/readiness")
    assert 'href="/console/readiness.xlsx"' in page.text
    answer = await saved(browser)
    assert answer.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert SOON not in answer.headers["content-disposition"]
    listed, about = cells(answer)
    headings, first, second = listed
    assert headings[:4] == ["姓名", "档案编号", "满 18 周岁", "结论"]
    gates = headings.index(f"1 {GATES[1].label.zh}")
    named = [f"{number} {GATES[number].label.zh}" for number in sorted(GATES)]
    assert headings[gates : gates + len(GATES)] == named
    assert (first[0], second[0]) == (SOON, FORMULA)
    assert any("，阻止安置：" in cell for cell in first[gates : gates + len(GATES)])
    assert ["截至日期", "2026-11-22"] in [row[:2] for row in about]
    assert b"<f>" not in answer.content
    read = await (await served.as_(Role.AUDITOR)).get(f"/children/{soon}/access")
    assert "readiness" in {each["purpose"] for each in read.json()["items"]}


async def test_a_saved_board_has_the_filters_and_the_language_of_its_page(served: Served) -> None:
    await two_people(served)
    browser = await signed_in(served, Role.STAFF)
    await browser.prefer(language="en")
    listed, about = cells(await saved(browser, "?within_months=3"))
    assert [row[0] for row in listed] == ["Name", SOON]
    assert ["Turns 18 within months", "3"] in [row[:2] for row in about]
    bureau = cells(await saved(await signed_in(served, Role.ADMINISTRATOR)))[0]
    assert SOON not in str(bureau)
