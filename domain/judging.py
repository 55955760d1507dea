"""Judging: what stands against an entry, when it comes in and ever after."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from domain.codes import CodeTable, tables
from domain.entry import AS_FOUND, AnyEntry
from domain.event import (
    EVERY_CATEGORY,
    ByNextYear,
    Category,
    Event,
    Field,
    Label,
    NotAfter,
    NotBefore,
    Order,
    Part,
    Past,
    chapter,
    dates_of,
    fields_with,
    known,
)
from domain.events.case import CHAPTERS_AFTER, KINDS_AFTER
from domain.events.departure import death
from domain.events.filing import misplaced
from domain.events.record import ExceptionApproved, ExceptionRejected, approval, waiting
from domain.file import AMENDMENTS, ANYTHING, TURN, File, amended
from domain.happening_twice import told_before
from domain.identified import other_id_asked
from domain.joined_files import as_known, is_listed
from domain.life import BIRTH, CASE_CLOSED, STAGE, AskedBeside, Life, over_time
from domain.refusal import FURTHER, Refusal, breach, no_evidence
from domain.resting import NOTHING, Categories, note, noting, noting_each
from domain.rulebook import Rule, Rulebook, numbers_counted
from domain.when import FIRST_DAY, LAST_DAY, Days, day_after, day_before, day_of

LONG_AGO: Final = date(1900, 1, 1)
"""No institution that exists today has papers about a day before this one."""
NOTED: Final = Label("原始记录日期", "Noted on")
KIND: Final = Label("材料种类", "Kind of document")
ISSUED: Final = Label("材料日期", "Day of a document")
INSTANT: Final = Label("发生时刻", "Instant")
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
    original = file.entries.get(original_id)
    if original is None or amended(original) is not None or not file.amendments(original_id):
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
    claimed, long_past = entry.exception.rule if entry.exception else None, history(entry, today)
    if claimed is not None and claimed not in rulebook.rules:
        refusals.append((no_evidence("X08", at="/exception/rule"), NOTHING))
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
    odd_codes = [*_odd_codes(entry, personal=False)]
    for refusal in _contradictions(file, entry, odd_codes, today, reads):
        contradicts = True
        yield refusal
    if not contradicts:
        for odd in odd_codes:
            yield odd.refusal("E09")
        yield from _long_ago(entry)
        yield from _forbidden(file, entry, rulebook, reads)
    # Judged last, so that the other judgements rest on fewer categories.
    for odd in _odd_codes(entry, personal=True):
        if odd.table.complete or not contradicts:
            yield odd.refusal("E03" if odd.table.complete else "E09")


def _contradictions(
    file: File, entry: AnyEntry, odd_codes: "Iterable[_OddCode]", today: date, reads: set[object]
) -> Iterator[Refusal]:
    yield from _amiss(file, entry, reads)
    yield from _impossible(entry, today)
    for odd in odd_codes:
        if odd.table.complete:
            yield odd.refusal("E03")
    yield from entry.event.impossible(entry)


@dataclass(frozen=True, slots=True)
class _Remembered:
    """The judgements against one entry, the file's size when they were made, and what they read of it."""

    judgements: tuple[Judgement, ...]
    reads: frozenset[object]
    entries: int

    def holds(self, file: File) -> bool:
        changed, entries = file.changed, self.entries
        return entries <= len(file.entries) and all(changed.get(read, 0) <= entries for read in self.reads)


@dataclass(frozen=True, slots=True)
class _Memory:
    rulebook: Rulebook
    of_entries: dict[UUID, _Remembered]


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
    remembered = memory.of_entries
    for original_id in file.entries:
        known_before = remembered.get(original_id)
        if known_before is None or not known_before.holds(file):
            if through < LAST_DAY and _speaks_later(file, original_id, through):
                continue
            reads: set[object] = {original_id}
            judgements = tuple(judged_entry(file, original_id, rulebook, reads))
            known_before = _Remembered(judgements, frozenset(reads), len(file.entries))
            remembered[original_id] = known_before
        yield from known_before.judgements


def _speaks_later(file: File, original_id: UUID, through: date) -> bool:
    entry = file.effective(original_id)
    return entry is not None and entry.days.last > through and not file.amendments(original_id)


def judged_entry(
    file: File, original_id: UUID, rulebook: Rulebook, reads: set[object] | None = None
) -> Iterator[Judgement]:
    """Yield what `findings` yields against one entry, by its original id, and remember nothing."""
    entry, noted = file.effective(original_id), set[object]() if reads is None else reads
    if entry is not None:
        yield from _found(file, entry, rulebook, noted)
    yield from _unapproved(file, original_id, rulebook, None, noted)


def findings_against(file: File, kinds: Iterable[type[Event]], rulebook: Rulebook) -> Iterator[Judgement]:
    """Yield what `findings` yields against the entries of these types, and remember nothing."""
    if not is_listed(file):
        return
    entries = sorted((entry for kind in kinds for entry in file.of(kind)), key=TURN)
    for entry in entries:
        # Each a question of its own: what is read for one tells nothing of the next.
        found, _ = noting(list, _found(file, entry, rulebook, set()))
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


def _found(file: File, entry: AnyEntry, rulebook: Rulebook, reads: set[object]) -> Iterator[Judgement]:
    if entry.recorded_at is None:
        return
    judgements, claim = _with_claim(file, entry, rulebook, reads), entry.exception
    for judgement in judgements:
        if not judgement.excused:
            yield judgement
            continue
        reads.update((ExceptionApproved, ExceptionRejected))
        approved = approval(file, entry)
        if not approved:
            yield replace(judgement, excused=approved is None, rejected=approved is False)
    if claim is not None and not any(each.excused for each in judgements):
        # A claim that later entries made needless is no fault: it was needed as known then.
        reads.add(ANYTHING)
        then = as_known(file, entry.position)
        # Whether this is asked may rest on what not everybody sees, so what it counts with is not told.
        with numbers_counted():
            before = _judged(then, entry, rulebook, day_of(entry.recorded_at), set())
        yield from _needless(entry, before, rulebook)


def _claimed_beside(entry: AnyEntry, rule: Rule) -> Judgement:
    """Return the claim to an exception to a rule about other files, which a second person decides on."""
    refusal = no_evidence(rule.id, detail=WITH_OTHER_FILES)
    on = rule.on(entry.days.last, entry.region)
    return Judgement(on, entry, refusal.resting(entry.event.sealed), excused=True)


def _forbidden(file: File, entry: AnyEntry, rulebook: Rulebook, reads: set[object]) -> Iterator[Refusal]:
    first = entry.days.first
    if first is None:
        reads.add(ANYTHING)
        first = min(
            (other.days.first or other.days.last for other in file.standing()),
            default=entry.days.last,
        )
    if first == entry.days.last:
        yield from _ask(Life(file, first, rulebook, but=entry, entry=entry, reads=reads))
        return
    start = min(first, entry.days.last)
    over_days = over_time(
        file,
        rulebook,
        lambda life: noting_each(_ask(life)),
        start,
        entry.days.last,
        entry=entry,
        reads=reads,
    )
    answers = [answer for _, _, answer in over_days]
    # An event whose beginning is unknown may have preceded everything else.
    before = [day_before(start)] if entry.days.first is None and start > FIRST_DAY else []
    earlier = [
        noting_each(_ask(Life(file, day, rulebook, but=entry, entry=entry, reads=reads))) for day in before
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


def _ask(life: Life) -> Iterator[Refusal]:
    if life.entry is not None:
        yield from _everywhere(life, life.entry)
        event = life.entry.event
        yield from event.refusals(life)
        for further in FURTHER.get(type(event), ()):
            yield from further(event, life)


def _everywhere(life: Life, entry: AnyEntry) -> Iterator[Refusal]:
    """Yield what the general rules say: nothing before birth, nothing after what ended it, nothing twice."""
    yield from _ended(life, entry)
    yield from _after_closing(life, entry)
    yield from _before_it(life, entry.event)
    yield from _again(life, entry)
    birth = life.now(BIRTH)
    if birth is not None and birth.held.value is not None and entry.kind == "child":
        born = birth.held.value
        if born.first is not None and not life.reached(born.first):
            yield breach("E07", birth.entry)
    for spec in fields_with(type(entry.event), "refers"):
        if spec.refers is not None and isinstance(value := getattr(entry.event, spec.name), UUID):
            target = life.effective(value)
            if target is None or target.type != spec.refers.type:
                absent = Label(f"{spec.label.zh}不在本档案中", f"{spec.label.en}: not in this file")
                why = absent if target is None else other_id_asked(spec)
                yield no_evidence(spec.refers.rule, detail=why, at=_in_data(spec))


def _before_it(life: Life, event: Event) -> Iterator[Refusal]:
    """Yield that what an event follows comes after it (E14), or that what it presupposes is missing (E16)."""
    presupposed = event.presupposes()
    for before in filter(None, (presupposed, event.follows())):
        if any(life.last(kind) for kind in before):
            continue
        ahead = next(filter(None, map(life.ahead, before)), None)
        if ahead is not None:
            yield breach("E14", ahead, detail=ahead.event.label)
        elif before is presupposed and not any(map(life.perhaps, before)):
            named = [kind.label for kind in before]
            missing = Label("、".join(each.zh for each in named), " or ".join(each.en for each in named))
            yield no_evidence("E16", detail=missing)


def _again(life: Life, entry: AnyEntry) -> Iterator[Refusal]:
    """Yield that what happens `once` is told a second time (E18)."""
    first = told_before(life, entry) if entry.event.once else None
    if first is not None:
        yield breach("E18", first)


def _ended(life: Life, entry: AnyEntry) -> Iterator[Refusal]:
    """Refuse what does not happen any more once the child has died, left or been adopted (`ends_with`)."""
    ends_with = entry.event.ends_with
    if ends_with is None:
        return
    died = death(life)
    if died is not None and life.reached(day_after(died.days.last)):
        yield breach("E06", died)
    stage = life.now(STAGE)
    if stage is None or not life.gone or not life.reached(day_after(stage.held.since)):
        return
    adopted = stage.held.value == "adopted"
    if ends_with == "departure" or (ends_with == "adoption" and adopted):
        yield breach("I20" if adopted else "I31", stage.entry)


def _after_closing(life: Life, entry: AnyEntry) -> Iterator[Refusal]:
    """Refuse all but corrections, visits and archiving from the day after the case was closed (R-CASE-1).

    It ends with the child's being received again.
    """
    closed = life.now(CASE_CLOSED)
    if closed is None or not life.reached(day_after(closed.held.since)):
        return
    kind = type(entry.event)
    if kind not in KINDS_AFTER and chapter(kind) not in CHAPTERS_AFTER and entry.corrects is None:
        yield breach("R-CASE-1", closed.entry)


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


def _impossible(entry: AnyEntry, today: date) -> Iterator[Refusal]:
    days = entry.days
    if days.earliest > days.last:
        yield breach("E01", at="/occurred_on")
    elif days.earliest > today or (days.last > today and not days.whole):
        # A month or a year is stated whole, even while it lasts.
        yield breach("E02", at="/occurred_on" if days.earliest > today else "/occurred_until")
    yield from _ahead(entry, today)
    yield from _out_of_order(entry)
    if entry.event.kind != entry.kind and chapter(type(entry.event)) != "record":
        yield breach("E08", at="/type")
    for place, document in enumerate(entry.documents):
        if document.kind not in tables()["document_kind"].codes:
            yield breach("E03", detail=KIND, at=f"/documents/{place}/kind", table="document_kind")


def _long_ago(entry: AnyEntry) -> Iterator[Refusal]:
    """Refuse days so far back that they are probably mistyped."""
    days = entry.days
    stated = [
        *dates_of(entry.event),
        *(each.issued_on for each in entry.documents),
        entry.noted_on,
        days.first,
    ]
    if any(day is not None and _day(day) < LONG_AGO for day in (*stated, days.last)):
        yield breach("E13")


def _ahead(entry: AnyEntry, today: date) -> Iterator[Refusal]:
    """Refuse days that lie after the recording, though the entry states them as past."""
    stated = [(NOTED, "/noted_on", entry.noted_on)]
    stated += (
        (ISSUED, f"/documents/{place}/issued_on", document.issued_on)
        for place, document in enumerate(entry.documents)
    )
    stated += (
        (spec.label, at, day)
        for spec, at, day in _ordered(entry.event, "/data")
        if any(isinstance(order, Past) for order in spec.orders)
    )
    for label, at, day in stated:
        if day is not None and _day(day) > today:
            yield breach("E02", detail=label, at=at)


def _ordered(stated: Event | Part, at: str) -> "Iterator[tuple[Field, str, Any]]":
    """Yield every field whose day has a required order, those of parts too, with its place and its value."""
    kind = type(stated)
    for spec in fields_with(kind, "orders"):
        yield spec, f"{at}/{spec.name}", known(getattr(stated, spec.name))
    for spec in fields_with(kind, "holds_orders"):
        parts = known(getattr(stated, spec.name))
        for place, part in enumerate(parts or ()):
            yield from _ordered(part, f"{at}/{spec.name}/{place}")


def _out_of_order(entry: AnyEntry) -> Iterator[Refusal]:
    """Refuse days of an entry that contradict each other."""
    days, event = entry.days, entry.event
    if entry.at is not None and not days.earliest <= day_of(entry.at) <= days.last:
        yield breach("E10", detail=INSTANT, at="/at")
    if entry.noted_on is not None and entry.noted_on < days.earliest:
        yield breach("E10", detail=NOTED, at="/noted_on")
    for spec in fields_with(type(event), "orders"):
        value = known(getattr(event, spec.name))
        if value is not None and any(_contradicts(event, days, value, order) for order in spec.orders):
            yield breach("E10", detail=spec.label, at=_in_data(spec))


def _contradicts(event: Event, days: Days, value: date | datetime | int, order: Order) -> bool:
    if isinstance(value, int):
        return isinstance(order, ByNextYear) and value > days.last.year + 1
    day = _day(value)
    match order:
        case NotAfter():
            return day > days.last
        case NotBefore(None):
            return day < days.earliest
        case NotBefore(str(field)):
            other = known(getattr(event, field))
            if isinstance(value, datetime) and isinstance(other, datetime):
                return value < other
            return other is not None and day < _day(other)
    return False


def _day(moment: date | datetime) -> date:
    return day_of(moment) if isinstance(moment, datetime) else moment


@dataclass(frozen=True, slots=True)
class _OddCode:
    """A code that did not count then: its field's label, where it stands, and its table."""

    label: Label
    at: str
    table: CodeTable

    def refusal(self, rule: str) -> Refusal:
        return breach(rule, detail=self.label, at=self.at, table=self.table.name)


def _odd_codes(entry: AnyEntry, *, personal: bool) -> Iterator[_OddCode]:
    """Yield every code that did not count on the entry's days, among the personal fields or the others."""
    for spec in fields_with(type(entry.event), "holds_codes"):
        if personal is (spec.personal is not None):
            yield from _odd(spec, known(getattr(entry.event, spec.name)), _in_data(spec), entry.days)


def _odd(spec: Field, value: object, at: str, days: Days) -> Iterator[_OddCode]:
    if isinstance(value, tuple):
        for place, item in enumerate(value):
            yield from _odd(spec, item, f"{at}/{place}", days)
    elif isinstance(value, Part):
        for inner in fields_with(type(value), "holds_codes"):
            yield from _odd(inner, known(getattr(value, inner.name)), f"{at}/{inner.name}", days)
    elif spec.code is not None and isinstance(value, str):
        table = tables()[spec.code.table]
        if not table.counts(value, days):
            yield _OddCode(spec.label, at, table)


def _in_data(spec: Field) -> str:
    return f"/data/{spec.name}"
