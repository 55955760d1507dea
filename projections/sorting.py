"""The order of a list: by its key, or first by a column that is stored in clear, either way."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import index, itemgetter
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeAlias, TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID

import orjson
from psycopg.sql import SQL, Composable, Composed, Identifier, Placeholder

from projections.markers import Blank, EmptyText, Hashed, marked

R = TypeVar("R")
Key: TypeAlias = Mapping[str, Callable[[Any], Any]]
"""The columns that order a list and identify its rows, each with its parser for cursors."""

as_day: Final = date.fromisoformat
as_id: Final = UUID
as_number: Final = index


def as_text(value: Any) -> str:  # noqa: ANN401 - of a cursor
    """Return a text of a cursor. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError  # noqa: TRY004 - as the other parsers do
    return value


class CursorError(ValueError):
    """The cursor comes from no page of this list."""


@dataclass(frozen=True, slots=True)
class ListOrder:
    """The column by which the rows of a list are sorted before its key, one way or the other.

    A row that has no value there comes last either way: an empty one where it is `optional`, an empty text
    where it may be an `empty` one, one that holds a keyed hash where it may be `sealed`. What is `computed`
    for the answer stands in no index.
    """

    table: str
    name: str
    read: Callable[[Any], Any]
    descending: bool
    optional: bool
    sealed: bool
    computed: bool
    empty: bool

    @property
    def column(self) -> str:
        """The column as a key names it."""
        return f"{self.table}.{self.name}"

    def has(self, table: str) -> Composable | None:
        """Return the condition that a row of this name has a value there; None if each has."""
        if self.sealed:
            return SQL("{} IS NULL").format(Identifier(table, "sealed"))
        if self.empty:
            return SQL("{} > ''").format(Identifier(table, self.name))
        return SQL("{} IS NOT NULL").format(Identifier(table, self.name)) if self.optional else None

    def value(self, row: Any) -> Any:  # noqa: ANN401 - of any column
        """Return the value of a row by which it is sorted."""
        value = getattr(row, self.name)
        return None if (self.sealed and row.sealed is not None) or (self.empty and not value) else value


_READERS: Final[Mapping[Any, Callable[[Any], Any]]] = {date: as_day, int: as_number, str: as_text}


@dataclass(frozen=True, slots=True)
class Sorts:
    """The columns by which a list may be sorted: those of its rows that stand in clear.

    `columns` has the column of each name by which it is asked for, which is that of a member of the answer;
    with `-` before the column it is told the other way round. Rows that are `computed` for the answer are
    read once, in whichever order.
    """

    row: type
    table: str
    columns: Mapping[str, str]
    computed: bool = False

    def __post_init__(self) -> None:
        for name in self.names:
            self.order(name)

    @property
    def names(self) -> tuple[str, ...]:
        """What a list may be asked to be sorted by: each name, and with `-` before it the other way."""
        return tuple(f"{way}{name}" for name in self.columns for way in ("", "-"))

    def order(self, sort: str | None) -> ListOrder | None:
        """Return the order that is asked for; None for the list's own."""
        if sort is None:
            return None
        column = self.columns[sort.removeprefix("-")]
        name = column.removeprefix("-")
        kinds = _kinds(get_type_hints(self.row)[name])
        if name in marked(self.row, Blank) or len(kinds - {NoneType}) != 1:
            message = f"{name} does not stand in clear"
            raise TypeError(message)
        (read,) = (_READERS[kind] for kind in kinds - {NoneType})
        return ListOrder(
            self.table,
            name,
            read,
            descending=sort.startswith("-") is not column.startswith("-"),
            optional=NoneType in kinds,
            sealed=name in marked(self.row, Hashed),
            computed=self.computed,
            empty=name in marked(self.row, EmptyText),
        )


def alike(*names: str) -> dict[str, str]:
    """Return columns by which a list may be sorted that are called as its answer calls them."""
    return {name: name for name in names}


def _kinds(hint: Any) -> set[Any]:  # noqa: ANN401 - a type
    """Return the types of the values of a column; of one of few values that of a text."""
    each = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    return {str if get_origin(one) is Literal else one for one in each}


class Sorting:
    """How the rows of a list are sorted: by its order, if it is asked for one, and by its key.

    Every column goes the same way, so that an index on them serves both ways, and so that where a page ends
    is one comparison.
    """

    def __init__(self, key: Key, order: ListOrder | None) -> None:
        columns = dict(key) if order is None else {order.column: order.read, **key}
        self._order = order
        self._columns = [*columns]
        self._readers = [*columns.values()]
        down = order is not None and order.descending
        self._way, self._beyond = SQL("DESC" if down else "ASC"), SQL("<" if down else ">")

    def parts(self, after: Sequence[Any] | None) -> Iterator[Composable]:
        """Yield what follows the conditions of a SELECT: each part is read in the order of the list.

        `after` is what a page begins after.
        """
        has = None if self._order is None else self._order.has(self._order.table)
        if has is None:
            yield self._part(0, after is not None)
            return
        among_the_last = after is not None and after[0] is None
        if self._order is not None and self._order.computed:
            yield self._once(has, self._order.table, after is not None, among_the_last)
            return
        if not among_the_last:
            yield SQL("AND {} {}").format(has, self._part(0, after is not None))
        yield SQL("AND NOT ({}) {}").format(has, self._part(1, among_the_last))

    def _part(self, first: int, beyond: bool) -> Composable:  # noqa: FBT001 - of a page
        columns = [_column(each) for each in self._columns]
        condition = self._after(first) if beyond else SQL("")
        # Empty values are alike, and to sort by them too leaves the index of their column alone to be read.
        by = columns[first:] if self._order is not None and self._order.sealed else columns
        return SQL("{} ORDER BY {} LIMIT %(page_limit)s").format(condition, self._by(by))

    def _once(self, has: Composable, table: str, beyond: bool, among_the_last: bool) -> Composable:  # noqa: FBT001 - of a page
        """Return what follows the conditions of one SELECT of all rows, those without a value last."""
        condition: Composable = SQL("")
        if among_the_last:
            condition = SQL("AND NOT ({}) {}").format(has, self._after(1))
        elif beyond:
            condition = SQL("AND (NOT ({}) OR (true {}))").format(has, self._after(0))
        return SQL("{} ORDER BY {} LIMIT %(page_limit)s").format(condition, self.whole(table))

    def _after(self, first: int) -> Composable:
        columns = [_column(each) for each in self._columns[first:]]
        after = (Placeholder(f"after_{number}") for number in range(first, len(self._columns)))
        return SQL("AND ({}) {} ({})").format(SQL(", ").join(columns), self._beyond, SQL(", ").join(after))

    def _by(self, columns: Sequence[Composable]) -> Composable:
        return SQL(", ").join(SQL("{} {}").format(each, self._way) for each in columns)

    def whole(self, table: str) -> Composable:
        """Return the order of the rows of all parts, where they have this name."""
        columns: list[Composable] = [Identifier(table, _bare(each)) for each in self._columns]
        has = None if self._order is None else self._order.has(table)
        if has is None:
            return self._by(columns)
        columns[0] = SQL("CASE WHEN {} THEN {} END").format(has, columns[0])
        return SQL("({}) DESC, {}").format(has, self._by(columns))

    def sorted(self, rows: Iterable[R], after: Sequence[Any] | None) -> list[R]:
        """Return rows that are held here in this order."""
        down = self._order is not None and self._order.descending

        def place(values: Sequence[Any]) -> tuple[Any, ...]:
            # What has no value comes last either way.
            lacks = values[0] is None
            return (lacks is not down, "" if lacks else values[0], *values[1:])

        beyond = None if after is None else place(after)
        placed = ((place(self._values(row)), row) for row in rows)
        if beyond is not None:
            placed = (each for each in placed if (each[0] < beyond if down else each[0] > beyond))
        return [row for _, row in sorted(placed, key=itemgetter(0), reverse=down)]

    def cursor(self, last: Any) -> str:  # noqa: ANN401 - a row
        """Return the cursor of the page after a row."""
        return urlsafe_b64encode(orjson.dumps(self._values(last))).decode().rstrip("=")

    def _values(self, row: Any) -> list[Any]:  # noqa: ANN401 - a row
        values = [getattr(row, _bare(name)) for name in self._columns]
        if self._order is not None:
            values[0] = self._order.value(row)
        return values

    def read(self, cursor: str) -> list[Any]:
        """Return the values after which a page begins. Raises CursorError."""
        order = self._order
        may_be_empty = order is not None and (order.optional or order.sealed or order.empty)
        try:
            values = orjson.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            first, *rest = zip(self._readers, values, strict=True)
            before = None if may_be_empty and first[1] is None else first[0](first[1])
            return [before, *(reader(value) for reader, value in rest)]
        except (ValueError, TypeError, AttributeError) as error:
            message = "no such cursor"
            raise CursorError(message) from error


def _bare(name: str) -> str:
    return name.rpartition(".")[2]


def _column(name: str) -> Composed:
    return SQL(".").join(map(Identifier, name.split(".")))
