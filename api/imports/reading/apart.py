"""Reading a file in a separate process, so that no file harms or starves the service.

The process receives the file's bytes and nothing else: no settings, no connection, no file to write to.
"""

import asyncio
import hashlib
import os
import subprocess
from collections.abc import Hashable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, Final, cast

import orjson
import structlog

from api.child_process import command_of, surroundings
from api.fair_lock import FairLock
from api.imports.cells.raw import Counted, Raw, Unusable
from api.imports.faults import Fault
from api.imports.reading import child
from api.imports.reading.kinds import DeclaredKind
from api.imports.reading.unreadable import NOT_THERE, TOO_COSTLY, UnreadableFileError, damaged, too_large
from api.imports.reading.workbook import Attached, Merged, Sheet, Workbook
from api.settings import Settings
from domain.label import Label

PATIENCE: Final = 3
"""A process's time limit, as a multiple of its CPU time, since other processes run meanwhile."""
LONGEST_ANSWER: Final = 512 * 1024 * 1024
"""Bytes of a process's answer; everything that a `Collector` accepts fits in."""
_REPEATED: Final = 100_000
"""Texts cached so as to be stored once; a register repeats itself."""
COMMAND: Final = command_of(child.__name__)
"""Starts a process, in this interpreter in isolated mode."""
_PART: Final = 256 * 1024

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Source:
    """The source to read: its bytes in parts, its name, and its declared kind.

    A text has the named charset, if there is one.
    """

    parts: Iterable[bytes]
    name: str
    declared: DeclaredKind | None = None
    charset: str | None = None


class Apart:
    """Reads one file at a time, each in a separate process; waiting groups take turns."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._turns = FairLock()

    async def read(self, source: Source, group: Hashable = None) -> Workbook:
        """Read a file for a group. Raises UnreadableFileError."""
        async with self._turns.of(group):
            process = begun()
            try:
                async with asyncio.timeout(PATIENCE * self._settings.import_seconds):
                    return await asyncio.to_thread(self._exchange, process, source)
            except TimeoutError:
                log.warning("file not read in time")
                raise UnreadableFileError(TOO_COSTLY) from None
            finally:
                process.kill()

    async def read_file(self, path: Path) -> Workbook:
        """Read a file on disk, by its content. Raises UnreadableFileError."""
        try:
            with path.open("rb") as file:
                most = self._settings.import_bytes
                if os.fstat(file.fileno()).st_size > most:
                    raise too_large(most)
                return await self.read(Source(iter(lambda: file.read(_PART), b""), path.name))
        except OSError as error:
            raise UnreadableFileError(NOT_THERE) from error

    def _exchange(self, process: subprocess.Popen[bytes], source: Source) -> Workbook:
        """Send a process its file, and receive its answer; runs in a thread."""
        wanted = {
            "memory": self._settings.import_memory,
            "seconds": self._settings.import_seconds,
            "name": source.name,
            "declared": source.declared and source.declared.value,
            "charset": source.charset,
        }
        digest, size = hashlib.sha256(), 0
        with process:
            to_child, from_child = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
            # The answer shows why the process ended, or there is none.
            with suppress(BrokenPipeError):
                to_child.write(orjson.dumps(wanted, option=orjson.OPT_APPEND_NEWLINE))
                for part in source.parts:
                    digest.update(part)
                    size += len(part)
                    to_child.write(part)
            with suppress(BrokenPipeError):
                to_child.close()
            answer = _heard(from_child)
            code = process.wait()
        if answer is None:
            raise UnreadableFileError(TOO_COSTLY) if code < 0 or code == child.NO_MEMORY else damaged()
        sheets, says_whose = answer
        return Workbook(source.name, digest.hexdigest(), size, sheets, says_whose)


def begun() -> subprocess.Popen[bytes]:
    """Start a reading process; signals of a terminal go to the parent only."""
    return subprocess.Popen(  # noqa: S603 - the service's module in this interpreter
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=surroundings(),
        cwd="/",
        start_new_session=True,
    )


def _heard(answer: IO[bytes]) -> tuple[list[Sheet], bool] | None:
    """Return the sheets in a process's answer; None if the answer is incomplete."""
    sheets: list[Sheet] = []
    rows: list[tuple[Raw, ...]] = []
    texts: dict[str, str] = {}
    for line in _lines(answer):
        part = orjson.loads(line)
        if isinstance(part, list):
            rows.append(tuple(_cells(part, texts)))
        elif "title" in part:
            merged = tuple(Merged(*each) for each in part["merged"])
            attached = tuple(
                Attached(row, column, words, Fault[fault]) for row, column, words, fault in part["attached"]
            )
            sheets.append(Sheet(len(sheets), part["title"], rows, merged, attached))
            rows = []
        elif "why" in part:
            raise UnreadableFileError(Label(*part["why"]))
        else:
            return sheets, bool(part["says_whose"])
    return None


def _lines(answer: IO[bytes]) -> Iterator[bytes]:
    heard = 0
    for line in answer:
        heard += len(line)
        if heard > LONGEST_ANSWER:
            raise UnreadableFileError(TOO_COSTLY)
        if line.endswith(b"\n"):
            yield line


def _cells(row: list[Any], texts: dict[str, str]) -> Iterator[Raw]:
    for cell in row:
        if isinstance(cell, str):
            yield texts.setdefault(cell, cell) if len(texts) < _REPEATED else texts.get(cell, cell)
        else:
            yield _special(cell) if isinstance(cell, dict) else cell


def _special(cell: dict[str, Any]) -> Raw:
    ((kind, content),) = cell.items()
    match kind:
        case "day":
            return date.fromisoformat(content)
        case "moment":
            return datetime.fromisoformat(content)
        case "counted":
            return Counted(content[0], date.fromisoformat(content[1]))
        case _:
            return Unusable(content[0], Fault[content[1]])
