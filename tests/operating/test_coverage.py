"""Nothing that the domain reference and the policies ask for is passed over, and `coverage` prints it."""

import re
from typing import Final

import pytest

from api.app import create_app
from api.cli.coverage_command import show_coverage
from api.questions import user_questions
from api.settings import Settings
from domain.coverage import COVERAGE_PARTS, CoveragePart, coverage
from domain.event import CATALOGUE
from domain.rulebook import Rulebook
from tests.support.domain_reference import DEMANDS, EVENTS_ASKED_FOR, RULES_ASKED_FOR

ASKED_FOR: Final = {"events": EVENTS_ASKED_FOR, "rules": RULES_ASKED_FOR, "demands": DEMANDS}
PROMISE: Final = re.compile(
    r"\b(later|soon|planned|to do|next version)\b|以后|今后|将来|待开发|尚未", re.IGNORECASE
)
each_part = pytest.mark.parametrize("part", COVERAGE_PARTS)


@each_part
def test_everything_that_is_asked_for_has_its_row_and_nothing_else_has(part: CoveragePart) -> None:
    rows = [(row.section, row.asked) for row in coverage(part)]
    assert rows == [(section, name) for section, names in ASKED_FOR[part].items() for name in names]


@each_part
def test_each_is_answered_or_says_why_not_in_both_languages_and_promises_nothing(part: CoveragePart) -> None:
    for row in coverage(part):
        assert row.by or row.reason, row.asked
        if row.reason is not None:
            assert row.reason.zh
            assert row.reason.en
            assert not PROMISE.search(f"{row.reason.zh} {row.reason.en}"), row.asked


@each_part
def test_what_answers_it_is_there(part: CoveragePart) -> None:
    rules = Rulebook.shipped().rules
    operations = {
        f"{method.upper()} {path}"
        for path, methods in create_app(Settings()).openapi()["paths"].items()
        for method in methods
    }
    named = {name for row in coverage(part) for name in row.by}
    questions = {each.name for each in user_questions()}
    assert named - set(CATALOGUE) - set(rules) - operations - questions == set()


def test_every_demand_of_a_policy_is_answered_by_an_event_but_for_what_is_of_nobody() -> None:
    unanswered = [row.asked for row in coverage("demands") if not set(row.by) & set(CATALOGUE)]
    assert unanswered == ["一（六）第三方评估", "一（一）（二）（四）（五）、三（三）（四）协调、阵地、宣传"]


def test_the_command_prints_each_part(capsys: pytest.CaptureFixture[str]) -> None:
    assert show_coverage() == 0
    printed = capsys.readouterr().out
    for part in COVERAGE_PARTS:
        for row in coverage(part):
            assert f"  {row.asked}  " in printed
    assert "项，已落实" in printed
    show_coverage("rules")
    assert "ChildReceived" not in capsys.readouterr().out
