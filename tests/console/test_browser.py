"""In a real browser: a child is found and its life is read, by keyboard, without a script, on any screen."""

import hashlib
import re
from typing import Final

import pypdfium2  # type: ignore[import-untyped]  # it has no stubs
import pytest
from playwright.sync_api import Browser, expect

from api.demo.demonstration import PASSWORD
from tests.support.chromium import (
    AXE,
    NARROW,
    WIDE,
    a_young_person,
    arrival,
    ask,
    enter,
    follow,
    go_by_keyboard,
    needs_chromium,
    opened,
    pages_to_look_at,
    somebody_put_right,
    tab_to,
    type_at,
    violations,
    width,
    with_and_without,
)
from tests.support.console import ADDRESSES
from tests.support.demo_server import Demo

pytestmark = [pytest.mark.browser, needs_chromium]

LOOKED_AT_ELSEWHERE: Final = {
    "/console": "leads to the first page of a role",
    "/console/admin/institutions": "an administrator's, in a flow of its own",
    "/console/admin/institutions/{institution}": "the same",
    "/console/admin/people": "the same",
    "/console/admin/people/{user}": "the same",
    "/console/admin/state": "the same",
    "/console/admin/tokens": "the same",
    "/console/children/{child}/entries/{entry}/correct/content": "follows the reason, in a flow of its own",
    "/console/children/{child}/entries/{entry}/correct/review": "follows the content, in that flow",
    "/console/children/{child}/entries/{entry}/restore": "of an entry that was withdrawn, in that flow",
    "/console/children/{child}/step": "leads to another day of the page",
    "/console/families/search": "leads to what was found",
    "/console/imports/{job}": "of a workbook that goes in, in a flow of its own",
    "/console/kept/{ticket}": "leads back to a form",
    "/console/preferences/keeping": "leads back to a form",
    "/console/search": "leads to what was found",
    "/console/shown/{ticket}": "tells what came of a form, in the flow of each",
    "/console/sign-in": "before anybody signs in",
    "/console/sign-in/oidc": "leads to an identity provider, where there is one",
    "/console/sign-in/second-factor": "where a second factor is asked for, in a flow of its own",
    "/console/sign-in/password": "once for everybody, in a flow of its own",
}
"""Why a page is not among those that are opened one by one."""
ON_PAPER: Final = ("today", "register", "board", "status", "history", "due", "readiness", "papers")
"""The lists and the pages of a file that are printed."""
CONTROLS: Final = ":is(button, input, select, textarea, .btn, .filter, nav):visible"
PRINTED_TEXT: Final = """() => {
  const texts = [], walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const of = walker.currentNode.parentElement;
    if (of instanceof HTMLElement && of.checkVisibility() && !of.closest(".sr")) {
      texts.push(walker.currentNode.data);
    }
  }
  return texts;
}"""
"""What the page says on paper, to somebody who sees it."""
OF_EACH_SHAPE: Final = ("today", "status", "history", "form", "board")
"""Pages of a worklist, of blocks, of rows, of fields and of a matrix, which larger letters move."""


def sheets_of(pdf: bytes) -> list[str]:
    """What each sheet of A4 says within its edges, without gaps."""
    sheets = []
    for sheet in pypdfium2.PdfDocument(pdf):
        assert [round(side) for side in sheet.get_size()] == [595, 842]
        sheets.append("".join(sheet.get_textpage().get_text_bounded().split()))
    return sheets


def signs(text: str) -> str:
    """What a text says without its marks, of which a break of a line takes or makes some."""
    return "".join(each for each in text if each.isalnum())


@pytest.mark.parametrize(("language", "script"), [("zh", False), ("en", True)])
def test_a_child_is_found_and_its_life_is_read_by_keyboard(
    demo: Demo, browser: Browser, language: str, *, script: bool
) -> None:
    someone = a_young_person(demo)
    page = opened(browser, WIDE, script=script)
    page.goto(demo.address)
    if language == "en":
        tab_to(page, "English")
        with arrival(page):
            page.keyboard.press("Enter")
        expect(page.locator("html[lang=en]")).to_have_count(1)
    expect(page.locator("#user"), "one may type at once").to_be_focused()
    page.keyboard.type("staff")
    tab_to(page, "password")
    page.keyboard.type(PASSWORD)
    with arrival(page):
        page.keyboard.press("Enter")
    page.wait_for_url("**/console/today")
    type_at(page, "q", someone.name)
    with arrival(page):
        page.keyboard.press("Enter")
    page.wait_for_url(f"**{someone.address}")
    assert page.locator("h1").inner_text() == someone.name
    assert someone.name not in page.title()
    type_at(page, "as_of", "2020-06-01")
    with arrival(page):
        page.keyboard.press("Enter")
    page.wait_for_url("**as_of=2020-06-01**")
    assert page.locator("body.past").count() == 1
    assert (
        page.locator("[role=status]:visible")
        .inner_text()
        .startswith({"zh": "这不是现在的情况。", "en": "This is not the present."}[language])
    )
    go_by_keyboard(page, "经历", "History")
    page.wait_for_url(f"**{someone.address}/history?as_of=2020-06-01")
    rows = page.locator("tbody tr[id]")
    assert rows.count() > 3
    happened = [rows.nth(row).locator("td").first.inner_text() for row in range(rows.count())]
    assert max(happened) <= "2020-06-01"
    page.go_back()
    page.wait_for_url("**as_of=2020-06-01**")
    go_by_keyboard(page, "退出", "Sign out")
    page.wait_for_url("**/console/sign-in")
    page.go_back()
    assert "/console/sign-in" in page.url, "nothing is left to go back to"
    page.context.close()


@pytest.mark.parametrize(("language", "script"), [("zh", True), ("en", False)])
def test_an_auditor_asks_what_a_file_said_on_a_day_then_and_now_and_why(
    demo: Demo, browser: Browser, language: str, *, script: bool
) -> None:
    someone = somebody_put_right(demo)
    dated = ask(demo, f"/children/{someone.child}/chronology", "auditor")["items"]
    (wrong,) = [each for each in dated if (each["struck"], each["type"]) == ("corrected", "IdentityRecorded")]
    following = min(each["position"] for each in dated if each["position"] > wrong["position"])
    page = opened(browser, WIDE, script=script)
    enter(page, demo, "auditor", language=language)
    page.fill("#q", someone.name)
    with arrival(page):
        page.keyboard.press("Enter")
    page.wait_for_url(f"**{someone.address}")
    now = page.locator(".person .more").inner_text()
    page.fill("#known_at", str(wrong["position"]))
    with arrival(page):
        page.keyboard.press("Enter")
    page.wait_for_url("**known_at=**")
    assert page.locator("body.past").count() == 1
    then = page.locator(".person .more").inner_text()
    assert then != now, "the wrong birth was known then"
    follow(page, "a[accesskey='9']")
    page.wait_for_url(f"**known_at={following}")
    assert page.locator(".person .more").inner_text() == now
    page.go_back()
    follow(page, "[role=status]:visible a")
    page.wait_for_url("**/compare?**")
    born = page.locator("tr", has=page.locator("a[href*='explain/identity.birth']"))
    assert born.locator("del").inner_text() != born.locator("ins").inner_text()
    follow(page, born.locator("a[href*='/entries/']").last)
    expect(page.locator("dl.facts").first).to_be_visible()
    follow(page, "a[href$='/decision']")
    expect(page.locator("body.past")).to_have_count(1)
    page.go_back()
    page.go_back()
    follow(page, born.locator("th a"))
    expect(page.locator("ol.line del"), "what was wrong stays readable").to_have_count(1)
    page.context.close()


def test_every_page_is_looked_at(demo: Demo) -> None:
    opened_here = [address.partition("?")[0] for address in pages_to_look_at(demo).values()]
    # A page about a file of another kind is the page about a child's.
    pages = {
        re.sub("^/console/(families/{family}|institutions/{institution})", "/console/children/{child}", each)
        for each in ADDRESSES
    }
    patterns = {each: re.compile(re.sub(r"\{\w+\}", "[^/]+", each)) for each in pages}
    unseen = {
        each
        for each, pattern in patterns.items()
        if not any(pattern.fullmatch(shown) for shown in opened_here)
    }
    assert unseen == LOOKED_AT_ELSEWHERE.keys()


def test_nothing_keeps_anybody_from_using_a_page(demo: Demo, browser: Browser) -> None:
    page = opened(browser, WIDE, script=True)
    page.goto(f"{demo.address}/console/sign-in")
    found = {"sign-in": violations(page)}
    enter(page, demo)
    addresses = pages_to_look_at(demo)
    for name, address in addresses.items():
        page.goto(f"{demo.address}{address}")
        found[name] = violations(page)
    page.context.close()
    page = opened(browser, WIDE, script=True)
    enter(page, demo, text="large")
    for name in OF_EACH_SHAPE:
        page.goto(f"{demo.address}{addresses[name]}")
        found[f"{name} in large letters"] = violations(page)
    page.context.close()
    assert {name: each for name, each in found.items() if each} == {}


def test_no_page_is_wider_than_a_small_screen_and_nothing_is_without_its_words_in_english(
    demo: Demo, browser: Browser
) -> None:
    """Colours are the same in both languages."""
    page = opened(browser, NARROW, script=True)
    enter(page, demo, language="en")
    widths, found = {}, {}
    for name, address in pages_to_look_at(demo).items():
        page.goto(f"{demo.address}{address}")
        widths[name] = width(page)
        found[name] = violations(page, colours=False)
    page.context.close()
    assert {name: each for name, each in widths.items() if each > NARROW[0]} == {}
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_on_paper_is_whole_without_controls_and_each_sheet_says_what_it_is(
    demo: Demo, browser: Browser, language: str
) -> None:
    page = opened(browser, WIDE)
    enter(page, demo, language=language)
    page.emulate_media(media="print")
    addresses, several = pages_to_look_at(demo), set()
    for name in ON_PAPER:
        page.goto(f"{demo.address}{addresses[name]}")
        assert page.locator(CONTROLS).all_inner_texts() == [], name
        said = {word for text in page.evaluate(PRINTED_TEXT) for word in text.split()}
        title = "".join(page.title().rpartition(" – ")[0].split())
        sheets = sheets_of(page.pdf(prefer_css_page_size=True))
        for number, sheet in enumerate(sheets, 1):
            assert title in sheet, (name, number)
            assert {"zh": "打印·截至", "en": "Printedby"}[language] in sheet, (name, number)
            assert f"{number}/{len(sheets)}" in sheet, (name, number)
        printed = signs("".join(sheets))
        assert [word for word in said if signs(word) not in printed] == [], name
        several |= {name} if len(sheets) > 1 else set()
    assert several >= {"today", "board", "history"}
    page.context.close()


def test_what_others_have_made_for_tests_is_kept_as_they_made_it() -> None:
    for line in (AXE / "SHA256SUMS").read_text("utf-8").splitlines():
        digest, name = line.split()
        assert hashlib.sha256((AXE / name).read_bytes()).hexdigest() == digest, name


@with_and_without
def test_what_is_due_is_cleared_a_refusal_is_read_and_a_wrong_entry_is_put_right(
    demo: Demo, browser: Browser, *, script: bool
) -> None:
    # Those of another run stand in the history, too, if it is the same child who is due.
    typed, read_as, meant = ("１６２．５", "162.5", "126.5") if script else ("１５１．５", "151.5", "115.5")
    page = opened(browser, WIDE, script=script)
    enter(page, demo)
    page.goto(f"{demo.address}/console/today")
    row = page.locator("tbody tr", has=page.locator("a", has_text="D13")).first
    follow(page, row.locator("a.btn"))
    page.wait_for_url("**/record/PhysicalExamined?for=D13&form=*")
    child = page.url.partition("/record/")[0]
    page.fill("#f-occurred", "2026年11月20日")
    page.fill("#f-data-organisation", "市妇幼保健院")
    page.fill("#f-data-height_cm", typed)
    page.fill("#f-data-weight_kg", "45")
    page.fill("#f-data-summary", "正常")
    follow(page, page.locator("main button", has_text="查一遍").last)
    expect(page.locator("[role=status]:visible")).to_be_focused()
    expect(page.locator(".read-as", has_text=read_as)).to_have_count(1)
    page.go_back()
    expect(page.locator("#f-data-height_cm")).to_have_value(typed)
    page.go_forward()
    expect(page.locator(".read-as", has_text=read_as)).to_have_count(1)
    follow(page, "[role=status]:visible button[value=record]")
    page.wait_for_url("**/history?month=2026-11&recorded=**")
    assert page.locator("[role=status]:visible").inner_text().startswith("已记录")

    # Whose own consent is asked: the child above may be too young for it.
    page.goto(f"{demo.address}{a_young_person(demo).address}/record/AdoptionRegistered")
    page.fill("#f-occurred", "2026-11-20")
    for select in page.locator("main select").all():
        for reason in ("not_asked", "?not_asked"):
            if select.locator(f"option[value='{reason}']").count():
                select.select_option(reason)
    for choice in page.locator("input[type=radio][value='?not_asked']").all():
        choice.check()
    follow(page, page.locator("main button", has_text="查一遍").last)
    expect(page).to_have_title(re.compile("^不能记录："))
    refusal = page.locator(".refusal", has_text="I14")
    assert "第1104条" in refusal.inner_text()
    assert refusal.locator("a", has_text="先记录").count() == 1

    page.goto(f"{child}/history?month=2026-11")
    follow(page, page.locator("tr", has_text=read_as).first.locator("a[href*='/entries/']").first)
    follow(page, "main a.btn[href$='/correct']")
    page.check("#f-reason-code")
    page.fill("#f-reason-explanation", "身高抄错")
    follow(page, "main button[value=on]")
    page.fill("#f-data-height_cm", meant)
    follow(page, "main .acts button[value=check]")
    changed = page.locator("tr.changed")
    expect(changed).to_have_count(1)
    assert meant in changed.inner_text()
    follow(page, "main button[value=record]")
    page.wait_for_url("**/history?month=2026-11&recorded=**")
    assert page.locator("[role=status]:visible").inner_text().startswith("已记录")
    page.context.close()


def test_the_script_saves_time_and_records_nothing_by_itself(demo: Demo, browser: Browser) -> None:
    someone = a_young_person(demo)
    page = opened(browser, WIDE, script=True)
    enter(page, demo)
    page.goto(f"{demo.address}{someone.address}/record")
    page.locator("#filter").press_sequentially("体检")
    shown = page.locator("[data-events] li:visible")
    expect(shown.first).to_be_visible()
    assert all("体检" in each for each in shown.all_inner_texts())

    before = ask(demo, f"/children/{someone.child}")["version"]
    page.goto(f"{demo.address}{someone.address}/record/CareModeAssigned")
    page.locator("button[name=more][value=documents]").click()
    expect(page.locator("#f-documents-2-kind")).to_be_focused()
    page.fill("#f-occurred", "2026-11-20")
    page.select_option("#f-data-mode", "ward")
    page.locator("#f-data-unit").press_sequentially("一号楼")
    page.locator("aside", has_text="试算，尚未记录。").wait_for()
    assert page.input_value("#f-data-unit") == "一号楼"
    assert ask(demo, f"/children/{someone.child}")["version"] == before
    page.context.close()
