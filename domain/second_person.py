"""What a second person decides on: exceptions that entries claim, and corrections of what matters."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from math import inf
from typing import Literal, TypeAlias
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import EVERY_CATEGORY
from domain.events.record import (
    CorrectionApproved,
    ExceptionApproved,
    amendments_for_approval,
    decision_on_exception,
)
from domain.file import File, amended
from domain.joined_files import as_known, is_listed
from domain.judging import Judgement, excused
from domain.life import Life
from domain.refusal import Refusal, no_evidence
from domain.resting import noting
from domain.rulebook import Rulebook

ApprovalKind: TypeAlias = Literal["exception", "correction"]
ApprovalState: TypeAlias = Literal["waiting", "approved", "rejected", "not_needed"]


@dataclass(frozen=True, slots=True)
class ForApproval:
    """An entry that a second person decides on: why, and the decision, None while it waits for one.

    The entry claims an exception to a rule, or it corrects, withdraws or restores another one. It is `needed`
    while the rule speaks against it.
    """

    kind: ApprovalKind
    judgement: Judgement
    decision: AnyEntry | None
    needed: bool = True

    @property
    def entry(self) -> AnyEntry:
        """The entry that is decided on."""
        return self.judgement.entry

    @property
    def state(self) -> ApprovalState:
        """Whether it waits, or how it was decided."""
        if self.decision is None:
            return "waiting" if self.needed else "not_needed"
        approves = isinstance(self.decision.event, (ExceptionApproved, CorrectionApproved))
        return "approved" if approves else "rejected"


def for_approval(file: File, rulebook: Rulebook) -> Iterator[ForApproval]:
    """Yield all of a file that waits for a second person, or was decided by one."""
    if is_listed(file):
        for original_id, original in [*file.entries.items()]:
            # Of a long file hardly any entry is one.
            if original.exception is not None or file.amendments(original_id):
                yield from for_approval_of(file, original_id, rulebook)


def for_approval_of(file: File, original_id: UUID, rulebook: Rulebook) -> Iterator[ForApproval]:
    """Yield what `for_approval` yields of one entry, by its original id, in every version.

    A claim that no rule asks for any more waits for nobody, which only who sees every category is told.
    """
    original = file.entries.get(original_id)
    if original is None or amended(original) is not None:
        return
    versions = [original, *(each for each in file.amendments(original_id) if each.type == original.type)]
    for version in versions:
        claimed = None if version.exception is None else _claimed(file, version, rulebook)
        if claimed is not None:
            yield claimed
    if file.amendments(original_id):
        yield from _corrections(file, original, rulebook)


def _claimed(file: File, entry: AnyEntry, rulebook: Rulebook) -> ForApproval | None:
    stands = file.effective(entry.original) is entry
    decision = decision_on_exception(file, entry, inf if stands else _replaced(file, entry))
    if decision is None and not stands:
        return None
    found = excused(file, entry, rulebook) if stands else []
    needed = bool(found)
    if not needed:
        found = excused(as_known(file, entry.position), entry, rulebook) or _needless(entry, rulebook)
    # The one that most may see stands for all that the claim excuses.
    least = min(found, key=lambda each: len(each.refusal.rests_on), default=None)
    if least is None:
        return None
    if not needed and decision is None:
        least = replace(least, refusal=least.refusal.resting(EVERY_CATEGORY))
    return ForApproval("exception", least, decision, needed)


def _replaced(file: File, entry: AnyEntry) -> float:
    """Return the turn at which another version, or a withdrawal, took the place of an entry."""
    later = (each for each in file.amended(entry.original) if each.by.turn > entry.turn and not each.rejected)
    return min((each.by.turn for each in later), default=inf)


def _needless(entry: AnyEntry, rulebook: Rulebook) -> list[Judgement]:
    """Return a claim to an exception from what never spoke against the entry, for who sees everything."""
    claim = entry.exception
    if claim is None or claim.rule not in rulebook.rules:
        return []
    rule = rulebook[claim.rule].on(entry.days.last, entry.region)
    return [Judgement(rule, entry, no_evidence(rule.id).resting(EVERY_CATEGORY), excused=True)]


def _corrections(file: File, original: AnyEntry, rulebook: Rulebook) -> Iterator[ForApproval]:
    day = original.days.last
    ask = partial(amendments_for_approval, original=original, today=day)
    amendments, read = noting(lambda life: [*ask(life)], Life(file, day, rulebook))
    for by, decision in amendments:
        if by.recorded_at is not None:
            refusal = Refusal("X11", "correction_unapproved", (original.entry_id,))
            rests_on = read | original.event.sealed | by.event.sealed
            judgement = Judgement(rulebook["X11"], by, refusal.resting(rests_on))
            yield ForApproval("correction", judgement, decision)
