"""Screenshots of the console's pages, of a fictional institution: `make screens`.

`python -m tests.support.screens FOLDER` writes them there, in both languages, wide and narrow; those that the
README shows beside it, in `docs/screens`; and those of the
guides, each as its role sees it, in `docs/guides`.
"""

import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pypdfium2  # type: ignore[import-untyped]  # it has no stubs
from playwright.sync_api import Browser, Page

from tests.support.chromium import NARROW, WIDE, a_young_person, chromium, enter, opened, pages_to_look_at
from tests.support.demo_server import Demo, demonstration
from tests.support.places import ROOT

SHOWN: Final = ("today", "status")
"""The pages that the README shows, in its language."""


GUIDES: Final = ROOT / "docs" / "guides"
IN_GUIDES: Final[Mapping[str, str]] = {
    "supervisor": "/console/approvals",
    "auditor": "/console/late",
    "placement_officer": "/console/readiness",
    "bureau": "/console/institutions",
    "township": "/console/outside",
    "administrator": "/console/admin/people",
}
"""The page of which the guide of a role has a picture; that of staff has those of the README."""
ON_PAPER: Final[Mapping[str, str]] = {
    "staff": "/console/today",
    "auditor": "/console/late",
    "placement_officer": "/console/readiness",
    "bureau": "/console/supervision",
    "township": "/console/outside",
    "administrator": "/console/admin/people",
}
"""The page that the guide of a role shows as it is printed; that of supervisors shows an extract."""
SHEET: Final = 560
"""The width of a sheet in a guide, in pixels."""
SMALL: Final = (880, 500)
"""The size of a picture in a guide, in pixels."""


def take(folder: Path) -> None:
    """Write a screenshot of each page into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        demonstration(Path(data) / "data") as demo,
        chromium() as browser,
    ):
        addresses = pages_to_look_at(demo)
        for language, (width, height) in (("zh", WIDE), ("en", WIDE), ("zh", NARROW), ("en", NARROW)):
            context = browser.new_context(
                viewport={"width": width, "height": height}, java_script_enabled=False
            )
            page = context.new_page()
            page.goto(f"{demo.address}/console")
            page.screenshot(path=folder / f"sign-in-{language}-{width}.png")
            enter(page, demo, language=language)
            for name, address in addresses.items():
                page.goto(f"{demo.address}{address}")
                page.screenshot(path=folder / f"{name}-{language}-{width}.png")
            context.close()
        take_for_guides(demo, browser)
    shown = ROOT / "docs" / "screens"
    shown.mkdir(exist_ok=True)
    for name in SHOWN:
        for language in ("zh", "en"):
            shutil.copyfile(folder / f"{name}-{language}-{WIDE[0]}.png", shown / f"{name}-{language}.png")


def take_for_guides(demo: Demo, browser: Browser) -> None:
    """Write the pictures of the guides, in both languages."""
    pictures = GUIDES / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    for role, address in IN_GUIDES.items():
        for language in ("zh", "en"):
            page = opened(browser, SMALL, script=False)
            enter(page, demo, role, language=language)
            page.goto(f"{demo.address}{address}")
            page.screenshot(path=pictures / f"{role}-{language}.jpg", type="jpeg", quality=50)
            page.context.close()
    for language in ("zh", "en"):
        for role, address in ON_PAPER.items():
            page = opened(browser, WIDE, script=False)
            enter(page, demo, role, language=language)
            page.goto(f"{demo.address}{address}")
            _first_sheet(page.pdf(prefer_css_page_size=True), pictures / f"{role}-printed-{language}.jpg")
            page.context.close()
        page = opened(browser, WIDE, script=False)
        enter(page, demo, "supervisor", language=language)
        _first_sheet(_extract(demo, page), pictures / f"supervisor-printed-{language}.jpg")
        page.context.close()


def _extract(demo: Demo, page: Page) -> bytes:
    """Issue an extract, as a supervisor does."""
    page.goto(f"{demo.address}{a_young_person(demo).address}/extract")
    page.fill("#x-purpose", "办理入学")
    page.fill("#x-recipient", "望海市第一小学")
    with page.expect_download() as saved:
        page.click("#filled .btn")
    return Path(saved.value.path()).read_bytes()


def _first_sheet(pdf: bytes, picture: Path) -> None:
    """Write a picture of the first sheet of a PDF."""
    (sheet, *_) = pypdfium2.PdfDocument(pdf)
    drawn = sheet.render(scale=SHEET / sheet.get_width()).to_pil()
    drawn.save(picture, "JPEG", quality=40, optimize=True)


if __name__ == "__main__":
    take(Path(sys.argv[1]))
