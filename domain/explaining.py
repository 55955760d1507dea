"""Why a file answers as it does: the entries without which the answer would be another one.

A question is any function of a file. An entry decides on its answer if the file without that entry, as if it
had never been recorded, answers otherwise. Only entries are tried that the question read: those of a type,
with a fact of an attribute or with an id that it asked for, and what amends them.
"""

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import Event, Label
from domain.file import AMENDMENTS, ANYTHING, EVERY, ORDER, Attribute, File, names_entry
from domain.joined_files import JOINED, as_known, leaving_out
from domain.limit import Area, limit
from domain.observing import PAPERS, STANDING, observed

A = TypeVar("A")
T = TypeVar("T")
E = TypeVar("E", bound=Event)

MOST_READ: Final = limit(
    160_000,
    Area.COSTS,
    Label("解释一项内容时重新读取的条目数", "Entries read again to explain one field"),
    why=Label(
        "约一秒；一项内容涉及400个条目以内的，全部试算", "About a second; all are tried where 400 are read"
    ),
    beyond=Label(
        "先试算答案中写明的和最近登记的，并注明未全部试算",
        "Those that the answer names and the latest are tried, and it says that these are not all",
    ),
)
_LEAST_TRIED: Final = 20
_MOST_COMPARED: Final = 20
"""Entries that are tried for one of the many fields in which two answers differ."""


@dataclass(frozen=True, slots=True)
class Deciding(Generic[A]):
    """An entry that decides on an answer, with what would be answered without it.

    `before` is what was answered on the same day before the entry was known. Of a file without an entry, too,
    the question must have an answer.
    """

    entry: AnyEntry
    without: A
    before: A


@dataclass(frozen=True, slots=True)
class Explained(Generic[A]):
    """An answer with the entries that decide on it, in the order of recording.

    It is not `complete` if only some of the entries that were read were tried (`MOST_READ`).
    """

    answer: A
    deciding: tuple[Deciding[A], ...]
    complete: bool = True


def explained(
    file: File, ask: Callable[[File], A], named: Callable[[A], AbstractSet[UUID]], *, quick: bool = False
) -> Explained[A]:
    """Ask a question of a file, and find the entries that decide on the answer.

    `named` are the entries that an answer names, which are tried first; a `quick` question reads but a few
    entries of those that it may read, and all of them are tried.
    """
    read: set[object] = set()
    answer = ask(observed(file, read))
    candidates = _candidates(file, read)
    most = len(candidates) if quick else max(_LEAST_TRIED, MOST_READ // max(1, len(candidates)))
    tried = candidates
    if len(candidates) > most:
        groups = {original_of(file, file.entries[each]) for each in named(answer) if each in file.entries}
        first = [each for each in candidates if original_of(file, each) in groups][-most:]
        others = [each for each in candidates if original_of(file, each) not in groups]
        tried = sorted([*first, *others[len(first) - most :]][:most], key=_recorded)
    without = {entry.entry_id: ask(leaving_out(file, entry.entry_id)) for entry in tried}
    deciding = [entry for entry in tried if without[entry.entry_id] != answer]
    before = _before(file, [entry.entry_id for entry in deciding], ask)
    return Explained(
        answer,
        tuple(Deciding(each, without[each.entry_id], before[each.entry_id]) for each in deciding),
        complete=len(tried) == len(candidates),
    )


def decided_by(file: File, ask: Callable[[File], A], among: AbstractSet[UUID]) -> list[UUID]:
    """Return those of some entries that decide on an answer, in the order of recording.

    Of many that the question read, the latest are tried.
    """
    read: set[object] = set()
    answer = ask(observed(file, read))
    tried = [each.entry_id for each in _candidates(file, read) if each.entry_id in among]
    return [each for each in tried[-_MOST_COMPARED:] if ask(leaving_out(file, each)) != answer]


def _before(file: File, deciding: Iterable[UUID], ask: Callable[[File], A]) -> dict[UUID, A]:
    """Return what was answered before each of these entries was known."""
    if file.parts:
        # Before they were joined, each file was read by itself.
        return {each: ask(as_known(file, file.entries[each].position - 1)) for each in deciding}
    wanted, answers, known = set(deciding), dict[UUID, A](), File(file.stream)
    for entry in sorted(file.entries.values(), key=_recorded):
        if len(answers) == len(wanted):
            break
        if entry.entry_id in wanted:
            answers[entry.entry_id] = ask(known)
        known.add(entry)
    return answers


def original_of(file: File, entry: AnyEntry) -> UUID:
    """Return the entry on which one acts in the end, through however many others; its own id if on none."""
    seen: set[UUID] = set()
    while (named := names_entry(entry)) is not None and entry.entry_id not in seen:
        seen.add(entry.entry_id)
        if named not in file.entries:
            return named
        entry = file.entries[named]
    return entry.entry_id


def _candidates(file: File, read: set[object]) -> list[AnyEntry]:
    """Return the entries that may decide on an answer that read this of the file, in order of recording."""
    if ANYTHING in read:
        return sorted(file.entries.values(), key=_recorded)
    groups: dict[UUID, list[AnyEntry]] = {}
    for entry in file.entries.values():
        groups.setdefault(original_of(file, entry), []).append(entry)
    if file.parts:
        # What is joined is read whatever is asked.
        read = {*read, JOINED}
    found = {original_of(file, entry) for key in read for entry in _read_by(file, key)}
    found |= {
        original
        for original, acting in groups.items()
        if len(acting) > 1 and (STANDING in read or any(touches(each, read) for each in acting))
    }
    return sorted((each for original in found for each in groups.get(original, ())), key=_recorded)


def _recorded(entry: AnyEntry) -> int:
    return entry.position


def _read_by(file: File, key: object) -> Iterator[AnyEntry]:
    match key:
        case Attribute():
            for facts in file.facts(key).values():
                yield from (fact.entry for fact in facts)
        case (Attribute() as attribute, str() as under):
            yield from (fact.entry for fact in file.facts(attribute).get(under, ()))
        case UUID():
            yield from filter(None, [file.entries.get(key), file.effective(key)])
        case type():
            yield from file.of(key)
        case _ if key is PAPERS:
            yield from file.bringing_papers()


def touches(entry: AnyEntry, read: set[object]) -> bool:
    """Whether an entry is, or was before it was amended, of what was read."""
    own = {type(entry.event), entry.entry_id, entry.original}
    return not read.isdisjoint(own) or any(
        held.attribute in read or (held.attribute, held.key) in read for held in entry.event.holds(entry)
    )


AsideReason: TypeAlias = Literal[
    "overtaken", "expired", "not_begun", "corrected", "withdrawn", "rejected", "undone"
]
"""Why what an entry says of an attribute does not count on a day."""


@dataclass(frozen=True, slots=True)
class Aside:
    """An entry that speaks of an attribute and does not count on a day, and the entry that is the reason."""

    entry: AnyEntry
    fate: AsideReason
    by: AnyEntry | None = None


def asides(file: File, attribute: Attribute[Any], day: date) -> Iterator[Aside]:
    """Yield what was said of an attribute and does not count on a day, in the order of recording."""
    read: set[object] = {attribute}
    for entry in _candidates(file, read):
        if entry.type in AMENDMENTS or not touches(entry, read):
            continue
        stands, acting = file.effective(entry.original), [*file.amended(entry.original)]
        own = next((each for each in acting if each.by is entry), None)
        if own is not None and own.rejected:
            yield Aside(entry, "rejected", own.ruling)
        elif stands is None:
            yield Aside(
                entry, "withdrawn", next((each.by for each in reversed(acting) if not each.rejected), None)
            )
        elif stands is entry:
            yield from _passed(file, attribute, entry, day)
        elif stands.turn > entry.turn:
            yield Aside(entry, "corrected", stands)
        else:
            yield Aside(entry, "undone")


def _passed(file: File, attribute: Attribute[Any], entry: AnyEntry, day: date) -> Iterator[Aside]:
    facts = file.facts(attribute)
    for key, of_key in facts.items():
        line = [*facts.get(EVERY, ()), *of_key] if key != EVERY else of_key
        for fact in (each for each in of_key if each.entry is entry and each.held.value is not None):
            begun = [each for each in line if fact.order < each.order and each.since <= day]
            if fact.since > day:
                yield Aside(entry, "not_begun")
            elif begun:
                yield Aside(entry, "overtaken", min(begun, key=ORDER).entry)
            elif fact.held.until is not None and fact.held.until < day:
                yield Aside(entry, "expired")
