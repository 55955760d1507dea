"""Errors of real registers, in small numbers: each function spoils a row or two."""

from datetime import date, timedelta
from random import Random
from typing import Final, TypeAlias

from api.demo.childhoods import RETURNED
from api.demo.handwriting import CellValue
from api.demo.people import misspelled
from api.demo.records import Record

Sheets: TypeAlias = dict[str, list[Record]]
"""A register's rows by the titles of its sheets."""

NUMBERED_TWICE: Final = "XH0999"
"""The other number of a child that has two."""
STRANGER: Final = "XH9999"
"""A file number that the roster does not list."""


def spoil(sheets: Sheets, random: Random, issued_on: date) -> None:
    """Put the errors of real registers into a tidy one."""
    _list_twice(sheets["儿童花名册"], random)
    _number_twice(sheets["儿童花名册"], random)
    _misspell_numbers(sheets["儿童花名册"], random)
    _leave_out_days(sheets["儿童花名册"], random)
    _show_what_was_corrected(sheets["儿童花名册"], sheets["更正登记"][:2])
    _enrol_too_early(sheets["医保参保"], random)
    _adopt_in_haste(sheets["收养"])
    _examine_on_no_day(sheets["体检"], random, issued_on)
    sheets["就学"].append(
        {"儿童编号": STRANGER, "姓名": "查无此人", "入学日期": "2019.9.1", "学段": "小学", "学校": "临港中学"}
    )


def _list_twice(roster: list[Record], random: Random) -> None:
    """Two children are on the roster twice, with a difference in one cell each."""
    first, second = random.sample(roster, 2)
    roster.append(
        first
        | {"养育方式": "家庭寄养" if first["养育方式"] == "机构养育" else "机构养育", "备注": "重复登记"}
    )
    received = second["接收日期"]
    if isinstance(received, date):
        roster.append(second | {"接收日期": received + timedelta(days=1), "备注": "重复登记"})


def _number_twice(roster: list[Record], random: Random) -> None:
    """A child that came back is on the roster under another number too."""
    row = random.choice([row for row in roster if row["离院原因"] == RETURNED])
    roster.append(row | {"儿童编号": NUMBERED_TWICE, "离院日期": None, "离院原因": None, "备注": None})


def _misspell_numbers(roster: list[Record], random: Random) -> None:
    """Two citizen ids have a check character that does not fit."""
    for row in random.sample([row for row in roster if row["身份证号"]], 2):
        row["身份证号"] = misspelled(str(row["身份证号"]))


def _leave_out_days(roster: list[Record], random: Random) -> None:
    """Of four receptions only the month is known, of one birth only the year."""
    for row in random.sample(roster, 4):
        row["接收日期"] = _coarser(row["接收日期"], "{}年{}月")
    row = random.choice([row for row in roster if row["身份证号"] is None])
    row["出生日期"] = _coarser(row["出生日期"], "{}年")


def _coarser(day: CellValue, spelling: str) -> CellValue:
    return spelling.format(day.year, day.month) if isinstance(day, date) else day


def _show_what_was_corrected(roster: list[Record], corrections: list[Record]) -> None:
    """The roster still shows the value from before a correction."""
    for correction in corrections:
        for row in roster:
            if row["儿童编号"] == correction["儿童编号"]:
                row["出生日期"] = date.fromisoformat(str(correction["原内容"]))


def _enrol_too_early(insurance: list[Record], random: Random) -> None:
    """One child was insured before it came."""
    row = random.choice([row for row in insurance if row.get("参保日期")])
    came = row["核查日期"]
    if isinstance(came, date):
        row["参保日期"] = came - timedelta(days=40)


def _adopt_in_haste(adoptions: list[Record]) -> None:
    """One adoption has no report, one was registered before the notice had run out."""
    adoptions[0] |= {"评估报告日期": None, "评估结论": None}
    row = next(row for row in reversed(adoptions) if row["公告日期"])
    registered = row["登记日期"]
    if isinstance(registered, date):
        row["公告日期"] = registered - timedelta(days=30)


def _examine_on_no_day(examinations: list[Record], random: Random, issued_on: date) -> None:
    """One examination has a day that does not exist, another one a day in the future."""
    for row, day in zip(
        random.sample(examinations, 2), ("2021年13月5日", f"{issued_on.year + 5}-05-01"), strict=True
    ):
        row["体检日期"] = day
