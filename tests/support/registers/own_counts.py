"""What the open register says by itself of how many children there are: its columns, without the import."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Final, TypeAlias

from api.imports.cells.raw import as_written
from api.imports.reading.kinds import read_workbook

WrittenRow: TypeAlias = Mapping[str, str]
"""A row by its headings, as written."""

_SEX: Final = {"男": "1", "M": "1", "1": "1", "女": "2", "F": "2", "2": "2"}
_GUARDIANSHIP: Final = {"长期监护": "long_term", "临时监护": "temporary"}
_CARE: Final = {"机构养育": "ward", "类家庭养育": "family_style", "家庭寄养": "foster"}
_DISABILITY: Final = {
    **dict(zip(("视力", "听力", "言语", "肢体", "智力", "精神", "多重"), "1234567", strict=True)),
    "": "nothing",
}
_STAGE: Final = {"学前": "preschool", "小学": "primary", "初中": "junior", "中职": "vocational"}
_REASON: Final = {
    "省内收养": "01",
    "找回生父母": "04",
    "独立生活": "05",
    "死亡": "06",
    "特困供养安置": "10",
}
_ROUTE: Final = {"社会化安置": "social", "特困人员供养": "hardship", "": "unknown"}


class OwnCounts:
    """The register's sheets as rows by their headings, with one row of each child of the roster.

    Who is on the roster twice is in it once: the second row says again that it is the same child, and leaves
    empty what the first one says (residual disability, departure).
    """

    def __init__(self, register: Path) -> None:
        book = read_workbook(register)
        self._sheets = {
            sheet.title: [[as_written(raw).strip() for raw in row] for row in sheet.rows]
            for sheet in book.sheets
        }
        self.roster: dict[str, WrittenRow] = {}
        for row in self._rows("儿童花名册"):
            self.roster.setdefault(row["儿童编号"], row)

    def stated(self, sheet: str) -> str:
        """What the closing row of a sheet says of how many children there are."""
        closing = next(row for row in self._sheets[sheet] if "合计" in row)
        return next(cell for cell in closing if cell.endswith("人"))

    @property
    def here(self) -> frozenset[str]:
        """The numbers of those who have not left."""
        return frozenset(number for number, row in self.roster.items() if not row["离院原因"])

    @property
    def left(self) -> Mapping[str, int]:
        """How many left for which reason."""
        return Counter(_REASON[row["离院原因"]] for row in self.roster.values() if row["离院原因"])

    def of_those_here(self, year: str) -> Mapping[str, Mapping[str, int]]:
        """How many of those who are here at the end of its days there are by what, as a census names it.

        `year` is that in which the register was filled in.
        """
        of_roster: Mapping[str, Callable[[WrittenRow], str]] = {
            "sex": lambda row: _SEX[row["性别"]],
            "guardianship": lambda row: _GUARDIANSHIP[row["监护类型"]],
            "care_mode": lambda row: _CARE[row["养育方式"]],
            "disability": lambda row: _DISABILITY[row["残疾类别"]],
            "intake_category": lambda row: row["接收类别"][:2],
        }
        found = {
            by: Counter(value(self.roster[number]) for number in self.here) for by, value in of_roster.items()
        }
        registered = {row["儿童编号"]: "1" for row in self._rows("户口登记") if row["落户日期"]}
        # Who paid for no year that lasts is not insured any more.
        insured = {row["儿童编号"]: "resident" for row in self._rows("医保参保") if row["缴费年度"] == year}
        # Who is at no school any more has a day on which each school ended.
        schools = {row["儿童编号"]: _STAGE[row["学段"]] for row in self._rows("就学") if not row["结束日期"]}
        # A way that is meant, of which no plan was approved, is not decided.
        placed = {
            row["儿童编号"]: _ROUTE[row["安置方式"]] for row in self._rows("成年安置") if row["方案批准日期"]
        }
        beside = {
            "household": registered,
            "insurance": insured,
            "schooling": schools,
            "placement_route": placed,
        }
        return found | {
            by: Counter(of.get(number, "nothing") for number in self.here) for by, of in beside.items()
        }

    def _rows(self, sheet: str) -> Iterable[WrittenRow]:
        """Return the rows that are about a child, without headings and closing rows."""
        rows = self._sheets[sheet]
        heading = next(row for row in rows if "儿童编号" in row)
        said = (dict(zip_longest(heading, row, fillvalue="")) for row in rows)
        return (row for row in said if row["儿童编号"].startswith("WH"))
