"""Filters by what stands in the coded columns of a list, such as `stage:notice`: only rows that say so."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any, Final, TypeAlias

from fastapi import Query

from api.contract.problems import invalid
from domain.label import Label
from domain.limit import Area, limit
from ledger.codec.messages import InvalidValue
from projections.dimensions import NOTHING, UNKNOWN

MOST_VALUES: Final = limit(
    20,
    Area.REQUESTS,
    Label("一次列表所限定的列值数", "Values of columns by which a list is narrowed"),
    why=Label("代码表没有更多要一起问的", "No more are asked for at once"),
    beyond="invalid",
)
ColumnWhere: TypeAlias = Annotated[
    list[Annotated[str, Query(max_length=80)]] | None,
    Query(
        max_length=MOST_VALUES,
        description="Only rows in whose coded columns these values stand, as `stage:notice`; of one column"
        " one of them. `nothing` is an empty cell, `unknown` what is not known; a hidden cell has no value.",
    ),
]
Coded: TypeAlias = Mapping[str, Collection[str]]
"""The coded columns of a list, with the values that may stand in each."""
WantedValues: TypeAlias = Mapping[str, frozenset[str]]

_NO_COLUMN: Final = Label("没有这样的代码列", "names no coded column")
_NO_VALUE: Final = Label("该列没有这样的值", "names no value of that column")


def wanted_values(where: Sequence[str] | None, coded: Coded) -> WantedValues:
    """Return the values that are asked for by column.

    Raises the problem `invalid` for what is no column of the list, or no value of one.
    """
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for text in where or ():
        name, _, value = text.partition(":")
        if name not in coded:
            raise invalid([_fault(_NO_COLUMN, coded)])
        if value not in {*coded[name], NOTHING, UNKNOWN}:
            raise invalid([_fault(_NO_VALUE, coded[name])])
        wanted[name].add(value)
    return {name: frozenset(values) for name, values in wanted.items()}


def _fault(what: Label, known: Collection[str]) -> InvalidValue:
    names = ", ".join(known)
    return InvalidValue("/query/where", what, Label(names, names))


def has_values(row: Mapping[str, Any], wanted: WantedValues) -> bool:
    """Return whether a row, as it is answered, has in each of these columns one of the values."""
    return all(not wanted[name].isdisjoint(_values(row[name])) for name in wanted)


def _values(value: Any) -> list[str]:  # noqa: ANN401 - of an answer
    match value:
        case None:
            return [NOTHING]
        case {"unknown": _}:
            return [UNKNOWN]
        case {"restricted": _} | {"erased": _}:
            return []
        case list() | tuple():
            return [str(each) for each in value]
    return [str(value)]
