"""The page of rules says what is so: which tests hold each rule, and what each rule reads."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import pytest

from api.boundaries import boundary_tests
from domain.event import CATALOGUE
from domain.file import Attribute, File
from domain.judging import judge
from domain.life import Life
from domain.obligations import OBLIGATIONS, History
from domain.readiness import GATES
from domain.rule_reads import rule_reads
from domain.rulebook import Rulebook
from domain.standing import STANDING
from tests.support.fictional_lives import told_on

BOOK = Rulebook.shipped()
TODAY = date(2026, 11, 22)
DAYS = (date(2020, 1, 1), date(2024, 6, 1), date(2026, 3, 31), TODAY)
held = cache(boundary_tests)


@pytest.mark.parametrize("rule", sorted(BOOK.rules))
def test_a_test_holds_the_boundary_of_every_rule(rule: str) -> None:
    assert held().get(rule), f'mark the tests of its boundary: @pytest.mark.rule("{rule}")'


def test_every_rule_that_a_test_is_marked_with_is_in_the_rulebook() -> None:
    assert held().keys() - BOOK.rules.keys() == set()


class WatchedFile(File):
    """A file that notes what is read of it."""

    def __init__(self, file: File) -> None:
        super().__init__(file.stream)
        self.read: set[Attribute[Any] | str] = set()
        for entry in file.entries.values():
            self.add(entry)

    def facts(self, attribute: Attribute[Any]) -> Any:  # noqa: D102 - as in the class above
        self.read.add(attribute)
        return super().facts(attribute)

    def of(self, kind: Any) -> Any:  # noqa: D102 - the same
        if kind.__name__ in CATALOGUE:
            self.read.add(kind.__name__)
        return super().of(kind)


@pytest.fixture(scope="module")
def lives() -> list[WatchedFile]:
    """Give the lives of the demonstration, which together ask every rule that can apply."""
    return [WatchedFile(file) for file in told_on(TODAY)]


def unlisted(file: WatchedFile, *rules: str) -> Iterator[Attribute[Any] | str]:
    """Yield what was read of a file and is not listed for any of the rules; forget what was read."""
    reads = [rule_reads()[rule] for rule in rules]
    listed = {each for own in reads for each in (*own.attributes, *own.events)}
    yield from file.read - listed
    file.read.clear()


@pytest.mark.parametrize("rule", sorted(OBLIGATIONS))
def test_what_is_due_reads_what_is_listed(rule: str, lives: list[WatchedFile]) -> None:
    for file in lives:
        file.read.clear()
        list(OBLIGATIONS[rule](History(file, BOOK)))
        assert set(unlisted(file, rule)) == set()


@pytest.mark.parametrize("rule", sorted([*STANDING, *(gate.rule for gate in GATES.values())]))
def test_what_is_asked_every_day_reads_what_is_listed(rule: str, lives: list[WatchedFile]) -> None:
    gates = {gate.rule: gate for gate in GATES.values()}
    for file in lives:
        for day in DAYS:
            file.read.clear()
            life = Life(file, day, BOOK)
            _ = gates[rule].ask(life) if rule in gates else list(STANDING[rule](life))
            assert set(unlisted(file, rule)) == set()


def test_what_judges_an_entry_reads_what_is_listed(lives: list[WatchedFile]) -> None:
    judging = {
        kind: [rule for rule, own in rule_reads().items() if own.everything or kind in own.judges]
        for kind in CATALOGUE
    }
    read = set()
    for file in lives:
        for entry in file.standing():
            file.read.clear()
            judge(file, entry, BOOK, TODAY)
            read |= file.read
            assert set(unlisted(file, *judging[entry.type])) == set(), entry.type
    assert read
