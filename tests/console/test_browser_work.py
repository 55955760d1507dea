"""In a real browser: a second person decides, a workbook goes in, and who is stuck is found."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.chromium import (
    NARROW,
    WIDE,
    ask,
    enter,
    needs_chromium,
    opened,
    violations,
    with_and_without,
)
from tests.support.demo_server import Demo
from tests.support.registers.paper import a_sheet, roster, workbook

pytestmark = [pytest.mark.browser, needs_chromium]

WHOSE = "星河儿童福利院（虚构）"
WRONG = a_sheet("体检", institution=WHOSE).row(儿童编号="CS777", 体检日期="2020-02-01")


def is_sound(page: Page, browser: Browser, demo: Demo) -> None:
    """Nothing keeps anybody from using a page, and it is no wider than a small screen."""
    address = page.url.removeprefix(demo.address)
    for size, script in ((WIDE, True), (NARROW, False)):
        other = opened(browser, size, script=script)
        enter(other, demo)
        other.goto(f"{demo.address}{address}")
        if script:
            assert violations(other, other.url) == []
        else:
            assert other.evaluate("() => document.documentElement.scrollWidth") <= NARROW[0]
        other.context.close()


@with_and_without
def test_a_second_person_decides(demo: Demo, browser: Browser, *, script: bool) -> None:
    page = opened(browser, WIDE, script=script)
    enter(page, demo)
    page.click("nav >> text=等我审批")
    page.wait_for_url("**/console/approvals")
    before = page.locator(".inbox li").count()
    assert before > 1
    page.click(".inbox li:nth-child(2) a")
    page.wait_for_url("**/console/approvals/*")
    decided = page.url.rpartition("/")[2]
    assert page.locator("h3", has_text="批准以后").count() == 1
    page.fill("#explanation", "已核对原始材料。")
    page.click("button[value=approve]")
    page.wait_for_url("**?done=true")
    assert page.locator("[role=status]").inner_text() == "已记录：已批准。"
    assert page.locator(".inbox li").count() == before - 1
    assert ask(demo, f"/exceptions/{decided}")["state"] == "approved"
    is_sound(page, browser, demo)
    page.context.close()


@with_and_without
def test_a_workbook_goes_in(demo: Demo, browser: Browser, tmp_path: Path, *, script: bool) -> None:
    file = tmp_path / "register.xlsx"
    file.write_bytes(workbook(roster(institution=WHOSE), WRONG))
    page = opened(browser, WIDE, script=script)
    enter(page, demo)
    page.click("nav >> text=导入")
    before = page.locator("tbody tr").count()
    page.set_input_files("#file", file)
    page.click("main button")
    page.wait_for_selector("text=核对", timeout=60_000)
    page.wait_for_selector("#seen", timeout=60_000)
    assert page.locator("tbody", has_text="花名册中没有该儿童").count() == 1
    is_sound(page, browser, demo)
    page.check("#seen")
    page.click("main button")
    page.wait_for_selector("[role=status]", timeout=60_000)
    assert page.locator("[role=status]").inner_text().startswith("已写入")
    page.goto(f"{demo.address}/console/imports")
    assert page.locator("tbody tr").count() == before + 2
    page.context.close()


@with_and_without
def test_who_is_ready_and_what_is_stuck(demo: Demo, browser: Browser, *, script: bool) -> None:
    page = opened(browser, WIDE, script=script)
    enter(page, demo, role="placement_officer")
    page.wait_for_url("**/console/readiness")
    everybody = page.locator("table.matrix tbody tr").count()
    assert everybody > 2
    page.locator("section", has_text="最常卡在").locator("li a").first.click()
    page.wait_for_url("**stuck_at=*")
    stuck = page.locator("table.matrix tbody tr").count()
    assert 0 < stuck <= everybody
    page.locator("table.matrix .gate.unmet").first.click()
    page.wait_for_url("**/readiness#g*")
    page.context.close()
