"""The process that reads one file, within limits; `apart` starts it and receives its answer.

Its standard input is the request, in one line of JSON, and then the file's bytes. Its standard output is
lines of JSON: each row of a sheet as its cells, then the sheet's `title`, `merged` ranges and attachments
(`attached`); in the end `says_whose`, whether such a file names its institution, or `why` it cannot be read.
A cell without a form in JSON is an object of one member: a `day`, a `moment`, a number `counted` from a day,
or an `unusable` cell.
"""

import os
import sys
from datetime import date, datetime
from typing import Any, Final

import orjson

from api.child_process import confine
from api.imports.cells.raw import Counted, Unusable
from api.imports.reading.kinds import DeclaredKind, read_sheets
from api.imports.reading.unreadable import UnreadableFileError

NO_MEMORY: Final = 3
"""Exit code of the process if its memory does not suffice."""
_NICENESS: Final = 5
"""Requests have priority."""
_PLAINLY: Final = (
    orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_APPEND_NEWLINE
)


def main() -> None:
    """Read the standard input, and exit."""
    wanted = orjson.loads(sys.stdin.buffer.readline())
    confine(memory=wanted["memory"], seconds=wanted["seconds"], niceness=_NICENESS)
    try:
        _answer(wanted)
    except MemoryError:
        os._exit(NO_MEMORY)


def _answer(wanted: dict[str, Any]) -> None:
    out = sys.stdout.buffer
    declared = None if wanted["declared"] is None else DeclaredKind(wanted["declared"])
    try:
        sheets, says_whose = read_sheets(sys.stdin.buffer.read(), wanted["name"], declared, wanted["charset"])
    except UnreadableFileError as error:
        out.write(orjson.dumps({"why": [error.why.zh, error.why.en]}, option=_PLAINLY))
        return
    for sheet in sheets:
        for row in sheet.rows:
            out.write(orjson.dumps(row, default=_special, option=_PLAINLY))
        merged = [(each.top, each.left, each.bottom, each.right) for each in sheet.merged]
        attached = [(each.row, each.column, each.words, each.fault.name) for each in sheet.attached]
        out.write(
            orjson.dumps({"title": sheet.title, "merged": merged, "attached": attached}, option=_PLAINLY)
        )
    out.write(orjson.dumps({"says_whose": says_whose}, option=_PLAINLY))


def _special(cell: object) -> dict[str, Any]:
    """Return the object for a cell without a form in JSON."""
    match cell:
        case datetime():
            return {"moment": cell.isoformat()}
        case date():
            return {"day": cell.isoformat()}
        case Counted():
            return {"counted": [float(cell), cell.since.isoformat()]}
        case Unusable():
            return {"unusable": [cell.written, cell.fault.name]}
    raise TypeError


if __name__ == "__main__":
    main()
