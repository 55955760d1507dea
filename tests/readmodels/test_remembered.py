"""What was answered of a file is remembered while the file stays as it is, and no longer."""

from datetime import date
from functools import partial

from domain.events.care import CareModeAssigned
from domain.events.intake import ChildReceived
from domain.file import File
from domain.rulebook import Rulebook
from projections.findings import findings_on
from projections.obligations import obligations_of
from projections.remembered import is_remembered, remembered
from tests.support.given import given, some

DAY = date(2024, 3, 6)
BOOK = Rulebook.shipped()
LATER = date(2034, 3, 6)
STORY = (("2024-03-05", some(ChildReceived)), ("2024-03-06", some(CareModeAssigned)))


def asked(file: File) -> int:
    """How many entries the file had when it was asked."""
    return remembered(file, DAY, BOOK, "entries", lambda: len(file.entries))


def test_what_was_answered_of_a_file_is_not_computed_again() -> None:
    file = given(*STORY).file

    first = remembered(file, DAY, BOOK, "due", lambda: tuple(obligations_of(file, file.opened.stream, BOOK)))
    again = remembered(file, DAY, BOOK, "due", lambda: ())

    assert again is first
    assert len(first) > 0


def test_it_is_computed_again_once_an_entry_came_in() -> None:
    file = given(STORY[0]).file
    before = asked(file)

    file.add(given(*STORY).entries[-1])

    assert asked(file) == before + 1


def test_a_copy_remembers_nothing() -> None:
    file = given(*STORY).file
    asked(file)

    assert not is_remembered(file.copy(), DAY, BOOK, "entries")


def test_of_another_day_it_is_another_answer() -> None:
    file = given(*STORY).file
    stream = file.opened.stream

    def found(day: date) -> set[tuple[str, date]]:
        return {(each.rule, each.found_on) for each in findings_on(file, stream, BOOK, day)}

    now, later = (remembered(file, day, BOOK, "found", partial(found, day)) for day in (DAY, LATER))

    assert now == found(DAY)
    assert later == found(LATER)
    assert now != later
