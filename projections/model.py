"""What a read model is: a table whose rows are a pure function of one file."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Protocol, TypeAlias
from uuid import UUID

from domain.event import Category
from domain.file import File
from domain.rulebook import Rulebook

Row: TypeAlias = tuple[Any, ...]


class Seal(Protocol):
    """How a read model keeps what is personal: sealed values and keyed search terms, never clear text."""

    def seal(self, subject: UUID, category: Category, value: str) -> bytes:
        """The value, sealed under its subject's key."""
        ...

    def term(self, text: str) -> bytes:
        """A search term as a keyed hash, which says nothing without the key."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What rows are read with: the rulebook that counts for the file, and the seal."""

    rulebook: Rulebook
    seal: Seal


@dataclass(frozen=True, slots=True)
class ReadModel:
    """One table: its name, its columns behind `child`, and the rows that one file has in it.

    The table stands in `<name>.sql`. `version` is raised when `rows` answers otherwise for the same entries.
    """

    name: str
    version: int
    columns: Sequence[str]
    rows: Callable[[File, Reading], Iterable[Row]]

    @property
    def table(self) -> str:
        """The statements that make the table anew, relative to the ledger's schema."""
        text = (files("projections") / f"{self.name}.sql").read_text("utf-8")
        grant = f'GRANT SELECT, INSERT, DELETE ON {self.name} TO :"reader";'
        return f"DROP TABLE IF EXISTS {self.name};\n{text}\n{grant}\n"
