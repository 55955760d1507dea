"""Which files there are (建档): joining two of one child, separating them, closing one opened by mistake."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Final

from domain.entry import AnyEntry, Entry
from domain.event import Category, Erased, Event, Label, Names, Personal, Text, chapter
from domain.events.household import CITIZEN_ID
from domain.events.intake import ChildReceived
from domain.file import ATTRIBUTES, Facts, File, amended
from domain.joined_files import JOINED, OPENED_BY_MISTAKE, joined_by, parts_of
from domain.life import GONE, STAGE, Life
from domain.refusal import Refusals, breach, no_evidence
from domain.scope import CHARGE, scope_of
from domain.shared_fields import ChildId

ONE_FILE: Final = "全国儿童福利信息系统（NS，重复判定）；本系统规则（一人一档）"
OF_ENTRIES: Final = frozenset({"record", "filing"})
"""Chapters whose events tell nothing of the child, but of entries and files."""


class FilesJoined(Event, zh="并档", en="Files joined", source=ONE_FILE, ends_with=None):
    """Two files were found to be of one child: one stays, and the other is read with it."""

    kept: Annotated[ChildId, Names(), Label("保留的档案", "The file that stays")]
    joined: Annotated[ChildId, Names(), Label("并入的档案", "The file joined to it")]
    explanation: Annotated[Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)]

    def refusals(self, life: Life) -> Refusals:
        if life.entry is not None and life.entry.stream == self.joined:
            yield from (breach("R-FILE-2", joining) for joining in _joining(life.file))
        elif life.entry is not None:
            if not life.entry.documents:
                yield no_evidence("R-FILE-5", at="/documents")
            yield from _contradictions(life.file)

    def holds(self, entry: AnyEntry) -> Facts:
        yield JOINED.since(entry.days, self.joined, key=str(self.joined))


class FilesSeparated(Event, zh="分档", en="Files separated", source=ONE_FILE, ends_with=None):
    """Two files that were joined were found to be of two children: each is read by itself again."""

    kept: Annotated[ChildId, Names(), Label("保留的档案", "The file that stayed")]
    joined: Annotated[ChildId, Names(), Label("并入的档案", "The file joined to it")]
    explanation: Annotated[Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)]

    def holds(self, entry: AnyEntry) -> Facts:
        yield JOINED.since(entry.days, None, key=str(self.joined))


class FileOpenedByMistake(Event, zh="误建档案", en="File opened by mistake", source=ONE_FILE, ends_with=None):
    """A file was opened by mistake: there is no child, or nothing of one in it."""

    explanation: Annotated[Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)]

    def refusals(self, life: Life) -> Refusals:
        told = (entry for entry in life.file.standing() if chapter(type(entry.event)) not in OF_ENTRIES)
        yield from (breach("R-FILE-7", entry) for entry in [*told, *_joining(life.file)][:1])

    def holds(self, entry: AnyEntry) -> Facts:
        yield OPENED_BY_MISTAKE.since(entry.days, value=True)


JOINING: Final = (FilesJoined, FilesSeparated)
FILING: Final = (*JOINING, FileOpenedByMistake)
"""What decides which files there are."""


def _joining(file: File) -> Iterator[AnyEntry]:
    """Yield the entries by which other files are joined to a file."""
    parts = {str(part) for part in parts_of(file)}
    yield from (of_key[-1].entry for key, of_key in file.facts(JOINED).items() if key in parts)


def _contradictions(file: File) -> Refusals:
    """Yield what files that are read as one say differently: who the child is, and when it was received."""
    for attribute in (*(each for (of, _), each in ATTRIBUTES.items() if of == "identity"), CITIZEN_ID):
        facts = file.facts(attribute).get("", [])
        said = {fact.entry.stream: fact for fact in facts if not isinstance(fact.held.value, Erased | None)}
        if len({repr(fact.held.value) for fact in said.values()}) > 1:
            yield breach("R-FILE-6", *(fact.entry for fact in said.values()), detail=attribute.label)
    left = [fact.since for fact in file.facts(STAGE).get("", []) if fact.held.value in GONE]
    left += [fact.since for fact in file.facts(CHARGE).get("", [])]
    for first, again in pairwise(file.of(ChildReceived)):
        between = (day for day in left if first.days.last <= day <= again.days.last)
        if first.stream != again.stream and not any(between):
            yield breach("R-FILE-6", first, again, detail=ChildReceived.label)


def misplaced(file: File, entry: AnyEntry) -> Refusals:
    """Refuse what does not belong into a file as it is when the entry comes in; later it stays where it is.

    Nothing belongs into a file that is joined to another, or that was opened by mistake. A joining is said in
    both files together. It ends by a separation and is neither corrected nor withdrawn in one of them; what
    closes a file as opened by mistake is withdrawn or corrected, and not restored.
    """
    target = amended(entry)
    original = None if target is None else file.entries.get(target)
    joining = joined_by(file)
    if original is not None and isinstance(original.event, JOINING):
        yield breach("R-FILE-10", original)
    elif isinstance(entry.event, JOINING):
        yield from _of_two(file, entry)
    elif joining is not None and joining.turn < entry.turn:
        # Which file stays, its own address tells to who may read that one.
        yield breach("R-FILE-3", joining)
    mistakes = [each for each in file.of(FileOpenedByMistake) if each.turn < entry.turn]
    about_it = original is not None and isinstance(original.event, FileOpenedByMistake)
    if (mistakes and not about_it) or (about_it and entry.type == "EntryRestored"):
        yield breach("R-FILE-8", *mistakes)


def _of_two(file: File, entry: Entry[FilesJoined | FilesSeparated]) -> Refusals:
    """Refuse a joining or separation that the other file does not show, or that does not follow the last."""
    event, here = entry.event, entry.stream
    if event.kept == event.joined or here not in {event.kept, event.joined}:
        yield breach("R-FILE-1")
        return
    line = [fact for fact in file.facts(JOINED).get(str(event.joined), []) if fact.entry is not entry]
    joined = bool(line) and line[-1].held.value is not None
    if joined is isinstance(event, FilesJoined) or any(fact.since > entry.days.last for fact in line):
        yield breach("R-FILE-9", *(fact.entry for fact in line[-1:]))
    beside = file.beside.get(event.joined if here == event.kept else event.kept)
    if beside is None:
        return
    pending = (each.event for each in beside.own.of(type(event)) if each.recorded_at is None)
    if not any((each.kept, each.joined) == (event.kept, event.joined) for each in pending):
        yield no_evidence("R-FILE-1")
    else:
        ours, theirs = scope_of(file), scope_of(beside.own)
        if (ours.institution, ours.place) != (theirs.institution, theirs.place):
            yield breach("R-FILE-4")
