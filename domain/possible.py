"""Which events are possible now: those that nothing in the file forbids today, whatever their details."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from domain.codes import tables
from domain.entry import DIRECT, AnyEntry
from domain.envelope import Document
from domain.event import CATALOGUE, EVERY_CATEGORY, Category, Event, Part, Unknown, chapter, fields_of
from domain.field_types import FieldType, field_type
from domain.file import File
from domain.judging import judge
from domain.resting import NOTHING, Categories
from domain.rulebook import Rulebook
from domain.when import Days

NOBODY: Final = UUID(int=0)
SOME: Final = "1"
UNSAID: Final = Unknown("not_asked")


@dataclass(frozen=True, slots=True)
class Tried:
    """Every type of event, tried on a file as it is now: by type, what each refusal of it rests on."""

    refused: Mapping[str, tuple[Categories, ...]]

    def possible(self, sees: AbstractSet[Category] = EVERY_CATEGORY) -> tuple[str, ...]:
        """Return the types that nothing forbids, in the order of life, for an actor of these categories.

        The actor cannot record an event that is sealed under another category.
        """
        return tuple(
            kind
            for kind, refusals in self.refused.items()
            if CATALOGUE[kind].seals in sees and not any(on <= sees for on in refusals)
        )

    def revealed(self, sees: AbstractSet[Category]) -> Categories:
        """Return the categories that the impossible types reveal to an actor who sees these categories."""
        return NOTHING.union(*(on for refusals in self.refused.values() for on in refusals if on <= sees))


def tried(file: File, rulebook: Rulebook, today: date, like: AnyEntry) -> Tried:
    """Return what would refuse each type of event today, in the order of life.

    Each type is tried with the least content possible, every kind of paper, and the recorder of `like`.
    """
    papers = tuple(Document(kind=kind) for kind in tables()["document_kind"].codes)
    bare = replace(
        like,
        entry_id=NOBODY,
        days=Days.on(today),
        documents=papers,
        version=file.version + 1,
        origin=DIRECT,
        corrects=None,
        reason=None,
        exception=None,
    )
    return Tried(dict(_tried(file, rulebook, today, bare)))


def _tried(
    file: File, rulebook: Rulebook, today: date, bare: AnyEntry
) -> Iterator[tuple[str, tuple[Categories, ...]]]:
    for name, kind in CATALOGUE.items():
        if bare.kind == kind.kind or chapter(kind) == "record":
            entry = replace(bare, event=barest(kind, file, today))
            judgements = judge(file.copy().add(entry), entry, rulebook, today)
            forbidden = [each for each in judgements if each.refuses and each.rule.strength == "forbidden"]
            yield name, tuple(each.refusal.rests_on for each in forbidden)


def barest(kind: type[Event] | type[Part], file: File, today: date) -> Any:  # noqa: ANN401 - one of that kind
    """Return an event or part with the least content possible, which refers to what the file has last."""
    values: dict[str, Any] = {}
    for spec in fields_of(kind):
        if spec.refers is not None:
            values[spec.name] = _last(file, spec.refers.type)
        elif spec.required:
            values[spec.name] = _value(field_type(spec.annotation), file, today)
    return kind(**values)


def _last(file: File, kind: str) -> UUID:
    entries = file.of(CATALOGUE[kind])
    return entries[-1].original if entries else NOBODY


def _value(of: FieldType, file: File, today: date) -> object:
    if of.unknown:
        return UNSAID
    if of.optional:
        return None
    if of.choices or of.code:
        return next(iter(of.choices or tables()[of.code or ""].codes))
    if of.items is not None:
        return of.type()
    if issubclass(of.type, Part):
        return barest(of.type, file, today)
    plain: dict[str, object] = {
        "str": SOME,
        "bool": False,
        "int": 1,
        "Decimal": Decimal(1),
        "date": today,
        "datetime": datetime.combine(today, time(), UTC),
        "UUID": NOBODY,
    }
    return plain[of.type.__name__]
