"""Counts on pages: each number leads to its list, the unknown stands by itself, the public is safe."""

import re
from datetime import date
from html import unescape
from typing import Final
from uuid import UUID

import pytest
from httpx2 import Response

from api.console.count_charts import count_bars, count_line
from api.identity.permissions import Role
from api.imports.cells.raw import as_written
from api.imports.reading.kinds import read_workbook
from domain.event import Unknown
from domain.events.departure import ChildDied
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from tests.support.client import Served
from tests.support.console import Browser, signed_in
from tests.support.given import given, some
from tests.support.stored import kept

pytestmark = pytest.mark.own_statements
TODAY: Final = "2026-11-22"
GIRL, BOY, FOUND = "标记女孩", "标记男孩", "标记弃婴"


async def three_children(served: Served) -> list[UUID]:
    """Given a girl of eight, a boy of fourteen, and a child of whose birth nothing is recorded."""
    known = {GIRL: (date(2018, 3, 1), "2"), BOY: (date(2012, 3, 1), "1"), FOUND: (Unknown("not_known"), "1")}
    children = [
        await kept(
            served,
            given(
                ("2020-03-05", some(ChildReceived)),
                ("2020-03-05", some(IdentityRecorded, name=name, birth_on=birth, sex=sex)),
                ("2020-03-20", some(ChildAdmitted)),
            ),
        )
        for name, (birth, sex) in known.items()
    ]
    await served.projected()
    return children


def numbers(page: Response) -> dict[str, list[tuple[str, str | None]]]:
    """The numbers of the rows of a page, each with where it leads, by the first cell of the row."""
    rows = {}
    for row in re.findall(r"<tr>(.*?)</tr>", page.text, re.DOTALL):
        heading = re.search(r'<th scope="row"[^>]*>(.*?)</th>', row, re.DOTALL)
        if heading is not None:
            cells = re.findall(r'<td class="right">(.*?)</td>', row, re.DOTALL)
            rows[re.sub("<[^>]+>", "", heading[1]).strip()] = [_number(each) for each in cells]
    return rows


def _number(cell: str) -> tuple[str, str | None]:
    link = re.search(r'href="([^"]+)"', cell)
    return re.sub("<[^>]+>", "", cell).strip(), None if link is None else unescape(link[1])


async def listed(browser: Browser, address: str | None) -> set[str]:
    """Who of the three stands in the list to which a number leads."""
    assert address is not None
    page = await browser.open(address)
    assert page.status_code == 200, page.text
    return {name for name in (GIRL, BOY, FOUND) if name in page.text}


async def test_each_number_of_a_census_leads_to_the_children_whom_it_counts(served: Served) -> None:
    await three_children(served)
    browser = await signed_in(served, Role.BUREAU)
    page = await browser.open("/console/census?by=sex&by=age_band")
    assert [unescape(each) for each in re.findall(r'class="right">([^<]+)</th>', page.text)] == [
        "7–13 周岁",
        "14–17 周岁",
        "出生日期不详",
        "合计",
    ]
    rows = numbers(page)
    boys, girls, all_of_them = rows["男性"], rows["女性"], rows["合计"]
    assert [count for count, _ in boys] == ["0", "1", "1", "2"]
    assert [count for count, _ in all_of_them] == ["1", "1", "1", "3"]
    assert boys[0][1] is None, "behind a zero is nobody"
    assert await listed(browser, boys[1][1]) == {BOY}
    assert await listed(browser, boys[3][1]) == {BOY, FOUND}
    assert await listed(browser, girls[0][1]) == {GIRL}
    assert await listed(browser, all_of_them[2][1]) == {FOUND}
    assert await listed(browser, all_of_them[3][1]) == {GIRL, BOY, FOUND}
    assert re.search(r'role="img" aria-label="[^"]*共 3 人；最多的是男性：2 人"', page.text)


async def test_a_census_of_another_day_says_so_and_is_narrowed_by_what_is_taken_away_again(
    served: Served,
) -> None:
    await three_children(served)
    browser = await signed_in(served, Role.SUPERVISOR)
    before = await browser.open("/console/census?by=sex&day=2020-03-01")
    assert ("这不是现在的情况。" in before.text, "没有符合条件的儿童" in before.text) == (True, True)
    narrowed = await browser.open("/console/census?by=sex&where=sex:2")
    assert [count for count, _ in numbers(narrowed)["合计"]] == ["1"]
    (away,) = (unescape(each) for each in re.findall(r'href="([^"]+)">取消', narrowed.text))
    assert [count for count, _ in numbers(await browser.open(away))["合计"]] == ["3"]


async def test_what_may_be_published_has_no_small_number_and_no_list(served: Served) -> None:
    await three_children(served)
    page = await (await signed_in(served, Role.BUREAU)).open("/console/census?public=true&by=sex")
    rows = numbers(page)
    assert {cell for cells in rows.values() for cell in cells} == {("*", None)}
    assert "不公布" in page.text
    assert 'role="img"' not in page.text


async def test_a_census_is_saved_as_it_is_shown(served: Served) -> None:
    await three_children(served)
    browser = await signed_in(served, Role.STAFF)
    page = await browser.open("/console/census?by=sex&where=sex:1")
    (address,) = re.findall(r'href="(/console/census\.xlsx[^"]*)"', page.text)
    saved = await browser.open(unescape(address))
    sheet = read_workbook(saved.content, "census.xlsx").sheets[0]
    cells = [[as_written(raw) for raw in row] for row in sheet.rows]
    assert [row[:2] for row in cells] == [["性别", "人数"], ["男性", "2"]]


async def test_who_came_and_left_adds_up_and_leads_to_who_they_are(served: Served) -> None:
    await three_children(served)
    gone = given(
        ("2020-03-05", some(ChildReceived)),
        ("2020-03-05", some(IdentityRecorded, name=GIRL, birth_on=date(2018, 3, 1), sex="2")),
        ("2020-03-20", some(ChildAdmitted)),
        ("2021-05-06", some(ChildDied)),
    )
    await kept(served, gone)
    await served.projected()
    browser = await signed_in(served, Role.BUREAU)
    page = await browser.open("/console/census/flows?from=2020-03-01&to=2021-12-31&by=sex")
    rows = numbers(page)
    assert [count for count, _ in rows["女性"]] == ["0", "2", "0", "1", "0", "1"]
    assert [count for count, _ in rows["合计"]] == ["0", "4", "0", "1", "0", "3"]
    assert await listed(browser, rows["女性"][1][1]) == {GIRL}
    left = await browser.open(rows["女性"][3][1] or "")
    assert (left.text.count(GIRL), "2021-05-06" in left.text, "死亡" in left.text) == (1, True, True)
    masked = await (await signed_in(served, Role.ADMINISTRATOR)).open(str(left.url))
    assert (masked.status_code, GIRL in masked.text) == (200, False)


async def test_the_ends_of_quarters_are_drawn_and_stand_below_as_numbers(served: Served) -> None:
    await three_children(served)
    browser = await signed_in(served, Role.BUREAU)
    page = await browser.open("/console/series?by=sex&years=10")
    rows = numbers(page)
    assert [count for count, _ in rows["2019-12-31"]] == ["0", "0", "0"]
    assert [count for count, _ in rows["2020-03-31"]] == ["2", "1", "3"]
    assert next(iter(rows)) == TODAY, "the latest first"
    assert await listed(browser, rows["2020-03-31"][1][1]) == {GIRL}
    assert len(rows) == 41, "forty ends of quarters, and today"
    assert 'aria-label="2016-12-31 有 0 人，2026-11-22 有 3 人"' in page.text
    (address,) = re.findall(r'href="(/console/series\.csv[^"]*)"', page.text)
    saved = (await browser.open(unescape(address))).content.decode("utf-8-sig").splitlines()
    assert saved[0] == "日期,性别,人数,名单地址"
    assert saved[1].startswith("2020-03-31,男性,2,"), "the earliest first, and only of whom there are any"


def test_a_drawing_stays_within_its_bounds() -> None:
    bars = count_bars([("一", 0), ("二", 3), ("一二三四五六七八九十甲乙丙丁", 12)])
    assert bars is not None
    assert [bar.width for bar in bars.bars] == [0, 70, 280]
    assert bars.bars[2].label == "一二三四五六七八九十甲…"
    latin = count_bars([("Institution's household", 1), ("Institution's collective household", 2)])
    assert latin is not None
    assert [bar.label for bar in latin.bars] == ["Institution's household", "Institution's collecti…"]
    assert count_bars([("一", 0)]) is None
    line = count_line([("2020", 7), ("2021", 7), ("2022", 9)])
    assert line is not None
    for point in line.points.split():
        x, y = map(float, point.split(","))
        assert 44 <= x <= 600
        assert 20 <= y <= 208
    assert [count for count, _ in line.grid] == [7, 8, 9]
    assert count_line([("2020", 7)]) is None


async def test_supervision_has_a_row_for_each_institution_and_each_number_leads_to_as_many(
    served: Served,
) -> None:
    await three_children(served)
    browser = await signed_in(served, Role.BUREAU)
    rows = numbers(await browser.open("/console/supervision"))
    own = next(cells for cells in rows.values() if cells[4] != ("0", None))
    assert (own[4][0], own[5][0]) == ("3", "3"), "nobody is registered or insured"
    assert await listed(browser, own[4][1]) == {GIRL, BOY, FOUND}
    assert await listed(browser, own[5][1]) == {GIRL, BOY, FOUND}
    for count, address in own:
        if address is not None:
            page = await browser.open(address)
            assert page.status_code == 200, address
            assert count != "0"
    elsewhere = await signed_in(served, Role.SUPERVISOR, elsewhere=True)
    (theirs,) = numbers(await elsewhere.open("/console/supervision")).values()
    assert {count for count, _ in theirs} == {"0"}


async def test_findings_are_counted_each_number_leads_to_as_many_and_all_are_saved(served: Served) -> None:
    await three_children(served)
    browser = await signed_in(served, Role.AUDITOR)
    for by in ("rule", "kind", "institution"):
        page = await browser.open(f"/console/findings/counts?by={by}&since=2020-03-01")
        rows = numbers(page)
        assert rows
        for count, address in (cells[0] for cells in rows.values()):
            behind = await browser.open(address or "")
            assert behind.text.count('<tr><td class="num">') == int(count), address
            assert "since=2020-03-01" in (address or ""), "a list is narrowed as its count is"
        assert f"共 {sum(int(cells[0][0]) for cells in rows.values())} 项" in page.text
    (saved,) = re.findall(r'href="(/console/findings\.csv[^"]*)"', behind.text)
    lines = (await browser.open(unescape(saved))).content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + int(count), "all of them, below the headings"
