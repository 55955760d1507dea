"""The rows of design 9, in its order."""

from typing import Final

from tests.bench import (
    appends,
    crowds,
    growth,
    imports,
    lists,
    log_rows,
    over_http,
    pages,
    paper_rows,
    peers,
    processes,
    read_models,
    reading,
)
from tests.bench.contest import Row

_EVERY: Final = (
    *appends.ROWS,
    *processes.ROWS,
    *imports.ROWS,
    *over_http.ROWS,
    *crowds.ROWS,
    *read_models.ROWS,
    *reading.ROWS,
    *growth.ROWS,
    *lists.ROWS,
    *pages.ROWS,
    *log_rows.ROWS,
    *paper_rows.ROWS,
)
_ORDER: Final = ("append-32", "append-insert", "append-1", "append-processes", "bulk")
ROWS: Final = (
    *(row for name in _ORDER for row in _EVERY if row.name == name),
    *(row for row in _EVERY if row.name not in _ORDER),
)


def chosen(names: tuple[str, ...]) -> list[Row]:
    """Return the rows whose names begin with one of these; by default all but those against peers."""
    return [row for row in (*ROWS, *peers.ROWS) if row.name.startswith(names)] if names else [*ROWS]
