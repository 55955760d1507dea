"""The lines of an import's report."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass, replace
from heapq import merge
from itertools import chain
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import orjson

from api.spool import Spool

HELD: Final = 50_000
"""Lines that are held in memory where the others wait on disk, of some 300 bytes each."""
_KEY_BYTES: Final = 32
_PART: Final = 16 * 1024
"""Bytes that are read at a time of each of many files."""


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One reported value or row: its place, its text as written, and the code of the reason.

    `other` is the place that states it differently, `place` the column's from 0, `child` the file that it is
    about, if there is one.
    """

    sheet: str
    row: int
    column: str
    value: str
    code: str
    other: str | None = None
    place: int = 0
    child: UUID | None = None

    def json(self) -> dict[str, Any]:
        """Return the line in the form of the contract."""
        shown = {name: getattr(self, name) for name in ("sheet", "row", "column", "value", "code")}
        return shown | ({"other": self.other} if self.other else {})


class ReportLines:
    """Lines in the order in which they are told, those of one child together, until they are sorted.

    There may be one for each row that a ledger has. With a `folder` memory does not grow with these: but for
    some of them they wait there, sealed, in files without names.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._apart: list[Spool] = []
        self._held: list[ReportLine] = []
        self._count = 0
        self._key: Callable[[ReportLine], Any] | None = None

    def append(self, line: ReportLine) -> None:
        """Add a line. Raises OSError, as when the disk is full."""
        full = len(self._held) >= HELD and line.child != self._held[-1].child
        if full and self._folder is not None:
            self._apart.append(_spooled(self._folder, self._held))
            self._held = []
        self._held.append(line)
        self._count += 1

    def sort(self, *, key: Callable[[ReportLine], Any]) -> None:
        """Sort them. Raises OSError."""
        for number, spool in enumerate(self._apart):
            with spool:
                assert self._folder is not None  # noqa: S101 - else none is there
                self._apart[number] = _spooled(self._folder, sorted(_lines(spool), key=key))
        self._held.sort(key=key)
        self._key = key

    @property
    def children(self) -> Iterator[set[UUID | None]]:
        """The children that they are about, each once, some at a time."""
        return ({line.child for line in lines} for lines in self._pieces())

    def close(self) -> None:
        """Let go of what waits on disk."""
        for spool in self._apart:
            spool.close()

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[ReportLine]:
        pieces = self._pieces()
        return chain.from_iterable(pieces) if self._key is None else merge(*pieces, key=self._key)

    def _pieces(self) -> Iterator[Iterable[ReportLine]]:
        yield from map(_lines, self._apart)
        yield self._held


def _spooled(folder: Path, lines: Iterable[ReportLine]) -> Spool:
    path = folder / f"{uuid4()}.lines"
    spool = Spool(path, secrets.token_bytes(_KEY_BYTES))
    try:
        path.unlink()
        for line in lines:
            spool.write(orjson.dumps(astuple(line), option=orjson.OPT_APPEND_NEWLINE))
    except BaseException:
        spool.close()
        raise
    return spool


def _lines(spool: Spool) -> Iterator[ReportLine]:
    rest = b""
    for part in spool.parts(_PART):
        *whole, rest = (rest + part).split(b"\n")
        for each in whole:
            line = ReportLine(*orjson.loads(each))
            yield line if line.child is None else replace(line, child=UUID(str(line.child)))
