"""What is due and overdue on a day, across files: by rule and child, with what started the clock."""

from collections.abc import Iterator

from domain.file import File
from domain.obligations import clocks
from domain.when import FIRST_DAY
from projections.model import Reading, ReadModel, Row


def rows(file: File, reading: Reading) -> Iterator[Row]:
    """One row a clock; how it stands on a day follows from its days alone."""
    for clock in clocks(file, reading.rulebook):
        met = clock.met_by
        yield (
            clock.rule,
            clock.opened_on,
            None if clock.due.first == clock.due.last else clock.due.first or FIRST_DAY,
            clock.due.last,
            [entry.entry_id for entry in clock.started_by],
            None if met is None else met.days.last,
            met is not None and met.days.earliest > clock.due.last,
            None if met is None else met.entry_id,
            clock.void_on,
            None if clock.void_because is None else clock.void_because.zh,
            None if clock.void_because is None else clock.void_because.en,
            None if clock.number is None else clock.number.source,
            None if clock.number is None else clock.number.region,
            clock.number is not None and clock.number.verified,
        )


OBLIGATIONS = ReadModel(
    name="obligations",
    version=1,
    columns=(
        "rule",
        "opened_on",
        "due_first",
        "due_on",
        "started_by",
        "met_on",
        "met_late",
        "met_by",
        "void_on",
        "void_zh",
        "void_en",
        "source",
        "region",
        "verified",
    ),
    rows=rows,
)
