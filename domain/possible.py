"""Which events are possible instead of what was refused: those that mend what it breaks."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Final

from domain.event import CATALOGUE, Category, Event, Kind, chapter, fields_of
from domain.rulebook import Rule

OUT_OF_ORDER: Final = frozenset({"E14", "E16"})
"""The rules that an event breaks which comes before what it follows, or without what it presupposes."""


def mending(rule: Rule) -> tuple[str, ...]:
    """Return the types of event that mend a breach of a rule or clear what is due, in the order of life.

    They are those that the rule names, and those that events themselves name: what one refers to, and what
    one follows or presupposes.
    """
    named = {*rule.cured_by, *_referred_to(rule.id)}
    if rule.id in OUT_OF_ORDER:
        named.update(_followed())
    return tuple(name for name in CATALOGUE if name in named)


def cures(broken: Iterable[Rule], sees: AbstractSet[Category], kind: Kind = "child") -> tuple[str, ...]:
    """Return the types of event that mend a breach of these rules in a file of a kind, in the order of life.

    Left out is what is sealed under another category than the actor `sees`, who cannot record it.
    """
    named = {name for rule in broken for name in mending(rule)}
    return tuple(
        name
        for name, event in CATALOGUE.items()
        if name in named and event.seals in sees and (event.kind == kind or chapter(event) == "record")
    )


def mending_of(rule: Rule, kind: type[Event]) -> tuple[str, ...]:
    """Return the types of event that mend a breach of a rule by an event of this type."""
    named = {*rule.cured_by}
    refers = (spec.refers for spec in fields_of(kind) if spec.refers is not None)
    named.update(each.type for each in refers if each.rule == rule.id)
    if rule.id in OUT_OF_ORDER:
        named.update(_before(kind))
    return tuple(name for name in CATALOGUE if name in named)


def _referred_to(rule: str) -> Iterator[str]:
    for kind in CATALOGUE.values():
        for spec in fields_of(kind):
            if spec.refers is not None and spec.refers.rule == rule:
                yield spec.refers.type


def _followed() -> Iterator[str]:
    for kind in CATALOGUE.values():
        yield from _before(kind)


def _before(kind: type[Event]) -> Iterator[str]:
    # What an event follows depends on its type alone, and not on what it says.
    event: Event = kind.__new__(kind)
    yield from (each.__name__ for each in (*event.follows(), *event.presupposes()))
