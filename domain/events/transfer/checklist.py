"""What must be handed over if the child moves tomorrow (domain.md 4.1 A13)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from domain.answering import answers_to
from domain.codes import tables
from domain.entry import AnyEntry
from domain.event import Label, known
from domain.events.archive import (
    ARCHIVE_PLACE,
    ARCHIVE_STATE,
    ArchiveCheckedOut,
    ArchiveReturned,
    DocumentFiled,
)
from domain.events.intake import BelongingsRegistered
from domain.events.placement.arrangements import BankAccountHandedOver, BelongingsHandedOver, SavingsRecorded
from domain.life import Life

PARTS: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("papers", frozenset({"entry", "basic"})),
    ("medical_file", frozenset({"medical", "rehabilitation"})),
    ("school_papers", frozenset({"education"})),
)
"""Items of the table `handover_item` that lie in parts of the archive."""


@dataclass(frozen=True, slots=True)
class ToHandOver:
    """Whether the institution has one kind of thing that goes with the child, and where it is kept.

    `held` is None where nothing that is recorded can tell. `location` is personal. `entries` say so.
    """

    item: str
    label: Label
    held: bool | None
    location: str | None
    entries: tuple[AnyEntry, ...] = ()


def to_hand_over(life: Life) -> list[ToHandOver]:
    """Return the checklist of a life on its day, one line for each code of `handover_item`, in its order."""
    lines = {line.item: line for line in (*_filed(life), _belongings(life), _archive(life), *_money(life))}
    return [
        lines.get(code) or ToHandOver(code, label, None, None)
        for code, label in tables()["handover_item"].codes.items()
    ]


def _filed(life: Life) -> Iterator[ToHandOver]:
    filed = life.all(DocumentFiled)
    archive = life.now(ARCHIVE_PLACE)
    kept = None if archive is None else known(archive.held.value)
    for item, parts in PARTS:
        there = tuple(each for each in filed if known(each.event.part) in parts)
        places = dict.fromkeys(each.event.place or kept for each in there)
        yield ToHandOver(item, _label(item), bool(there), _joined(places), there)


def _belongings(life: Life) -> ToHandOver:
    listed, given = life.all(BelongingsRegistered), life.last(BelongingsHandedOver)
    left = [each for each in listed if given is None or each.days.last > given.days.last]
    numbers = dict.fromkeys(known(thing.storage_no) for each in left for thing in each.event.items)
    return ToHandOver("belongings", _label("belongings"), bool(left), _joined(numbers), tuple(left))


def _money(life: Life) -> Iterator[ToHandOver]:
    """What was saved for the child as last recorded, unless the account was handed over since."""
    saved, given = life.last(SavingsRecorded), life.last(BankAccountHandedOver)
    if given is not None and (saved is None or saved.days.last <= given.days.last):
        yield ToHandOver("money", _label("money"), held=False, location=None, entries=(given,))
    elif saved is not None:
        balance = known(saved.event.balance_yuan)
        held = None if balance is None else balance > 0
        yield ToHandOver("money", _label("money"), held, known(saved.event.bank), (saved,))


def _archive(life: Life) -> ToHandOver:
    """The archive as a whole: not held while any of it is lent, or once it went elsewhere."""
    state, place = life.now(ARCHIVE_STATE), life.now(ARCHIVE_PLACE)
    lent, returned = life.all(ArchiveCheckedOut), [*life.all(ArchiveReturned)]
    away = [
        each for each, back in zip(lent, answers_to(lent, returned, "checkout"), strict=True) if back is None
    ]
    if away:
        borrowers = dict.fromkeys(known(each.event.borrowing_body) for each in away)
        return ToHandOver(
            "archive", _label("archive"), held=False, location=_joined(borrowers), entries=tuple(away)
        )
    held = state is not None and state.held.value in {"open", "sealed"}
    location = None if place is None else known(place.held.value)
    return ToHandOver("archive", _label("archive"), held, location, () if state is None else (state.entry,))


def _joined(names: dict[str | None, None]) -> str | None:
    return "；".join(name for name in names if name is not None) or None


def _label(item: str) -> Label:
    return tables()["handover_item"].codes[item]
