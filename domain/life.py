"""A life: one file, read on one day, under one rulebook.

A question of a life is a plain function of one day. The life notes, while it is read, the next day on which
the answer may change; `over_time` turns these days into intervals. The day itself is private: a question
that compared it could change its answer unnoticed.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias, TypeVar
from uuid import UUID

from domain.entry import AnyEntry, Entry
from domain.event import Event, Label
from domain.file import ANYTHING, EVERY, ORDER, SINCE, Attribute, Fact, File, Span
from domain.rulebook import Decides, Pack, Papers, Rule, Rulebook, counting_with
from domain.when import LAST_DAY, Days, day_after, day_before

T = TypeVar("T")
E = TypeVar("E", bound=Event)

BIRTH: Final[Attribute[Days]] = Attribute("identity", "birth", Label("出生日期", "Born"))
STAGE: Final[Attribute[str]] = Attribute("life", "stage", Label("阶段", "Stage"))
"""Where the life stands: a code of the table `stage`."""
DEPARTED: Final[Attribute[str]] = Attribute("departure", "reason", Label("离院原因", "Departed"))
"""Why the child is away, a code of `departure_reason`; it stands here because a new admission ends it."""
CASE_CLOSED: Final[Attribute[date]] = Attribute("case", "closed", Label("结案", "Case closed"))
"""Since when nothing more is done for the child; it stands here because a new reception ends it."""
ADULT: Final = 18
"""Full years with which a person is of age (民法典 17)."""
GONE: Final = frozenset({"departed", "placed", "adopted", "died"})
"""Stages in which the institution no longer cares for the child."""
IN_CARE: Final = frozenset({"received", "in_care"})
"""Stages in which the child lives in the institution's care, admitted or not yet."""


def is_birth_estimated(birth: Fact[Days]) -> bool:
    """Whether a birth is told as estimated, or the days of the entry that tells it are."""
    entry = birth.entry
    return entry.estimated or getattr(entry.event, "is_birth_estimated", False) is True


AROUND: Final = object()
"""That a rule asked for the entry being judged, as a key of what a life reads: for its day, or its papers."""


@dataclass(frozen=True, slots=True)
class AskedBeside:
    """That a rule asked for other files that were not read with this one, as a key of what a life reads."""

    rule: str


class Life:
    """One file on one day. `but` leaves out what one entry brings; `entry` is the entry being judged.

    `reads` collects what was read of the file, by the keys of `File.changed`.
    """

    def __init__(  # noqa: PLR0913 - a file, a day and rules, and what only judging adds
        self,
        file: File,
        day: date,
        rulebook: Rulebook,
        *,
        but: AnyEntry | None = None,
        entry: AnyEntry | None = None,
        reads: set[object] | None = None,
    ) -> None:
        self._entry = entry
        self._file = file
        self._reads = set() if reads is None else reads
        self._rulebook = rulebook
        self._day = day
        self._but = but
        self._changes = LAST_DAY
        self._beside_of: Life | None = None

    @property
    def entry(self) -> AnyEntry | None:
        """The entry being judged. A question that reads it depends on what is told around its event."""
        self._reads.add(AROUND)
        return self._entry

    def now(self, attribute: Attribute[T]) -> Fact[T] | None:
        """Return the fact that holds that day, or None; of several, the one that began last."""
        facts = self._file.facts(attribute)
        self._reads.add(attribute)
        # Most attributes have one fact or none, and are asked for more often than anything else.
        if not facts:
            return None
        if len(facts) == 1:
            (key,) = facts
            return None if key == EVERY else self._valid(self._begun(facts[key]))
        holding = self._each(facts)
        return holding[-1] if holding else None

    def each(self, attribute: Attribute[T]) -> list[Fact[T]]:
        """Return every fact that holds that day, in the order in which they began."""
        self._reads.add(attribute)
        return self._each(self._file.facts(attribute))

    def under(self, attribute: Attribute[T], key: str) -> Fact[T] | None:
        """Return the fact that holds that day under one key, or None."""
        self._reads.update(((attribute, key), (attribute, EVERY)))
        return self._holding(self._file.facts_under(attribute, key), key)

    def lately(self, attribute: Attribute[T]) -> Span[T] | None:
        """Return the last value that has held by that day, with its days, though it may hold no longer."""
        self._reads.add(attribute)
        begun = [span for span in self._file.spans(attribute) if self.reached(span.since)]
        return begun[-1] if begun else None

    def last(self, kind: type[E]) -> Entry[E] | None:
        """Return the last entry of a type that happened by that day."""
        happened = self.all(kind)
        return happened[-1] if happened else None

    def all(self, kind: type[E]) -> list[Entry[E]]:
        """Return every entry of a type that happened by that day, by their days."""
        self._reads.add(kind)
        entries = self._file.of(kind)
        if not entries:
            return []
        count = bisect_right(entries, self._day, key=lambda entry: entry.days.last)
        if count < len(entries):
            self._note(entries[count].days.last)
        return [entry for entry in entries[:count] if entry is not self._but]

    def ahead(self, kind: type[E]) -> Entry[E] | None:
        """Return the first entry of a type that certainly happens after that day."""
        self._reads.add(kind)
        for entry in self._file.of(kind):
            if entry is not self._but and not self.reached(entry.days.earliest):
                return entry
        return None

    def perhaps(self, kind: type[Event]) -> bool:
        """Whether an entry of a type may have happened by that day."""
        self._reads.add(kind)
        return any(
            entry is not self._but and self.reached(entry.days.earliest) for entry in self._file.of(kind)
        )

    def effective(self, entry_id: UUID) -> AnyEntry | None:
        """The entry of that id as it stands, whenever it happened; None when there is none, or no longer."""
        self._reads.add(entry_id)
        return self._file.effective(entry_id)

    def beside(self, name: UUID, *rules: str) -> "tuple[Life, list[Life]] | None":
        """Return the life of the file of that id, and those of the other files that name it, on the same day.

        None unless they were read with this file: the rules that ask for them are judged when something is
        recorded, and say nothing afterwards.
        """
        read = self._file.beside.get(name)
        if read is None:
            self._reads.update(map(AskedBeside, rules))
            return None
        return self._beside(read.own), [self._beside(each) for each in read.naming]

    @property
    def file(self) -> File:
        """The whole file. A question that reads it depends on every entry recorded in it."""
        self._reads.add(ANYTHING)
        return self._file

    def papers(self) -> tuple[frozenset[str], list[Event]]:
        """Return every kind of paper on file by that day, including those of the entry being judged.

        Also return the events for which only personal values decide which of their `sealed_papers` they are.
        """
        there = [] if self._entry is None else [self._entry]
        for entry in self.file.bringing_papers():
            if entry.days.last > self._day:
                self._note(entry.days.last)
            elif entry is not self._but:
                there.append(entry)
        kinds = {document.kind for entry in there for document in entry.documents}
        events = [entry.event for entry in there]
        kinds.update(kind for event in events if not event.sealed_papers for kind in event.papers())
        return frozenset(kinds), [event for event in events if event.sealed_papers]

    def papers_for(self, rule: str, case: str) -> list[Papers]:
        """The papers that a rule asks for in a case on that day, in the region of the entry being judged."""
        dated_rule = self._rulebook[rule]
        for papers in dated_rule.papers:
            self.reached(papers.since)
            self.reached(day_after(papers.until))
        return dated_rule.papers_for(case, self.region, self._day)

    def rule(self, rule: str) -> Rule:
        """Return a rule as it stands on that day, in the region of the entry being judged."""
        dated_rule = self._rulebook[rule]
        for turn in dated_rule.turns:
            self.reached(turn)
        return dated_rule.on(self._day, self.region) if dated_rule.texts else dated_rule

    def reached(self, day: date) -> bool:
        """Whether that day has come."""
        if self._day >= day:
            return True
        self._note(day)
        return False

    def passed(self, period: Days) -> bool | None:
        """Whether a period that ends on these days has passed; None where its beginning leaves it open."""
        return self.arrived(period.passed)

    def arrived(self, days: Days) -> bool | None:
        """Whether a day has come that is one of these; None where it may or may not have."""
        if self.reached(days.last):
            return True
        return None if self.reached(days.earliest) else False

    def aged(self, years: float) -> bool | None:
        """Whether the person has completed that many years; None where the birth leaves it open."""
        turns = self.turns(years)
        return None if turns is None else self.arrived(turns)

    def turns(self, years: float) -> Days | None:
        """Return the day on which the person completes that many years; None while no birth is recorded."""
        birth = self.now(BIRTH)
        return None if birth is None or birth.held.value is None else birth.held.value.turns(years)

    def number(
        self, rule: str, *, of: AnyEntry | None = None, on: date | None = None, case: str = ""
    ) -> Pack | None:
        """Return a rule's number for a day, in the region that the rule names as it was known then.

        The day is `on`, or else that of the entry that started the case, or else the life's. If the region is
        not known, the nation's number counts.
        """
        dated_rule = self._rulebook[rule]
        if of is None and on is None:
            for pack in dated_rule.packs:
                self.reached(pack.since)
                self.reached(day_after(pack.until))
        day = on or (self._day if of is None else of.days.last)
        then = self if day == self._day else self._at(day)
        number = dated_rule.number(DECIDES[dated_rule.region](then, of), day, case)
        if number is not None:
            counting_with(rule, number)
        return number

    @property
    def region(self) -> str | None:
        """The region of the entry being judged, else of the file's latest entry; None while not known."""
        if self._entry is not None:
            return self._entry.region
        return self.file.region

    @property
    def in_care(self) -> bool:
        """Whether the institution has taken the child in and still cares for it."""
        stage = self.now(STAGE)
        return stage is not None and stage.held.value in IN_CARE

    @property
    def gone(self) -> bool:
        """Whether the child has left, was placed as an adult or adopted, or has died."""
        stage = self.now(STAGE)
        return stage is not None and stage.held.value in GONE

    @property
    def until(self) -> date:
        """The last day through which everything read so far stays the same."""
        return LAST_DAY if self._changes == LAST_DAY else day_before(self._changes)

    def _each(self, facts: Mapping[str, list[Fact[T]]]) -> list[Fact[T]]:
        holding = [fact for key in facts if (fact := self._holding(facts, key)) is not None]
        return sorted(holding, key=ORDER) if len(holding) > 1 else holding

    def _holding(self, facts: Mapping[str, list[Fact[T]]], key: str) -> Fact[T] | None:
        line = facts.get(key)
        fact = None if line is None or key == EVERY else self._begun(line)
        if fact is None or fact.held.value is None:
            return None
        ended = self._begun(facts[EVERY]) if EVERY in facts else None
        return None if ended is not None and ended.order > fact.order else self._valid(fact)

    def _valid(self, fact: Fact[T] | None) -> Fact[T] | None:
        """Return a fact that has begun, if it says something and has not ended by itself."""
        if fact is None or fact.held.value is None:
            return None
        until = fact.held.until
        if until is not None:
            if until < self._day:
                return None
            self._note(day_after(until))
        return fact

    def _begun(self, facts: list[Fact[T]]) -> Fact[T] | None:
        count = len(facts)
        if facts and facts[-1].since > self._day:
            count = bisect_right(facts, self._day, key=SINCE)
            self._note(facts[count].since)
        while count:
            count -= 1
            fact = facts[count]
            if fact.entry is not self._but:
                return fact
        return None

    def _at(self, day: date) -> "Life":
        """The same life on another day, which reads what this one does."""
        return Life(self._file, day, self._rulebook, but=self._but, entry=self._entry, reads=self._reads)

    def _note(self, day: date) -> None:
        self._changes = min(self._changes, day)
        if self._beside_of is not None:
            self._beside_of._note(day)  # noqa: SLF001 - a life of the same day

    def _beside(self, file: File) -> "Life":
        """Another file on the same day, on whose changes the answers of this one depend."""
        life = Life(file, self._day, self._rulebook)
        life._beside_of = self
        return life


RegionQuestion: TypeAlias = Callable[[Life, AnyEntry | None], str | None]

DECIDES: Final[dict[Decides, RegionQuestion]] = {}
"""Which region decides on a number: a function of a life, and of the entry that started the case."""


def deciding(whose: Decides) -> Callable[[RegionQuestion], RegionQuestion]:
    """Register the function that answers which region it is, None while it is not known."""

    def register(function: RegionQuestion) -> RegionQuestion:
        DECIDES[whose] = function
        return function

    return register


@deciding("institution")
def region_of_institution(life: Life, started: AnyEntry | None) -> str | None:
    """The region of the institution that recorded the entry."""
    return life.region if started is None else started.region


def over_time(  # noqa: PLR0913 - what is asked, of what, and when
    file: File,
    rulebook: Rulebook,
    ask: Callable[[Life], T],
    start: date,
    end: date,
    *,
    entry: AnyEntry | None = None,
    reads: set[object] | None = None,
) -> Iterator[tuple[date, date, T]]:
    """Yield the answers to a question as intervals (first day, last day, answer) from start to end.

    Neighbouring intervals may have equal answers, if what was read changed without effect.
    """
    day = start
    while day <= end:
        life = Life(file, day, rulebook, but=entry, entry=entry, reads=reads)
        answer = ask(life)
        until = min(life.until, end)
        yield day, until, answer
        if until == LAST_DAY:
            return
        day = day_after(until)


def gone_since(file: File, by: date = LAST_DAY) -> date | None:
    """Return the day on which the child left care without having been taken in again; None if it has not.

    Only what began by the day `by` counts. What follows leaving, such as a death or a new referral, does not
    move that day.
    """
    left: date | None = None
    for span in file.spans(STAGE):
        if span.since > by:
            break
        if span.value in IN_CARE:
            left = None
        elif span.value in GONE and left is None:
            left = span.since
    return left
