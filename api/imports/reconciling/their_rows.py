"""The rows of another department's file: what each says, as far as it can be read, with its place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from api.imports.cells.marks import NOTHING
from api.imports.cells.raw import Raw, as_written, clean, is_blank
from api.imports.faults import Fault
from api.imports.reading.unreadable import UnreadableFileError
from api.imports.reading.workbook import Sheet, Workbook
from api.imports.recognition.matching import is_named
from api.imports.reconciling.their_columns import CERTIFICATE, THEIR_COLUMNS
from domain.citizen_id import flaw, written
from domain.event import Unknown
from domain.label import Label
from domain.limit import Area, limit
from domain.when import Days

MOST_ROWS: Final = limit(
    5_000,
    Area.IMPORTS,
    Label("一次比对的对方文件的行数", "Rows of a file of others that is compared"),
    why=Label("所涉档案在同一次请求中逐份读出比对", "The files of its children are read within one request"),
    beyond="malformed",
)
MOST_TRIES: Final = 30
"""Rows of a sheet that are examined as headings."""
_KEYS: Final = ("citizen_id", "name")
NOBODY_NAMED: Final = Label(
    "没有一行可以读作儿童名单；请检查表头（如 身份证号、姓名）是否还在。",
    "No row can be read as one of a list of children: look whether the headings (such as 身份证号 or 姓名)"
    " are still there.",
)
_TOO_MANY: Final = Label(
    f"超过 {MOST_ROWS:,} 行；请只留下本机构儿童的行。不要分成几个文件：各文件里没有的儿童都会算作对方没有。",
    f"More than {MOST_ROWS:,} rows: keep those of the institution's children alone. Make not several files of"
    " it, for whoever is not in one of them would count as not listed there.",
)
MALFORMED_ID: Final = "malformed_id"
NO_IDENTITY: Final = "no_identity"


@dataclass(frozen=True, slots=True)
class Unread:
    """A cell that could not be read: its column, the text as written, and why."""

    column: str
    value: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class TheirRow:
    """One row: its sheet and its number from 1, every filled cell as `written`, and what it says by item.

    A value is a code, a text, or a day as in 2019-03-05. `unread` are cells of items that could not be read;
    `why` says why the row tells of nobody in particular, None if it does.
    """

    sheet: str
    row: int
    written: Mapping[str, str]
    values: Mapping[str, str]
    unread: tuple[Unread, ...] = ()
    why: str | None = None

    @property
    def row_of(self) -> tuple[str, int]:
        """The place of the row in the file."""
        return self.sheet, self.row


@dataclass(frozen=True, slots=True)
class TheirFile:
    """The rows of a file, and the columns and sheets in which no item was recognised."""

    rows: list[TheirRow] = field(default_factory=list)
    columns_left: list[tuple[str, str]] = field(default_factory=list)
    sheets_left: list[str] = field(default_factory=list)


def their_rows(workbook: Workbook, items: Sequence[str]) -> TheirFile:
    """Read a file for these items of `compared_item`.

    Raises UnreadableFileError if no table of it names children, or if it has too many rows.
    """
    read = TheirFile()
    for sheet in workbook.sheets:
        headings = next(_headings(sheet), None)
        if headings is None:
            read.sheets_left.append(sheet.title)
            continue
        number, columns = headings
        texts = {place: clean(raw) for place, raw in enumerate(sheet.rows[number - 1]) if not is_blank(raw)}
        wanted = {place: item for place, item in columns.items() if item in items}
        read.columns_left.extend((sheet.title, text) for place, text in texts.items() if place not in wanted)
        for below, row in enumerate(sheet.rows[number:], number + 1):
            if all(map(is_blank, row)):
                continue
            read.rows.append(_row(sheet.title, below, row, texts, wanted))
            if len(read.rows) > MOST_ROWS:
                raise UnreadableFileError(_TOO_MANY)
    if not read.rows:
        raise UnreadableFileError(NOBODY_NAMED)
    return read


def _headings(sheet: Sheet) -> Iterator[tuple[int, dict[int, str]]]:
    """Yield the row of the headings, from 1, with the item of each column; one that is there twice has none.

    One of them is a citizen id, or the number of a certificate where there is none, or a name beside other
    items.
    """
    for number, row in enumerate(sheet.rows[:MOST_TRIES], 1):
        texts = {place: raw for place, raw in enumerate(row) if isinstance(raw, str)}
        named = {
            place: item
            for place, text in texts.items()
            for item, column in THEIR_COLUMNS.items()
            if is_named(text, column)
        }
        if "citizen_id" not in named.values():
            named |= {place: "citizen_id" for place, text in texts.items() if is_named(text, CERTIFICATE)}
        once = {place: item for place, item in named.items() if list(named.values()).count(item) == 1}
        keys = {*once.values()} & {*_KEYS}
        if "citizen_id" in keys or (keys and len(named) > 1):
            yield number, once


def _row(
    sheet: str, number: int, row: Sequence[Raw], texts: Mapping[int, str], columns: Mapping[int, str]
) -> TheirRow:
    as_they_wrote = {
        texts.get(place, f"({place + 1})"): as_written(raw)
        for place, raw in enumerate(row)
        if not is_blank(raw)
    }
    values: dict[str, str] = {}
    unread: list[Unread] = []
    id_unread = False
    for place, item in columns.items():
        raw = row[place] if place < len(row) else ""
        if is_blank(raw):
            continue
        column = CERTIFICATE if is_named(texts[place], CERTIFICATE) else THEIR_COLUMNS[item]
        read = column.plain_value(raw)
        if isinstance(read, Days):
            read = read.last.isoformat() if read.exact else Fault.NO_SINGLE_DAY
        if isinstance(read, Fault):
            unread.append(Unread(texts[place], as_written(raw), read))
            id_unread = id_unread or item == "citizen_id"
        elif read is not NOTHING and not isinstance(read, Unknown):
            values[item] = written(read) if item == "citizen_id" else str(read)
    return TheirRow(sheet, number, as_they_wrote, values, tuple(unread), _why(values, id_unread=id_unread))


def _why(values: Mapping[str, str], *, id_unread: bool) -> str | None:
    """Return why a row tells of nobody in particular; None if it does."""
    number = values.get("citizen_id")
    if id_unread or (number is not None and flaw(number) is not None):
        return MALFORMED_ID
    told = number is not None or {"name", "sex", "birth"} <= values.keys()
    return None if told else NO_IDENTITY
