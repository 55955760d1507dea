"""Files of each kind over HTTP: their path, and the member by which answers and items name them."""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from types import MappingProxyType, UnionType
from typing import Any, Final, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from typing_extensions import is_typeddict as is_extended

from api.contract.masking import typed_dict
from domain.event import Kind

PATHS: Final[Mapping[Kind, str]] = MappingProxyType(
    {"child": "/children", "family": "/families", "institution": "/institutions"}
)
"""Where the files of a kind are; the kind is also the name of the member that holds a file's id."""

_MADE: Final[dict[tuple[object, Kind], Any]] = {}


def path_of(kind: Kind) -> str:
    """Return the path of one file of a kind, with the kind as its parameter."""
    return f"{PATHS[kind]}/{{{kind}}}"


def answer_about(kind: Kind, answer: Any) -> Any:  # noqa: ANN401 - a type
    """Return the type of an answer about a file of a kind, from that about a child's.

    The member `child` is named by the kind, also in the answers that it holds.
    """
    if kind == "child":
        return answer
    origin, inner = get_origin(answer), get_args(answer)
    if origin is list:
        return list[answer_about(kind, inner[0])]  # type: ignore[misc]  # made at run time
    if origin is NotRequired:
        return NotRequired[answer_about(kind, inner[0])]
    if origin in {Union, UnionType}:
        return reduce(or_, (answer_about(kind, each) for each in inner))
    if not (is_typeddict(answer) or is_extended(answer)):
        return answer
    if (answer, kind) not in _MADE:
        hints = get_type_hints(answer, include_extras=True)
        members = {
            (kind if name == "child" else name): answer_about(kind, hint) for name, hint in hints.items()
        }
        renamed = typed_dict(f"{kind.capitalize()}{answer.__name__}", members, answer.__doc__)
        _MADE[answer, kind] = answer if members == hints else renamed
    return _MADE[answer, kind]
