"""A whole life, told event by event as it was recorded, and what the ledger says of it on a day."""

from datetime import date
from random import Random
from typing import Any, Self
from uuid import UUID

from domain.event import Event
from domain.file import File, fold
from domain.judging import findings
from domain.life import STAGE, Life
from domain.obligations import clocks
from domain.standing import lapses
from tests.support.given import Given, days


class WholeLife(Given):
    """A file that grows as it was recorded: nothing of it is refused, and each entry has its id."""

    def tell(self, on: str, event: Event, **envelope: Any) -> UUID:
        """Record an event, which nothing refuses, and return its entry's id."""
        self.when(on, event, **envelope)
        refused = [(found.rule.id, found.refusal.detail) for found in self.judgements if found.refuses]
        assert refused == [], type(event).__name__
        return self.last.entry_id

    def told(self, *happened: tuple[Any, ...]) -> Self:
        """Record events one after the other."""
        for on, event, *envelope in happened:
            self.tell(on, event, **(envelope[0] if envelope else {}))
        return self

    def stage(self, day: str, known: int | None = None) -> str | None:
        """Where the life stands on a day, as it was known after so many entries, or is known now."""
        held = Life(fold(self.entries, known), days(day).last, self.rulebook).now(STAGE)
        return None if held is None else held.held.value

    def said(self, day: str) -> tuple[set[str], set[str]]:
        """What is due on a day, overdue with an exclamation mark; and what speaks against the file.

        Both by their rules. What speaks is against what had happened by that day, or how it stood then.
        """
        on = days(day).last
        past = {found.rule.id for found in findings(self.file, self.rulebook) if found.entry.days.last <= on}
        standing = {
            lapse.refusal.rule
            for lapse in lapses(self.file, self.rulebook, on)
            if lapse.since <= on <= lapse.until
        }
        return _waiting(self, self.file, on), past | standing

    def replays(self) -> None:
        """Assert that it is read as it was known then, and alike in whatever order it came to be known."""
        last = max(entry.days.last for entry in self.entries)
        for known in range(1, len(self.entries) + 1):
            then, rest = fold(self.entries, known), fold(self.entries[:known])
            assert _waiting(self, then, last) == _waiting(self, rest, last)
        shuffled = Random(len(self.entries)).sample(self.entries, len(self.entries))  # noqa: S311 - an order
        assert _waiting(self, fold(shuffled), last) == _waiting(self, self.file, last)

    def loses_nothing(self, day: str) -> None:
        """Assert that each obligation that was opened by a day waits or has an end on it."""
        on = days(day).last
        opened = [clock for clock in clocks(self.file, self.rulebook) if clock.opened_on <= on]
        assert opened
        assert [clock.rule for clock in opened if clock.state(on) is None] == []


def _waiting(life: Given, file: File, on: date) -> set[str]:
    marks = {"due": "", "overdue": "!"}
    states = ((clock.rule, clock.state(on)) for clock in clocks(file, life.rulebook))
    return {f"{rule}{marks[state]}" for rule, state in states if state in {"due", "overdue"}}
