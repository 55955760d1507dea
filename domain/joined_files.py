"""Which files there are: two of one child that are read as one, and one that was opened by mistake.

A child that was entered twice has two streams. While the files are joined, the file that stays has the
entries of both, in the order in which they were recorded; the other one has its own, and is not listed. They
are joined by what is known, not by a day: as known before, each file answers by itself on every day.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import Label
from domain.file import Attribute, Fact, File, fold

JOINED: Final[Attribute[UUID]] = Attribute(
    "filing",
    "joined",
    Label("并入的档案", "File joined to the one that stays"),
    several=True,
    stays_readable=True,
)
"""The file that was joined to another, in the file of either, under its own id as key."""
OPENED_BY_MISTAKE: Final[Attribute[bool]] = Attribute(
    "filing", "opened_by_mistake", Label("误建档案", "Opened by mistake"), stays_readable=True
)


def parts_of(file: File) -> frozenset[UUID]:
    """Return the files that are joined to a file, by its own entries."""
    return frozenset(
        fact.held.value for fact in _joinings(file) if fact.held.value not in {None, file.stream}
    )


def joined_by(file: File) -> AnyEntry | None:
    """Return the entry by which a file is joined to the one that stays; None if it stands by itself."""
    return next((fact.entry for fact in _joinings(file) if fact.held.value == file.stream), None)


def is_listed(file: File) -> bool:
    """Whether a file is in the register, so that something is due and found of it."""
    mistake = file.facts(OPENED_BY_MISTAKE).get("")
    return not mistake and joined_by(file) is None


def _joinings(file: File) -> list[Fact[UUID]]:
    """Return the last that is said of each file that was ever joined."""
    return [of_key[-1] for of_key in file.facts(JOINED).values() if of_key]


def whole(file: File, others: Mapping[UUID, File]) -> File:
    """Return a file with the entries of those that are joined to it, and of no others.

    `others` are files of single streams; one that is not among them stays out. The file itself is returned if
    it has them already; its version stays that of its own stream.
    """
    wanted = parts_of(file)
    if wanted == file.parts:
        return file
    made = file.copy() if file.parts <= wanted else alone(file)
    own = made.version
    for stream in sorted((wanted - made.parts) & others.keys()):
        for entry in others[stream].entries.values():
            if not joins(entry):
                made.add(entry)
        made.parts |= {stream}
    made.version = own
    made.entries = dict(sorted(made.entries.items(), key=lambda each: each[1].turn))
    return made


def joins(entry: AnyEntry) -> bool:
    """Whether an entry joins files or separates them."""
    return any(held.attribute is JOINED for held in entry.event.holds(entry))


def alone(file: File, known: int | None = None, but: UUID | None = None) -> File:
    """Return a file of its own entries only, as known at a position, and without the entry `but`."""
    return _of_stream(file, file.stream, known, but)


def _of_stream(file: File, stream: UUID | None, known: int | None, but: UUID | None) -> File:
    made = File(stream)
    for entry in file.entries.values():
        if entry.stream == stream and entry.entry_id != but and (known is None or entry.position <= known):
            made.add(entry)
    return made


def as_known(file: File, known: int) -> File:
    """Return a file as known at a position, as far as it has the entries of those joined to it then."""
    if not file.parts:
        return fold(file.entries.values(), known)
    others = {part: _of_stream(file, part, known, None) for part in file.parts}
    return whole(alone(file, known), others)


def leaving_out(file: File, entry_id: UUID) -> File:
    """Return a file as if an entry had never been recorded; of one that joins, without what it joined."""
    if not file.parts:
        return file.without(entry_id)
    others = {part: _of_stream(file, part, None, entry_id) for part in file.parts}
    return whole(alone(file, but=entry_id), others)
