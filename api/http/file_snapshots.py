"""What a caller is answered of one file at one point: its fields, obligations, gates and findings.

Two snapshots are compared as they are answered, so that a difference is one that the caller could read off
the two answers. Entries are compared by their originals: what a correction leaves as it was is the same.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from uuid import UUID

import orjson

from api.contract.explained_fields import FieldReading, explained_field
from api.contract.file_status import file_json
from api.contract.file_tables import OF_FILE
from api.contract.findings import FindingAnswer, finding_json
from api.contract.obligations import ObligationAnswer, obligation_json
from api.contract.readiness import GateAnswer
from api.http.dependencies import RequestContext
from api.http.file_points import FilePoint, due_at, found_at
from domain.event import Category, Kind
from domain.events.intake import FILE_NO
from domain.explaining import decided_by
from domain.file import ATTRIBUTES
from domain.label import Label
from domain.life import Life
from domain.scope import scope_of
from projections.readiness import ReadyOnDay, ready_on
from projections.withholding import told_of

Subject: TypeAlias = tuple[object, ...]
_COUNTS: Final = ("findings", "obligations")
"""Members of a file's answer that only count what a snapshot has itself."""
_MOVES_DAILY: Final = "days_left"
_NAMING: Final = ("started_by", "met_by", "evidence", "entries")
"""Members of an obligation, a gate or a finding that name entries."""


@dataclass(frozen=True, slots=True)
class FileSnapshot:
    """A file's answers at one point, empty if there was no file yet.

    `fields` are by the path in the file's answer, `obligations` and `findings` by what they are about,
    `gates` by number; `ready` is the readiness of a child. `told` are the categories of personal data that
    these three reveal, `originals` the entry that a correction corrects.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    obligations: Mapping[Subject, ObligationAnswer] = field(default_factory=dict)
    gates: Mapping[int, GateAnswer] = field(default_factory=dict)
    findings: Mapping[Subject, FindingAnswer] = field(default_factory=dict)
    ready: ReadyOnDay | None = None
    told: frozenset[Category] = frozenset()
    originals: Mapping[object, UUID] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Changed:
    """What differs between two answers, by its path in the file; None where there is nothing."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class FileDifference:
    """What differs between two snapshots of a file; a pair that is answered alike is no difference."""

    fields: list[Changed]
    obligations: list[Changed]
    gates: list[Changed]
    findings: list[Changed]

    @property
    def all(self) -> list[Changed]:
        """Every change."""
        return [*self.fields, *self.obligations, *self.gates, *self.findings]


def file_snapshot(
    point: FilePoint, file_id: UUID, sees: AbstractSet[Category], kind: Kind = "child"
) -> FileSnapshot:
    """Return what a caller who sees these categories is answered of a file at a point."""
    file, day, book = point.file, point.day, point.rulebook
    if not file.entries:
        return FileSnapshot()
    originals: dict[object, UUID] = {
        name: each.original
        for each in file.entries.values()
        if each.corrects is not None
        for name in (each.entry_id, str(each.entry_id))
    }
    every, found = due_at(point, file_id), found_at(point, file_id)
    obligations = {
        key: each
        for key, each in _keyed((each.rule, _originals(each.started_by, originals), each) for each in every)
        if set(map(Category, each.rests_on)) <= sees and each.state(day) is not None
    }
    findings = {
        key: each
        for key, each in _keyed(
            (f"{each.rule} {each.kind}", _originals(each.entries, originals), each) for each in found
        )
        if set(map(Category, each.rests_on)) <= sees
    }
    ready = ready_on(file, file_id, book, day, sees) if kind == "child" else None
    told = told_of([*obligations.values(), *findings.values()]).get(file_id, set())
    return FileSnapshot(
        fields=fields_at(point, sees, kind),
        obligations={key: obligation_json(each, day, kind=kind) for key, each in obligations.items()},
        gates={} if ready is None else {each["gate"]: each for each in orjson.loads(ready.gates_shown(sees))},
        findings={key: finding_json(each, kind=kind) for key, each in findings.items()},
        ready=ready,
        told=frozenset(told) if ready is None else ready.revealed(sees) | told,
        originals=originals,
    )


def fields_at(point: FilePoint, sees: AbstractSet[Category], kind: Kind) -> dict[str, Any]:
    """Return the fields of a file's answer by their paths, such as `stage` and `household.registered`."""
    return dict(_fields(point, sees, kind)) if point.file.entries else {}


def entries_behind(
    path: str, points: Iterable[FilePoint], among: AbstractSet[UUID], file_id: UUID, request: RequestContext
) -> list[UUID]:
    """Return those of some entries that decide on a field at any of these points."""
    found: dict[UUID, None] = {}
    for point in points:
        if point.file.entries:
            reading = FieldReading(
                file_id, request.kind, point.day, point.known, point.rulebook, request.sees
            )
            found |= dict.fromkeys(decided_by(point.file, explained_field(path, reading).ask, among))
    return list(found)


def _fields(point: FilePoint, sees: AbstractSet[Category], kind: Kind) -> Iterator[tuple[str, Any]]:
    scope, life = scope_of(point.file), Life(point.file, point.day, point.rulebook)
    yield "institution", scope.institution
    if kind == "child":
        yield "place", scope.place
    shown = file_json(life, point.day, obligations=[], findings=0, sees=sees, kind=kind)
    for name, value in shown.items():
        if name in OF_FILE:
            yield name, value
        elif name not in _COUNTS:
            yield from ((f"{name}.{attribute}", held) for attribute, held in value.items())


def named_in(*answers: Mapping[str, Any] | None) -> set[UUID]:
    """Return the entries that obligations, gates or findings name."""
    lists = [answer.get(name) for answer in answers if answer is not None for name in _NAMING]
    return {UUID(str(each)) for named in lists if isinstance(named, list) for each in named}


def category_of(path: str) -> set[Category]:
    """Return the category of personal data of the field at a path, if it has one."""
    chapter, _, name = path.partition(".")
    attribute = ATTRIBUTES.get((chapter, name)) if name else {"file_no": FILE_NO}.get(path)
    return set() if attribute is None or attribute.personal is None else {attribute.personal}


def label_of(path: str) -> Label:
    """Return what the field at a path of a file's answer is called."""
    chapter, _, name = path.partition(".")
    return ATTRIBUTES[chapter, name].label if name else OF_FILE[chapter]


def file_difference(before: FileSnapshot, after: FileSnapshot) -> FileDifference:
    """Compare two snapshots of one file."""
    originals = {**before.originals, **after.originals}

    def changes(old: Mapping[Any, Any], new: Mapping[Any, Any], group: str) -> list[Changed]:
        return [
            Changed(_path(group, key), was, now)
            for key in dict.fromkeys([*old, *new])
            if _plain(was := old.get(key), originals) != _plain(now := new.get(key), originals)
        ]

    return FileDifference(
        fields=changes(before.fields, after.fields, ""),
        obligations=changes(before.obligations, after.obligations, "obligations."),
        gates=changes(before.gates, after.gates, "gates."),
        findings=changes(before.findings, after.findings, "findings."),
    )


def _path(group: str, key: object) -> str:
    """Return the path of a field, of an obligation or finding by its rule, or of a gate by its number."""
    return f"{group}{str(key[0]).split()[0] if isinstance(key, tuple) else key}"


def _keyed(rows: Iterable[tuple[str, tuple[UUID, ...], Any]]) -> Iterator[tuple[Subject, Any]]:
    """Yield rows with what they are about: a rule, the original entries, and their turn among alike ones."""
    turns: Counter[Subject] = Counter()
    for rule, entries, row in rows:
        turns[rule, entries] += 1
        yield (rule, entries, turns[rule, entries]), row


def _originals(entries: Iterable[UUID], originals: Mapping[object, UUID]) -> tuple[UUID, ...]:
    return tuple(originals.get(each, each) for each in entries)


def _plain(value: Any, originals: Mapping[object, UUID]) -> Any:  # noqa: ANN401 - any JSON
    """Return an answer with entries by their originals, without what changes with every day."""
    if isinstance(value, Mapping):
        return {name: _plain(each, originals) for name, each in value.items() if name != _MOVES_DAILY}
    if isinstance(value, list | tuple):
        return [_plain(each, originals) for each in value]
    if isinstance(value, UUID | str):
        return str(originals.get(value, value))
    return value
