"""What is written beside the cells, in comments and text boxes, is told with its place, and is no value."""

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest

from api.cli.import_command import import_file
from api.imports.faults import Fault
from api.imports.reading import collector
from api.imports.reading.apart import Apart, Source
from api.imports.reading.kinds import read_workbook
from api.imports.reading.unreadable import UnreadableFileError
from api.imports.reading.workbook import Attached
from api.imports.report.import_report import Report
from api.settings import Settings
from domain.events.intake import IdentityRecorded
from tests.support.client import HOME
from tests.support.registers.counter import Counter
from tests.support.registers.paper import Paper, a_sheet
from tests.support.registers.written import (
    a_cell,
    archive,
    changed,
    opendocument,
    parts_of,
    written,
    written_old,
)

ADOPTED = "于老师：\n该儿童已于2019年被收养"
ROSTER = a_sheet("儿童花名册").row(儿童编号="CS001", 姓名="王小明", 性别="男", 接收日期="2016-05-01")
NONE: Mapping[tuple[int, int], str] = {}
NAME = (3, 2)
"""The row and the column of the first child's name, both from 0."""


class Made(Protocol):
    """Makes a file of one sheet, with comments at some of its cells."""

    def __call__(self, paper: Paper, comments: dict[tuple[int, int], str]) -> bytes:
        """Return the file's bytes."""


def new(paper: Paper, comments: dict[tuple[int, int], str]) -> bytes:
    """A workbook of Office Open XML."""

    def write(_: Any, sheet: Any) -> None:
        for row, cells in enumerate(paper.grid):
            sheet.write_row(row, 0, cells)
        for (row, column), words in comments.items():
            sheet.write_comment(row, column, words)

    return written(write)


def record(code: int, content: bytes) -> bytes:
    """A record of a workbook of Excel 97."""
    return struct.pack("<HH", code, len(content)) + content


def drawn(kind: int, number: int, place: tuple[int, int], words: str) -> bytes:
    """The records of an object of a kind that is drawn at a cell and holds a text, in two pieces."""
    row, column = place
    corner = struct.pack("<HHIHHHHHHHHH", 0, 0xF010, 18, 0, column, 0, row, 0, column + 2, 0, row + 3, 0)
    text = words.encode("utf-16-le")
    half = len(text) // 4 * 2
    return b"".join(
        (
            record(0xEC, b"\x0f\x00\x04\xf0\x1a\x00\x00\x00" + corner),
            record(0x5D, struct.pack("<HHHHH12xHH", 0x15, 18, kind, number, 0x4011, 0, 0)),
            record(0xEC, b"\x00\x00\x0d\xf0\x00\x00\x00\x00"),
            record(0x1B6, struct.pack("<HH6xHHH4x", 0x0212, 0, len(text) // 2, 16, 0)),
            record(0x3C, b"\x01" + text[:half]),
            record(0x3C, b"\x01" + text[half:]),
            record(0x3C, struct.pack("<HH4xHH4x", 0, 0, len(text) // 2, 0)),
        )
    )


def old(
    paper: Paper, comments: dict[tuple[int, int], str], boxes: Mapping[tuple[int, int], str] = NONE
) -> bytes:
    """A workbook of Excel 97: a comment is a drawn object, and a note that ties it to a cell."""

    def notes() -> bytes:
        found = b"".join(drawn(6, 100, place, words) for place, words in boxes.items())
        for number, ((row, column), words) in enumerate(comments.items(), 1):
            author = struct.pack("<HB", 1, 1) + "于".encode("utf-16-le")
            found += drawn(0x19, number, (row, column + 1), words)
            found += record(0x1C, struct.pack("<HHHH", row, column, 0, number) + author + b"\x00")
        return found

    def write(_: Any, sheet: Any) -> None:
        for row, cells in enumerate(paper.grid):
            for column, cell in enumerate(cells):
                sheet.write(row, column, cell)
        plain = sheet.get_biff_data
        sheet.get_biff_data = lambda: plain()[:-4] + notes() + plain()[-4:]

    return written_old(write)


def open_document(paper: Paper, comments: dict[tuple[int, int], str]) -> bytes:
    """A spreadsheet of OpenDocument."""

    def cell(row: int, column: int, shown: Any) -> str:
        words = comments.get((row, column))
        paragraphs = "".join(f"<text:p>{each}</text:p>" for each in (words or "").split("\n"))
        head = "<dc:creator>于老师</dc:creator><dc:date>2019-09-01T00:00:00</dc:date>"
        note = f"<office:annotation>{head}{paragraphs}</office:annotation>" if words else ""
        return a_cell(str(shown), value_type="string").replace("<text:p>", f"{note}<text:p>", 1)

    rows = [
        [cell(row, column, shown) for column, shown in enumerate(cells)]
        for row, cells in enumerate(paper.grid)
    ]
    return opendocument(*rows)


KINDS = pytest.mark.parametrize("made", [new, old, open_document], ids=["xlsx", "xls", "ods"])


def attached(content: bytes) -> list[Attached]:
    """What is attached to the cells of the first sheet."""
    return list(read_workbook(content, "台账").sheets[0].attached)


def told(report: Report) -> list[tuple[str, int, str, str, str]]:
    """What is set aside: its sheet, row and column, its words and why."""
    return [(line.sheet, line.row, line.column, line.value, line.code) for line in report.values]


# -- reading


@KINDS
def test_a_comment_is_read_with_its_cell_and_is_no_part_of_it(made: Made) -> None:
    content = made(ROSTER, {NAME: ADOPTED, (0, 0): "标题的批注", (3, 30): "空单元格的批注"})
    if made is open_document:
        content = made(ROSTER, {NAME: ADOPTED, (0, 0): "标题的批注"})

    sheet = read_workbook(content, "台账").sheets[0]

    assert sheet.rows == read_workbook(made(ROSTER, {}), "台账").sheets[0].rows
    assert Attached(4, 2, ADOPTED, Fault.COMMENT) in sheet.attached
    assert Attached(1, 0, "标题的批注", Fault.COMMENT) in sheet.attached
    assert len(sheet.attached) == (2 if made is open_document else 3)


def test_a_comment_of_a_blank_cell_of_opendocument_is_read() -> None:
    note = "<office:annotation><text:p>批<text:span>注</text:span><text:s/>一</text:p></office:annotation>"
    blank = f"<table:table-cell>{note}</table:table-cell>"

    assert attached(opendocument(["<table:table-cell/>", blank], [a_cell("甲", value_type="string")])) == [
        Attached(1, 1, "批注 一", Fault.COMMENT)
    ]


def in_conversation(*, copied: str) -> bytes:
    """A workbook with a conversation of two at B4, and the comment that is its copy for older programs."""
    space = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
    said = (
        f'<ThreadedComments xmlns="{space}">'
        '<threadedComment ref="C4" id="{1}"><text>是否已收养？</text></threadedComment>'
        '<threadedComment ref="C4" id="{2}" parentId="{1}"><text>2019年已收养</text></threadedComment>'
        "</ThreadedComments>"
    )
    content = new(ROSTER, {NAME: copied, (3, 3): "另一条"})
    content = changed(
        content,
        "xl/comments1.xml",
        lambda text: (
            text.replace("<author></author>", "<author/>")
            .replace("<authors><author/>", "<authors><author/><author>tc={1}</author>")
            .replace('ref="C4" authorId="0"', 'ref="C4" authorId="1"')
        ),
    )
    kind = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
    named = (
        f'<Relationship Id="rId9" Type="{kind}" Target="../threadedComments/threadedComment1.xml"/></Rel'
        "ationships>"
    )
    content = changed(
        content,
        "xl/worksheets/_rels/sheet1.xml.rels",
        lambda text: text.replace("</Relationships>", named),
    )
    return archive(parts_of(content) | {"xl/threadedComments/threadedComment1.xml": said})


def test_a_conversation_is_read_instead_of_its_copy_for_older_programs() -> None:
    content = in_conversation(copied="[线程批注]\n你的Excel版本可读取此线程批注…\n注释: 是否已收养？")

    assert attached(content) == [
        Attached(4, 2, "是否已收养？", Fault.COMMENT),
        Attached(4, 2, "2019年已收养", Fault.COMMENT),
        Attached(4, 3, "另一条", Fault.COMMENT),
    ]


def test_a_comment_that_is_written_in_parts_is_one() -> None:
    rich = "<r><rPr><b/></rPr><t>于老师:</t></r><r><t xml:space='preserve'>_x000A_已收养 </t></r>"
    content = changed(
        new(ROSTER, {NAME: "换"}),
        "xl/comments1.xml",
        lambda text: (
            text[: text.index("<text>")] + f"<text>{rich}</text>" + text[text.index("</text>") + 7 :]
        ),
    )

    assert attached(content) == [Attached(4, 2, "于老师:\n已收养 ", Fault.COMMENT)]


def test_a_text_box_is_read_with_its_place() -> None:
    content = written(lambda _, sheet: sheet.insert_textbox(3, 2, "本页儿童均已离院\n于老师"))

    assert attached(content) == [Attached(4, 2, "本页儿童均已离院\n于老师", Fault.TEXT_BOX)]


@pytest.mark.parametrize("words", ["本页儿童均已离院\r于老师", "李\U00020bb7已离院", "left"])
def test_a_text_box_of_an_old_workbook_is_read_beside_its_comments(words: str) -> None:
    assert attached(old(ROSTER, {NAME: ADOPTED}, {(7, 3): words})) == [
        Attached(4, 2, ADOPTED, Fault.COMMENT),
        Attached(8, 3, words, Fault.TEXT_BOX),
    ]


@pytest.mark.parametrize("shape", ["custom-shape", "rect", "ellipse", "frame", "line", "caption"])
def test_a_text_box_of_opendocument_is_read_and_is_no_part_of_its_cell(shape: str) -> None:
    text = "<text:p>均已离院</text:p>"
    words = f"<draw:text-box>{text}</draw:text-box>" if shape == "frame" else text
    drawn = f"<draw:{shape}>{words}</draw:{shape}>"
    cell = a_cell("王小明", value_type="string").replace("<text:p>", f"{drawn}<text:p>")
    loose = f"<table:shapes>{drawn}<draw:g>{drawn}</draw:g></table:shapes>"

    sheet = read_workbook(opendocument([loose], [a_cell("甲"), cell]), "台账").sheets[0]

    assert [row for row in sheet.rows if row][-1][-1] == "王小明"
    assert [each.fault for each in sheet.attached] == [Fault.TEXT_BOX] * 3
    assert {each.words for each in sheet.attached} == {"均已离院"}
    assert (sheet.attached[-1].row, sheet.attached[-1].column) == (2, 1)


def test_what_was_changed_in_opendocument_is_no_comment() -> None:
    changes = (
        "<table:tracked-changes><table:table-cell><office:annotation><text:p>旧</text:p></office:annotation>"
        "</table:table-cell></table:tracked-changes>"
    )

    assert not attached(opendocument([a_cell("甲", value_type="string")], before=changes))


async def test_what_is_attached_comes_out_of_the_process_that_reads(settings: Settings) -> None:
    workbook = await Apart(settings).read(Source([new(ROSTER, {NAME: ADOPTED})], "台账.xlsx"))

    assert workbook.sheets[0].attached == (Attached(4, 2, ADOPTED, Fault.COMMENT),)


# -- bounds


def test_more_comments_than_are_taken_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    comments = {(row, 0): "批注" for row in range(3)}
    monkeypatch.setattr(collector, "MOST_ATTACHED", 3)
    assert len(attached(new(ROSTER, comments))) == 3
    monkeypatch.setattr(collector, "MOST_ATTACHED", 2)
    with pytest.raises(UnreadableFileError, match="批注和文本框超过"):
        attached(new(ROSTER, comments))


def test_comments_of_all_sheets_are_counted_together(monkeypatch: pytest.MonkeyPatch) -> None:
    def write(book: Any, sheet: Any) -> None:
        for each in (sheet, book.add_worksheet("二")):
            each.write_comment(0, 0, "批注")

    monkeypatch.setattr(collector, "MOST_ATTACHED", 1)
    with pytest.raises(UnreadableFileError, match="批注和文本框超过"):
        attached(written(write))


def test_the_characters_of_comments_count_as_those_of_cells_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "MOST_TEXT", 1000)
    with pytest.raises(UnreadableFileError, match="个字符"):
        attached(new(ROSTER, {NAME: "长" * 1000}))


@pytest.mark.parametrize(("length", "listed"), [(32_767, "长" * 32_767), (32_768, "长" * 200 + "…")])
def test_of_a_comment_that_is_too_long_its_beginning_is_told(length: int, listed: str) -> None:
    content = changed(
        new(ROSTER, {NAME: "换"}), "xl/comments1.xml", lambda text: text.replace("换", "长" * length)
    )

    assert [each.words for each in attached(content)] == [listed]


# -- what is told of it


@KINDS
async def test_a_comment_is_told_and_its_row_is_recorded_without_it(counter: Counter, made: Made) -> None:
    report = await counter.take_bytes(made(ROSTER, {NAME: ADOPTED}))

    assert told(report) == [("表", 4, "姓名", ADOPTED, "comment")]
    answer = report.json()
    assert (answer["recorded"], answer["rejected"], report.code) == (1, 0, 0)
    filled = answer["cells"].pop("filled")
    assert (filled, answer["set_aside"]) == (sum(answer["cells"].values()), 0)
    entry = await counter.only("CS001", IdentityRecorded)
    assert entry.event.name == "王小明"
    assert entry.note is None
    assert [line.child for line in report.values] == [counter.stream("CS001")]


async def test_a_comment_is_told_wherever_it_hangs_and_once(counter: Counter) -> None:
    roster = (
        ROSTER.row(儿童编号="", 姓名="赵大山")
        .row(儿童编号="CS001", 姓名="王小明", 出生日期="2012-03-15")
        .row(儿童编号="合计", 姓名="2人")
    )
    places = {(row, column) for row in range(10) for column in (0, 2, 40)}

    report = await counter.take_bytes(new(roster, {place: f"批注{place}" for place in places}))

    lines = [line for line in report.values if line.code == "comment"]
    assert len(lines) == len(places)
    assert {(line.row - 1, line.place) for line in lines} == places
    assert {line.value for line in lines} == {f"批注{place}" for place in places}
    assert {line.column for line in lines if line.place == 40} == {"AO"}


async def test_comments_of_tables_side_by_side_are_told_once_and_of_their_own_child(counter: Counter) -> None:
    headings = ["儿童编号", "姓名", "性别", "接收日期"]

    def write(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, [*headings, "", *headings])
        sheet.write_row(1, 0, ["CS001", "王小明", "男", "2016-05-01"])
        sheet.write_row(1, 5, ["CS002", "李小红", "女", "2016-05-02"])
        for column in range(9):
            sheet.write_comment(1, column, f"批注{column}")

    report = await counter.take_bytes(written(write))

    assert [line.value for line in report.values] == [f"批注{column}" for column in range(9)]
    whose = [line.child for line in report.values]
    assert whose[:4] == [counter.stream("CS001")] * 4
    assert whose[5:] == [counter.stream("CS002")] * 4


async def test_a_comment_on_a_rejected_row_and_on_a_sheet_of_no_known_kind_is_told(counter: Counter) -> None:
    def write(book: Any, sheet: Any) -> None:
        for row, cells in enumerate(a_sheet("体检").row(儿童编号="CS999", 姓名="李小红").grid):
            sheet.write_row(row, 0, cells)
        sheet.write_comment(3, 1, "不在册")
        other = book.add_worksheet("空表")
        other.write_comment(9, 3, "空表的批注")

    report = await counter.take_bytes(written(write))

    assert [line.code for line in report.rejections] == ["not_on_roster"]
    assert told(report) == [
        ("表", 4, "姓名", "不在册", "comment"),
        ("空表", 10, "D", "空表的批注", "comment"),
    ]


async def test_a_text_box_is_told(counter: Counter) -> None:
    def write(_: Any, sheet: Any) -> None:
        for row, cells in enumerate(ROSTER.grid):
            sheet.write_row(row, 0, cells)
        sheet.insert_textbox(5, 1, "均已离院")

    report = await counter.take_bytes(written(write))

    assert told(report) == [("表", 6, "儿童编号", "均已离院", "text_box")]


@pytest.mark.usefixtures("surroundings")
@pytest.mark.parametrize("dry_run", [True, False], ids=["a dry run", "for good"])
async def test_the_command_tells_of_comments_and_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, dry_run: bool
) -> None:
    path = tmp_path / "台账.xlsx"
    path.write_bytes(new(ROSTER, {NAME: ADOPTED}))

    assert await import_file(path, institution=HOME, dry_run=dry_run, json=True) == 0

    printed = capsys.readouterr()
    assert [(each["value"], each["code"]) for each in json.loads(printed.out)["values"]] == [
        (ADOPTED, "comment")
    ]
    assert "批注不予录入；需要录入的内容请填入单元格" in printed.err


async def test_the_same_file_again_adds_nothing_and_tells_the_same(counter: Counter) -> None:
    content = new(ROSTER, {NAME: ADOPTED})
    first = await counter.take_bytes(content)
    head = await counter.head()

    again = await counter.take_bytes(content)

    assert (told(again), again.json()["already"], await counter.head()) == (told(first), 1, head)
