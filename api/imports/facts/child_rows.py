"""A child's rows, sheet by sheet; rows with the same key are one row listed twice."""

from collections.abc import Collection, Iterable

from api.folding import folded_name
from api.imports.accounting import Account, CellOutcome
from api.imports.cells.marks import NOTHING
from api.imports.faults import Fault
from api.imports.layout import FILE_NO, NAME, Layout, Row, RowOf, SetAside, same
from api.imports.layouts.outside_rolls import OUTSIDE_ROLLS
from api.imports.layouts.roster import ROSTER
from api.imports.recognition.register_reading import Register
from domain.event import Unknown


def rows_of(register: Register, file_no: str, account: Account, names: Iterable[str] = ()) -> list[Row]:
    """Return the rows of one child, with those listed twice joined, the roster's first.

    If the roster does not name the child, the `names` in the ledger count. Settles the cells that make no
    entry: keys, numbers and dashes, and cells that agree with those of another row.
    """
    rows: dict[tuple[Layout, tuple[str, ...]], Row] = {}
    known = {folded_name(name) for name in names}
    on_roster = False
    for at in register.children[file_no]:
        layout = register.tables[at.table].layout
        if layout is None:
            continue
        row = _read(register, at, layout, file_no, account)
        if layout is ROSTER and not on_roster and (name := _name(row)):
            known, on_roster = {name}, True
        _check_name(row, known)
        first = rows.setdefault((layout, row.key), row)
        if first is not row:
            _join(first, row, account)
    return list(rows.values())


def _read(register: Register, at: RowOf, layout: Layout, file_no: str, account: Account) -> Row:
    row = Row(layout, file_no, register.issued(at.table), places=[at])
    for column, cell in register.cells(at):
        if column is None:
            row.asides.append(SetAside(cell, Fault.UNKNOWN_COLUMN))
        elif cell.value is NOTHING or (column.serves == "other" and cell.fault is None):
            account.settle(cell.place, CellOutcome.OTHER)
        else:
            if column.serves == "key" or column.heading in layout.key:
                account.settle(cell.place, CellOutcome.KEY)
            row.cells[column.heading] = cell
    return row


def _name(row: Row) -> str | None:
    name = row.value(NAME)
    return folded_name(name) if isinstance(name, str) else None


def _check_name(row: Row, names: Collection[str]) -> None:
    """Check the name on another sheet, which ties the row to the child; a different name is set aside."""
    if row.layout in {ROSTER, *OUTSIDE_ROLLS}:
        return
    cell = row.cells.pop(NAME, None)
    if cell is None or isinstance(cell.value, Unknown):
        return
    fault = cell.fault or (None if folded_name(cell.written) in names else Fault.NAME_DIFFERS)
    if fault is not None:
        row.asides.append(SetAside(cell, fault))


def _join(first: Row, again: Row, account: Account) -> None:
    """Join a row that is listed again: equal cells count as recorded, different ones are set aside."""
    first.places.extend(again.places)
    first.asides.extend(again.asides)
    for column, cell in again.cells.items():
        if column == FILE_NO:
            continue
        known = first.cells.get(column)
        if cell.fault is not None:
            first.asides.append(SetAside(cell, cell.fault, first.places[0]))
        elif column == first.layout.remark:
            first.asides.append(SetAside(cell, Fault.LISTED_TWICE, first.places[0]))
        elif known is None:
            first.cells[column] = cell
        elif known.fault is not None:
            first.asides.append(SetAside(known, known.fault, again.places[0]))
            first.cells[column] = cell
        elif same(known, cell):
            known.also.append(cell.place)
            account.settle(cell.place, CellOutcome.ALREADY)
        else:
            first.asides.append(SetAside(cell, Fault.LISTED_TWICE, first.places[0]))
