"""How much waits, in the form of answers."""

from collections.abc import Sequence
from datetime import date

from typing_extensions import TypedDict

from api.contract.listing import Titled


class CountAnswer(TypedDict):
    """So many, whether there are more than were counted, and the address of their list."""

    count: int
    more: bool
    list: str


class RuleCountAnswer(Titled):
    """So many findings of one rule, and the address of their list."""

    rule: str
    count: int
    list: str


class FindingsCountAnswer(CountAnswer):
    """So many findings; those that were counted also by rule, the most frequent first."""

    by_rule: Sequence[RuleCountAnswer]


class CountsAnswer(TypedDict):
    """How much waits for the caller on a day, of what they may see.

    `overdue` is for less than a year; what is older was brought in by history as a rule, and counted apart.
    """

    day: date
    overdue: CountAnswer
    overdue_over_a_year: CountAnswer
    findings: FindingsCountAnswer
    exceptions: CountAnswer
    known_position: int
