"""Masks in answers: the category replaces a personal value.

`{"restricted": category}` replaces what the caller may not see, `{"erased": category}` a value whose key was
destroyed.
"""

from typing import Any, Literal, TypeAlias

from typing_extensions import TypedDict

from domain.event import Category, Part, fields_of
from domain.field_types import FieldType, field_type


class Restricted(TypedDict):
    """What the caller may not see, by its category."""

    restricted: str


class Gone(TypedDict):
    """What was erased, by its category."""

    erased: str


PersonalValue: TypeAlias = str | Restricted | Gone | None


def restricted(category: Category) -> dict[str, str]:
    """Return the mask of a value that the caller may not see."""
    return {"restricted": category.value}


def answer_of(kind: type) -> dict[str, Any]:
    """Return the members, by name, of an answer that holds an envelope or a part of one."""
    members: dict[str, Any] = {}
    for spec in fields_of(kind):
        own = field_type(spec.annotation)
        member = PersonalValue if spec.sealed_with_event else _member(own)
        members[spec.name] = member | Restricted if spec.tells_of_event else member
    return members


def _member(own: FieldType) -> Any:  # noqa: ANN401 - an annotation
    member: Any = own.type
    if own.items is not None:
        member = list[_member(own.items)]  # type: ignore[misc]  # made at run time
    elif issubclass(own.type, Part):
        member = typed_dict(f"{own.type.__name__}Answer", answer_of(own.type), own.type.__doc__)
    elif own.choices:
        member = Literal[own.choices]
    return member | None if own.optional else member


def typed_dict(name: str, members: dict[str, Any], doc: str | None) -> Any:  # noqa: ANN401 - a type
    """Return the type of an answer with these members."""
    made: Any = TypedDict(name, members)  # type: ignore[misc]  # made at run time
    made.__doc__ = doc
    return made
