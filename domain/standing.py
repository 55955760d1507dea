"""Standing questions: requirements for every day of a life, not only for the day of a recording."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial, wraps
from typing import Final, TypeAlias

from domain.event import Event
from domain.file import File
from domain.joined_files import is_listed
from domain.life import Life, over_time
from domain.refusal import Refusal, Refusals
from domain.resting import noting_each
from domain.rulebook import Rule, Rulebook

Question: TypeAlias = Callable[[Life], Refusals]

STANDING: Final[dict[str, Question]] = {}
"""Every standing question by its rule."""


def standing(rule: str, *of: type[Event]) -> Callable[[Question], Question]:
    """Register a function of a life that yields the refusals of its day.

    It is asked only once one of the events `of` has happened, if any are named.
    """

    def register(function: Question) -> Question:
        @wraps(function)
        def asked(life: Life) -> Refusals:
            return function(life) if any(life.all(kind) for kind in of) else iter(())

        STANDING[rule] = asked if of else function
        return function

    return register


@dataclass(frozen=True, slots=True)
class Lapse:
    """A refusal that held on every day from `since` through `until`, by the rule as it stood then."""

    refusal: Refusal
    rule: Rule
    since: date
    until: date


def lapses(file: File, rulebook: Rulebook, end: date, rule: str | None = None) -> Iterator[Lapse]:
    """Yield the lapses of every standing question, or of one rule's, from the first fact through `end`."""
    start = file.begun
    if start is None or not is_listed(file):
        return
    for question in STANDING.values() if rule is None else filter(None, [STANDING.get(rule)]):
        going_on: dict[Refusal, Lapse] = {}
        for since, until, answer in over_time(file, rulebook, partial(_ask, file, question), start, end):
            yield from (lapse for refusal, lapse in going_on.items() if refusal not in answer)
            going_on = {
                refusal: Lapse(
                    refusal, rule, going_on[refusal].since if refusal in going_on else since, until
                )
                for refusal, rule in answer.items()
            }
        yield from going_on.values()


def lapses_on(file: File, rulebook: Rulebook, day: date) -> Iterator[Lapse]:
    """Yield those of `lapses` through a day that hold on it: of other days only what speaks then is asked."""
    if file.begun is None or not is_listed(file):
        return
    for rule, question in STANDING.items():
        if _ask(file, question, Life(file, day, rulebook)):
            yield from (each for each in lapses(file, rulebook, day, rule) if each.until == day)


def lapsing(file: File, rulebook: Rulebook, day: date) -> Iterator[Lapse]:
    """Yield what standing questions are answered on a day, each as a lapse of that day."""
    for question in STANDING.values() if file.earliest is not None else ():
        for refusal, rule in _ask(file, question, Life(file, day, rulebook)).items():
            yield Lapse(refusal, rule, day, day)


def _ask(file: File, question: Question, life: Life) -> dict[Refusal, Rule]:
    """Return the refusals of a day with their rules; one by another text is another refusal."""
    refusals, _ = noting_each(_asked(question, life))
    rules = {}
    for refusal, read in refusals:
        rule = life.rule(refusal.rule)
        by = replace(
            refusal, source=refusal.source or rule.source, verified=refusal.verified and rule.verified
        )
        rules[by.resting(read | file.sealed(refusal.evidence))] = rule
    return rules


def _asked(question: Question, life: Life) -> Refusals:
    yield from question(life)
