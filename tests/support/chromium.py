"""A real browser on pages of the console: Chromium, driven as a person would, with or without scripts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from api.demo.demonstration import PASSWORD
from tests.support.asking_headers import asking
from tests.support.demo_server import Demo

AXE: Final = Path(__file__).parents[1] / "console" / "vendor" / "axe-core"
PROGRAMS: Final = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
"""Chromium without what draws a window, which does the same with half the work, and the whole one."""
CHROMIUM: Final = next((each for each in PROGRAMS if each.exists()), PROGRAMS[-1])
WIDE, NARROW = (1366, 768), (320, 640)
needs_chromium: Final = pytest.mark.skipif(
    not CHROMIUM.exists(), reason=f"{CHROMIUM} is not there: apt-get install chromium fonts-noto-cjk"
)
MOST_TABS: Final = 90
"""Presses of the Tab key after which whoever has not arrived gives up."""
PATIENCE: Final = 20_000
"""Milliseconds that a page may take, on a busy machine."""
_SEEN: Final = """() => {
  const each = document.activeElement, looks = getComputedStyle(each), box = each.getBoundingClientRect();
  const there = box.width > 0 && box.bottom > 0 && box.top < innerHeight;
  const marked = looks.outlineStyle !== "none" || looks.boxShadow !== "none";
  return [each.id || each.textContent.trim(), each === document.body || (there && marked)];
}"""
"""What has the focus, and whether one sees it and that it has it."""
with_and_without = pytest.mark.parametrize("script", [False, True], ids=["without a script", "with a script"])


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium without a window, and end it."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        # Within containers its own sandbox cannot be made; it opens nothing but our own pages.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give a browser to the tests of a module."""
    with chromium() as browser:
        yield browser


def opened(browser: Browser, size: tuple[int, int], *, script: bool = False) -> Page:
    """A page of somebody who has visited nothing yet."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=script, locale="zh-CN"
    )
    context.set_default_timeout(PATIENCE)
    return context.new_page()


@contextmanager
def arrival(page: Page) -> Iterator[None]:
    """Come to the page to which the block leads, until what is announced there has the focus.

    The browser gives it the focus some time after the page has come.
    """
    with page.expect_navigation():
        yield
    expect(page.locator("body:has([autofocus]):not(:has(:focus))")).to_have_count(0)


def follow(page: Page, what: str | Locator) -> None:
    """Click what leads to another page, by its selector or itself, and come there."""
    with arrival(page):
        (page.locator(what) if isinstance(what, str) else what).click()


def violations(page: Page, *, colours: bool = True) -> list[tuple[str, Any]]:
    """What axe finds on a page as it stands: which rule, and where. Contrast takes it longest."""
    page.evaluate((AXE / "axe.min.js").read_text("utf-8"))
    asked = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": colours}}}
    found = page.evaluate("async (asked) => (await axe.run(asked)).violations", asked)
    return [(each["id"], [node["target"] for node in each["nodes"]][:3]) for each in found]


def width(page: Page) -> int:
    """Return how wide a page is, in pixels."""
    return int(page.evaluate("() => document.documentElement.scrollWidth"))


def is_sound(page: Page, *, script: bool) -> None:
    """Nothing keeps anybody from using the page as it stands, or without a script it fits a small screen."""
    if script:
        assert violations(page) == [], page.url
    else:
        assert width(page) <= NARROW[0], page.url


def tab_to(page: Page, *wanted: str) -> None:
    """Press Tab until one of these has the focus, by its id or its first words, and see it all the way."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focused, is_seen = page.evaluate(_SEEN)
        assert is_seen, f"the focus is not seen at {focused}"
        if any(focused == each or focused.startswith((f"{each} ", f"{each}：")) for each in wanted):
            return
    pytest.fail(f"{wanted} is not reached by keyboard")


def go_by_keyboard(page: Page, *wanted: str) -> None:
    """Press Tab until one of these has the focus, then Enter, and come to the page to which that leads."""
    tab_to(page, *wanted)
    with arrival(page):
        page.keyboard.press("Enter")


def type_at(page: Page, field: str, text: str) -> None:
    """Press Tab until a field has the focus, by its id, and type there."""
    tab_to(page, field)
    page.keyboard.type(text)


def announces(page: Page, role: str) -> None:
    """What a reader of the screen announces first on the page has this role."""
    expect(page.locator(":focus")).to_have_attribute("role", role)


@dataclass(frozen=True)
class Someone:
    """A child of the demonstration, as the API tells of them."""

    child: str
    name: str
    entry: str
    """The entry of the file that was recorded last."""

    @property
    def address(self) -> str:
        """The address of the child's first page."""
        return f"/console/children/{self.child}"


def ask(demo: Demo, path: str, role: str = "supervisor", **query: str) -> Any:
    """Return what the API answers somebody of a role."""
    answer = httpx2.get(f"{demo.address}{path}", params=query, headers=asking(demo.tokens[role], role))
    answer.raise_for_status()
    return answer.json()


def a_young_person(demo: Demo) -> Someone:
    """Return somebody whom every page tells something about: in care, who turns 18 within a year."""
    return _someone(demo, ask(demo, "/readiness", within_months="12")["items"][0]["child"])


def somebody_put_right(demo: Demo) -> Someone:
    """Return somebody in whose file an entry was corrected."""
    late = ask(demo, "/late", limit="500", type="IdentityRecorded")["items"]
    return _someone(demo, next(each["child"] for each in late if each["struck"] == "corrected"))


def _someone(demo: Demo, child: str) -> Someone:
    name = ask(demo, f"/children/{child}/summary")["identity"]["name"]["value"]
    return Someone(child, name, ask(demo, f"/children/{child}/chronology")["items"][-1]["entry_id"])


def _another(demo: Demo, child: str) -> str:
    listed = ask(demo, "/children", limit="2")["items"]
    return next(str(each["child"]) for each in listed if each["child"] != child)


def enter(page: Page, demo: Demo, role: str = "supervisor", **preferences: str) -> None:
    """Sign in as somebody of a role, who reads in a language or size of text."""
    page.goto(f"{demo.address}/console")
    page.fill("#user", role)
    page.fill("#password", PASSWORD)
    follow(page, "main button")
    for name, value in preferences.items():
        if (button := page.locator(f"button[name={name}][value={value}]")).count():
            follow(page, button)


def _of_other_kinds(demo: Demo) -> dict[str, str]:
    """Return the pages about families and institutions that are others than those about a child."""
    family = ask(demo, "/families", limit="1")["items"][0]["family"]
    institution = ask(demo, "/institutions/obligations", limit="1")["items"][0]["institution"]
    of_institution = f"/console/institutions/{institution}"
    return {
        "families": "/console/families",
        "open-family": "/console/families/new",
        "family": f"/console/families/{family}",
        "outside": "/console/outside",
        "institutions": "/console/institutions",
        "institution": of_institution,
        "record-of-institution": f"{of_institution}/record",
    }


def pages_to_look_at(demo: Demo) -> dict[str, str]:
    """Return the addresses of the pages to look at, by a name for each."""
    someone = a_young_person(demo)
    issued = ask(demo, "/reports", limit="1")["items"][0]["id"]
    at, claim = someone.address, ask(demo, "/exceptions", limit="1")["items"][0]["entry"]["entry_id"]
    return {
        "today": "/console/today",
        "register": "/console/children",
        "receive": "/console/children/new",
        "many": "/console/record-many",
        "children-of-many": "/console/record-many/VaccinationGiven",
        "drafts": "/console/drafts",
        "status": at,
        "history": f"{at}/history",
        "due": f"{at}/due",
        "readiness": f"{at}/readiness",
        "readers": f"{at}/readers",
        "proof": f"{at}/proof",
        "dossier": f"{at}/dossier",
        "log": "/console/log",
        "restriction": f"{at}/restriction",
        "emergency": f"{at}/emergency",
        "extract": f"{at}/extract",
        "verify": "/console/verify",
        "emergencies": "/console/emergencies",
        "erasures": "/console/erasures",
        "papers": f"{at}/papers",
        "past": f"{at}?as_of=2020-06-01",
        "of-file": f"{at}/findings",
        "compare": f"{at}/compare?from=2020-06-01",
        "entry": f"{at}/entries/{someone.entry}",
        "papers of an entry": f"{at}/entries/{someone.entry}/papers",
        "move": f"{at}/entries/{someone.entry}/move",
        "join": f"{at}/join?other={_another(demo, someone.child)}",
        "separate": f"{at}/separate",
        "decision": f"{at}/entries/{someone.entry}/decision",
        "correct": f"{at}/entries/{someone.entry}/correct",
        "withdraw": f"{at}/entries/{someone.entry}/withdraw",
        "explanation": f"{at}/explain/identity.birth",
        "record": f"{at}/record",
        "form": f"{at}/record/PhysicalExamined",
        "form-of-rows": f"{at}/record/IntakeVerified",
        "findings": "/console/findings",
        "findings-counts": "/console/findings/counts",
        "late": "/console/late",
        "late-counts": "/console/late/counts",
        "digest": "/console/digest",
        "account": "/console/preferences",
        "password": "/console/preferences/password",
        "approvals": "/console/approvals",
        "approval": f"/console/approvals/{claim}",
        "approved": "/console/approvals?state=approved",
        "board": "/console/readiness",
        "census": "/console/census",
        "census-then": "/console/census?by=sex&by=care_mode&where=stage:in_care&day=2024-01-01",
        "census-public": "/console/census?public=true",
        "flows": "/console/census/flows",
        "moves": "/console/census/moves?from=2025-12-31&by=institution&kind=left",
        "series": "/console/series",
        "supervision": "/console/supervision",
        "reports": "/console/reports",
        "report": f"/console/reports/{issued}",
        "report-compared": f"/console/reports/{issued}/comparison",
        "report-to-issue": "/console/reports/new?of=quarterly/2026/2",
        "differences": "/console/differences",
        "reconcile": "/console/reconciliations?system=household&as_of=2026-06-30",
        "imports": "/console/imports",
        "keys": "/console/keys",
        "rules": "/console/rules",
        "rule": "/console/rules/D11",
        "codes": "/console/codes/stage",
        "event": "/console/events/ChildReceived",
        "not-found": "/console/nowhere",
        **_of_other_kinds(demo),
    }
