"""Judging: what stands against an entry, when it comes in and ever after."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Final, Literal, TypeAlias
from uuid import UUID

from domain.alike_entries import AlikeEntries
from domain.entry import AS_FOUND, AnyEntry
from domain.event import EVERY_CATEGORY, Category, Event, Label
from domain.events.filing import misplaced
from domain.events.record import ExceptionApproved, ExceptionRejected, approval, waiting
from domain.file import AMENDMENTS, ANYTHING, TURN, File, amended
from domain.general_rules import refusals_of
from domain.joined_files import as_known, is_listed
from domain.life import AskedBeside, Life, over_time
from domain.refusal import Refusal, breach, no_evidence
from domain.resting import NOTHING, Categories, note, noting, noting_each
from domain.rulebook import Rule, Rulebook, numbers_counted
from domain.single_entry import OddCode, impossible, long_ago, odd_codes
from domain.when import FIRST_DAY, LAST_DAY, day_before, day_of

WITH_OTHER_FILES: Final = Label("登记时与其他档案一并核对", "judged with other files when it was recorded")

_Answer: TypeAlias = tuple[list[tuple[Refusal, Categories]], Categories]
"""The refusals of an entry on a day, each with the categories read before it; and all categories read."""
FindingKind: TypeAlias = Literal[
    "breach",
    "no_evidence",
    "exception_unapproved",
    "exception_rejected",
    "correction_unapproved",
    "uncertain",
    "listed_twice",
    "possible_duplicate",
    "number_as_written",
]


HISTORY_DAYS: Final = 30
"""The least number of days between the end of an event and its recording for it to be history (design 4).

A newer event can still be put right, or be claimed as an exception that a second person decides on."""


def history(entry: AnyEntry, today: date) -> bool:
    """Return whether an entry is history, so that a forbidden event is recorded as found.

    The entry was copied from a paper (`AS_FOUND`), names the paper or the day on which it was noted, and its
    event ended at least `HISTORY_DAYS` before `today`, the day of recording. An event whose beginning is
    unknown still has a known end.
    """
    documented = bool(entry.documents) or entry.noted_on is not None
    return entry.origin in AS_FOUND and documented and (today - entry.days.last).days >= HISTORY_DAYS


@dataclass(frozen=True, slots=True)
class Judgement:
    """One rule that speaks against one entry.

    The rule is that of the entry's day. `excused` when the recorder claims an exception to it, and `rejected`
    once a second person has rejected that; `of_history` when the entry tells of `history`.
    """

    rule: Rule
    entry: AnyEntry
    refusal: Refusal
    excused: bool = False
    of_history: bool = False
    rejected: bool = False

    @property
    def refuses(self) -> bool:
        """Whether the entry cannot be recorded. The impossible never can; the forbidden can only as found."""
        return self.rule.strength == "impossible" or (self._forbids and not self.of_history)

    @property
    def would_refuse(self) -> bool:
        """Whether the entry would be refused if it were recorded now, though it may be history."""
        return self.rule.strength == "impossible" or self._forbids

    @property
    def as_found(self) -> bool:
        """Whether it is forbidden and recorded all the same, since it is history."""
        return self._forbids and self.of_history

    @property
    def source(self) -> str:
        """The text that says so: that of the number or the papers it goes by, else the rule's."""
        return self.refusal.source or self.rule.source

    @property
    def verified(self) -> bool:
        """Whether that text was checked; what was not never refuses."""
        return self.rule.verified and self.refusal.verified

    @property
    def _forbids(self) -> bool:
        certain = self.refusal.kind != "uncertain" and self.refusal.verified
        return self.rule.strength == "forbidden" and self.rule.refuses and certain and not self.excused


def told_to(sees: AbstractSet[Category], judgements: Iterable[Judgement]) -> list[Judgement]:
    """Return the judgements that may be shown to an actor who sees these categories of personal data."""
    return [each for each in judgements if each.refusal.rests_on <= sees]


def judge(file: File, entry: AnyEntry, rulebook: Rulebook, today: date) -> list[Judgement]:
    """Return every judgement against an entry that `file` already holds, together with its companions.

    The entry is judged on its own day, by every other entry of that day. If its day is an interval, a rule
    broken on every day counts, and a rule broken on some days is uncertain, as long as one day is left on
    which nothing is forbidden.
    """
    judgements = _judged(file, entry, rulebook, today, set())
    target = amended(entry)
    waits = [] if target is None else [*_unapproved(file, target, rulebook, today, set())]
    # What comes in only: it stays where it is, whatever becomes of the file.
    astray = (Judgement(rulebook[each.rule], entry, each) for each in misplaced(file, entry))
    return [
        *astray,
        *judgements,
        *_needless(entry, judgements, rulebook),
        *(each for each in waits if each.entry.entry_id == entry.entry_id),
    ]


def corrections_waiting(file: File, rulebook: Rulebook) -> Iterator[Judgement]:
    """Yield what `findings` yields against corrections that a second person is to approve."""
    for original in file.entries:
        yield from _unapproved(file, original, rulebook, None, set())


def _unapproved(
    file: File, original_id: UUID, rulebook: Rulebook, today: date | None, reads: set[object]
) -> Iterator[Judgement]:
    """Yield that what amends an entry waits for a second person (X11); `today` it is being recorded."""
    original = file.entries.get(original_id) if file.amendments(original_id) else None
    if original is None or amended(original) is not None:
        return
    life = Life(file, original.days.last, rulebook, reads=reads)
    ask = partial(waiting, original=original, today=today or original.days.last)
    waits, read = noting(ask, life)
    if waits is not None and (waits.recorded_at is not None or today is not None):
        refusal = Refusal("X11", "correction_unapproved", (original_id,))
        rests_on = read | original.event.sealed | waits.event.sealed
        yield Judgement(rulebook["X11"], waits, refusal.resting(rests_on))


def _needless(entry: AnyEntry, judgements: Iterable[Judgement], rulebook: Rulebook) -> Iterator[Judgement]:
    """Yield what speaks against a claim to an exception from a rule that the entry does not break (X09).

    That a rule is not broken would tell of what is sealed: only who sees every category is told.
    """
    claim = entry.exception
    if claim is not None and claim.rule in rulebook.rules and not any(each.excused for each in judgements):
        refusal = no_evidence("X09", at="/exception/rule")
        yield Judgement(rulebook["X09"], entry, refusal.resting(EVERY_CATEGORY))


def _judged(
    file: File, entry: AnyEntry, rulebook: Rulebook, today: date, reads: set[object]
) -> list[Judgement]:
    refusals, _ = noting_each(_against(file, entry, rulebook, today, reads))
    claimed = entry.exception.rule if entry.exception else None
    if claimed is not None and claimed not in rulebook.rules:
        refusals.append((no_evidence("X08", at="/exception/rule"), NOTHING))
    if not refusals:
        return []
    long_past = history(entry, today)
    return [
        Judgement(
            rulebook[refusal.rule].on(entry.days.last, entry.region),
            entry,
            refusal.resting(read | entry.event.sealed | file.sealed(refusal.evidence)),
            excused=refusal.rule == claimed,
            of_history=long_past,
        )
        for refusal, read in refusals
    ]


def _against(
    file: File, entry: AnyEntry, rulebook: Rulebook, today: date, reads: set[object]
) -> Iterator[Refusal]:
    contradicts = False
    in_clear = [*odd_codes(entry, personal=False)]
    for refusal in _contradictions(file, entry, in_clear, today, reads):
        contradicts = True
        yield refusal
    if not contradicts:
        for odd in in_clear:
            yield odd.refusal("E09")
        yield from long_ago(entry)
        yield from _forbidden(file, entry, rulebook, reads)
    # Judged last, so that the other judgements rest on fewer categories.
    for odd in odd_codes(entry, personal=True):
        if odd.table.complete or not contradicts:
            yield odd.refusal("E03" if odd.table.complete else "E09")


def _contradictions(
    file: File, entry: AnyEntry, in_clear: Iterable[OddCode], today: date, reads: set[object]
) -> Iterator[Refusal]:
    if amended(entry) is not None:
        yield from _amiss(file, entry, reads)
    yield from impossible(entry, today)
    for odd in in_clear:
        if odd.table.complete:
            yield odd.refusal("E03")
    yield from entry.event.impossible(entry)


def findings(file: File, rulebook: Rulebook, through: date = LAST_DAY) -> Iterator[Judgement]:
    """Yield the judgements against every entry of a file as known now, except approved exceptions.

    A rejected exception no longer excuses. What speaks against nothing `through` a day is not judged: entries
    as they stand whose days end after it, and that nothing amends.
    """
    if not is_listed(file):
        return
    memory = file.judged
    if not isinstance(memory, _Memory) or memory.rulebook is not rulebook:
        memory = file.judged = _Memory(rulebook, {})
    alike = AlikeEntries(file, rulebook)
    for original_id in file.entries:
        known_before = memory.of_entries.get(original_id)
        if known_before is None or not known_before.holds(file, original_id):
            unamended = None if file.amendments(original_id) else file.effective(original_id)
            if unamended is not None and unamended.days.last > through:
                continue
            read = None if unamended is None else alike.read(unamended)
            known_before = (
                _anew(file, original_id, rulebook)
                if read is None
                else _Remembered((), read, len(file.entries))
            )
            memory.of_entries[original_id] = known_before
        yield from known_before.judgements


def _anew(file: File, original_id: UUID, rulebook: Rulebook) -> "_Remembered":
    read = set[object]()
    return _Remembered(tuple(judged_entry(file, original_id, rulebook, read)), read, len(file.entries))


@dataclass(slots=True)
class _Remembered:
    """The judgements against one entry, the file's size when they were made, and what they read of it."""

    judgements: tuple[Judgement, ...]
    read: AbstractSet[object]
    entries: int

    def holds(self, file: File, original_id: UUID) -> bool:
        changed, entries = file.changed, self.entries
        return (
            entries <= len(file.entries)
            and changed.get(original_id, 0) <= entries
            and all(changed.get(read, 0) <= entries for read in self.read)
        )


@dataclass(frozen=True, slots=True)
class _Memory:
    rulebook: Rulebook
    of_entries: dict[UUID, _Remembered]


def judged_entry(
    file: File, original_id: UUID, rulebook: Rulebook, reads: set[object] | None = None
) -> list[Judgement]:
    """Return what `findings` yields against one entry, by its original id, and remember nothing."""
    entry, noted = file.effective(original_id), set[object]() if reads is None else reads
    judgements = [] if entry is None else _found(file, entry, rulebook, noted)
    if file.amendments(original_id):
        judgements += _unapproved(file, original_id, rulebook, None, noted)
    return judgements


def findings_against(file: File, kinds: Iterable[type[Event]], rulebook: Rulebook) -> Iterator[Judgement]:
    """Yield what `findings` yields against the entries of these types, and remember nothing."""
    if not is_listed(file):
        return
    entries = sorted((entry for kind in kinds for entry in file.of(kind)), key=TURN)
    for entry in entries:
        # Each a question of its own: what is read for one tells nothing of the next.
        found, _ = noting(partial(_found, file, entry, rulebook), set())
        yield from found


def excused(file: File, entry: AnyEntry, rulebook: Rulebook) -> list[Judgement]:
    """Return what speaks against a recorded entry and is excused by the exception that it claims."""
    return [each for each in _with_claim(file, entry, rulebook, set()) if each.excused]


def _with_claim(file: File, entry: AnyEntry, rulebook: Rulebook, reads: set[object]) -> list[Judgement]:
    if entry.recorded_at is None:
        return []
    judgements, claim = _judged(file, entry, rulebook, day_of(entry.recorded_at), reads), entry.exception
    beside = claim is not None and AskedBeside(claim.rule) in reads
    if claim is not None and beside and not any(each.excused for each in judgements):
        judgements.append(_claimed_beside(entry, rulebook[claim.rule]))
    return judgements


def _found(file: File, entry: AnyEntry, rulebook: Rulebook, reads: set[object]) -> list[Judgement]:
    if entry.recorded_at is None:
        return []
    judgements, claim = _with_claim(file, entry, rulebook, reads), entry.exception
    if claim is None:
        return judgements
    found = []
    for judgement in judgements:
        if not judgement.excused:
            found.append(judgement)
            continue
        reads.update((ExceptionApproved, ExceptionRejected))
        approved = approval(file, entry)
        if not approved:
            found.append(replace(judgement, excused=approved is None, rejected=approved is False))
    if not any(each.excused for each in judgements):
        # A claim that later entries made needless is no fault: it was needed as known then.
        reads.add(ANYTHING)
        then = as_known(file, entry.position)
        # Whether this is asked may rest on what not everybody sees, so what it counts with is not told.
        with numbers_counted():
            before = _judged(then, entry, rulebook, day_of(entry.recorded_at), set())
        found += _needless(entry, before, rulebook)
    return found


def _claimed_beside(entry: AnyEntry, rule: Rule) -> Judgement:
    """Return the claim to an exception to a rule about other files, which a second person decides on."""
    refusal = no_evidence(rule.id, detail=WITH_OTHER_FILES)
    on = rule.on(entry.days.last, entry.region)
    return Judgement(on, entry, refusal.resting(entry.event.sealed), excused=True)


def _forbidden(file: File, entry: AnyEntry, rulebook: Rulebook, reads: set[object]) -> Iterator[Refusal]:
    first = entry.days.first
    if first == entry.days.last:
        return refusals_of(entry, Life(file, first, rulebook, but=entry, entry=entry, reads=reads))
    return _forbidden_some_day(file, entry, rulebook, reads)


def _forbidden_some_day(
    file: File, entry: AnyEntry, rulebook: Rulebook, reads: set[object]
) -> Iterator[Refusal]:
    first = entry.days.first
    if first is None:
        reads.add(ANYTHING)
        first = min(
            (other.days.first or other.days.last for other in file.standing()),
            default=entry.days.last,
        )
    if first == entry.days.last:
        yield from refusals_of(entry, Life(file, first, rulebook, but=entry, entry=entry, reads=reads))
        return
    start = min(first, entry.days.last)
    over_days = over_time(
        file,
        rulebook,
        lambda life: noting_each(refusals_of(entry, life)),
        start,
        entry.days.last,
        entry=entry,
        reads=reads,
    )
    answers = [answer for _, _, answer in over_days]
    # An event whose beginning is unknown may have preceded everything else.
    before = [day_before(start)] if entry.days.first is None and start > FIRST_DAY else []
    earlier = [
        noting_each(refusals_of(entry, Life(file, day, rulebook, but=entry, entry=entry, reads=reads)))
        for day in before
    ]
    yield from _over_days(earlier, answers, partial(_forbids, entry, rulebook))
    note(*(category for _, read in (*earlier, *answers) for category in read))


def _over_days(
    earlier: Sequence[_Answer], answers: Sequence[_Answer], forbids: Callable[[Refusal], bool]
) -> Iterator[Refusal]:
    """Return the refusals that hold on every day, then, as uncertain, those that hold on some days only.

    A rule counts as broken if it is broken on every day, though in a different way each day. If no rule is,
    but every day has a rule that forbids the entry, it was forbidden whenever it happened: the refusals of
    the last day count. `earlier` are the days before those in `answers`. The absence of a refusal on a day
    rests on all that was read for that day.
    """
    days: list[dict[Refusal, Categories]] = [dict(reversed(refusals)) for refusals, _ in answers]
    all_refusals = dict.fromkeys(refusal for refusals, _ in reversed(answers) for refusal, _ in refusals)
    rests = {
        refusal: NOTHING.union(
            *(day.get(refusal, read) for day, (_, read) in zip(days, answers, strict=True))
        )
        for refusal in all_refusals
    }
    throughout = [
        refusal.resting(rests[refusal]) for refusal in all_refusals if all(refusal in day for day in days)
    ]
    every_day = [refusals for refusals, _ in (*earlier, *answers)]
    for rule in dict.fromkeys(refusal.rule for refusal in all_refusals):
        if all(refusal.rule != rule for refusal in throughout):
            throughout += _each_day(every_day, partial(_breaks, rule))
    if not any(map(forbids, throughout)):
        throughout += _each_day(every_day, forbids)
    yield from throughout
    for refusal in sorted(all_refusals, key=lambda refusal: refusal.rule):
        # It adds nothing for an actor who is shown the refusal that holds on every day.
        broken = [each.rests_on for each in throughout if each.rule == refusal.rule]
        if not any(on <= rests[refusal] for on in broken):
            yield replace(refusal, kind="uncertain", table=None).resting(rests[refusal])


def _each_day(
    days: Sequence[list[tuple[Refusal, Categories]]], counts: Callable[[Refusal], bool]
) -> Iterator[Refusal]:
    """Yield the last day's first refusal that counts, resting on each day's; none if a day has none."""
    first = [
        next(((each, on) for each, on in refusals if _certain(each) and counts(each)), None)
        for refusals in days
    ]
    forbidden = [each for each in first if each is not None]
    if len(forbidden) == len(days):
        yield forbidden[-1][0].resting(NOTHING.union(*(on for _, on in forbidden)))


def _breaks(rule: str, refusal: Refusal) -> bool:
    return refusal.rule == rule


def _certain(refusal: Refusal) -> bool:
    return refusal.kind in {"breach", "no_evidence"}


def _forbids(entry: AnyEntry, rulebook: Rulebook, refusal: Refusal) -> bool:
    rule = rulebook[refusal.rule].on(entry.days.last, entry.region)
    return _certain(refusal) and refusal.verified and rule.refuses


def _amiss(file: File, entry: AnyEntry, reads: set[object]) -> Iterator[Refusal]:
    """Refuse the amendment of an entry that is absent, no original, of another type, or withdrawn already.

    A withdrawal or restoration is no original either, and corrects nothing.
    """
    target = amended(entry)
    if target is None:
        return
    reads.add(ANYTHING)
    original, at = file.entries.get(target), "/data/entry" if entry.type in AMENDMENTS else "/corrects"
    if entry.type in AMENDMENTS and entry.corrects is not None:
        # It is read by the entry that it is about: as a correction, it would change nothing of the one named.
        yield breach("E04", file.entries.get(entry.corrects), at="/corrects")
    elif original is None or amended(original) is not None or original.entry_id == entry.entry_id:
        yield no_evidence("E04", at=at)
    elif entry.type not in AMENDMENTS:
        if original.type != entry.type:
            yield breach("E04", original, at=at)
    elif (file.stood(target, before=entry.turn) is None) == (entry.type == "EntryWithdrawn"):
        yield breach("E12", original, at=at)
