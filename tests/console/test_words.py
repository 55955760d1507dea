"""The words of pages: each that is used is there in both languages, and each that is there is used."""

import re
from pathlib import Path
from typing import Final, get_args

import pytest

import api.console
from api.console.language_marks import with_languages
from api.console.value_display import FINDING_KINDS, days, rule_case
from api.console.words import WORDS, Words
from api.contract.explanation_words import CATEGORIES
from api.contract.problems import KINDS
from api.identity.access_log import TELLING
from api.identity.permissions import Role
from api.identity.reading_reasons import REASONS, USUAL_REASON, ReadingReason
from domain.attribute_codes import attribute_codes
from domain.codes import tables
from domain.event import CATALOGUE, Category, chapter
from domain.file import ATTRIBUTES
from domain.rulebook import Rulebook
from domain.statements.allowance_months import DifferenceReason

HOME: Final = Path(api.console.__file__).parent
SOURCES: Final = "\n".join(
    path.read_text("utf-8") for ending in ("*.py", "*.html") for path in HOME.rglob(ending)
)
USED: Final = {*re.findall(r'\b(?:w|words)\(\s*"([a-z_0-9]+\.[a-z_0-9]+)"', SOURCES)}
"""The words that are used by their names."""
OF_API: Final = "\n".join(path.read_text("utf-8") for path in (HOME.parent / "http").glob("*.py"))
TABLES: Final = {*re.findall(r'\b(?:w|words)\.of\(\s*"([a-z_]+)"', SOURCES)}
"""The tables of words from which a value chooses."""
OF_TABLES: Final = {
    "absence",
    "allowance_difference",
    "bond",
    "counted",
    "difference_part",
    "difference_state",
    "emergency_state",
    "erasure_state",
    "escalation_state",
    "filter",
    "move_direction",
    "move_kind",
    "paper_held",
    "paper_occasion",
    "paper_verdict",
    "waiting_count",
}
"""The tables of words that lists use, which are saved as tables, and not only pages."""
ZH, EN = Words("zh"), Words("en")
TWO: Final = 2
"""Sentences about a page: what it is for, and what to do there."""


def test_every_word_that_is_used_is_there() -> None:
    there = {f"{table}.{name}" for table, words in WORDS.items() for name in words}
    assert USED - there == set()
    assert TABLES - WORDS.keys() == set()


def test_every_word_that_is_there_is_used() -> None:
    there = {
        f"{table}.{name}"
        for table, words in WORDS.items()
        if table not in TABLES | OF_TABLES
        for name in words
    }
    assert there - USED == set()


def test_the_places_of_a_word_are_the_same_in_both_languages() -> None:
    for table, words in WORDS.items():
        for name, label in words.items():
            zh, en = ({*re.findall(r"\{(\w+)", text)} for text in (label.zh, label.en))
            assert zh == en, f"{table}.{name}"


def test_every_value_that_chooses_a_word_has_one() -> None:
    chapters = {chapter(kind) for kind in CATALOGUE.values()}
    chapters |= {each.chapter for each in ATTRIBUTES.values() if each.kind == "child"}
    assert chapters <= WORDS["chapter"].keys()
    assert {role.value for role in Role} == WORDS["role"].keys()
    noted = {*re.findall(r'\.note\(.*, "([a-z -]+)"', OF_API)}
    assert len(noted) > len(TELLING)
    assert TELLING | noted <= WORDS["asked"].keys()
    assert {*FINDING_KINDS} == WORDS["finding_kind"].keys()
    assert WORDS["problem"].keys() == KINDS.keys()
    assert {*ReadingReason} == REASONS.keys()
    assert {*get_args(DifferenceReason)} == WORDS["allowance_difference"].keys()
    assert {*Role} == USUAL_REASON.keys()


def test_every_page_says_what_it_is_for_and_what_to_do_there() -> None:
    modules = "\n".join(path.read_text("utf-8") for path in HOME.rglob("*.py"))
    templates = {name: template(name) for name in re.findall(r'"([a-z-]+)\.html"', modules)}
    # At the door there is nobody yet, and nothing but a form.
    at_the_door = {name for name, text in templates.items() if "block door" in text} - {"problem"}
    pages = {name for name, text in templates.items() if text.startswith("{% extends")} - at_the_door
    assert WORDS["help"].keys() == pages
    for name, said in WORDS["help"].items():
        assert said.zh.count("。") >= TWO, name
        assert len(re.findall(r"\.(?: |$)", said.en)) >= TWO, name


def template(name: str) -> str:
    return (HOME / "templates" / f"{name}.html").read_text("utf-8")


def test_every_case_in_which_a_rule_has_a_number_has_words() -> None:
    cases = {
        (rule.id, pack.case) for rule in Rulebook.shipped().rules.values() for pack in rule.packs if pack.case
    }
    assert cases
    assert {case for case in cases for words in (ZH, EN) if rule_case(words, *case) == case[1]} == set()
    named = {f"{rule}.{case}" for rule, case in cases}
    assert WORDS["rule_case"].keys() <= named


@pytest.mark.parametrize(
    ("place", "table"),
    [
        (("life", "stage", ""), "stage"),
        (("guardianship", "type", ""), "guardianship_type"),
        (("archive", "state", ""), "archive_state"),
        (("placement", "hardship", ""), "hardship_stage"),
        (("health", "disability", "grade"), "disability_grade"),
        (("household", "registered", "household_class"), "household_class"),
        (("community", "on_roll", ""), "community_roll"),
        (("responsibilities", "escalation", "to"), "escalation_recipient"),
    ],
    ids=lambda value: ".".join(value) if isinstance(value, tuple) else value,
)
def test_the_codes_of_an_attribute_are_those_of_the_field_that_it_comes_from(
    place: tuple[str, str, str], table: str
) -> None:
    assert attribute_codes()[place].name == table


@pytest.mark.parametrize(
    ("first", "last", "zh", "en"),
    [
        ("2026-11-27", "2026-11-27", "2026-11-27", "2026-11-27"),
        ("2019-09-01", "2019-09-30", "2019 年 9 月（某日）", "some day of 2019-09"),
        ("2019-01-01", "2019-12-31", "2019 年（某日）", "some day of 2019"),
        ("2019-09-02", "2019-09-30", "2019-09-02 – 2019-09-30", "2019-09-02 – 2019-09-30"),
        (None, "2019-09-30", "不晚于 2019-09-30", "by 2019-09-30"),
    ],
)
def test_a_day_is_told_as_exactly_as_it_is_known(first: str | None, last: str, zh: str, en: str) -> None:
    assert (days(ZH, first, last), days(EN, first, last)) == (zh, en)


def test_words_of_the_other_language_say_which_one_it_is() -> None:
    english = (
        '<a href="/x">王·小明</a> born<br>2019年 here <option>一岁</option><b lang="zh-CN">甲</b><i>So</i>'
    )
    assert with_languages(english, "en") == (
        '<a href="/x" lang="zh">王·小明</a> born<br><span lang="zh">2019年</span> here'
        ' <option lang="zh">一岁</option><b lang="zh-CN">甲</b><i>So</i>'
    )
    chinese = "<p>The child is in care.</p><p>PDF</p><p>体检 PDF file</p>"
    assert with_languages(chinese, "zh") == chinese.replace("<p>The", '<p lang="en">The')


@pytest.mark.parametrize("table", ["personal_category", "emergency_set"])
def test_what_is_sealed_has_one_name_in_forms_and_where_it_is_not_shown(table: str) -> None:
    named = {Category(code.replace("_", "-")): label for code, label in tables()[table].codes.items()}
    for category, label in named.items():
        assert label.zh == CATEGORIES[category].zh
        assert label.en.casefold() == CATEGORIES[category].en
