"""Masks in answers: the category replaces a personal value.

`{"restricted": category}` replaces what the caller may not see, `{"erased": category}` a value whose key was
destroyed.
"""

from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from typing_extensions import TypedDict

from domain.event import Category, Part, fields_of
from domain.field_types import FieldType, field_type


class Restricted(TypedDict):
    """A value that the caller may not see, by its category."""

    restricted: str


class Gone(TypedDict):
    """An erased value, by its category."""

    erased: str


PersonalValue: TypeAlias = str | Restricted | Gone | None
NAMED: Final = {
    "name": PersonalValue,
    "file_no": PersonalValue,
    "institution": UUID | None,
    "institution_name": str | None,
    "place": str | None,
}
"""Members of an item of a list about a child: the latest name and file number, and who is in charge now."""


def restricted(category: Category) -> dict[str, str]:
    """Return the mask of a value that the caller may not see."""
    return {"restricted": category.value}


def answer_of(kind: type) -> dict[str, Any]:
    """Return the members, by name, of an answer that holds an envelope or a part of one."""
    members: dict[str, Any] = {}
    for spec in fields_of(kind):
        annotated = field_type(spec.annotation)
        member = PersonalValue if spec.sealed_with_event else _member(annotated)
        members[spec.name] = member | Restricted if spec.tells_of_event else member
    return members


def _member(annotated: FieldType) -> Any:  # noqa: ANN401 - an annotation
    member: Any = annotated.type
    if annotated.items is not None:
        member = list[_member(annotated.items)]  # type: ignore[misc]  # made at run time
    elif issubclass(annotated.type, Part):
        member = typed_dict(
            f"{annotated.type.__name__}Answer", answer_of(annotated.type), annotated.type.__doc__
        )
    elif annotated.choices:
        member = Literal[annotated.choices]
    return member | None if annotated.optional else member


def typed_dict(name: str, members: dict[str, Any], doc: str | None) -> Any:  # noqa: ANN401 - a type
    """Return the type of an answer with these members."""
    made: Any = TypedDict(name, members)  # type: ignore[misc]  # made at run time
    made.__doc__ = doc
    return made
