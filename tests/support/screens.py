"""Screenshots of the console's pages, of a fictional institution: `make screens`.

`python -m tests.support.screens FOLDER` writes them there, in both languages, wide and narrow; and those that
the README shows beside it, in `docs/screens`.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.support.chromium import NARROW, WIDE, chromium, enter, pages_to_look_at
from tests.support.demo_server import demonstration
from tests.support.places import ROOT

SHOWN: Final = ("today", "status")
"""The pages that the README shows, in its language."""


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
    shown = ROOT / "docs" / "screens"
    shown.mkdir(exist_ok=True)
    for name in SHOWN:
        for language in ("zh", "en"):
            shutil.copyfile(folder / f"{name}-{language}-{WIDE[0]}.png", shown / f"{name}-{language}.png")


if __name__ == "__main__":
    take(Path(sys.argv[1]))
