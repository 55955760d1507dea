"""Validation of query parameters and headers: each is known, given once, and in its one notation.

Frameworks ignore unknown parameters. A list with a mistyped filter would then contain every row, and be
mistaken for the filtered one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Final, get_args, get_origin

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.params import Depends as Dependency
from fastapi.routing import APIRoute

from api.contract.problems import invalid
from domain.label import Label
from ledger.codec.messages import InvalidValue, unknown_word
from ledger.codec.notation import unfit
from ledger.codec.parsing import described

_NO_PARAMETER: Final = Label("没有该查询参数", "no such query parameter")
TWICE: Final = Label("只能出现一次", "must be given once")
_EMPTY: Final = Label("不得为空", "must not be empty")
_NOT_UTF_8: Final = Label("须为 UTF-8 编码", "must be in UTF-8")
_UNREADABLE: Final = "\ufffd"
"""The replacement for bytes that are not UTF-8."""
_LEAVE_OUT: Final = Label("不需要时请不写此项", "leave it out where it is not wanted")
_FIELDS: Final = (attrgetter("path_params"), attrgetter("query_params"), attrgetter("header_params"))


@dataclass(frozen=True, slots=True)
class Parameter:
    """A declared parameter of a route: its name, whether it may repeat, and its classes."""

    name: str
    several: bool
    classes: tuple[type, ...]


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a route and its dependencies, by their location."""

    path: tuple[Parameter, ...]
    query: tuple[Parameter, ...]
    header: tuple[Parameter, ...]


def parameters_of(route: Dependant) -> Parameters:
    """Return the declared parameters of a route and of its dependencies."""
    every = [route, *_below(route)]
    return Parameters(
        *(
            tuple(
                _parameter(each.alias, each.field_info.annotation)
                for dependant in every
                for each in fields(dependant)
            )
            for fields in _FIELDS
        )
    )


def _declared(route: APIRoute) -> Parameters:
    """Return the declared parameters of a route, worked out once: routes stay to the end of the process."""
    known = _DECLARED.get(id(route))
    if known is None:
        known = _DECLARED[id(route)] = (route, parameters_of(route.dependant))
    return known[1]


def _below(route: Dependant) -> Iterator[Dependant]:
    for each in route.dependencies:
        yield each
        yield from _below(each)


def _parameter(name: str, annotation: object) -> Parameter:
    several = any(get_origin(each) is list for each in (annotation, *get_args(annotation)))
    return Parameter(name, several, tuple(described(annotation)))


async def nothing_unknown(request: Request) -> None:
    """Raise the problem `invalid` if a parameter or header is unknown or badly written."""
    faults = list(amiss(request, _declared(request.scope["route"])))
    if faults:
        raise invalid(faults)


_DECLARED: Final[dict[int, tuple[APIRoute, Parameters]]] = {}
"""By the id of a route, which is kept with its parameters, so that no other one has its id."""

NOTHING_UNKNOWN: Final[Dependency] = Depends(nothing_unknown)
"""A dependency of every router."""


def amiss(request: Request, declared: Parameters) -> Iterator[InvalidValue]:
    """Yield the errors of a request's parameters; of the unknown names, only the first."""
    for each in declared.path:
        yield from _written(f"/path/{each.name}", each, request.path_params[each.name])
    query = {each.name: each for each in declared.query}
    for name in request.query_params:
        if name not in query:
            yield unknown_word("/query", _NO_PARAMETER, name, query)
            break
    for name, each in query.items():
        values = request.query_params.getlist(name)
        if len(values) > 1 and not each.several:
            yield InvalidValue(f"/query/{name}", TWICE)
        else:
            for value in values:
                yield from _written(f"/query/{name}", each, value)
    for each in declared.header:
        if len(request.headers.getlist(each.name)) > 1:
            yield InvalidValue(f"/header/{each.name}", TWICE)


def _written(place: str, parameter: Parameter, value: str) -> Iterator[InvalidValue]:
    if not value.strip():
        yield InvalidValue(place, _EMPTY, _LEAVE_OUT)
        return
    if _UNREADABLE in value:
        yield InvalidValue(place, _NOT_UTF_8)
        return
    for kind in parameter.classes:
        words = unfit(kind, value)
        if words is not None:
            yield InvalidValue(place, words)
