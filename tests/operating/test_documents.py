"""What the documents say is there is there, and their commands work."""

import re
from pathlib import Path

import pytest

from api.generate import NOTE
from domain.rulebook import Rulebook
from tests.support.places import ROOT

PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
    if not path.read_text("utf-8").startswith(NOTE)
)
LINK = re.compile(r"\]\((?!https?:)([\w./-]+)(?:#[^)]*)?\)")
CODED = re.compile(r"`((?:api|docs|domain|ledger|projections|tests|requirements)/[\w./<>-]*)`")
"""A place in the code; `<chapter>` stands for any."""

TESTED = re.compile(r"`(tests/[\w./-]+)::(\w+)`")


@pytest.mark.parametrize("page", PAGES)
def test_every_place_that_a_page_names_is_there(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    linked = {link for link in LINK.findall(text) if not ((ROOT / page).parent / link).exists()}
    named = {name for name in CODED.findall(text) if not _is_there(name)}
    assert linked | named == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_a_page_names_is_there(page: str) -> None:
    for file, name in TESTED.findall((ROOT / page).read_text("utf-8")):
        assert f"def {name}(" in (ROOT / file).read_text("utf-8"), name


def test_the_two_readmes_show_the_same_commands() -> None:
    english, chinese = (_commands(name) for name in ("README.md", "README.zh-CN.md"))
    assert english == chinese
    assert english


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs/decisions"
    listed = set(LINK.findall((folder / "README.md").read_text("utf-8")))
    assert listed == {path.name for path in folder.glob("0*.md")}


@pytest.mark.parametrize(
    "path", sorted(path.relative_to(ROOT) for path in (ROOT / "domain").rglob("*.py")), ids=str
)
def test_every_rule_that_code_names_is_in_the_rulebook(path: Path) -> None:
    # A question list is named by its question, which may read like a rule.
    text = (ROOT / path).read_text("utf-8").replace('QuestionList(\n    "', "QuestionList(")
    named = re.findall(r'"([A-Z][0-9]{2}|R-[A-Z]{3}-[0-9]+)"', text)
    assert {rule for rule in named if rule not in Rulebook.shipped().rules} == set()


def test_the_changes_that_contributing_shows_are_in_the_code() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    changes = re.findall(r"```diff\n(.*?)```", text, re.DOTALL)
    assert len(changes) == 4
    shown = [re.split(r"^# (.*)\n", change, flags=re.MULTILINE)[1:] for change in changes]
    assert all(shown)
    for name, lines in (pair for each in shown for pair in zip(each[::2], each[1::2], strict=True)):
        code = (ROOT / name).read_text("utf-8").splitlines()
        added = [line[1:] for line in lines.splitlines() if line.startswith("+")]
        assert [line for line in added if line not in code] == []


def test_every_change_that_contributing_lists_leads_to_a_place() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    (table,) = re.findall(r"\| to change \| open \|\n\| --- \| --- \|\n((?:\|.*\n)+)", text)
    rows = [line.split(" | ", 1) for line in table.splitlines()]
    assert [change for change, place in rows if not CODED.search(place)] == []


def test_every_word_of_the_glossary_has_a_place_and_one_meaning() -> None:
    text = (ROOT / "docs/glossary.md").read_text("utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")][2:]
    assert [row for row in rows if len(row) != 4 or not all(row)] == []
    assert [term for _, term, _, place in rows if not CODED.search(place)] == []
    for words in ([zh for zh, *_ in rows], [term for _, term, *_ in rows]):
        assert sorted(words) == sorted(set(words))
    assert [term for _, term, *_ in rows] == sorted(term for _, term, *_ in rows)


def _is_there(name: str) -> bool:
    return any(ROOT.glob(re.sub("<[^>]*>", "*", name)))


def _commands(page: str) -> list[str]:
    """The commands of a page's shell blocks, without what is said behind them."""
    blocks = re.findall(r"```(?:sh)?\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL)
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith(("make", "ask", "export", ".venv"))]
