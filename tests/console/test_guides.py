"""The guides of the roles: each names pages and shows pictures that there are, in both languages."""

import re
from itertools import product
from typing import Final

import pytest

from api.console.words import WORDS
from api.identity.permissions import Role
from projections.dimensions import DIMENSIONS
from tests.support.console import ADDRESSES
from tests.support.places import ROOT
from tests.support.screens import GUIDES, IN_GUIDES

MOST_BYTES: Final = 60_000
"""Of a picture in a guide."""
ENDINGS: Final = (".md", ".zh-CN.md")
README: Final = ROOT / "docs" / "screens"


def test_each_role_has_a_guide_in_both_languages_and_nobody_else() -> None:
    assert {path.name for path in GUIDES.glob("*.md")} == {f"{role}{end}" for role in Role for end in ENDINGS}


@pytest.mark.parametrize("role", Role)
def test_what_a_guide_links_shows_and_names_is_there(role: Role) -> None:
    tasks = []
    for ending in ENDINGS:
        text = (GUIDES / f"{role}{ending}").read_text("utf-8")
        linked = re.findall(r"\]\(([^)]+)\)", text)
        assert linked
        for each in linked:
            assert (GUIDES / each).is_file(), each
        named = re.findall(r"`(/console[^`]*)`", text)
        assert named
        assert [each for each in named if each not in ADDRESSES] == []
        tasks.append((text.count("\n## "), named))
    assert tasks[0] == tasks[1], "both languages lead through the same tasks and pages"


def test_what_guides_and_explanations_of_pages_quote_stands_on_a_page() -> None:
    said = {"zh": set[str](), "en": set[str]()}
    words = (each for table in WORDS.values() for each in table.values())
    for label in (*words, *(each.label for each in DIMENSIONS.values())):
        said["zh"].add(label.zh)
        said["en"].add(label.en)
    quoted = [("zh", each) for word in WORDS["help"].values() for each in re.findall("“([^”]+)”", word.zh)]
    for path in GUIDES.glob("*.md"):
        text = path.read_text("utf-8")
        if path.name.endswith(ENDINGS[1]):
            quoted += [("zh", each) for each in re.findall("“([^”]+)”", text)]
        else:
            quoted += [("en", each) for each in re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", text)]
    assert len(quoted) > 20
    assert [(language, each) for language, each in quoted if each not in said[language]] == []


def test_pictures_are_small_and_each_is_shown() -> None:
    pictures = {path.name: path.stat().st_size for path in (GUIDES / "pictures").iterdir()}
    shown = {*IN_GUIDES, *(f"{role}-printed" for role in Role)}
    assert pictures.keys() == {f"{name}-{language}.jpg" for name in shown for language in ("zh", "en")}
    for name, language in product(shown, ("zh", "en")):
        guide = (
            GUIDES
            / f"{name.removesuffix('-printed')}{dict(zip(('en', 'zh'), ENDINGS, strict=True))[language]}"
        )
        assert f"(pictures/{name}-{language}.jpg)" in guide.read_text("utf-8")
    assert {name: size for name, size in pictures.items() if size > MOST_BYTES} == {}
