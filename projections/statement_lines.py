"""What files say line by line, across files: the lines of statements, as they stand once all has happened.

A line is kept as its file tells it, with what is personal sealed by category. What lines are sorted and
filtered by stands in clear in `keys`, as texts whose order is that of the values.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Final
from uuid import UUID

import orjson
from pydantic import TypeAdapter

from domain.event import WHOLLY_SEALED, Category, Erased
from domain.file import File
from domain.obligations import History
from domain.resting import Categories
from domain.statement import KeptLine, Private, Statement, StatementLine
from domain.statements import STATEMENTS_BY_NAME
from domain.when import LAST_DAY
from ledger.canonical import canonical
from ledger.sealing.cipher import Seal, padded
from projections.markers import Blank, Internal
from projections.model import ReadModel, RowContext, RowParts
from projections.withholding import Withholding, listed

NAME: Final = "statement_lines"
_BLOCK: Final = 128
"""Bytes to which what is personal in a line is padded."""
_MOST_YUAN: Final = 10**13
"""More than any amount, which is added so that all are positive."""
STATE: Final = "state"
"""The key of lines that wait: of those that do it is judged by `DUE`, for it is another one each day."""
DUE: Final = "due_on"
SORTED_BY: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "illness-costs": ("on", "cost_yuan", "rest_yuan"),
        "aid-cases": (
            "on",
            "layer",
            "eligible_as",
            "applied_yuan",
            "decision",
            "decided_on",
            "approved_yuan",
            "self_pay_yuan",
            "paid_yuan",
            "settled_on",
            "uploaded_on",
        ),
        "referrals": (
            "on",
            "referral_source",
            "child_situation",
            "due_on",
            "answered_by",
            "answered_on",
            "reason",
        ),
        "transfers": (
            "on",
            "from_region",
            "transfer_reason",
            "planned_on",
            "decision",
            "decided_on",
            "done_on",
            "guardian_moved_on",
            "allowance_moved_on",
            "household_moved_on",
        ),
        "paper-sets": ("on", "occasion", "part", "category", "required", "verdict", "paper"),
        "given-out": ("on", "event", "due_on", "returned_on"),
        # A month is no key: what is due goes on month by month without a row of its own.
        "allowance-months": ("line", "due_yuan", "paid_yuan", "difference_yuan", "reason"),
    }
)
"""The members of a line by which its statement is sorted, in the order of its keys."""
KEYS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {name: (*names, *((STATE,) if name == "referrals" else ())) for name, names in SORTED_BY.items()}
)
"""All that stands in the keys of a line: what else is filtered by, too."""


@dataclass(frozen=True, slots=True)
class StoredLine:
    """A line of a statement, or one of each month from `first_on` through a day.

    `first_on` is the day it is about, the last of all days where that is not known; `told_by` tells in which
    order those of one day are listed. `keys` are those of `KEYS`, empty where there is nothing; `terms` keyed
    hashes of them where the line rests on what is sealed wholly. `content` is the line in JSON, `personal`
    what is personal in it, in JSON by category. `opened` is the position of the file's first entry.
    """

    child: UUID
    statement: str
    number: Annotated[int, Internal()]
    opened: int
    first_on: date
    through: date | None
    told_by: Annotated[str, Blank("")]
    rests_on: list[str]
    keys: Annotated[list[str], Blank([])]
    terms: list[str]
    content: Annotated[str, Blank("")]
    personal: Annotated[str | None, Blank()]
    sealed: Annotated[bytes | None, Internal()] = None


WITHHELD: Final = Withholding(NAME, StoredLine, ("statement", "content"))


# The rows of a file


def rows(file: File, reading: RowContext) -> Iterator[StoredLine]:
    """Yield one row for each line of each statement."""
    for name in STATEMENTS_BY_NAME:
        yield from _rows_of(file, reading, name)


def _rows_of(file: File, reading: RowContext, name: str) -> Iterator[StoredLine]:
    statement, history = STATEMENTS_BY_NAME[name], History(file, reading.rulebook)
    if not statement.is_asked(history):
        return
    opened = file.opened.position
    lines = [_remembered(statement, kept, on, reading, opened) for kept, on in statement.keeps(history)]
    # What stands anew each month is numbered by itself, so that each month has the same number always.
    apart = [[each for each in lines if each.through is None], *([each] for each in lines if each.through)]
    for each in apart:
        for row in WITHHELD.rows(each, reading.seal, reading.remembered):
            yield row if row.sealed is None else replace(row, keys=[""] * len(KEYS[name]))


def _remembered(
    statement: Statement[Any], kept: KeptLine[Any], rests_on: Categories, reading: RowContext, opened: int
) -> StoredLine:
    """Return a line with what is personal sealed: the same object as before if nothing in it is new."""
    remembered, key = reading.remembered, (statement.name, kept, rests_on, opened)
    if key not in remembered:
        seal = reading.seal
        line = stored_line(statement, kept, rests_on, child=reading.stream, opened=opened, term=seal.term)
        remembered[key] = replace(line, personal=_sealed(line, seal))
    stored: StoredLine = remembered[key]
    return stored


def stored_line(
    statement: Statement[Any],
    kept: KeptLine[Any],
    rests_on: Categories,
    *,
    child: UUID,
    opened: int,
    term: Callable[[str], bytes],
) -> StoredLine:
    """Return a line as it is stored, but for what is sealed; `term` hashes what it is filtered by."""
    line, names = kept.line, KEYS[statement.name]
    personal: dict[str, list[Any]] = {}
    first_on = (line.on or LAST_DAY) if kept.months is None else kept.months[0]
    keys = [_key(getattr(line, name)) for name in names]
    hashed = (
        [term(term_text(name, key)).hex() for name, key in zip(names, keys, strict=True)]
        if rests_on & WHOLLY_SEALED
        else []
    )
    content = orjson.dumps(_plain(line, personal)).decode()
    return StoredLine(
        child=child,
        statement=statement.name,
        number=0,
        opened=opened,
        first_on=first_on,
        through=None if kept.months is None else kept.months[1],
        told_by=statement.order(line),
        rests_on=listed(rests_on),
        keys=keys,
        terms=hashed,
        content=content,
        personal=orjson.dumps(personal).decode() if personal else None,
    )


def _key(value: object) -> str:
    match value:
        case None:
            return ""
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value + _MOST_YUAN:020.4f}"
    return str(value)


def term_text(name: str, key: str) -> str:
    """Return the text of which a keyed hash tells that the key of a line is this one."""
    return f"{NAME} {name} {key}"


def _plain(value: Any, personal: dict[str, list[Any]]) -> Any:  # noqa: ANN401 - a value of a line
    """Return a value as JSON; what is personal is its category and its place among what is `personal`."""
    match value:
        case Private(category, hidden):
            if isinstance(hidden, Erased):
                return {"category": category, "value": None}
            values = personal.setdefault(category.value, [])
            values.append(hidden)
            return {"category": category, "value": len(values) - 1}
        case tuple():
            return [_plain(each, personal) for each in value]
        case Decimal():
            return canonical(value).decode().strip('"')
    if is_dataclass(value):
        return {spec.name: _plain(getattr(value, spec.name), personal) for spec in fields(value)}
    return value


def _sealed(row: StoredLine, seal: Seal) -> str | None:
    """Return what is personal sealed by category, without what has no key any more."""
    if row.personal is None:
        return None
    sealed = {
        category: seal.seal(
            row.child, Category(category), padded(orjson.dumps(values), _BLOCK).decode(), NAME
        ).hex()
        for category, values in orjson.loads(row.personal).items()
        if seal.holds(row.child, Category(category))
    }
    return orjson.dumps(sealed).decode()


def _opened(row: StoredLine, seal: Seal) -> StoredLine | None:
    opened = WITHHELD.opened(row, seal)
    if opened is None or opened.personal is None:
        return opened
    personal = personal_of(opened.child, opened.personal, seal, Category)
    return replace(opened, personal=orjson.dumps(personal).decode())


def personal_of(
    child: UUID, personal: str | None, seal: Seal, categories: Iterable[Category]
) -> dict[str, list[Any]]:
    """Return what is personal in a line of these categories, by category, as far as there are keys of it."""
    found, wanted = {}, set(map(str, categories))
    for category, sealed in orjson.loads(personal or "{}").items():
        if category in wanted:
            text = seal.open(child, Category(category), bytes.fromhex(sealed), NAME)
            if text is not None:
                found[category] = orjson.loads(text)
    return found


def line_of(statement: Statement[Any], content: str, personal: Mapping[str, Sequence[Any]]) -> StatementLine:
    """Return a line by its content and what is personal in it; what is not among that is erased."""
    kind: Any = statement.line
    line: StatementLine = _reader(kind).validate_python(_filled(orjson.loads(content), personal))
    return line


def _filled(value: Any, personal: Mapping[str, Sequence[Any]]) -> Any:  # noqa: ANN401 - of a content
    match value:
        case {"category": category, "value": place}:
            values = personal.get(category)
            hidden = Erased(category) if place is None or values is None else values[place]
            return Private(Category(category), hidden)
        case dict():
            return {name: _filled(each, personal) for name, each in value.items()}
        case list():
            return [_filled(each, personal) for each in value]
    return value


@cache
def _reader(line: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - the class of any line
    return TypeAdapter(line)


STATEMENT_LINES: Final = ReadModel(
    NAME, StoredLine, rows, _opened, parts=RowParts(lambda _: STATEMENTS_BY_NAME, _rows_of)
)
