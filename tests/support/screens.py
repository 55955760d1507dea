"""Screenshots of the console's pages, of a fictional institution: `make screens`.

`python -m tests.support.screens FOLDER` writes them there, in both languages, wide and narrow.
"""

import sys
import tempfile
from pathlib import Path

from tests.support.chromium import NARROW, WIDE, a_young_person, chromium, enter, pages_about
from tests.support.demo_server import demonstration


def take(folder: Path) -> None:
    """Write a screenshot of each page into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        demonstration(Path(data) / "data") as demo,
        chromium() as browser,
    ):
        addresses = pages_about(a_young_person(demo))
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


if __name__ == "__main__":
    take(Path(sys.argv[1]))
