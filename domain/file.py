"""A file: the dated facts of one stream, as known at some position.

Each entry yields its facts by itself, so any order and any subset of entries can be folded. A file does not
depend on the current day: a `Life` reads it on a day.
"""

from bisect import insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final, Generic, Protocol, TypeAlias, TypeVar
from uuid import UUID

from domain.entry import AnyEntry, Entry
from domain.event import Category, Event, Kind, Label, chapter
from domain.resting import NOTHING, Categories, note
from domain.when import FIRST_DAY, LAST_DAY, Days, day_before

T = TypeVar("T")
E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True, eq=False)
class Attribute(Generic[T]):
    """Something that holds for a time in a life, such as a guardianship; named `chapter.name`.

    `personal` is the category under which its value is shown, None for codes, dates and states. `several`
    says whether more than one value may hold at the same time, each under its own key. `stays_readable` says
    whether the status goes on to show it, with the day through which it held, once the child has left.
    `kind` is that of the files whose status shows it.
    """

    chapter: str
    name: str
    label: Label
    personal: Category | None = None
    several: bool = False
    stays_readable: bool = False
    kind: Kind = "child"

    def __post_init__(self) -> None:
        ATTRIBUTES[self.chapter, self.name] = self

    def since(
        self,
        days: Days,
        value: T | None,
        *,
        until: date | None = None,
        key: str = "",
        gives_way: bool = False,
    ) -> "Held[T]":
        """Return a fact that holds from `days` through `until`; the value None ends the attribute.

        `key` distinguishes facts that may hold at the same time, such as several plans; `EVERY` ends all of
        them except those that the same entry begins. A fact that `gives_way` is ordered before every other
        fact that begins on the same day, whatever the order of recording.
        """
        return Held(self, value, days, until=until, key=key, gives_way=gives_way)

    def timeless(self, value: T) -> "Held[T]":
        """Return a fact that holds for the whole life, such as a day of birth."""
        return Held(self, value, None)


ATTRIBUTES: dict[tuple[str, str], Attribute[Any]] = {}
"""Every attribute by chapter and name, in the order of life."""

ANYTHING: Final = object()
"""A key of `File.changed` that every entry changes."""
EVERY: Final = "*"
"""The key of a fact that ends an attribute under every key."""


@dataclass(frozen=True, slots=True, eq=False)
class Held(Generic[T]):
    """A fact: an attribute's value and since when; `days` is None for what is timeless."""

    attribute: Attribute[T]
    value: T | None
    days: Days | None
    until: date | None = None
    key: str = ""
    gives_way: bool = False

    @property
    def since(self) -> date:
        """The first day on which it certainly holds."""
        return FIRST_DAY if self.days is None else self.days.last


Facts: TypeAlias = Iterator[Held[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Fact(Generic[T]):
    """A held value with the entry that brought it, and the first day on which it certainly holds.

    Facts of one attribute follow each other by `order`; the last that has begun holds.
    """

    held: Held[T]
    entry: AnyEntry
    since: date = field(init=False)
    order: tuple[date, bool, date, str, int] = field(init=False)

    def __post_init__(self) -> None:
        held, entry = self.held, self.entry
        since, at = held.since, "" if entry.at is None else entry.at.isoformat()
        # Computed once: facts are compared far more often than they are made.
        object.__setattr__(self, "since", since)
        object.__setattr__(self, "order", (since, not held.gives_way, entry.days.earliest, at, entry.turn))


TURN: Final = attrgetter("turn")
SINCE: Final = attrgetter("since")
ORDER: Final = attrgetter("order")


@dataclass(frozen=True, slots=True)
class Span(Generic[T]):
    """A value with the days on which it held, both included."""

    value: T
    since: date
    until: date
    fact: Fact[T]


AMENDMENTS: Final = frozenset({"EntryWithdrawn", "EntryRestored"})
"""Events that act on another entry of the file instead of telling what happened."""
REJECTED: Final = "CorrectionRejected"
"""The decision by which an amendment counts no more, and what was before it holds."""
RULINGS: Final = frozenset({"CorrectionApproved", REJECTED})
"""A second person's decisions on what corrects, withdraws or restores an entry."""


@dataclass(frozen=True, slots=True)
class AmendedState:
    """What corrects, withdraws or restores an entry, what was decided on it, and how the entry would stand.

    `stands` is None for a withdrawal. One that was rejected changes nothing.
    """

    by: AnyEntry
    stands: AnyEntry | None
    ruling: AnyEntry | None

    @property
    def rejected(self) -> bool:
        """Whether a second person has rejected it."""
        return self.ruling is not None and self.ruling.type == REJECTED


@dataclass(frozen=True, slots=True)
class Beside:
    """What a name stands for: the file of that id, empty if there is none, and the others that name it."""

    own: "File"
    naming: "tuple[File, ...]"


NOTHING_BESIDE: Final[Mapping[UUID, Beside]] = MappingProxyType({})


class File:
    """The whole life as known so far. `add` is total and extends the fold in place.

    The entries of a file that was joined to it are added by `domain/joined_files.py`.
    """

    def __init__(self, stream: UUID | None = None) -> None:
        self.stream = stream
        self.version = 0
        self.position = 0
        self.entries: dict[UUID, AnyEntry] = {}
        """Every entry ever recorded, corrected and withdrawn ones too, in the order of recording."""
        self._amendments: dict[UUID, list[AnyEntry]] = {}
        self._rulings: dict[UUID, list[AnyEntry]] = {}
        """Decisions on amendments, in every version, by the amendment that they name."""
        self._effective: dict[UUID, AnyEntry] = {}
        self._papers: dict[UUID, AnyEntry] = {}
        """Those of them that may bring papers."""
        self._happened: dict[type[Event], list[AnyEntry]] = {}
        self._facts: dict[Attribute[Any], dict[str, list[Fact[Any]]]] = {}
        self.changed: dict[object, int] = {}
        """The number of entries at the last change, by what changed: the entries of a type, the facts of an
        attribute, all or under a key (both as a pair), an entry as it stands (by its original id), or
        `ANYTHING`."""
        self.beginning = object()
        """What a file and its copies have in common: they count their changes from the same entry on."""
        self.touched: set[object] = set()
        """What the entry added last changed, by the keys of `changed`."""
        self._own: set[object] = set()
        """Types and attributes whose lists are not shared with a copy."""
        self._latest: tuple[int, AnyEntry | None] = (0, None)
        """The entry recorded last of those that stand, after so many entries."""
        self._earliest: tuple[int, AnyEntry | None] = (0, None)
        """The one of them that happened first, likewise."""
        self.parts: frozenset[UUID] = frozenset()
        """The streams of the files that were joined to this one, whose entries it has with its own."""
        self.judged: object = None
        """What `judging` remembers of this file."""
        self.scoped: object = None
        """What `scope` remembers of this file, until what it has read changes."""
        self.asked: object = None
        """What was answered of this file, until an entry comes in; never in a copy."""
        self.beside: Mapping[UUID, Beside] = NOTHING_BESIDE
        """What was read with this file for judging what is to be recorded in it, by name. Never in a copy, so
        that what is found afterwards depends on the file alone."""

    def add(self, entry: AnyEntry) -> "File":
        """Fold one entry in, whatever it says and in any order; adding it again changes nothing."""
        entry_id = entry.entry_id
        if entry_id in self.entries:
            return self
        self.asked = None
        self.entries[entry_id] = entry
        if self.stream is None:
            self.stream = entry.stream
        self.version = max(self.version, entry.version)
        self.position = max(self.position, entry.position)
        # What acts on an entry is one as well, which another may name before it comes in.
        self.touched = {ANYTHING, entry_id}
        target = amended(entry)
        if target is not None:
            amendments = [*self._amendments.get(target, ()), entry]
            self._amendments[target] = sorted(amendments, key=TURN)
            self._settle(target)
        elif self._amendments and entry_id in self._amendments:
            self._settle(entry_id)
        else:
            self._stand(entry_id, entry)
            self._take(entry)
            count = len(self.entries)
            before, latest = self._latest
            if before == count - 1 and (latest is None or latest.turn < entry.turn):
                self._latest = (count, entry)
            before, first = self._earliest
            if before == count - 1:
                earlier = first is None or entry.days.last < first.days.last
                self._earliest = (count, entry if earlier else first)
        if target is not None or entry.type in RULINGS:
            self._rule(entry, target)
        self._note_changes()
        return self

    def copy(self) -> "File":
        """Return a file with the same entries that can be extended independently.

        Both share their lists until one of them is extended, so copying a long file is cheap.
        """
        other = File(self.stream)
        other.version, other.position = self.version, self.position
        other.entries = self.entries.copy()
        other._amendments = self._amendments.copy()
        other._rulings = self._rulings.copy()
        other._effective = self._effective.copy()
        other._papers = self._papers.copy()
        other._happened = self._happened.copy()
        other._facts = self._facts.copy()
        other.changed = self.changed.copy()
        other.parts, other.scoped = self.parts, self.scoped
        other.beginning = self.beginning
        self._own.clear()
        return other

    def extended(self, entries: Sequence[AnyEntry]) -> "File":
        """Return a copy with more entries; this file does not change."""
        if not entries:
            return self
        other = self.copy()
        for entry in entries:
            other.add(entry)
        return other

    def without(self, entry_id: UUID) -> "File":
        """Return a copy as if an entry had never been recorded; this file does not change."""
        entry = self.entries[entry_id]
        if names_entry(entry) is not None or entry_id in self._amendments:
            # What acts on others, or was acted on, is rare.
            other = File(self.stream)
            for each in self.entries.values():
                if each is not entry:
                    other.add(each)
            return other
        other = self.copy()
        other.drop(entry_id)
        return other

    def drop(self, entry_id: UUID) -> None:
        """Become the file in which an entry was never recorded, for a trial: no entry is ever removed.

        It is one that no other entry acts on.
        """
        self.scoped = self.asked = None
        entry = self.entries.pop(entry_id)
        if entry.version == self.version:
            self.version = max((each.version for each in self.entries.values()), default=0)
            self.position = max((each.position for each in self.entries.values()), default=0)
        self.touched = set()
        self._settle(entry_id)
        self._note_changes()

    def inherit(self, earlier: "File") -> None:
        """Adopt the judgements remembered by an earlier state of this file.

        `copy` does not do so: a copy may be extended by trial entries, and would remember what never
        happened. A file that was made anew, as one is to which a second file is joined, adopts none: its
        entries were added in another order, which does not tell what changed since.
        """
        if self.judged is None and earlier.beginning is self.beginning:
            self.judged = earlier.judged

    def effective(self, entry_id: UUID) -> AnyEntry | None:
        """The entry as it stands now under its original id: corrected, or None once withdrawn."""
        return self._effective.get(entry_id)

    def standing(self) -> Iterator[AnyEntry]:
        """Every entry that stands, corrections in place of what they correct."""
        return iter(self._effective.values())

    @property
    def opened(self) -> AnyEntry:
        """The entry recorded first in its own stream; the file must have one."""
        return next(entry for entry in self.entries.values() if entry.stream == self.stream)

    @property
    def newest(self) -> AnyEntry:
        """The entry recorded last, whatever became of it; the file must have one."""
        return max(self.entries.values(), key=TURN)

    @property
    def latest(self) -> AnyEntry | None:
        """Of the entries that stand, the one recorded last."""
        if self._latest[0] != len(self.entries):
            # Asked for on every day on which a number may change.
            last = max(self._effective.values(), key=TURN, default=None)
            self._latest = (len(self.entries), last)
        return self._latest[1]

    @property
    def earliest(self) -> AnyEntry | None:
        """Of the entries that stand, one that happened first."""
        if self._earliest[0] != len(self.entries):
            first = min(self._effective.values(), key=lambda entry: entry.days.last, default=None)
            self._earliest = (len(self.entries), first)
        return self._earliest[1]

    @property
    def region(self) -> str | None:
        """The region of the entry recorded last of those that stand."""
        return None if self.latest is None else self.latest.region

    @property
    def begun(self) -> date | None:
        """The first day by which something certainly happened; None if nothing stands."""
        return None if self.earliest is None else self.earliest.days.last

    def bringing_papers(self) -> Iterator[AnyEntry]:
        """Yield every entry that stands and may bring papers."""
        return iter(self._papers.values())

    def amendments(self, entry_id: UUID) -> list[AnyEntry]:
        """What corrected, withdrew or restored an entry, in the order of recording."""
        return self._amendments.get(entry_id, [])

    def sealed(self, entries: Iterable[UUID]) -> Categories:
        """Return the categories that the codes and days of these entries reveal, as naming them does."""
        categories = NOTHING
        for each in entries:
            if each in self.entries:
                categories |= self.entries[each].event.sealed
        return categories

    def of(self, kind: type[E]) -> list[Entry[E]]:
        """The standing entries of one type, by the day they happened."""
        return self._happened.get(kind, [])

    def facts(self, attribute: Attribute[T]) -> dict[str, list[Fact[T]]]:
        """An attribute's facts by key, in the order in which they follow each other."""
        if attribute.personal is not None:
            note(attribute.personal)
        return self._facts.get(attribute, {})

    def facts_under(self, attribute: Attribute[T], key: str) -> dict[str, list[Fact[T]]]:
        """An attribute's facts under one key, and those under every one."""
        if attribute.personal is not None:
            note(attribute.personal)
        facts = self._facts.get(attribute, {})
        return {each: facts[each] for each in (key, EVERY) if each in facts}

    def attributes(self) -> Iterable[Attribute[Any]]:
        """Every attribute of which there is a fact."""
        return self._facts.keys()

    def spans(self, attribute: Attribute[T]) -> list[Span[T]]:
        """Return an attribute's values with their days, by day and key; timeless ones span the calendar."""
        facts = self.facts(attribute)
        spans = []
        for key, of_key in facts.items():
            line = sorted([*facts.get(EVERY, ()), *of_key], key=ORDER) if key != EVERY else []
            for fact, following in pairwise([*line, None]):
                until = LAST_DAY if fact.held.until is None else fact.held.until
                if following is not None and following.since == fact.since:
                    continue
                if following is not None:
                    until = min(until, day_before(following.since))
                if fact.held.value is not None and until >= fact.since:
                    spans.append(Span(fact.held.value, fact.since, until, fact))
        return sorted(spans, key=lambda span: span.fact.order)

    def stood(self, entry_id: UUID, before: int | None = None) -> AnyEntry | None:
        """An entry, by its original id, as it stood before a turn, or stands; None while withdrawn."""
        original = self.entries.get(entry_id)
        if original is None or amended(original) is not None:
            return None
        stands: AnyEntry | None = original
        for each in self.amended(entry_id, before):
            stands = stands if each.rejected else each.stands
        return stands

    def amended(self, entry_id: UUID, before: int | None = None) -> Iterator[AmendedState]:
        """Yield what has amended an entry, by its original id, before a turn: by default, until now."""
        original = self.entries.get(entry_id)
        latest = original
        for by in self._amendments.get(entry_id, ()):
            if original is None or (before is not None and by.turn >= before):
                break
            if by.type != original.type and by.type not in AMENDMENTS:
                continue
            stands = {"EntryWithdrawn": None, "EntryRestored": latest}.get(by.type, by)
            each = AmendedState(by, stands, self.ruling(by, before))
            yield each
            if stands is not None and not each.rejected:
                latest = stands

    def ruling(self, amendment: AnyEntry, before: int | None = None) -> AnyEntry | None:
        """Return the last decision on an amendment as it stood before a turn; None if there is none.

        An amendment of such a decision is not decided on in turn.
        """
        target = amended(amendment)
        about = None if target is None else self.entries.get(target)
        if amendment.entry_id not in self._rulings or (about is not None and about.type in RULINGS):
            return None
        decided = self._rulings[amendment.entry_id]
        made = {each.original for each in decided if before is None or each.turn < before}
        # What is no ruling does not become one, but may be amended by what is decided on here.
        made = {each for each in made if each in self.entries and self.entries[each].type in RULINGS}
        rulings = [each for each in (self.stood(original, before) for original in made) if each is not None]
        return max(
            (
                each
                for each in rulings
                if each.event.entry == amendment.entry_id and each.turn > amendment.turn
            ),
            key=TURN,
            default=None,
        )

    def _rule(self, entry: AnyEntry, target: UUID | None) -> None:
        """Settle what the decision acts on that an entry is, corrects, withdraws or restores."""
        if entry.type in RULINGS:
            named = entry.event.entry
            self._rulings[named] = [*self._rulings.get(named, ()), entry]
        original = target or entry.entry_id
        versions = [self.entries.get(original), *self._amendments.get(original, ())]
        for ruling in (each for each in versions if each is not None and each.type in RULINGS):
            amendment = self.entries.get(ruling.event.entry)
            about = None if amendment is None else amended(amendment)
            if about is not None:
                self._settle(about)

    def _note_changes(self) -> None:
        self.changed.update(dict.fromkeys(self.touched, len(self.entries)))

    def _settle(self, original_id: UUID) -> None:
        stands = self.stood(original_id)
        earlier = self._effective.pop(original_id, None)
        self._papers.pop(original_id, None)
        self.touched.add(original_id)
        if earlier is not None and earlier is not stands:
            self._forget(earlier)
        if stands is not None:
            self._stand(original_id, stands)
            if stands is not earlier:
                self._take(stands)

    def _stand(self, original_id: UUID, entry: AnyEntry) -> None:
        self._effective[original_id] = entry
        if brings_papers(entry):
            self._papers[original_id] = entry

    def _take(self, entry: AnyEntry) -> None:
        if entry.corrects is not None:
            self.touched.add(entry.corrects)
        happened = self._own_happened(type(entry.event))
        # Most entries arrive in the order in which they happened.
        if not happened or entry.days.last > happened[-1].days.last or _day(entry) >= _day(happened[-1]):
            happened.append(entry)
        else:
            insort(happened, entry, key=_day)
        for held in entry.event.holds(entry):
            self.touched.add((held.attribute, held.key))
            facts = self._own_facts(held.attribute).setdefault(held.key, [])
            insort(facts, Fact(held, entry), key=ORDER)

    def _forget(self, entry: AnyEntry) -> None:
        self.touched.add(entry.original)
        happened = self._own_happened(type(entry.event))
        happened[:] = [other for other in happened if other is not entry]
        for attribute, key in {(held.attribute, held.key) for held in entry.event.holds(entry)}:
            self.touched.add((attribute, key))
            facts = self._own_facts(attribute)[key]
            facts[:] = [fact for fact in facts if fact.entry is not entry]

    def _own_happened(self, kind: type[Event]) -> list[AnyEntry]:
        self.touched.add(kind)
        if kind not in self._own:
            self._own.add(kind)
            self._happened[kind] = [*self._happened.get(kind, ())]
        return self._happened[kind]

    def _own_facts(self, attribute: Attribute[Any]) -> dict[str, list[Fact[Any]]]:
        self.touched.add(attribute)
        if attribute not in self._own:
            self._own.add(attribute)
            self._facts[attribute] = {key: [*facts] for key, facts in self._facts.get(attribute, {}).items()}
        return self._facts[attribute]


def brings_papers(entry: AnyEntry) -> bool:
    """Whether an entry has documents, or its event is one that stands for papers."""
    event = entry.event
    return bool(entry.documents or event.sealed_papers or event.papers())


def _day(entry: AnyEntry) -> tuple[date, date, int]:
    return (entry.days.last, entry.days.earliest, entry.turn)


class Amending(Protocol):
    """What may amend an entry: an entry, or what is to become one."""

    @property
    def event(self) -> Any:  # noqa: ANN401 - whichever event it is
        """What it says."""

    @property
    def corrects(self) -> UUID | None:
        """The entry that it corrects."""


def amended(entry: Amending) -> UUID | None:
    """The id of the entry that this one corrects, withdraws or restores."""
    if type(entry.event).__name__ in AMENDMENTS:
        target: UUID = entry.event.entry
        return target
    return entry.corrects


def names_entry(entry: AnyEntry) -> UUID | None:
    """Return the entry that one acts on: that it corrects, withdraws, restores or decides on."""
    target = entry.corrects
    if target is None and chapter(type(entry.event)) == "record":
        target = getattr(entry.event, "entry", None)
    return target


def chain_of(entry: AnyEntry, entries: Mapping[UUID, AnyEntry]) -> list[AnyEntry]:
    """Return an entry, the one among these that it acts on, what that acts on, and so on, each once."""
    chain = [entry]
    while (target := names_entry(chain[-1])) is not None and target in entries:
        if entries[target] in chain:
            break
        chain.append(entries[target])
    return chain


def fold(entries: Iterable[AnyEntry], known: int | None = None) -> File:
    """The file that these entries make, as known at a position (everything, when not said)."""
    file = File()
    for entry in entries:
        if known is None or entry.position <= known:
            file.add(entry)
    return file
