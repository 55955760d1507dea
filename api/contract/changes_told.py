"""What each type of event changes, in the form of the catalogue."""

from typing import Any, Literal, TypeAlias

from typing_extensions import TypedDict

from api.contract.explained_fields import path_of_attribute
from domain.changes import Change, ChangeSource, FieldCase, changes
from domain.event import Category, Event

SourceAnswer: TypeAlias = dict[str, Any]
"""Where a value, a day or a key comes from.

`from` is `field` (the value of that field of the event), `occurred` (the days of the entry, of which the last
counts where one day is meant), `entry` (the id of the entry, or of the one that it corrects), `same` (always
this value), `cases` (the value that a code of the field stands for), `parts` (each part by itself), or
`counted` (from several fields). `otherwise` is where it comes from if the field is unknown; without it, that
answer itself holds.
"""


class ChangeAnswer(TypedDict):
    """An attribute of the file (by its path in the file's answer) that a type of event begins or ends.

    It happens if every field of `only_if` has one of the values listed: a code, true, false, `known` or
    `unknown`; if it depends on more, `exact` is false. Facts of one attribute and key follow each other by
    `since` (null: for the whole life); of the same day, those that `give_way` come first, then by the entry's
    earliest day, its instant and its version. The last that has begun holds until another begins, or through
    `until`. The key `*` ends an attribute under every key. What an entry changes counts while it stands: not
    once it is withdrawn, nor once it is corrected; a correction, withdrawal or restoration counts not once it
    is rejected.
    """

    path: str
    label_zh: str
    label_en: str
    change: Literal["begins", "ends"]
    only_if: dict[str, list[str | bool]]
    exact: bool
    value: SourceAnswer | None
    key: SourceAnswer
    since: SourceAnswer | None
    until: SourceAnswer | None
    gives_way: bool
    personal: Category | None


def changes_json(kind: type[Event]) -> list[ChangeAnswer]:
    """Return what events of a type change."""
    return [_change(each) for each in changes(kind)]


def _change(change: Change) -> ChangeAnswer:
    attribute = change.attribute
    return {
        "path": path_of_attribute(attribute),
        "label_zh": attribute.label.zh,
        "label_en": attribute.label.en,
        "change": change.effect,
        "only_if": {name: list(values) for name, values in change.only_if},
        "exact": change.exact,
        "value": _source(change.value),
        "key": _told(change.key),
        "since": _source(change.since),
        "until": _source(change.until),
        "gives_way": change.gives_way,
        "personal": attribute.personal,
    }


def _source(source: ChangeSource | None) -> SourceAnswer | None:
    return None if source is None else _told(source)


def _told(source: ChangeSource) -> SourceAnswer:
    shown: SourceAnswer = {"from": source.kind}
    if source.field is not None:
        shown["field"] = source.field
    if source.kind == "same":
        shown["same"] = source.same
    if source.otherwise is not None:
        shown["otherwise"] = _told(source.otherwise)
    if source.parts:
        shown["parts"] = {name: _told(part) for name, part in source.parts}
    if source.cases:
        shown["cases"] = {_written(said): value for said, value in source.cases}
    return shown


def _written(said: FieldCase) -> str:
    return str(said).lower() if isinstance(said, bool) else said
