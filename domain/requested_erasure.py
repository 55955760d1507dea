"""What personal data of a file is to be erased, or was: what was asked for, decided, put off and done."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias
from uuid import UUID

from domain.entry import AnyEntry, Entry
from domain.event import Category
from domain.events.erasure import (
    APPROVALS,
    DONE_BY_OPERATOR,
    ErasureApproved,
    ErasureCompleted,
    ErasureHoldImposed,
    ErasureRejected,
    ErasureRequested,
    ErasureStarted,
    approvals_of,
    approved_on,
    holds_of,
    rejection_of,
)
from domain.file import TURN, File
from domain.life import Life
from domain.rulebook import Rulebook

ErasureState: TypeAlias = Literal["waiting", "rejected", "held", "cooling", "due", "started", "completed"]


@dataclass(frozen=True, slots=True)
class RequestedErasure:
    """A request to erase as it stands, with what became of it.

    `stoppable_until` is the last day on which it may still be stopped; None until two have approved it.
    """

    entry: Entry[ErasureRequested]
    approvals: tuple[Entry[ErasureApproved], ...]
    rejection: Entry[ErasureRejected] | None
    holds: tuple[Entry[ErasureHoldImposed], ...]
    stoppable_until: date | None
    started: Entry[ErasureStarted] | None
    completed: Entry[ErasureCompleted] | None

    @property
    def categories(self) -> frozenset[Category]:
        """The categories that it is about."""
        return frozenset(map(Category, self.entry.event.categories))

    def state(self, today: date) -> ErasureState:
        """Return how far it has come on a day."""
        if self.completed is not None:
            return "completed"
        if self.started is not None:
            return "started"
        if self.rejection is not None:
            return "rejected"
        if self.stoppable_until is None:
            return "waiting"
        if self.holds:
            return "held"
        return "cooling" if today <= self.stoppable_until else "due"


def requested_erasures(file: File, rulebook: Rulebook) -> Iterator[RequestedErasure]:
    """Yield what was asked for, in the order of recording; no decision from before a correction counts."""
    holds = tuple(holds_of(file))
    started = {each.event.request: each for each in file.of(ErasureStarted)}
    completed = {each.event.request: each for each in file.of(ErasureCompleted)}
    for entry in sorted(file.of(ErasureRequested), key=TURN):
        approvals = approvals_of(file, entry)
        until = None
        if len(approvals) >= APPROVALS:
            last = approvals[APPROVALS - 1]
            number = Life(file, approved_on(last).last, rulebook).number("R-ERA-4", of=last)
            until = (approved_on(last) if number is None else number.ends(approved_on(last))).last
        yield RequestedErasure(
            entry,
            tuple(approvals),
            rejection_of(file, entry),
            holds,
            until,
            started.get(entry.original),
            completed.get(entry.original),
        )


def erases(entry: AnyEntry) -> bool:
    """Whether keys are destroyed between this entry and another one, or were."""
    return isinstance(entry.event, DONE_BY_OPERATOR)


def erased_by(entries: Iterable[AnyEntry]) -> set[tuple[UUID, Category]]:
    """Return the subjects and categories of which nothing is sealed any more since these entries."""
    return {
        (subject, Category(category))
        for entry in entries
        if isinstance(entry.event, ErasureStarted)
        for subject in subjects_of(entry)
        for category in entry.event.categories
    }


def subjects_of(started: Entry[ErasureStarted]) -> tuple[UUID, ...]:
    """Return whose data goes: another person's, or that of the file and of those joined to it."""
    person = started.event.person
    return (started.stream, *started.event.joined) if person is None else (person,)
