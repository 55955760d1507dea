"""The facts of a register about one child, as events, with the cells to account for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from api.imports.accounting import Account, CellOutcome
from api.imports.cells.raw import clean
from api.imports.facts.amendments import Amendment, amendments_of
from api.imports.facts.child_rows import rows_of
from api.imports.faults import Fault
from api.imports.layout import Cell, DatedEvent, Maker, Place, Row, RowOf, SetAside
from api.imports.layouts.corrections import AFTER, BASIS, BEFORE, CLERK, CORRECTIONS, NOTED
from api.imports.recognition.register_reading import Register
from domain.event import WHOLLY_SEALED, Event

LONGEST_NOTE = 4000


@dataclass(slots=True)
class RegisterFact:
    """One fact of the register, to become one entry.

    `key` names it in every import of the institution's registers. `rows` state it, and it is made of `cells`,
    by `source`. `note` is the rows' remark and the cells set aside, as written. `states` are the types of
    events that a later register may state differently without either being wrong. `amendments` are its
    corrections from the register of corrections, in order.
    """

    key: str
    dated: DatedEvent
    rows: list[RowOf]
    cells: list[Place]
    source: tuple[Row, Maker]
    note: str | None = None
    states: tuple[type[Event], ...] = ()
    amendments: list["Amended"] = field(default_factory=list)


@dataclass(slots=True)
class Amended:
    """A correction of a fact: the whole event as it should be, with author and day of the note."""

    key: str
    dated: DatedEvent
    rows: list[RowOf]
    cells: list[Place]
    explanation: str
    noted_on: date | None
    noted_by: str | None


@dataclass(slots=True)
class ChildFacts:
    """The facts of the register about one child."""

    file_no: str
    rows: list[RowOf]
    facts: list[RegisterFact]
    asides: list[SetAside]


def facts_of(register: Register, file_no: str, account: Account, names: Iterable[str] = ()) -> ChildFacts:
    """Read one child's rows; the facts are in the order in which they occurred.

    `names` are the child's names in the ledger.
    """
    rows = rows_of(register, file_no, account, names)
    corrections = [row for row in rows if row.layout is CORRECTIONS]
    sources = [row for row in rows if row.layout is not CORRECTIONS]
    amendments = amendments_of(sources, corrections, register.today, account)
    facts: dict[str, tuple[RegisterFact, Row]] = {}
    collected: list[RegisterFact] = []
    for row in sources:
        collected.extend(_tell(row, amendments, facts))
    counted = {id(amendment.correction) for amendment in amendments if amendment.counts}
    for row in corrections:
        _leave(row, (NOTED, BEFORE, AFTER, BASIS, CLERK) if id(row) in counted else ())
    asides = [aside for row in rows for aside in row.asides]
    for aside in asides:
        account.settle(aside.cell.place, CellOutcome.SET_ASIDE)
    collected.sort(key=lambda each: (each.dated.days.last, each.dated.days.earliest))
    return ChildFacts(file_no, list(register.children[file_no]), collected, asides)


def _tell(
    row: Row, amendments: Iterable[Amendment], facts: dict[str, tuple[RegisterFact, Row]]
) -> Iterator[RegisterFact]:
    """Yield the facts of a row; a fact that another sheet states is joined with that."""
    versions = _versions(row, amendments)
    used: set[str] = set()
    made: list[tuple[Maker, RegisterFact]] = []
    for maker in row.layout.makes:
        fact = _made(row, maker)
        if fact is None:
            continue
        used |= row.used
        fact.amendments.extend(_amended(fact, maker, versions))
        other = facts.get(fact.key)
        if maker in row.layout.facts and other is not None:
            _unite(other, fact, row)
            continue
        facts[fact.key] = (fact, row)
        made.append((maker, fact))
    _leave(row, used)
    _annotate(row, [fact for _, fact in made])
    yield from (fact for _, fact in made)


def _made(row: Row, maker: Maker) -> RegisterFact | None:
    """Return the fact that one maker makes of a row, if any cell can be used; `used` are then its columns."""
    dated = row.made(maker)
    cells = [row.cells[column].place for column in sorted(row.used) if row.cells[column].fault is None]
    if dated is None or not cells:
        row.used.clear()
        return None
    sheet = () if maker in row.layout.facts else (row.layout.name, *row.key)
    agreeing = [place for column in row.used for place in row.cells[column].also]
    return RegisterFact(
        key="|".join((row.file_no, *sheet, maker.__name__)),
        dated=dated,
        rows=list(dict.fromkeys([row.places[0], *(each.row_of for each in (*cells, *agreeing))])),
        cells=cells,
        source=(row, maker),
        states=row.layout.states.get(maker, ()),
    )


def _versions(row: Row, amendments: Iterable[Amendment]) -> list[tuple[Amendment, Row]]:
    """Return the row after each correction. The row itself is reset to the values before the first."""
    of_row = [amendment for amendment in amendments if amendment.row is row]
    for amendment in reversed(of_row):
        row.cells[amendment.column] = amendment.before
    current, versions = row.cells, []
    for amendment in of_row:
        current = current | {amendment.column: amendment.after}
        versions.append((amendment, Row(row.layout, row.file_no, row.issued_on, row.places, dict(current))))
    return versions


def _amended(fact: RegisterFact, maker: Maker, versions: list[tuple[Amendment, Row]]) -> Iterator[Amended]:
    """Yield the corrections that change the fact of one maker."""
    dated = fact.dated
    for amendment, version in versions:
        corrected = version.made(maker)
        if corrected is None or corrected == dated:
            continue
        dated = corrected
        amendment.counts = True
        yield Amended(
            key="|".join((fact.key, *amendment.correction.key)),
            dated=corrected,
            rows=[*amendment.correction.places, *fact.rows],
            cells=amendment.cells,
            explanation=amendment.explanation,
            noted_on=amendment.noted_on,
            noted_by=amendment.noted_by,
        )


def _unite(other: tuple[RegisterFact, Row], fact: RegisterFact, row: Row) -> None:
    """Join one fact of two sheets into one entry; if they contradict each other, the second is set aside."""
    first, source = other
    one, two = first.dated.days, fact.dated.days
    if two.earliest <= one.earliest and one.last <= two.last:
        pass
    elif one.earliest <= two.earliest and two.last <= one.last:
        first.dated = DatedEvent(first.dated.event, two)
    else:
        for column in sorted(row.used):
            _set_aside(row, row.cells[column], Fault.CONTRADICTS, source.places[0])
        return
    first.rows.extend(fact.rows)
    first.cells.extend(fact.cells)


def _leave(row: Row, used: Iterable[str]) -> None:
    """Set aside unusable and unused cells, except cells that are only keys."""
    for column, cell in row.cells.items():
        if cell.fault is not None:
            _set_aside(row, cell, cell.fault)
        elif column not in used and column != row.layout.remark and not _ties(row, column):
            _set_aside(row, cell, Fault.NOT_PLACED)


def _ties(row: Row, column: str) -> bool:
    serves = {each.heading: each.serves for each in row.layout.columns}
    return serves.get(column) == "key" or column in row.layout.key


def _set_aside(row: Row, cell: Cell, fault: Fault, other: RowOf | None = None) -> None:
    if all(aside.cell is not cell for aside in row.asides):
        row.asides.append(SetAside(cell, fault, other))


def _annotate(row: Row, facts: list[RegisterFact]) -> None:
    """Keep the remark, and the cells set aside as written, as the note of the row's first fact.

    If the row states a wholly sealed fact, the first of these has the note, which is sealed with it. Nothing
    is cut: what would make the note too long is only in the report.
    """
    remark = row.cells.get(row.layout.remark or "")
    if not facts:
        if remark is not None and remark.fault is None:
            _set_aside(row, remark, Fault.NOT_PLACED)
        return
    first = min(facts, key=lambda each: each.dated.event.seals not in WHOLLY_SEALED)
    words = [f"{aside.cell.heading}写作「{clean(aside.cell.raw)}」" for aside in row.asides]
    if remark is not None and remark.fault is None:
        words.insert(0, str(remark.value))
        first.cells.append(remark.place)
    note = ""
    for each in words:
        longer = f"{note}；{each}" if note else each
        note = longer if len(longer) <= LONGEST_NOTE else note
    first.note = note or None
