"""Lines of statements in the form of answers, with what is personal masked."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.acting_answers import ACTED
from api.contract.findings import EvidenceAnswer
from api.contract.listing import CodeLabels, titled
from api.contract.masking import NAMED, Gone, Restricted, restricted, typed_dict
from domain.event import Category, Erased
from domain.statement import Private, Statement, StatementLine


class NotKnown(TypedDict):
    """Why there is no value."""

    unknown: str


_PRIVATE: Final[Any] = str | Restricted | Gone | NotKnown | None


TOLD: Final = {
    "title_zh": str | None,
    "title_en": str | None,
    "evidence": list[EvidenceAnswer],
}
"""Members of a line beside its own: the title of its rule, and its entries in sentences."""
_OF_INSTITUTION: Final = "to_institution"


def listed_line(statement: Statement[Any]) -> Any:  # noqa: ANN401 - a type
    """Return the type of a line in a list across files, with whose file it is of and who must act next."""
    line = statement.line
    members = {"child": UUID, **_members(line), **NAMED, **ACTED}
    return typed_dict(f"Listed{line.__name__}Answer", members, line.__doc__)


def statement_answer(statement: Statement[Any]) -> Any:  # noqa: ANN401 - a type
    """Return the type of the statement of one file."""
    line = statement.line
    items = typed_dict(f"{line.__name__}Answer", _members(line), line.__doc__)
    listed = {"items": list[items], "next": None, "labels": CodeLabels}  # type: ignore[valid-type]  # made at run time
    members = {"child": UUID, "as_of": date, "known_position": int, **listed}
    doc = "The lines of a file on a day, as known at a position; there is no next page."
    return typed_dict(f"{line.__name__}StatementAnswer", members, doc)


def line_json(line: StatementLine, sees: AbstractSet[Category]) -> dict[str, Any]:
    """Return a line for an actor who sees these categories."""
    return {name: _shown(value, sees) for name, value in _values(line).items()}


def told_json(
    item: Mapping[str, Any],
    evidence: Mapping[UUID, EvidenceAnswer],
    institutions: Mapping[UUID, str],
) -> dict[str, Any]:
    """Return a line with the title of its rule, and its entries as evidence.

    Of its entries those are told that are among the `evidence`; `institutions` are the names of those that
    lines name.
    """
    title = None if item["rule"] is None else titled(item["rule"])
    told = {
        "title_zh": None if title is None else title["title_zh"],
        "title_en": None if title is None else title["title_en"],
        "evidence": [evidence[each] for each in item["entries"] if each in evidence],
    }
    if _OF_INSTITUTION in item:
        told[f"{_OF_INSTITUTION}_name"] = institutions.get(item[_OF_INSTITUTION])
    return {**item, **told}


def institutions_of(items: Iterable[Mapping[str, Any]]) -> set[UUID]:
    """Return the institutions that lines name."""
    return {each[_OF_INSTITUTION] for each in items if each.get(_OF_INSTITUTION) is not None}


def told_of_line(line: StatementLine, sees: AbstractSet[Category]) -> set[Category]:
    """Return the categories of the personal values of a line that are shown."""
    values = [value for value in _values(line).values() if isinstance(value, Private)]
    told = {each.category for each in values if each.value is not None}
    return told & sees


def _values(line: Any) -> dict[str, Any]:  # noqa: ANN401 - the dataclass of a line
    return {spec.name: getattr(line, spec.name) for spec in fields(line)}


def _shown(value: Any, sees: AbstractSet[Category]) -> Any:  # noqa: ANN401 - a value of a line
    match value:
        case Private(category, hidden):
            if category not in sees:
                return restricted(category)
            return {"erased": category.value} if isinstance(hidden, Erased) else hidden
        case tuple():
            return [_shown(each, sees) for each in value]
    if is_dataclass(value):
        return {name: _shown(each, sees) for name, each in _values(value).items()}
    return value


def _members(line: type) -> dict[str, Any]:
    members = {name: _member(hint) for name, hint in get_type_hints(line).items()}
    if not issubclass(line, StatementLine):
        return members
    names = {f"{_OF_INSTITUTION}_name": str | None} if _OF_INSTITUTION in members else {}
    return {**members, **names, **TOLD}


def _member(hint: Any) -> Any:  # noqa: ANN401 - annotations have no type
    arguments = [_member(each) for each in get_args(hint) if each is not Ellipsis]
    if get_origin(hint) is tuple:
        return list[arguments[0]]  # type: ignore[valid-type]  # made at run time
    if get_origin(hint) in {Union, UnionType}:
        return Union[tuple(arguments)]  # noqa: UP007 - made at run time
    if hint is Private:
        return _PRIVATE
    if hint is Decimal:
        return str
    if is_dataclass(hint) and isinstance(hint, type):
        return typed_dict(f"{hint.__name__}Answer", _members(hint), hint.__doc__)
    return hint
