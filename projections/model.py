"""What a read model is: a table whose rows are a pure function of one file."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any, Generic, TypeVar
from uuid import UUID

from domain.file import File
from domain.rulebook import Rulebook
from ledger.sealing.cipher import Seal
from ledger.store import queries

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class RowContext:
    """What a child's file is read with: the rulebook that counts for it, and a seal that has its keys."""

    child: UUID
    rulebook: Rulebook
    seal: Seal


def _as_it_is(row: R, _: Seal) -> R:
    return row


@dataclass(frozen=True, slots=True)
class ReadModel(Generic[R]):
    """One table: its name, the dataclass of its rows, and the rows that one file has in it.

    The fields of `row` are the table's columns, `child` among them. The table itself stands in
    `<name>.sql`, under the name `table`, with the questions that are asked of it.
    `opened` makes of a row what it says with all that is sealed in it opened, for no two seals are alike.
    """

    name: str
    row: type[R]
    rows: Callable[[File, RowContext], Iterable[R]]
    opened: Callable[[R, Seal], R | None] = _as_it_is

    @property
    def columns(self) -> tuple[str, ...]:
        """The table's columns."""
        # A type variable says nothing of being a dataclass.
        whole: Any = self.row
        return tuple(spec.name for spec in fields(whole))

    @property
    def table(self) -> str:
        """The statements that make the table and its indexes, relative to the schema they are to stand in."""
        return queries.load("projections", f"{self.name}.sql")["table"].decode()
