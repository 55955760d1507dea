"""The record itself: withdrawing and restoring entries, and what a second person decides about the record."""

from collections.abc import Iterable, Iterator
from datetime import date
from math import inf
from typing import Annotated, Final
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import Category, Event, Label, Personal, Text
from domain.file import TURN, AmendedState, File, amended
from domain.life import Life
from domain.refusal import Refusals, breach, no_evidence
from domain.shared_fields import EntryId
from domain.when import day_of

RECORDS: Final = "《档案法》第37条（来源可靠、程序规范、要素合规）"
DECIDERS: Final = frozenset({"supervisor", "bureau"})
"""Who decides as a second person: a supervisor, and in the files of places the bureau above."""
FOUR_EYES: Final = "本系统规则（例外由另一人批准）"
PUT_RIGHT: Final = (
    "本系统规则（重要事项的更正由另一人批准），参照《户口登记条例》第17条（审查属实后予以更正）"
)
TWO: Final = 2
"""The recorder and a second person."""


class EntryWithdrawn(Event, zh="撤回条目", en="Entry withdrawn", source=RECORDS, ends_with=None):
    """An entry was withdrawn: what it says did not happen, or not in this file."""

    entry: Annotated[EntryId, Label("条目", "Entry")]
    explanation: Annotated[Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)]

    def refusals(self, life: Life) -> Refusals:
        yield from _undone(life, self.entry)


class EntryRestored(Event, zh="恢复条目", en="Entry restored", source=RECORDS, ends_with=None):
    """A withdrawn entry was found true after all."""

    entry: Annotated[EntryId, Label("条目", "Entry")]
    explanation: Annotated[Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)]

    def refusals(self, life: Life) -> Refusals:
        yield from _undone(life, self.entry)


class ExceptionApproved(Event, zh="例外批准", en="Exception approved", source=FOUR_EYES, ends_with=None):
    """A second person approved the exception that an entry claims."""

    entry: Annotated[EntryId, Label("条目", "Entry")]
    explanation: Annotated[Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)]

    def refusals(self, life: Life) -> Refusals:
        yield from _second_person(life, self.entry)


class ExceptionRejected(Event, zh="例外驳回", en="Exception rejected", source=FOUR_EYES, ends_with=None):
    """A second person rejected the exception that an entry claims."""

    entry: Annotated[EntryId, Label("条目", "Entry")]
    explanation: Annotated[Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)]

    def refusals(self, life: Life) -> Refusals:
        yield from _second_person(life, self.entry)


class CorrectionApproved(Event, zh="更正批准", en="Correction approved", source=PUT_RIGHT, ends_with=None):
    """A second person approved what corrects, withdraws or restores an entry."""

    entry: Annotated[EntryId, Label("条目", "Entry")]
    explanation: Annotated[Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)]

    def refusals(self, life: Life) -> Refusals:
        yield from _second_person(life, self.entry, "X12")


class CorrectionRejected(Event, zh="更正驳回", en="Correction rejected", source=PUT_RIGHT, ends_with=None):
    """A second person rejected what corrects, withdraws or restores an entry: what was before it holds."""

    entry: Annotated[EntryId, Label("条目", "Entry")]
    explanation: Annotated[Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)]

    def refusals(self, life: Life) -> Refusals:
        yield from _second_person(life, self.entry, "X12")


ON_CORRECTIONS: Final = (CorrectionApproved, CorrectionRejected)
"""A second person's decisions on a correction."""
DECISIONS: Final = (ExceptionApproved, ExceptionRejected, *ON_CORRECTIONS)
"""A second person's decisions."""


def _second_person(life: Life, about: UUID, rule: str = "X03") -> Refusals:
    """What waits is decided, and a decision corrected, by one of `DECIDERS` who did not record it.

    The rule says that nothing waits there: X03 no exception, X12 no correction.
    """
    if rule == "X03":
        claim = _claim(life, about)
        waits = claim is not None and claim.exception is not None
    else:
        claim = life.file.entries.get(about)
        waits = claim is not None and _is_asked(life, claim)
    if not waits:
        yield no_evidence(rule, claim, at="/data/entry")
    corrected = None if life.entry is None else life.entry.corrects
    yield from _decided(life, [*([about] if waits else ()), *_decided_on(life, corrected)])


def _undone(life: Life, original: UUID) -> Refusals:
    """Withdrawing or restoring a decision is itself a decision, under the same rules."""
    yield from _decided(life, _decided_on(life, original))


def _decided_on(life: Life, decision: UUID | None) -> Iterator[UUID]:
    """Yield the entries that a decision is about, originally or as corrected; else none."""
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
    """Whether a second person approved (True) or rejected (False) the exception that an entry claims."""
    decision = decision_on_exception(file, entry)
    return None if decision is None else isinstance(decision.event, ExceptionApproved)


def decision_on_exception(file: File, entry: AnyEntry, before: float = inf) -> AnyEntry | None:
    """Return a second person's decision on the exception that an entry claims, from before a turn.

    The last decision counts; a decision from before a correction of the entry does not apply to it any more.
    """
    ids = {entry.entry_id, entry.original}
    decisions: list[AnyEntry] = [*file.of(ExceptionApproved), *file.of(ExceptionRejected)]
    about = (it for it in decisions if it.event.entry in ids and entry.turn < it.turn < before)
    return max(about, key=TURN, default=None)


def waiting(life: Life, original: AnyEntry, today: date) -> AnyEntry | None:
    """Return what amends an entry and waits for a second person's decision (X11); None if nothing does.

    What is to be recorded is recorded `today`.
    """
    waits: AnyEntry | None = None
    for each, asked in _asking(life, original, today):
        if not each.rejected:
            waits = each.by if asked and each.ruling is None else None
    return waits


def amendments_for_approval(
    life: Life, original: AnyEntry, today: date
) -> Iterator[tuple[AnyEntry, AnyEntry | None]]:
    """Yield what amends an entry and waits for a second person, or was decided on, with the decision."""
    waits = waiting(life, original, today)
    for each, _ in _asking(life, original, today):
        if each.ruling is not None or each.by is waits:
            yield each.by, each.ruling


def _asking(
    life: Life, original: AnyEntry, today: date, before: int | None = None
) -> Iterator[tuple[AmendedState, bool]]:
    """Yield what amended an entry before a turn, and whether a second person is to decide on it.

    Each is compared with the entry as it last stood and waited for nobody, so that no correction of a
    correction slips by.
    """
    settled: AnyEntry | None = original
    for each in life.file.amended(original.entry_id, before):
        asked = _differs(life, each.by, settled, each.stands, today)
        yield each, asked
        if not each.rejected and (each.ruling is not None or not asked):
            settled = each.stands


def _differs(
    life: Life, by: AnyEntry, settled: AnyEntry | None, stands: AnyEntry | None, today: date
) -> bool:
    """Return whether two persons are to answer for a difference, by the number of the day of recording.

    A case of X11 is a type of event, or one with a field of it; without a name, every other event.
    """
    either = settled or stands
    if either is None or settled is stands:
        return False
    cases = dict.fromkeys(pack.case for pack in life.rule("X11").packs)
    on = today if by.recorded_at is None else day_of(by.recorded_at)
    for case in [each for each in cases if each.partition(".")[0] == either.type] or [""]:
        number, field = life.number("X11", of=by, on=on, case=case), case.partition(".")[2]
        differs = not field or _of(settled, field) != _of(stands, field)
        if differs and number is not None and number.value >= TWO:
            return True
    return False


def _of(entry: AnyEntry | None, field: str) -> object:
    return None if entry is None else getattr(entry.event, field)


def _is_asked(life: Life, amendment: AnyEntry) -> bool:
    """Return whether a second person is to decide on an entry, as it was known before the one judged."""
    file, judged, target = life.file, life.entry, amended(amendment)
    original = None if target is None else file.entries.get(target)
    if original is None or judged is None:
        return False
    recorded = amendment.days.last if amendment.recorded_at is None else day_of(amendment.recorded_at)
    asking = _asking(life, original, recorded, judged.turn)
    return any(asked for each, asked in asking if each.by.entry_id == amendment.entry_id)
