"""Rows that rest on a wholly sealed category: their values are sealed, and not stored in clear.

Such a row keeps its days, which are days of entries. Its values are sealed under the child's key of each
wholly sealed category that it rests on, so that the destruction of one key erases them; keyed hashes serve
for look-up.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cache
from hashlib import sha256
from typing import Any, Final, Generic, Protocol, TypeVar
from uuid import UUID

import orjson
from psycopg import AsyncConnection
from psycopg.sql import SQL, Composed, Identifier, Placeholder
from pydantic import TypeAdapter

from domain.event import WHOLLY_SEALED, Category
from ledger.sealing.cipher import Seal, padded
from projections.markers import Blank, Hashed, marked
from projections.paging import Condition

_LARGEST_NUMBER: Final = 2**62
"""Numbers of rows are below; those of rows that stand in no table are above."""
_BLOCK: Final = 2048
"""Bytes to which the values of a row are padded: the lengths of their words would reveal the rule."""


class Resting(Protocol):
    """A numbered row with the categories it rests on; `sealed` holds its values if they are wholly sealed."""

    @property
    def child(self) -> UUID:
        """The file of the row."""

    @property
    def number(self) -> int:
        """What tells it apart from the other rows of its file."""

    @property
    def rests_on(self) -> list[str]:
        """The categories of personal data that the row reveals."""

    @property
    def sealed(self) -> bytes | None:
        """The sealed values."""


R = TypeVar("R", bound=Resting)


def listed(categories: Iterable[Category]) -> list[str]:
    """Return categories in the form of a row."""
    return sorted(map(str, categories))


@dataclass(frozen=True, slots=True)
class Withholding(Generic[R]):
    """How the rows of one table are numbered, and seal their values.

    `subject` are the columns that say what a row is about. Its number is a keyed hash of these, so that it
    stays the same whatever other rows there are, and reveals nothing of them. `beside` are other tables with
    such rows, which are listed with these. `terms` are the columns that then hold a keyed hash, `blank` the
    constants of the other sealed columns, as the markers of the row define them.
    """

    table: str
    row: type[R]
    subject: tuple[str, ...]
    beside: tuple[str, ...] = field(default=(), kw_only=True)
    terms: tuple[str, ...] = field(init=False)
    blank: Mapping[str, object] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "terms", tuple(marked(self.row, Hashed)))
        object.__setattr__(
            self, "blank", {name: marker.value for name, marker in marked(self.row, Blank).items()}
        )

    def rows(
        self, rows: Iterable[R], seal: Seal, remembered: dict[Hashable, Any] | None = None
    ) -> Iterator[R]:
        """Yield rows in their stored form, except those whose key is destroyed.

        What was stored of a row that is `remembered`, in clear, is yielded again.
        """
        alike: Counter[Hashable] = Counter()
        for row in rows:
            before, subject, stored_in_turn = (remembered or {}).get(id(row), (None, None, {}))
            if before is not row:
                subject, stored_in_turn = self._subject(row), {}
            alike[subject] += 1
            turn = alike[subject]
            if turn not in stored_in_turn:
                stored_in_turn[turn] = self._stored(row, self._number(subject, turn, seal.term), seal)
            stored = stored_in_turn[turn]
            if remembered is not None and row.sealed is None and stored is not None and stored.sealed is None:
                remembered[id(row)] = (row, subject, stored_in_turn)
            if stored is not None:
                yield stored

    def numbered(self, rows: Iterable[R], term: Callable[[str], bytes]) -> Iterator[R]:
        """Yield rows with the numbers that they have where they are stored, and nothing sealed."""
        alike: Counter[Hashable] = Counter()
        for row in rows:
            subject = self._subject(row)
            alike[subject] += 1
            yield _numbered(row, self._number(subject, alike[subject], term))

    def _number(self, subject: Hashable, turn: int, term: Callable[[str], bytes]) -> int:
        hashed = sha256(term(f"{self.table} {subject} {turn}")).digest()
        return int.from_bytes(hashed[:8]) % _LARGEST_NUMBER

    def _subject(self, row: R) -> str:
        return " ".join(str(getattr(row, name)) for name in ("rests_on", *self.subject))

    def _stored(self, row: R, number: int, seal: Seal) -> R | None:
        categories = _sealed_wholly(row)
        if not categories:
            return _numbered(row, number)
        if not all(seal.holds(row.child, category) for category in categories):
            return None
        values = {name: getattr(row, name) for name in (*self.terms, *self.blank)}
        text, sealed = padded(orjson.dumps(values), _BLOCK).decode(), b""
        for category in categories:
            sealed = seal.seal(row.child, category, text, self.table)
            text = sealed.hex()
        hashes = {name: self._term(seal.term, name, getattr(row, name)) for name in self.terms}
        return self._changed(row, {**self.blank, **hashes, "number": number, "sealed": sealed})

    def opened(self, row: R, seal: Seal) -> R | None:
        """Return a stored row with its values; None if a key of them is destroyed."""
        if row.sealed is None:
            return row
        text = row.sealed.hex()
        for category in reversed(_sealed_wholly(row)):
            opened = seal.open(row.child, category, bytes.fromhex(text), self.table)
            if opened is None:
                return None
            text = opened
        return self._changed(row, {**orjson.loads(text), "sealed": None})

    def by_term(self, keyed: Callable[[str], bytes], column: str, values: Iterable[str]) -> dict[str, str]:
        """Return values by what a column of a sealed row holds of each."""
        return {self._term(keyed, column, value): value for value in values}

    def _term(self, keyed: Callable[[str], bytes], column: str, value: str) -> str:
        """Return the value stored in a column of a sealed row."""
        return keyed(f"{self.table} {column} {value}").hex()

    async def saying(
        self,
        connection: AsyncConnection[Any],
        table: str,
        keyed: Callable[[str], bytes],
        tables: Condition,
        **values: str | Sequence[str] | None,
    ) -> Condition:
        """Return the condition that rows have these values, sealed or not; None matches any value.

        Of several values of a column, rows have one.

        `table` is the name of the rows in the statement, `tables` what that begins with, and the first field
        the one that an index begins with. Sealed rows have few of the values; for the others the order of an
        index is kept. Its parameters are named after `table`, so that one statement asks several tables.
        """
        clear = {
            name: [value] if isinstance(value, str) else [*value] for name, value in values.items() if value
        }
        hashes = {
            f"{name}_hash": [self._term(keyed, name, each) for each in several]
            for name, several in clear.items()
        }
        conditions = [_equal(table, {name: name for name in clear}, clear)]
        first = next(iter(values))
        if first not in clear or await self._anywhere(connection, tables, first, hashes[f"{first}_hash"]):
            conditions.append(_equal(table, {name: f"{name}_hash" for name in clear}, clear))
        parameters = {
            f"{table}_{name}": one[0] if len(one) == 1 else one for name, one in (clear | hashes).items()
        }
        return Condition(SQL("({})").format(SQL(" OR ").join(conditions)), parameters)

    async def _anywhere(
        self, connection: AsyncConnection[Any], tables: Condition, column: str, terms: list[str]
    ) -> bool:
        for table in (self.table, *self.beside):
            there = SQL("{}SELECT FROM {} WHERE {} = ANY (%(terms)s) AND sealed IS NOT NULL LIMIT 1").format(
                tables.sql, Identifier(table), Identifier(column)
            )
            if (await connection.execute(there, {**tables.parameters, "terms": terms})).rowcount:
                return True
        return False

    def _changed(self, row: R, values: Mapping[str, object]) -> R:
        changed: R = _reader(self.row).validate_python({**_values(row), **values})
        return changed


def _numbered(row: R, number: int) -> R:
    whole: Any = row
    numbered: R = replace(whole, number=number)
    return numbered


def told_of(rows: Iterable[Resting]) -> dict[UUID, set[Category]]:
    """Return the categories of personal data that rows reveal, by child."""
    categories: defaultdict[UUID, set[Category]] = defaultdict(set)
    for row in rows:
        categories[row.child].update(map(Category, row.rests_on))
    return categories


def _equal(table: str, named: Mapping[str, str], values: Mapping[str, Sequence[str]]) -> Composed:
    """Return the condition that columns equal these parameters, of which several are alternatives.

    A single one is compared by itself, so that an index keeps its order.
    """
    equal, one_of = SQL("{}.{} = {}"), SQL("{}.{} = ANY ({})")
    each = [
        (equal if len(values[name]) == 1 else one_of).format(
            Identifier(table), Identifier(name), Placeholder(f"{table}_{of}")
        )
        for name, of in named.items()
    ]
    return SQL(" AND ").join([SQL("true"), *each])


def _sealed_wholly(row: Resting) -> list[Category]:
    return sorted(WHOLLY_SEALED.intersection(map(Category, row.rests_on)))


def _values(row: Any) -> dict[str, object]:  # noqa: ANN401 - a protocol cannot require a dataclass
    return {spec.name: getattr(row, spec.name) for spec in fields(row)}


@cache
def _reader(row: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - the class of any row
    return TypeAdapter(row)
