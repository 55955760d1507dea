"""Rows that rest on what is sealed wholly: what they say is sealed in them, and stands nowhere in clear.

Such a row keeps its days, which are those of entries. What it says is sealed under the child's key of each
such category that it rests on, so it goes when a key goes; it is looked for by keyed hashes.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
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

_PER_GROUP: Final = 2**23
"""Rows of one file that may rest on the same categories: of 7 categories all numbers are integers of SQL."""
_BLOCK: Final = 2048
"""Bytes of what a row says, filled up: rules have words of different lengths, which would tell them apart."""


class Resting(Protocol):
    """A row with what it rests on; in `sealed` is what it says where that is sealed wholly."""

    @property
    def child(self) -> UUID:
        """The file it is of."""

    @property
    def rests_on(self) -> list[str]:
        """The categories of personal data of which it tells."""

    @property
    def sealed(self) -> bytes | None:
        """What it says."""


R = TypeVar("R", bound=Resting)


def listed(categories: Iterable[Category]) -> list[str]:
    """Return categories as a row has them."""
    return sorted(map(str, categories))


def numbers(rows: Iterable[Sequence[str]]) -> Iterator[int]:
    """Number the rows of one file, of which this is what they rest on, apart for each set of categories.

    So the numbers of what somebody may see tell nothing of the rest.
    """
    places = {str(category): 1 << place for place, category in enumerate(Category)}
    counted: Counter[int] = Counter()
    for rests_on in rows:
        group = sum(map(places.__getitem__, rests_on))
        yield group * _PER_GROUP + counted[group]
        counted[group] += 1


@dataclass(frozen=True, slots=True)
class Withholding(Generic[R]):
    """How the rows of one table withhold what they say.

    `terms` are the columns in which a keyed hash of the value stands, `blank` what stands in each other one
    that is sealed, as the markers of the row say.
    """

    table: str
    row: type[R]
    terms: tuple[str, ...] = field(init=False)
    blank: Mapping[str, object] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "terms", tuple(marked(self.row, Hashed)))
        object.__setattr__(self, "blank", {name: own.value for name, own in marked(self.row, Blank).items()})

    def rows(self, rows: Iterable[R], seal: Seal) -> Iterator[R]:
        """Yield rows as they are stored, but for those of which a key is gone under which to seal them."""
        return (stored for row in rows if (stored := self._stored(row, seal)) is not None)

    def _stored(self, row: R, seal: Seal) -> R | None:
        categories = _sealed_wholly(row)
        if not categories:
            return row
        if not all(seal.holds(row.child, category) for category in categories):
            return None
        said = {name: getattr(row, name) for name in (*self.terms, *self.blank)}
        text, sealed = padded(orjson.dumps(said), _BLOCK).decode(), b""
        for category in categories:
            sealed = seal.seal(row.child, category, text, self.table)
            text = sealed.hex()
        hashes = {name: self._term(seal.term, name, getattr(row, name)) for name in self.terms}
        return self._changed(row, {**self.blank, **hashes, "sealed": sealed})

    def opened(self, row: R, seal: Seal) -> R | None:
        """Return a stored row as it was; None where a key is gone under which it was sealed."""
        if row.sealed is None:
            return row
        text = row.sealed.hex()
        for category in reversed(_sealed_wholly(row)):
            opened = seal.open(row.child, category, bytes.fromhex(text), self.table)
            if opened is None:
                return None
            text = opened
        return self._changed(row, {**orjson.loads(text), "sealed": None})

    def _term(self, keyed: Callable[[str], bytes], column: str, value: str) -> str:
        """Return what stands in a field of a row that is sealed."""
        return keyed(f"{self.table} {column} {value}").hex()

    async def saying(
        self,
        connection: AsyncConnection[Any],
        table: str,
        keyed: Callable[[str], bytes],
        **said: str | None,
    ) -> Condition:
        """Return the condition of the rows that say so in these fields, sealed or not, where it is not None.

        `table` is what the rows are called in the statement, and the first field the one that an index begins
        with. Few values stand in sealed rows too: for the others the order of an index is kept.
        """
        clear = {name: value for name, value in said.items() if value is not None}
        hashes = {f"{name}_hash": self._term(keyed, name, value) for name, value in clear.items()}
        conditions = [_equal(table, {name: name for name in clear})]
        first = next(iter(said))
        if first not in clear or await self._anywhere(connection, first, hashes[f"{first}_hash"]):
            conditions.append(_equal(table, {name: f"{name}_hash" for name in clear}))
        return Condition(SQL("({})").format(SQL(" OR ").join(conditions)), clear | hashes)

    async def _anywhere(self, connection: AsyncConnection[Any], column: str, term: str) -> bool:
        there = SQL("SELECT FROM {} WHERE {} = %s LIMIT 1").format(Identifier(self.table), Identifier(column))
        return bool((await connection.execute(there, [term])).rowcount)

    def _changed(self, row: R, values: Mapping[str, object]) -> R:
        changed: R = _reader(self.row).validate_python({**_values(row), **values})
        return changed


def told_of(rows: Iterable[Resting]) -> dict[UUID, set[Category]]:
    """Return of which children rows tell what is personal, by category."""
    found: defaultdict[UUID, set[Category]] = defaultdict(set)
    for row in rows:
        found[row.child].update(map(Category, row.rests_on))
    return found


def _equal(table: str, named: Mapping[str, str]) -> Composed:
    """The condition that columns have the values of these parameters."""
    equal = SQL("{}.{} = {}")
    each = [equal.format(Identifier(table), Identifier(name), Placeholder(of)) for name, of in named.items()]
    return SQL(" AND ").join([SQL("true"), *each])


def _sealed_wholly(row: Resting) -> list[Category]:
    return sorted(WHOLLY_SEALED.intersection(map(Category, row.rests_on)))


def _values(row: Any) -> dict[str, object]:  # noqa: ANN401 - a protocol says nothing of being a dataclass
    return {spec.name: getattr(row, spec.name) for spec in fields(row)}


@cache
def _reader(row: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - the class of any row
    return TypeAdapter(row)
