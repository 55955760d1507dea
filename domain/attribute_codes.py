"""The code table of what an attribute holds, from what events give it."""

from collections.abc import Iterator, Mapping
from functools import cache

from domain.changes import ChangeSource, changes
from domain.codes import CodeTable, tables
from domain.event import CATALOGUE, Event, fields_of


@cache
def attribute_codes() -> Mapping[tuple[str, str, str], CodeTable]:
    """Return the code table of each attribute's value, or of a part of it, by chapter, name and part.

    It has all codes that events give it, by a field or by what they are themselves: the table of such a
    field, else the least one.
    """
    said: dict[tuple[str, str, str], set[str]] = {}
    named: dict[tuple[str, str, str], set[str]] = {}
    for kind in CATALOGUE.values():
        for change in changes(kind):
            for part, source in _sources(change.value):
                where = (change.attribute.chapter, change.attribute.name, part)
                table = _table(kind, source)
                named.setdefault(where, set()).update(() if table is None else (table.name,))
                said.setdefault(where, set()).update(_constants(source) if table is None else table.codes)
    fitting = {
        where: [table for table in tables().values() if codes <= table.codes.keys()]
        for where, codes in said.items()
        if codes
    }
    return {
        where: min(found, key=lambda table: (table.name not in named[where], len(table.codes)))
        for where, found in fitting.items()
        if found
    }


def _sources(source: ChangeSource | None) -> Iterator[tuple[str, ChangeSource]]:
    if source is not None:
        yield from source.parts or [("", source)]


def _table(kind: type[Event], source: ChangeSource) -> CodeTable | None:
    codes = {spec.name: spec.code.table for spec in fields_of(kind) if spec.code is not None}
    name = codes.get(source.field or "") if source.kind == "field" else source.table
    return None if name is None else tables()[name]


def _constants(source: ChangeSource) -> set[str]:
    """Return the codes that a type of event stands for by itself."""
    return {value for value in (source.same, *(each for _, each in source.cases)) if isinstance(value, str)}
