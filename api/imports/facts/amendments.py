"""The register of corrections: each of its rows corrects one value of another row."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from api.folding import folded
from api.imports.accounting import Account, CellOutcome
from api.imports.faults import Fault
from api.imports.layout import Cell, Column, Layout, Place, Row, same
from api.imports.layouts import LAYOUTS
from api.imports.layouts.corrections import AFTER, BASIS, BEFORE, CLERK, CORRECTIONS, ITEM, NOTED
from domain.when import Days

NO_BASIS: Final = "更正登记未写明依据"


@dataclass(slots=True)
class Amendment:
    """One row of corrections: the value and the row that it corrects, and its explanation.

    `cells` are those that an entry is made of. `counts` is set once it was.
    """

    correction: Row
    row: Row
    column: str
    before: Cell
    after: Cell
    cells: list[Place]
    counts: bool = False

    @property
    def explanation(self) -> str:
        """The basis of the correction."""
        return str(self.correction.value(BASIS) or NO_BASIS)

    @property
    def noted_on(self) -> date | None:
        """The day of the note."""
        days = self.correction.value(NOTED)
        return days.last if isinstance(days, Days) else None

    @property
    def noted_by(self) -> str | None:
        """The author of the note."""
        clerk = self.correction.value(CLERK)
        return None if clerk is None else str(clerk)


@dataclass(frozen=True, slots=True)
class _Change:
    """A row of corrections, read as values of the column that it corrects."""

    correction: Row
    before: Cell | None
    after: Cell


def amendments_of(
    sources: list[Row], corrections: list[Row], today: date, account: Account
) -> list[Amendment]:
    """Match each correction to the value that it corrects, in the order of their notes.

    Corrections of one value form a chain, each beginning with the result of the one before. The sheet shows
    the beginning of the chain or a result within it; in the latter case the value is reset to the beginning.
    A correction of a value that is nowhere is set aside.
    """
    amendments: list[Amendment] = []
    items: dict[str, list[Row]] = defaultdict(list)
    for correction in sorted(corrections, key=_noted):
        item = correction.cells.get(ITEM)
        items[folded(item.written) if item is not None else ""].append(correction)
    for wanted, of_item in items.items():
        named = list(_named(wanted))
        waiting = of_item
        for layout, column in named:
            changes = [change for change in (_change(each, column, today) for each in waiting) if change]
            rows = [
                each for each in sources if each.layout is layout and each.value(column.heading) is not None
            ]
            for row in rows:
                chain = _chain(row, column, changes, alone=len(rows) == 1)
                amendments.extend(_amend(row, column, chain, account))
                changes = [change for change in changes if change not in chain]
            waiting = [each for each in waiting if all(each is not done.correction for done in amendments)]
        for correction in waiting:
            after = correction.cells.get(AFTER)
            if any(cell is not None and cell.fault for cell in (after, correction.cells.get(BEFORE))):
                continue
            correction.refuse(ITEM, Fault.NO_SUCH_VALUE if named else Fault.UNKNOWN_ITEM)
    return amendments


def _noted(correction: Row) -> date:
    cell = correction.cells.get(NOTED)
    if cell is not None and isinstance(cell.value, Days) and not cell.value.exact:
        correction.refuse(NOTED, Fault.NO_SINGLE_DAY)
    return cell.value.last if cell is not None and isinstance(cell.value, Days) else date.max


def _named(item: str) -> Iterator[tuple[Layout, Column]]:
    """Yield the sheets' columns that an item names, the roster's first."""
    for layout in LAYOUTS:
        for column in layout.columns:
            names = {folded(name) for name in (column.heading, *column.others)}
            if layout is not CORRECTIONS and column.serves is None and item in names:
                yield layout, column


def _change(correction: Row, column: Column, today: date) -> _Change | None:
    after = correction.cells.get(AFTER)
    if after is None:
        return None
    after = column.cell(after.place, after.heading, after.raw, today)
    if after.fault is not None:
        correction.refuse(AFTER, after.fault)
        return None
    before = correction.cells.get(BEFORE)
    if before is None:
        return _Change(correction, None, after)
    before = column.cell(before.place, before.heading, before.raw, today)
    if before.fault is not None:
        correction.refuse(BEFORE, before.fault)
        return None
    return _Change(correction, before, after)


def _chain(row: Row, column: Column, changes: list[_Change], *, alone: bool) -> list[_Change]:
    """Return the chain of changes of which one begins with or results in the row's value.

    A change that does not state its beginning begins with the row's value, if that is `alone`.
    """
    shown = row.cells.get(column.heading)
    if shown is None or shown.fault is not None:
        return []
    for start, change in enumerate(changes):
        chain = [change]
        for following in changes[start + 1 :]:
            if following.before is None or same(chain[-1].after, following.before):
                chain.append(following)
        begins = alone if change.before is None else same(shown, change.before)
        if begins or any(same(shown, each.after) for each in chain):
            return chain
    return []


def _amend(row: Row, column: Column, chain: list[_Change], account: Account) -> Iterator[Amendment]:
    shown = row.cells.get(column.heading)
    for number, change in enumerate(chain):
        before = change.before or shown
        if shown is None or before is None:
            return
        correction = change.correction
        cells = [
            cell.place
            for heading in (NOTED, AFTER, BASIS, CLERK)
            if (cell := correction.cells.get(heading)) is not None and cell.fault is None
        ]
        if same(shown, change.after):
            cells.append(shown.place)
        if change.before is not None:
            account.settle(change.before.place, CellOutcome.ALREADY)
        begins = number == 0 and same(shown, before)
        yield Amendment(
            correction, row, column.heading, shown if begins else replace(before), change.after, cells
        )
