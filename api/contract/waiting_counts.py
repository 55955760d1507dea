"""How much waits, in the form of answers."""

from datetime import date

from typing_extensions import TypedDict


class CountAnswer(TypedDict):
    """So many, whether there are more than were counted, and the address of their list."""

    count: int
    more: bool
    list: str


class CountsAnswer(TypedDict):
    """How much waits for the caller on a day, of what they may see.

    `overdue` is for less than a year; what is older was brought in by history as a rule, and counted apart.
    """

    day: date
    overdue: CountAnswer
    overdue_over_a_year: CountAnswer
    findings: CountAnswer
    exceptions: CountAnswer
    known_position: int
