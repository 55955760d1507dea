"""Whatever is handed in, others are answered meanwhile: what is made of it is bounded, and read apart."""

import asyncio
import re
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given

from api.fair_lock import FairLock
from api.imports import register_import
from api.imports.cells.raw import Unusable, as_written
from api.imports.faults import Fault
from api.imports.reading import apart
from api.imports.reading.apart import Apart, Source
from api.imports.reading.collector import LONGEST_TEXT, MOST_COLUMNS, MOST_ROWS
from api.imports.reading.kinds import read_workbook
from api.imports.reading.parts import MOST_BYTES
from api.imports.reading.unreadable import DAMAGED, TOO_COSTLY, UnreadableFileError
from api.imports.reading.workbook import Sheet, Workbook, letter
from api.settings import Settings
from domain.label import Label
from tests.support.client import Served
from tests.support.exploring import examples
from tests.support.imports_http import hand_in
from tests.support.registers.paper import a_sheet, workbook
from tests.support.registers.written import (
    a_cell,
    archive,
    changed,
    made_bytes,
    only,
    opendocument,
    sheet_xml,
    written,
    written_old,
)
from tests.support.waiting import until

BLANK = written(lambda _book, _sheet: None)


def rows_xml(*cells: str) -> bytes:
    """A workbook with these cells in XML, each in a row of its own."""
    return sheet_xml(BLANK, "".join(f"<row>{cell}</row>" for cell in cells))


def at(address: str) -> str:
    """A filled cell somewhere."""
    return f"<c r='{address}'><v>1</v></c>"


def many_sheets(number: int) -> bytes:
    """A workbook with as many sheets, each of them the same part."""
    book = '<sheet name="表{0}" sheetId="{0}" r:id="rId1"/>'
    names = "".join(book.format(each) for each in range(1, number + 1))
    content = rows_xml(at("A1"))
    return changed(content, "xl/workbook.xml", lambda text: re.sub("<sheet .*?/>", names, text, count=1))


def repeated_text() -> bytes:
    """A small workbook in which one long text stands very often."""
    shared = written(lambda _, sheet: sheet.write_string(0, 0, "王" * LONGEST_TEXT))
    return sheet_xml(shared, ("<row>" + "<c t='s'><v>0</v></c>" * 10 + "</row>") * 100)


BEYOND: dict[str, Callable[[], bytes]] = {
    "the last cell of a sheet": lambda: rows_xml(at("A1"), at("XFD1048576")),
    "the last row of a sheet": lambda: rows_xml(at("A1"), at("A1048576")),
    "the row after the last": lambda: rows_xml(at(f"A{MOST_ROWS + 1}")),
    "the column after the last": lambda: rows_xml(at(f"{letter(MOST_COLUMNS)}1")),
    "a wide and high sheet": lambda: rows_xml(at(f"{letter(MOST_COLUMNS - 1)}1"), at(f"A{MOST_ROWS}")),
    "too many sheets": lambda: many_sheets(300),
    "one text very often": repeated_text,
    "too many merged ranges": lambda: changed(
        rows_xml(at("A1")),
        "xl/worksheets/sheet1.xml",
        lambda text: text.replace(
            "</sheetData>", "</sheetData><mergeCells>" + "<mergeCell ref='A1:B2'/>" * 20_001 + "</mergeCells>"
        ),
    ),
    "an archive that unpacks to more": lambda: archive(
        {"[Content_Types].xml": "", "xl/worksheets/sheet1.xml": bytes(MOST_BYTES + 1)}
    ),
}


@pytest.mark.parametrize("made", BEYOND.values(), ids=list(BEYOND))
def test_more_than_is_taken_is_refused_in_a_sentence_that_says_what_to_do(made: Callable[[], bytes]) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        read_workbook(made(), "台账.xlsx")

    assert "请" in refused.value.why.zh
    assert ":" in refused.value.why.en


def test_the_last_row_and_the_last_column_that_are_taken_are_read() -> None:
    assert len(read_workbook(rows_xml(at(f"A{MOST_ROWS}"))).sheets[0].rows) == MOST_ROWS
    assert len(read_workbook(rows_xml(at(f"{letter(MOST_COLUMNS - 1)}1"))).sheets[0].rows[0]) == MOST_COLUMNS


def test_cells_without_anything_in_them_may_be_anywhere() -> None:
    content = rows_xml(
        at("A1"), "<c r='XFD1048576' s='1'/>", "<c r='XFC1048576' t='inlineStr'><is><t> </t></is></c>"
    )

    assert read_workbook(content).sheets[0].rows == [(1,)]


@pytest.mark.parametrize("length", [LONGEST_TEXT, LONGEST_TEXT + 1])
def test_a_text_that_is_longer_than_a_cell_is_listed_by_its_beginning(length: int) -> None:
    raw = only(rows_xml(f"<c t='inlineStr'><is><t>{'王' * length}</t></is></c>"))

    if length > LONGEST_TEXT:
        assert raw == Unusable("王" * 200 + "…", Fault.TOO_LONG)
    else:
        assert raw == "王" * length


BROKEN: dict[str, bytes] = {
    "elements without end": rows_xml("<x>" * 100_000),
    "entities": changed(
        rows_xml(at("A1")),
        "xl/worksheets/sheet1.xml",
        lambda text: text.replace("<worksheet", '<!DOCTYPE x [<!ENTITY a "a">]><worksheet', 1),
    ),
    "characters of no known set": changed(
        rows_xml(at("A1")), "xl/workbook.xml", lambda text: text.replace('encoding="UTF-8"', 'encoding="X9"')
    ),
    "a cell that stands twice": rows_xml(at("A1"), at("A1")),
    "a text that is not there": rows_xml("<c t='s'><v>7</v></c>"),
    "a cell without a place": rows_xml("<c r='?'><v>1</v></c>"),
    "a cut archive": rows_xml(at("A1"))[:-200],
    "nothing but a beginning": b"PK\x03\x04",
    "an empty archive": archive({"[Content_Types].xml": ""}),
    "a cut old workbook": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=list(BROKEN))
def test_a_damaged_workbook_is_said_to_be_damaged(content: bytes) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        read_workbook(content, "台账.xlsx")

    assert refused.value.why == DAMAGED


def _old(_: Any, sheet: Any) -> None:
    for row in range(5):
        sheet.write(row, 0, f"CS00{row}")
    sheet.write_merge(0, 2, 1, 1, "集体户")


SEEDS = (
    workbook(a_sheet("儿童花名册").row(儿童编号="CS001", 姓名="王小明", 出生日期=date(2015, 3, 1))),
    written_old(_old),
    opendocument([a_cell("甲", value_type="string"), a_cell("7", value_type="float", value="7")]),
    "儿童编号,姓名\nCS001,王小明\n".encode("gb18030"),
)


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """A file some bytes of which are others, or whose end is missing."""
    content = bytearray(draw(st.sampled_from(SEEDS)))
    if content.startswith(b"PK") and draw(st.booleans()):
        # Within a part, for a change of what is packed is noticed as such.
        with zipfile.ZipFile(BytesIO(content)) as made:
            parts: dict[str, str | bytes] = {name: made.read(name) for name in made.namelist()}
        name = draw(st.sampled_from(sorted(parts)))
        parts[name] = _changed(draw, bytearray(made_bytes(parts[name])))
        return archive(parts)
    return _changed(draw, content)


def _changed(draw: st.DrawFn, content: bytearray) -> bytes:
    pieces = st.one_of(
        st.binary(max_size=4), st.sampled_from([b"<", b'"', b"-1", b"999999999", b"&#31;", b"XFD9"])
    )
    for piece in draw(st.lists(pieces, max_size=4)):
        at = draw(st.integers(0, len(content)))
        content[at : at + draw(st.integers(0, 8))] = piece
    return bytes(content[: draw(st.integers(0, len(content)))] if draw(st.booleans()) else content)


@given(spoiled())
@hypothesis.settings(max_examples=examples(300), suppress_health_check=[HealthCheck.too_slow])
def test_whatever_the_bytes_are_they_are_read_or_told_to_be_unreadable(content: bytes) -> None:
    sheets: list[Sheet] = []
    with suppress(UnreadableFileError):
        sheets = read_workbook(content, "台账").sheets

    assert all(as_written(raw) for sheet in sheets for _, _, raw in sheet.filled())


# -- in a process of its own


def settings(**bounds: int) -> Settings:
    """Settings with these bounds."""
    return Settings(**bounds)  # type: ignore[arg-type] # each is one of its fields


async def read_apart(content: bytes, **bounds: int) -> Workbook:
    """Read a workbook in a process of its own."""
    return await Apart(settings(**bounds)).read(Source([content], "台账.xlsx"))


async def test_what_is_read_apart_is_what_is_read_here() -> None:
    def write(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["王小明", 1, 1.5, True, "", "李小红"])
        sheet.write_datetime(1, 0, date(2019, 9, 1), book.add_format({"num_format": "y-m-d"}))
        sheet.write_datetime(1, 1, datetime(2019, 9, 1, 12), book.add_format({"num_format": "y-m-d h"}))  # noqa: DTZ001 - a cell has no zone
        sheet.write_number(1, 2, 39521)
        sheet.write_formula(2, 0, "=A1", value="")
        sheet.write_formula(2, 1, "=1+1")
        sheet.merge_range(3, 0, 4, 0, "集体户")
        sheet.write(4, 1, "#N/A")
        book.add_worksheet("另一张")

    content = written(write, date_1904=True)

    assert await read_apart(content) == read_workbook(content, "台账.xlsx")


def instead(monkeypatch: pytest.MonkeyPatch, folder: Path, statement: str) -> None:
    """Let the process do something else than read."""
    script = folder / "child.py"
    script.write_text(
        "import os, time\nfrom api.imports.reading import child\n"
        "from api.imports.reading.unreadable import *\n"
        f"def read(*_):\n    {statement}\nchild.read_sheets = read\nchild.main()\n"
    )
    monkeypatch.setattr(apart, "COMMAND", (*apart.COMMAND[:2], str(script)))


async def test_the_process_is_given_no_secret_and_no_connection(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CHILDLEDGER_DATABASE_URL", "postgresql://somewhere")
    told = "raise UnreadableFileError(Label(' '.join(os.environ), ' '.join(os.listdir('/proc/self/fd'))))"
    instead(monkeypatch, tmp_path, told)

    with pytest.raises(UnreadableFileError) as said:
        await read_apart(BLANK)

    assert "CHILDLEDGER" not in said.value.why.zh
    assert set(said.value.why.en.split()) <= {"0", "1", "2", "3"}  # the last one looks


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("bytearray(2**31)", TOO_COSTLY),
        ("while True: pass", TOO_COSTLY),
        ("time.sleep(100)", TOO_COSTLY),
        ("os.abort()", TOO_COSTLY),
        ("os.kill(os.getpid(), 9)", TOO_COSTLY),
        ("raise ValueError", DAMAGED),
        ("os._exit(0)", DAMAGED),
        ("open('kept', 'w').write('x')", DAMAGED),
    ],
)
async def test_however_the_process_ends_it_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, statement: str, why: Label
) -> None:
    instead(monkeypatch, tmp_path, statement)

    with pytest.raises(UnreadableFileError) as refused:
        await read_apart(BLANK, import_seconds=1)

    assert refused.value.why == why


async def test_whoever_gives_up_waiting_leaves_no_process_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    instead(monkeypatch, tmp_path, "time.sleep(1000)")
    processes: list[Any] = []
    begin = apart.begun

    def noted() -> Any:
        processes.append(begin())
        return processes[-1]

    monkeypatch.setattr(apart, "begun", noted)

    reading = asyncio.create_task(read_apart(BLANK))
    await until(lambda: bool(processes))
    reading.cancel()

    with pytest.raises(asyncio.CancelledError):
        await reading
    await until(lambda: processes[0].poll() is not None)


async def test_one_file_is_read_at_a_time_and_institutions_take_turns() -> None:
    turns, order = FairLock(), []

    async def have(group: str) -> None:
        async with turns.of(group):
            order.append(group)
            await asyncio.sleep(0)

    async with turns.of("first"):
        waiting = [asyncio.create_task(have(group)) for group in ("a", "a", "a", "b", "c", "b")]
        await asyncio.sleep(0)
        waiting[1].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    assert order == ["a", "b", "c", "a", "b"]
    assert not turns.taken


async def test_a_turn_that_comes_to_somebody_who_has_just_given_up_is_passed_on() -> None:
    turns = FairLock()
    async with turns.of("first"):
        waiting = asyncio.create_task(turns.of("second").__aenter__())
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert not turns.taken


# -- over HTTP


DANGEROUS = {
    **BEYOND,
    "elements without end": lambda: BROKEN["elements without end"],
    "a cell as long as an archive takes": lambda: rows_xml(
        f"<c t='inlineStr'><is><t>{' ' * 50_000_000}</t></is></c>"
    ),
}


@pytest.mark.parametrize("made", DANGEROUS.values(), ids=list(DANGEROUS))
async def test_a_dangerous_workbook_is_refused_and_others_are_answered_meanwhile(
    served: Served, made: Callable[[], bytes]
) -> None:
    staff, nobody = await served.as_("staff"), await served.client()
    sent = asyncio.create_task(hand_in(staff, await asyncio.to_thread(made)))
    while not sent.done():
        assert (await nobody.get("/health/live")).status_code == 200
        await asyncio.sleep(0.05)
    answer = sent.result()

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert answer.json()["detail_zh"] != answer.json()["detail"]
    assert (await nobody.get("/health/live")).status_code == 200


@pytest.mark.parametrize("content", BROKEN.values(), ids=list(BROKEN))
async def test_a_damaged_workbook_is_a_problem_in_both_languages(served: Served, content: bytes) -> None:
    answer = await hand_in(await served.as_("staff"), content)

    assert answer.status_code == 400
    assert (answer.json()["detail"], answer.json()["detail_zh"]) == (DAMAGED.en, DAMAGED.zh)


async def test_sample_far_corner(served: Served, cases: Path) -> None:
    staff = await served.as_("staff")

    answer = await hand_in(staff, (cases / "far-corner.xlsx").read_bytes())

    assert answer.status_code == 400
    assert "XFD1048576" in answer.json()["detail"]
    assert "XFD1048576" in answer.json()["detail_zh"]
    assert (await staff.get("/health/live")).status_code == 200


async def test_a_child_with_more_rows_than_are_judged_together_is_refused(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_import, "MOST_ROWS_OF_CHILD", 2)
    sheet = a_sheet("体检")
    for day in ("2020-02-01", "2020-03-01", "2020-04-01"):
        sheet = sheet.row(儿童编号="CS001", 体检日期=day)
    staff = await served.as_("staff")

    refused = await hand_in(staff, workbook(a_sheet("儿童花名册"), sheet))

    assert refused.status_code == 400
    assert "体检!4" in refused.json()["detail_zh"]
