"""In a real browser: a second person decides, a workbook goes in, who is stuck is found, reports are issued.

What another department holds is compared, and a difference settled.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from api.demo.demonstration import KEEPER
from tests.support.chromium import (
    NARROW,
    WIDE,
    announces,
    arrival,
    ask,
    enter,
    follow,
    go_by_keyboard,
    is_sound,
    needs_chromium,
    opened,
    somebody_put_right,
    tab_to,
    type_at,
    with_and_without,
)
from tests.support.demo_server import Demo
from tests.support.registers.paper import a_sheet, roster, workbook

pytestmark = [pytest.mark.browser, needs_chromium]

WHOSE = "星河儿童福利院（虚构）"
WRONG = a_sheet("体检", institution=WHOSE).row(儿童编号="CS777", 体检日期="2020-02-01")


@with_and_without
def test_a_second_person_decides(demo: Demo, browser: Browser, *, script: bool) -> None:
    page = opened(browser, WIDE if script else NARROW, script=script)
    enter(page, demo)
    follow(page, "nav >> text=等我审批")
    page.wait_for_url("**/console/approvals")
    before = page.locator(".inbox li").count()
    assert before > 1
    follow(page, ".inbox li:nth-child(2) a")
    page.wait_for_url("**/console/approvals/*")
    decided = page.url.rpartition("/")[2]
    assert page.locator("h3", has_text="批准以后").count() == 1
    page.fill("#explanation", "  ")
    follow(page, "button[value=approve]")
    with arrival(page), page.expect_request("**/console/shown/*") as asked_for:
        page.reload()
    assert asked_for.value.method == "GET", "nothing is sent again"
    expect(page.locator("[role=alert]:visible")).to_contain_text("填写审批意见。")
    page.fill("#explanation", "已核对原始材料。")
    follow(page, "button[value=approve]")
    page.wait_for_url("**?done=true")
    assert page.locator("[role=status]:visible").inner_text() == "已记录：已批准。"
    assert page.locator(".inbox li").count() == before - 1
    assert ask(demo, f"/exceptions/{decided}")["state"] == "approved"
    recorders = {each["entry"]["recorded_by"]["name"] for each in ask(demo, "/exceptions")["items"]}
    assert KEEPER in recorders
    assert all(each.startswith("示例") for each in recorders), "they are people of the demonstration"
    is_sound(page, script=script)
    page.context.close()


@with_and_without
def test_a_workbook_goes_in(demo: Demo, browser: Browser, tmp_path: Path, *, script: bool) -> None:
    file = tmp_path / "register.xlsx"
    file.write_bytes(workbook(roster(institution=WHOSE), WRONG))
    page = opened(browser, WIDE if script else NARROW, script=script)
    enter(page, demo)
    follow(page, "nav >> text=导入")
    before = page.locator("tbody tr").count()
    page.set_input_files("#file", file)
    follow(page, "main button")
    page.wait_for_selector("#seen", timeout=60_000)
    assert page.locator("tbody", has_text="花名册中没有该儿童").count() == 1
    is_sound(page, script=script)
    page.check("#seen")
    follow(page, "main button")
    page.wait_for_selector("[role=status]:visible", timeout=60_000)
    assert page.locator("[role=status]:visible").inner_text().startswith("已写入")
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
    follow(page, page.locator("section", has_text="最常卡在").locator("li a").first)
    page.wait_for_url("**stuck_at=*")
    stuck = page.locator("table.matrix tbody tr").count()
    assert 0 < stuck <= everybody
    follow(page, page.locator("table.matrix .gate.unmet").first)
    page.wait_for_url("**/readiness#g*")
    page.context.close()


def test_by_keyboard_what_is_due_is_cleared_and_put_right(demo: Demo, browser: Browser) -> None:
    """What is wrong is announced and one Enter away, and what is done is announced."""
    page = opened(browser, WIDE, script=True)
    enter(page, demo)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#main"), "the bar and the side are skipped").to_be_focused()
    go_by_keyboard(page, "记录：定期体检")
    type_at(page, "f-occurred", "2026年11月21日")
    go_by_keyboard(page, "查一遍")
    announces(page, "alert")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#f-data-organisation")).to_be_focused()
    page.keyboard.type("市妇幼保健院")
    for field, text in (("height_cm", "140.5"), ("weight_kg", "35"), ("summary", "正常")):
        type_at(page, f"f-data-{field}", text)
    go_by_keyboard(page, "再查一遍")
    announces(page, "status")
    go_by_keyboard(page, "记录")
    announces(page, "status")
    go_by_keyboard(page, "整条")
    go_by_keyboard(page, "更正")
    tab_to(page, "f-reason-code")
    page.keyboard.press("Space")
    type_at(page, "f-reason-explanation", "身高抄错")
    go_by_keyboard(page, "继续")
    assert page.url.partition("?")[0].endswith("/correct/content")
    page.context.close()


def test_by_keyboard_a_second_person_decides_and_a_workbook_goes_in(
    demo: Demo, browser: Browser, tmp_path: Path
) -> None:
    page = opened(browser, WIDE, script=True)
    enter(page, demo)
    go_by_keyboard(page, "等我审批")
    go_by_keyboard(page, page.locator(".inbox a").last.inner_text())
    approve = ("批准这一更正", "批准这一例外")
    go_by_keyboard(page, *approve)
    announces(page, "alert")
    type_at(page, "explanation", "已核对原始材料。")
    go_by_keyboard(page, *approve)
    expect(page.locator(":focus")).to_have_text("已记录：已批准。")
    go_by_keyboard(page, "导入和核对")
    file = tmp_path / "register.xlsx"
    file.write_bytes(workbook(roster(institution=WHOSE), WRONG))
    page.set_input_files("#file", file)
    go_by_keyboard(page, "试读")
    page.wait_for_selector("#seen", timeout=60_000)
    tab_to(page, "seen")
    page.keyboard.press("Space")
    assert page.is_checked("#seen")
    go_by_keyboard(page, "给多名儿童记录")
    go_by_keyboard(page, "体检")
    type_at(page, "numbers", "没有-1")
    go_by_keyboard(page, "选定，继续")
    announces(page, "alert")
    page.context.close()


def test_by_keyboard_an_auditor_compares_and_an_officer_finds_who_is_stuck(
    demo: Demo, browser: Browser
) -> None:
    someone = somebody_put_right(demo)
    page = opened(browser, WIDE, script=True)
    enter(page, demo, role="auditor")
    type_at(page, "q", someone.name)
    with arrival(page):
        page.keyboard.press("Enter")
    page.wait_for_url(f"**{someone.address}")
    go_by_keyboard(page, "‹ 上一次变化")
    go_by_keyboard(page, "对照")
    tab_to(page, "常用的对照")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    with arrival(page):
        page.keyboard.press("Enter")
    assert "from_known_at=" in page.url
    go_by_keyboard(page, "退出")
    enter(page, demo, role="placement_officer")
    tab_to(page, "status")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    go_by_keyboard(page, "查看")
    assert "status=not_ready" in page.url
    go_by_keyboard(page, page.locator("tbody th a").first.inner_text())
    assert page.url.endswith("/readiness")
    page.context.close()


@with_and_without
def test_an_administrator_adds_a_person_whom_another_lets_in(
    demo: Demo, browser: Browser, *, script: bool
) -> None:
    """Its fields are reached by keyboard; every page of an administrator is sound on the way."""
    name = "示例新人甲" if script else "示例新人乙"
    page = opened(browser, WIDE if script else NARROW, script=script)
    enter(page, demo, "administrator", **({"language": "en"} if script else {}))
    for address in ("state", "tokens", "institutions"):
        page.goto(f"{demo.address}/console/admin/{address}")
        is_sound(page, script=script)
    follow(page, page.locator("main tbody a").first)
    is_sound(page, script=script)
    page.goto(f"{demo.address}/console/admin/people")
    is_sound(page, script=script)
    type_at(page, "name", name)
    tab_to(page, "role")
    page.keyboard.press("Tab")
    page.select_option("#role", "bureau")
    type_at(page, "region", "3710")
    page.keyboard.press("Tab")
    page.keyboard.type("shili-jia" if script else "shili-yi")
    with arrival(page):
        page.keyboard.press("Enter")
    announces(page, "status")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    expect(page.locator("form[action$='/first-sign-in']"), "not by whoever added them").to_have_count(0)
    is_sound(page, script=script)
    page.context.close()


@with_and_without
def test_a_report_is_computed_issued_and_compared(demo: Demo, browser: Browser, *, script: bool) -> None:
    of = "progress/2024" if script else "progress/2025"
    page = opened(browser, WIDE if script else NARROW, script=script)
    enter(page, demo, role="bureau")
    follow(page, ".tabs >> text=存档报表")
    page.select_option("#of", of)
    follow(page, "main button:text-is('计算')")
    would = page.locator("main td.right").all_inner_texts()
    is_sound(page, script=script)
    follow(page, "main button:text-is('出具')")
    expect(page.locator("[role=status]:visible")).to_be_focused()
    assert page.locator("main td.right").all_inner_texts() == would
    is_sound(page, script=script)
    follow(page, "main a[href$='/comparison']")
    assert "逐字节相同" in page.locator("main").inner_text()
    is_sound(page, script=script)
    page.context.close()


def their_file(demo: Demo, folder: Path, said: str) -> Path:
    """Write a file of theirs, in which a child whose number we know is called otherwise."""
    child = ask(demo, "/differences")["items"][0]["child"]
    number = ask(demo, f"/children/{child}")["household"]["citizen_id"]["value"]
    file = folder / "theirs.csv"
    file.write_text(f"身份证号,姓名\n{number},{said}\n", "utf-8")
    return file


@with_and_without
def test_what_another_department_holds_is_compared_and_a_difference_settled(
    demo: Demo, browser: Browser, tmp_path: Path, *, script: bool
) -> None:
    said = "海有声" if script else "海无声"
    file = their_file(demo, tmp_path, said)
    page = opened(browser, WIDE if script else NARROW, script=script)
    enter(page, demo)
    follow(page, "nav >> text=导入和核对")
    follow(page, ".tabs >> text=数据核对")
    follow(page, "main a:text-is('比对对方文件')")
    page.select_option("#system", "residence")
    page.fill("#as_of", "2026-11-20")
    follow(page, "main button:text-is('下一步')")
    for button in ("main button:text-is('比对')", "main button:text-is('写入差异')"):
        page.set_input_files("#file", file)
        follow(page, button)
        assert page.locator("tbody tr", has_text=said).count() == 1
        is_sound(page, script=script)
    follow(page, "[role=status]:visible a")
    follow(page, page.locator("tbody tr", has_text=said).locator("a", has_text="办结"))
    page.check("input[name='data.outcome'][value=explained]")
    page.fill("#f-data-explanation", "曾用名。")
    follow(page, "main .acts button[value=check]")
    is_sound(page, script=script)
    follow(page, "main .acts button[value=record]")
    announces(page, "status")
    child = page.url.partition("/children/")[2].partition("/")[0]
    now = str(ask(demo, f"/children/{child}")["known_position"])
    settled = ask(demo, "/differences", state="settled", at_least=now)["items"]
    assert [each["theirs"] for each in settled].count(said) == 1
    page.context.close()


def test_by_keyboard_a_report_is_issued_and_their_file_compared(
    demo: Demo, browser: Browser, tmp_path: Path
) -> None:
    page = opened(browser, WIDE, script=True)
    enter(page, demo, role="bureau")
    go_by_keyboard(page, "存档报表")
    tab_to(page, "of")
    page.keyboard.press("ArrowDown")
    go_by_keyboard(page, "计算")
    go_by_keyboard(page, "出具")
    announces(page, "status")
    go_by_keyboard(page, "退出")
    enter(page, demo)
    go_by_keyboard(page, "导入和核对")
    go_by_keyboard(page, "数据核对")
    go_by_keyboard(page, "比对对方文件")
    tab_to(page, "system")
    page.keyboard.press("End")
    go_by_keyboard(page, "下一步")
    tab_to(page, "file")
    page.locator(":focus").set_input_files(their_file(demo, tmp_path, "海自在"))
    go_by_keyboard(page, "比对")
    tab_to(page, "file")
    page.locator(":focus").set_input_files(their_file(demo, tmp_path, "海自在"))
    go_by_keyboard(page, "写入差异")
    announces(page, "status")
    page.context.close()
