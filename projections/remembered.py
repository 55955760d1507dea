"""What was answered of a file, remembered while it stays as it is."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar

from domain.file import File
from domain.rulebook import Rulebook

T = TypeVar("T")

MOST: Final = 32
"""Answers that are remembered of one file: there are some questions, and few ways to ask them."""


@dataclass(slots=True)
class _Remembered:
    """What was answered of one state of a file on one day by one rulebook."""

    day: date
    rulebook: Rulebook
    answers: dict[Hashable, Any]


def remembered(file: File, day: date, rulebook: Rulebook, question: Hashable, answer: Callable[[], T]) -> T:
    """Return the answer to a question about a file on a day; it is computed if it is not remembered."""
    answers = _answers(file, day, rulebook)
    if question not in answers:
        found = answer()
        if len(answers) >= MOST:
            answers.clear()
        answers[question] = found
        return found
    held: T = answers[question]
    return held


def is_remembered(file: File, day: date, rulebook: Rulebook, question: Hashable) -> bool:
    """Return whether the answer to a question about a file on a day is remembered."""
    return question in _answers(file, day, rulebook)


def _answers(file: File, day: date, rulebook: Rulebook) -> dict[Hashable, Any]:
    held = file.asked
    if not isinstance(held, _Remembered) or (held.day, held.rulebook) != (day, rulebook):
        held = file.asked = _Remembered(day, rulebook, {})
    return held.answers
