"""What happens once until it begins again: which entry before tells of the same end, answer or decision."""

from datetime import date
from typing import Any
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import Event, fields_with
from domain.file import EVERY, Held
from domain.life import STAGE, Life


def told_before(life: Life, entry: AnyEntry) -> AnyEntry | None:
    """Return the entry of the same type before this one that tells of the same (E18); None if none does.

    One that names what it ends or answers tells of that alone. Another one tells of the same where the file
    would hold nothing else without it; or, where a file holds nothing by it, once there are more of them than
    of what they presuppose.
    """
    before = [each for each in life.all(type(entry.event)) if _order(each) < _order(entry)]
    if not before:
        return None
    if _refers(entry.event):
        named = _named(entry.event)
        same = [each for each in before if named is not None and _named(each.event) == named]
        unnamed = named is None or any(_named(each.event) is None for each in before)
        return same[-1] if same else before[-1] if unnamed and _too_many(life, entry, before) else None
    held = [*entry.event.holds(entry)]
    if not held:
        return before[-1] if _too_many(life, entry, before) else None
    stage = [each for each in held if each.attribute is STAGE]
    kept = stage or held
    if not all(_changes_nothing(life, entry, each) for each in kept):
        return None
    same = [each for each in before if _overlap([*each.event.holds(each)], kept)]
    return same[-1] if same and not _asked_since(life, same[-1], entry, kept) else None


def _order(entry: AnyEntry) -> tuple[date, int]:
    return entry.days.last, entry.turn


def _refers(event: Event) -> bool:
    return any(
        _presupposes(event, spec.refers.type) for spec in fields_with(type(event), "refers") if spec.refers
    )


def _named(event: Event) -> UUID | None:
    """Return what an event says that it ends or answers; None if that is not known."""
    for spec in fields_with(type(event), "refers"):
        value = getattr(event, spec.name)
        if spec.refers is not None and _presupposes(event, spec.refers.type) and isinstance(value, UUID):
            return value
    return None


def _presupposes(event: Event, name: str) -> bool:
    return any(kind.__name__ == name for kind in event.presupposes())


def _too_many(life: Life, entry: AnyEntry, before: list[AnyEntry]) -> bool:
    """Whether there are more of them than have begun, or may have."""
    kinds = entry.event.presupposes()
    begun = sum(len(life.all(kind)) or life.perhaps(kind) for kind in kinds)
    return len(before) + 1 > begun


def _changes_nothing(life: Life, entry: AnyEntry, held: Held[Any]) -> bool:
    """Whether the file without the entry holds that already: an end, or what the same type has begun."""
    fact = life.now(held.attribute) if held.key == EVERY else life.under(held.attribute, held.key)
    if held.value is None:
        return fact is None
    return fact is not None and fact.entry.type == entry.type


def _asked_since(life: Life, first: AnyEntry, entry: AnyEntry, kept: list[Held[Any]]) -> bool:
    """Whether it answers something later, such as another application, of which a file holds nothing."""
    attributes = {held.attribute for held in kept}
    asked = [each for kind in entry.event.presupposes() for each in life.all(kind)]
    return any(
        _order(each) > _order(first)
        and attributes.isdisjoint(held.attribute for held in each.event.holds(each))
        for each in asked
    )


def _overlap(some: list[Held[Any]], others: list[Held[Any]]) -> bool:
    return any(
        one.attribute is other.attribute and (one.key == other.key or EVERY in {one.key, other.key})
        for one in some
        for other in others
    )
