"""The record itself: withdrawing and restoring entries, approving and rejecting exceptions."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Final
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import Category, Event, Label, Personal, Text
from domain.file import File
from domain.life import Life
from domain.refusal import Refusals, breach, no_evidence

RECORDS: Final = "《档案法》第37条（来源可靠、程序规范、要素合规）"
DECIDERS: Final = frozenset({"supervisor", "bureau"})
"""Who decides on exceptions: an institution's supervisor, and in the files of places the bureau above."""
FOUR_EYES: Final = "本系统规则（例外由另一人批准）"


class EntryWithdrawn(Event, zh="撤回条目", en="Entry withdrawn", source=RECORDS, ends_with=None):
    """An entry was withdrawn: what it says did not happen, or not in this file."""

    entry: Annotated[UUID, Label("条目", "Entry")]
    explanation: Annotated[Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)]

    def refusals(self, life: Life) -> Refusals:
        yield from _undone(life, self.entry)


class EntryRestored(Event, zh="恢复条目", en="Entry restored", source=RECORDS, ends_with=None):
    """A withdrawn entry was found true after all."""

    entry: Annotated[UUID, Label("条目", "Entry")]
    explanation: Annotated[Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)]

    def refusals(self, life: Life) -> Refusals:
        yield from _undone(life, self.entry)


class ExceptionApproved(Event, zh="例外批准", en="Exception approved", source=FOUR_EYES, ends_with=None):
    """A second person approved the exception that an entry claims."""

    entry: Annotated[UUID, Label("条目", "Entry")]
    explanation: Annotated[Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)]

    def refusals(self, life: Life) -> Refusals:
        yield from _second_person(life, self.entry)


class ExceptionRejected(Event, zh="例外驳回", en="Exception rejected", source=FOUR_EYES, ends_with=None):
    """A second person rejected the exception that an entry claims."""

    entry: Annotated[UUID, Label("条目", "Entry")]
    explanation: Annotated[Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)]

    def refusals(self, life: Life) -> Refusals:
        yield from _second_person(life, self.entry)


DECISIONS: Final = (ExceptionApproved, ExceptionRejected)
"""A second person's decisions on an exception."""


def _second_person(life: Life, claimed_by: UUID) -> Refusals:
    """A claim is decided, and a decision corrected, by one of `DECIDERS` who did not make the claim."""
    claim = _claim(life, claimed_by)
    claimed = claim is not None and claim.exception is not None
    if not claimed:
        yield no_evidence("X03", claim, at="/data/entry")
    corrected = None if life.entry is None else life.entry.corrects
    yield from _decided(life, [*([claimed_by] if claimed else ()), *_decided_on(life, corrected)])


def _undone(life: Life, original: UUID) -> Refusals:
    """Withdrawing or restoring a decision is itself a decision, under the same rules."""
    yield from _decided(life, _decided_on(life, original))


def _decided_on(life: Life, decision: UUID | None) -> Iterator[UUID]:
    """Yield the entries whose claims a decision is about, originally or as corrected; else none."""
    if decision is not None and (original := life.file.entries.get(decision)) is not None:
        for version in (original, *life.file.amendments(decision)):
            if isinstance(version.event, DECISIONS):
                yield version.event.entry


def _decided(life: Life, claimed_by: Iterable[UUID]) -> Refusals:
    decider = None if life.entry is None else life.entry.recorded_by
    for entry_id in dict.fromkeys(claimed_by):
        claim = _claim(life, entry_id)
        if claim is None or decider is None:
            continue
        if decider.user == claim.recorded_by.user:
            yield breach("X01", claim, at="/data/entry")
        if decider.role not in DECIDERS:
            yield breach("X02", claim, at="/data/entry")


def _claim(life: Life, claimed_by: UUID) -> AnyEntry | None:
    return life.file.effective(claimed_by) or life.file.entries.get(claimed_by)


def approval(file: File, entry: AnyEntry) -> bool | None:
    """Whether a second person approved (True) or rejected (False) the exception that an entry claims.

    The last decision counts; a decision from before a correction of the entry does not apply to it any more.
    """
    ids = {entry.entry_id, entry.original}
    approved = [(it.version, True) for it in file.of(ExceptionApproved) if it.event.entry in ids]
    rejected = [(it.version, False) for it in file.of(ExceptionRejected) if it.event.entry in ids]
    version, decision = max((*approved, *rejected), default=(0, False))
    return decision if version > entry.version else None
