"""The type of a read model: a table whose rows are a pure function of one file."""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from domain.event import Kind
from domain.file import File
from domain.joined_files import is_listed
from domain.rulebook import Rulebook
from ledger.sealing.cipher import Seal
from ledger.store import queries

R = TypeVar("R")

STILL: Final = 2**63 - 1
"""The position until which a row is known that still is: behind every other."""
_INDEX: Final = re.compile(r"CREATE INDEX ON \w+( USING \w+)? \((.+?)\)(\s+INCLUDE \(.+?\))?(\s+WHERE .+)?")
_PRIMARY_KEY: Final = re.compile(r"PRIMARY KEY \(([^)]+)\)|(\w+)[^,(]* PRIMARY KEY")


@dataclass(frozen=True, slots=True)
class RowContext:
    """The context in which a file is read: the rulebook that applies, and a seal with its keys.

    `remembered` has what was computed in it before, where the states of one file are read one after another.
    """

    stream: UUID
    rulebook: Rulebook
    seal: Seal
    remembered: dict[Hashable, Any] = field(default_factory=dict, compare=False)


def _as_it_is(row: R, _: Seal) -> R:
    return row


@dataclass(frozen=True, slots=True)
class RowParts(Generic[R]):
    """How the rows of a file fall into parts, so that an entry has only those computed again that it touches.

    `of` returns the parts that keys of `File.changed` bring, whichever of them there were before; `rows` are
    those of one part.
    """

    of: Callable[[Iterable[object]], Iterable[Hashable]]
    rows: Callable[[File, RowContext, Any], Iterable[R]]


@dataclass(frozen=True, slots=True, eq=False)  # each is itself, for they are looked up at every entry
class ReadModel(Generic[R]):
    """One table: its name, the dataclass of its rows, and the function from a file to its rows.

    The fields of `row` are the table's columns, first the file's id. `<name>.sql` beside the row's module
    defines the table under the name `table`, with the queries on it. `opened` returns a row with its sealed
    values opened, since two seals of one value differ. `kind` is that of the streams whose files have rows.
    `parts` speeds up what long files cost; without it, all rows are one part. An `unlisted` one has rows of
    the files that all others leave out. Of the column `shares` it is kept which values two files ever had.
    """

    name: str
    row: type[R]
    rows: Callable[[File, RowContext], Iterable[R]]
    opened: Callable[[R, Seal], R | None] = _as_it_is
    kind: Kind = "child"
    parts: RowParts[R] | None = field(default=None, kw_only=True)
    unlisted: bool = field(default=False, kw_only=True)
    shares: str | None = field(default=None, kw_only=True)

    def rows_of(self, file: File, context: RowContext) -> Iterable[R]:
        """Return the rows of a file: none of one that is joined to another, or was opened by mistake."""
        return self.rows(file, context) if self.has(file) else ()

    def has(self, file: File) -> bool:
        """Whether the read model has rows of a file."""
        return is_listed(file) is not self.unlisted

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the table's columns."""
        # A type variable cannot say that it is a dataclass.
        whole: Any = self.row
        return tuple(spec.name for spec in fields(whole))

    @property
    def key(self) -> str:
        """The name of the column that has the file's id."""
        return self.columns[0]

    @property
    def identity(self) -> tuple[str, ...]:
        """The names of the columns that tell rows apart: the table's primary key."""
        found = _PRIMARY_KEY.search(self.table)
        assert found is not None, f"{self.name}.sql has no primary key"  # noqa: S101 - our own file
        return tuple(each.strip() for each in (found[1] or found[2]).split(","))

    @property
    def known_table(self) -> str:
        """The name of the table that keeps, beside the rows of now, which were known when."""
        return f"{self.name}_known"

    @property
    def shared_table(self) -> str:
        """The name of the table that keeps which values of the column `shares` rows of two files ever had.

        It has all of them, and may have others that two files have no longer, or never had at one position.
        """
        return f"{self.name}_shared"

    @property
    def known_indexes(self) -> Iterator[str]:
        """The statements that make the indexes of `known_table`: those of the table, of what was known when.

        The positions stand before the file's id and what follows it, so that an index steps over what was not
        known, and reads no row of it.
        """
        for statement in queries.split(self.table):
            found = _INDEX.fullmatch(statement)
            if found is None:
                assert not statement.startswith("CREATE INDEX"), statement  # noqa: S101 - none is left out
                continue
            using, columns, include, where = (each or "" for each in found.groups())
            if not using:
                names = columns.split(", ")
                place = names.index(self.key) if self.key in names else len(names)
                columns = ", ".join([*names[:place], "known_until", "known_from", *names[place:]])
            yield f"CREATE INDEX ON {self.known_table}{using} ({columns}){include}{where}"

    @property
    def table(self) -> str:
        """The statements that make the table and its indexes, relative to the schema of the generation."""
        package = self.row.__module__.rpartition(".")[0]
        return queries.load(package, f"{self.name}.sql")["table"].decode()
