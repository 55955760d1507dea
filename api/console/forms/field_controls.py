"""The fields of an event's form, and by which control each is filled in: from its markers alone."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, unique
from types import MappingProxyType
from typing import Final
from uuid import UUID

from annotated_types import MaxLen, MinLen

from domain.codes import tables
from domain.envelope import envelope_fields
from domain.event import (
    EVERY_CATEGORY,
    LONGEST_TITLE,
    Category,
    Event,
    Field,
    Identified,
    Label,
    Part,
    Unit,
    fields_of,
    is_month,
)
from domain.field_types import FieldType, field_type

MOST_RADIOS: Final = 5
"""Codes up to which all stand side by side."""
MOST_OPTIONS: Final = 13
"""Codes up to which one is chosen from a list that opens; of more, one is typed, and found while typing."""
WHOLE: Final = "data"
"""The member of the body that has the event itself."""
OF_PAPERS: Final = frozenset({"documents", "note", "noted_on", "noted_by", "at"})
"""What of an envelope a form asks: the rest has its own place on the page."""


@unique
class FieldControl(Enum):
    """How a field is filled in."""

    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    MONTH = "month"
    INSTANT = "instant"
    TRUTH = "truth"
    RADIOS = "radios"
    OPTIONS = "options"
    TYPED_CODE = "typed_code"
    TICKS = "ticks"
    ENTRY = "entry"
    SUBJECT = "subject"
    INSTITUTION = "institution"
    MEMBER = "member"
    GROUP = "group"
    ROWS = "rows"
    REASON_ALONE = "reason_alone"
    """A value that the recorder may not see: only why it is not said can be chosen."""


CHOSEN: Final = frozenset(
    {
        FieldControl.TRUTH,
        FieldControl.RADIOS,
        FieldControl.OPTIONS,
        FieldControl.ENTRY,
        FieldControl.SUBJECT,
        FieldControl.INSTITUTION,
        FieldControl.MEMBER,
        FieldControl.REASON_ALONE,
    }
)
"""Controls in which why there is no answer is one more choice, and does not stand beside."""


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a form: `name` is its place in the body, such as `data.items.0.kind`.

    `must` says that it needs a value or, if it may be `unknown`, why there is none. `may_be_none` says that
    none of a list is an answer, `id_of` what its value is the id of. Where that is an entry, `refers` is its
    type, None for any; somebody `of_file` is a person whose data the file holds. What is said of another
    person than the file's has the field that names them as its `subject`. `inner` are the fields of a group,
    or those of one row of a list.
    """

    name: str
    label: Label
    of: FieldType
    control: FieldControl
    must: bool
    unknown: bool
    may_be_none: bool = False
    unit: Unit | None = None
    category: Category | None = None
    refers: str | None = None
    id_of: tuple[Identified, ...] = ()
    of_file: bool = False
    subject: str | None = None
    longest: int | None = None
    inner: "tuple[FormField, ...]" = ()

    @property
    def pointer(self) -> str:
        """Its place in the body as a JSON pointer."""
        return "/" + self.name.replace(".", "/")

    @property
    def last_name(self) -> str:
        """Its name within the event or group that it belongs to."""
        return self.name.rpartition(".")[2]

    def row(self, number: int) -> "FormField":
        """Return the field of one row of a list."""
        (each,) = self.inner
        return _moved(each, self.name + ".0", f"{self.name}.{number}")


def has_form(kind: type[Event]) -> bool:
    """Whether every field of a type of event can be filled in: not the content of files."""
    return all(field_type(spec.annotation).type is not dict for spec in fields_of(kind))


def event_fields(kind: type[Event], sees: AbstractSet[Category]) -> tuple[FormField, ...]:
    """Return the fields of the form of an event, for a recorder who sees these categories.

    Of what the recorder does not see, only a reason can be given where one must; the rest has no field.
    """
    found = (_field(spec, f"{WHOLE}.{spec.name}", sees) for spec in fields_of(kind))
    return tuple(each for each in found if each is not None)


def hidden_fields(kind: type[Event], sees: AbstractSet[Category]) -> tuple[Label, ...]:
    """Return what an event says that a recorder who sees these categories cannot fill in."""
    return tuple(
        spec.label for spec in fields_of(kind) if spec.personal and spec.personal.category not in sees
    )


def paper_fields() -> Mapping[str, FormField]:
    """Return the fields about the papers and the words beside an event, by name."""
    found = {spec.name: _field(spec, spec.name, EVERY_CATEGORY) for spec in envelope_fields()}
    return MappingProxyType(
        {name: each for name, each in found.items() if each is not None and name in OF_PAPERS}
    )


def _field(spec: Field, name: str, sees: AbstractSet[Category]) -> FormField | None:
    of = field_type(spec.annotation)
    must = spec.required and not of.optional
    category = spec.personal.category if spec.personal else None
    if category is not None and category not in sees:
        if not (must and of.unknown):
            return None
        return FormField(name, spec.label, of, FieldControl.REASON_ALONE, must, of.unknown, category=category)
    return replace(
        _of_type(name, spec.label, of, _chosen_from(spec)),
        must=must,
        may_be_none=_may_be_empty(of) and (must or of.optional),
        unit=spec.unit,
        category=category,
        refers=None if spec.refers is None else spec.refers.type,
        id_of=spec.id_of,
        of_file=spec.of_file,
        subject=spec.personal.subject if spec.personal else None,
    )


def _chosen_from(spec: Field) -> FieldControl:
    """Return by which control the id in a field is chosen."""
    if spec.refers is not None or "entry" in spec.id_of:
        return FieldControl.ENTRY
    by_kind = {"institution": FieldControl.INSTITUTION, "user": FieldControl.MEMBER}
    return next((by_kind[each] for each in spec.id_of if each in by_kind), FieldControl.SUBJECT)


def _of_type(name: str, label: Label, of: FieldType, by_id: FieldControl) -> FormField:
    control = _control(of, by_id)
    field = FormField(name, label, of, control, must=False, unknown=of.unknown)
    if of.items is not None and field.control is not FieldControl.TICKS:
        inner = _of_type(f"{name}.0", label, of.items, by_id)
        field = replace(field, inner=(inner,))
    elif field.control is FieldControl.GROUP:
        inner_fields = (_field(spec, f"{name}.{spec.name}", EVERY_CATEGORY) for spec in fields_of(of.type))
        field = replace(field, inner=tuple(each for each in inner_fields if each is not None))
    longest = min((each.max_length for each in of.limits if isinstance(each, MaxLen)), default=None)
    return replace(field, longest=longest)


def _may_be_empty(of: FieldType) -> bool:
    least = max((each.min_length for each in of.limits if isinstance(each, MinLen)), default=0)
    return of.items is not None and least == 0


_PLAIN: Final = MappingProxyType(
    {
        bool: FieldControl.TRUTH,
        int: FieldControl.NUMBER,
        Decimal: FieldControl.NUMBER,
        date: FieldControl.DAY,
        datetime: FieldControl.INSTANT,
    }
)


def _control(of: FieldType, by_id: FieldControl) -> FieldControl:
    if of.items is not None:
        return FieldControl.TICKS if of.items.code or of.items.choices else FieldControl.ROWS
    if issubclass(of.type, Part):
        return FieldControl.GROUP
    if of.code or of.choices:
        return _of_codes(of.choices or tuple(tables()[of.code or ""].codes))
    if of.type is UUID:
        return by_id
    if of.type is str:
        return _of_text(of)
    return _PLAIN[of.type]


def _of_codes(codes: tuple[str, ...]) -> FieldControl:
    if len(codes) <= MOST_RADIOS:
        return FieldControl.RADIOS
    return FieldControl.OPTIONS if len(codes) <= MOST_OPTIONS else FieldControl.TYPED_CODE


def _of_text(of: FieldType) -> FieldControl:
    if any(getattr(limit, "func", None) is is_month for limit in of.limits):
        return FieldControl.MONTH
    longest = min((each.max_length for each in of.limits if isinstance(each, MaxLen)), default=0)
    return FieldControl.LINE if longest <= LONGEST_TITLE else FieldControl.TEXT


def _moved(field: FormField, old: str, new: str) -> FormField:
    inner = tuple(_moved(each, old, new) for each in field.inner)
    return replace(field, name=new + field.name.removeprefix(old), inner=inner)
