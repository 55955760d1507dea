"""In a real browser, with a script and without: a child is received, events are recorded, a scan is kept."""

import re
from pathlib import Path
from typing import Final

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.support.chromium import (
    NARROW,
    WIDE,
    a_young_person,
    announces,
    arrival,
    enter,
    follow,
    go_by_keyboard,
    is_sound,
    needs_chromium,
    opened,
    tab_to,
    type_at,
    with_and_without,
)
from tests.support.demo_server import Demo

pytestmark = [pytest.mark.browser, needs_chromium]

NAMES: Final = {True: "欧阳晓月", False: "司徒望舒"}
"""Who is received, with a script and without."""


ANSWER: Final = """() => {
  document.querySelectorAll("select").forEach((each) => {
    const field = each.closest(".field");
    const beside = field.querySelector("input, textarea");
    const asked = field.querySelector("label .must, legend .must");
    if (each.name.endsWith(".unknown") && asked && !beside.value) each.value = "not_asked";
    else if (each.querySelector("option[value='?not_asked']")) each.value = "?not_asked";
  });
  document.querySelectorAll("input[value='?not_asked']").forEach((each) => { each.checked = true; });
}"""
"""Says of everything that is asked, and not said, that it was not asked."""


def press(page: Page, do: str) -> None:
    """Press a button of the form, and wait for the page that answers."""
    follow(page, f".acts button[name=do][value={do}]")


@with_and_without
def test_a_child_is_received_and_recorded_for_with_others(
    demo: Demo, browser: Browser, *, script: bool
) -> None:
    page = opened(browser, WIDE if script else NARROW, script=script)
    enter(page, demo, role="staff")
    follow(page, "nav >> text=接收新儿童")
    page.fill("#who-name", NAMES[script])
    page.fill("#who-birth", "2019年9月")
    press(page, "look")
    for each in ("ChildReceived", "IdentityRecorded"):
        page.fill(f"#f-{each}-occurred", "2026-11-20")
    number = f"新-{script}"
    page.fill("#f-ChildReceived-data-file_no", number)
    page.evaluate(ANSWER)
    press(page, "keep")
    assert page.locator("[role=status]:visible").inner_text() == "已存为草稿，没有记录。"
    is_sound(page, script=script)
    follow(page, "a:has-text('接着填写')")
    press(page, "check")
    is_sound(page, script=script)
    press(page, "record")
    assert re.search("/history\\?month=2026-11&recorded=", page.url)
    assert page.locator(".note.good").inner_text().startswith("已记录")
    follow(page, "nav >> text=给多名儿童记录")
    is_sound(page, script=script)
    follow(page, "main a:text-is('体检')")
    page.locator("tbody input[type=checkbox]").nth(0).check()
    page.fill("#numbers", f"{number}\n没有-1")
    is_sound(page, script=script)
    press(page, "chosen")
    assert "没有-1" in page.locator("[role=alert]").inner_text()
    page.fill("#numbers", number)
    press(page, "chosen")
    page.fill("#f-occurred", "2026-11-21")
    page.evaluate(ANSWER)
    press(page, "check")
    assert page.locator("[role=status]:visible").inner_text().startswith("全部可以记录：2 名")
    is_sound(page, script=script)
    press(page, "record")
    assert "已记录：2 名" in page.locator("[role=status]:visible").inner_text()
    is_sound(page, script=script)
    follow(page, f"[role=status]:visible >> text={NAMES[script]}")
    assert page.locator(".note.good").inner_text().startswith("已记录")
    page.context.close()


def test_by_keyboard_a_child_is_received_and_a_refusal_leads_to_what_is_to_be_recorded_first(
    demo: Demo, browser: Browser
) -> None:
    page = opened(browser, WIDE, script=True)
    enter(page, demo)
    go_by_keyboard(page, "接收新儿童")
    type_at(page, "who-name", "诸葛听雨")
    type_at(page, "who-birth", "2020年2月")
    with arrival(page):
        page.keyboard.press("Enter")
    go_by_keyboard(page, "查一遍")
    announces(page, "alert")
    type_at(page, "f-ChildReceived-occurred", "2026-11-20")
    type_at(page, "f-IdentityRecorded-occurred", "2026-11-20")
    page.evaluate(ANSWER)
    go_by_keyboard(page, "再查一遍")
    announces(page, "status")
    go_by_keyboard(page, "一起记录")
    announces(page, "status")
    go_by_keyboard(page, "记录一件事")
    type_at(page, "filter", "收养登记")
    with arrival(page):
        page.keyboard.press("Enter")
    go_by_keyboard(page, "收养登记")
    type_at(page, "f-occurred", "2026-11-21")
    page.evaluate(ANSWER)
    go_by_keyboard(page, "查一遍")
    announces(page, "alert")
    assert page.title().startswith("不能记录：")
    first = page.locator(".refusal a", has_text="先记录").first.inner_text()
    go_by_keyboard(page, first)
    assert re.search("/record/[A-Za-z]+", page.url)
    assert not page.url.endswith("/AdoptionRegistered")
    page.context.close()


@with_and_without
def test_an_event_of_a_family_is_recorded_in_its_file(demo: Demo, browser: Browser, *, script: bool) -> None:
    subject = f"照料培训{script}"
    page = opened(browser, WIDE if script else NARROW, script=script)
    enter(page, demo, role="staff")
    follow(page, "nav >> text=儿童和家庭")
    follow(page, ".tabs >> text='家庭'")
    is_sound(page, script=script)
    follow(page, page.locator("tbody th a").first)
    family = page.url
    is_sound(page, script=script)
    follow(page, "a:text-is('记录一件事')")
    follow(page, page.locator("main a:text-is('寄养家庭培训')").first)
    page.fill("#f-occurred", "2026-11-20")
    page.fill("#f-data-subject", subject)
    press(page, "check")
    assert page.locator("[role=alert]").inner_text(), "who trained them is asked for"
    is_sound(page, script=script)
    page.fill("#f-data-trainer", "市儿童福利院")
    press(page, "check")
    press(page, "record")
    assert page.url.startswith(f"{family}/history?month=2026-11&recorded=")
    expect(page.locator("[role=status]:visible")).to_be_focused()
    assert page.locator("tr[id]", has_text=subject).count() == 1
    is_sound(page, script=script)
    page.context.close()


@with_and_without
def test_a_scan_of_a_paper_is_attached_and_seen(
    demo: Demo, browser: Browser, tmp_path: Path, *, script: bool
) -> None:
    scan, wrong = tmp_path / "scan.png", tmp_path / "scan.txt"
    Image.new("RGB", (60, 50 if script else 40), "white").save(scan)
    wrong.write_text("no picture", "utf-8")
    page = opened(browser, WIDE if script else NARROW, script=script)
    enter(page, demo, role="staff")
    page.goto(f"{demo.address}{a_young_person(demo).address}/papers")
    is_sound(page, script=script)
    follow(page, page.locator("tbody a[href$='/papers']").first)
    paper = page.locator("section:has(input[type=file])").first
    for file in (wrong, scan):
        paper.locator("input[type=file]").set_input_files(file)
        follow(page, paper.locator("button"))
        assert page.locator("[role=alert]").count() == (1 if file is wrong else 0)
    small = paper.locator("img")
    assert small.evaluate("async (each) => { await each.decode(); return each.naturalWidth; }") > 0
    is_sound(page, script=script)
    with page.expect_download() as saved:
        paper.locator("a[download]").click()
    assert Path(saved.value.path()).read_bytes() == scan.read_bytes()
    page.context.close()


def test_by_keyboard_an_event_of_a_family_is_recorded_and_a_scan_attached(
    demo: Demo, browser: Browser, tmp_path: Path
) -> None:
    page = opened(browser, WIDE, script=True)
    enter(page, demo, role="staff")
    go_by_keyboard(page, "儿童和家庭")
    go_by_keyboard(page, "家庭")
    go_by_keyboard(page, page.locator("tbody th a").first.inner_text())
    go_by_keyboard(page, "记录一件事")
    go_by_keyboard(page, "寄养家庭培训")
    type_at(page, "f-occurred", "2026-11-21")
    type_at(page, "f-data-subject", "急救")
    type_at(page, "f-data-trainer", "市儿童福利院")
    go_by_keyboard(page, "查一遍")
    announces(page, "status")
    go_by_keyboard(page, "记录")
    announces(page, "status")
    page.goto(f"{demo.address}{a_young_person(demo).address}/papers")
    go_by_keyboard(page, "未存影像", "已存影像")
    scan = tmp_path / "scan.png"
    Image.new("RGB", (60, 40), "white").save(scan)
    tab_to(page, "f-1")
    page.locator(":focus").set_input_files(scan)
    go_by_keyboard(page, "存入")
    expect(page.locator("main img").first).to_be_visible()
    page.context.close()
