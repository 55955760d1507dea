"""Days and times as people write them in the fields of a page: 2026-11-20, 2026年11月, or a position."""

import re
from datetime import date
from typing import Final
from uuid import UUID

from api.console.page_request import PageRequest
from api.contract.problems import Problem
from api.http import chronology
from api.imports.cells.days import read_days
from domain.label import Label
from domain.when import Days

_POSITION: Final = re.compile(r"[0-9]{1,18}", re.ASCII)
_A_RUN: Final = 8
"""Digits of a day that is written without marks."""
_NO_DAY: Final = Label(
    "“发生到哪一天为止”不是日期：写作 2026-11-20、2026年11月，或者本档案一条记录的账本位置",
    "What had happened by which day: write 2026-11-20, 2026-11, or the position of an entry of this file",
)
_NO_TIME: Final = Label(
    "“按哪一天所知道的”不是日期：写作 2026-11-20、2026年11月，或者账本位置",
    "As known on which day: write 2026-11-20, 2026-11, or a position of the ledger",
)
_NO_SUCH_DAY: Final = Label(
    "日期无法识别：写作 2026-11-20 或者 2026年11月", "Cannot be read as a day: write 2026-11-20 or 2026-11"
)


async def read_day(page: PageRequest, child: UUID, text: str | None, name: str) -> date | None:
    """Return the day that is meant, of a month or a year its last; a position means the day of its entry.

    Raises the problem `invalid`.
    """
    if text is None:
        return None
    if _is_position(text):
        dated = await page.answer(chronology.chronology, child)
        days = {each["position"]: each["occurred_until"] for each in dated["items"]}
        if int(text) in days:
            return date.fromisoformat(days[int(text)])
    day = None if _is_position(text) else _last_day(text)
    if day is None:
        raise _unreadable(name, _NO_DAY)
    return day


def read_known_at(text: str | None, name: str) -> str | None:
    """Return the time as known at that is meant, as the API takes it. Raises the problem `invalid`."""
    if text is None or _is_position(text) or "T" in text:
        return text
    day = _last_day(text)
    if day is None:
        raise _unreadable(name, _NO_TIME)
    return day.isoformat()


def read_last_day(text: str | None, name: str) -> date | None:
    """Return the day that is meant, of a month or a year its last. Raises the problem `invalid`."""
    if text is None:
        return None
    day = _last_day(text)
    if day is None:
        raise _unreadable(name, _NO_SUCH_DAY)
    return day


def _is_position(text: str) -> bool:
    return _POSITION.fullmatch(text) is not None and len(text) != _A_RUN


def _last_day(text: str) -> date | None:
    read = read_days(text)
    return read.last if isinstance(read, Days) else None


def _unreadable(name: str, words: Label) -> Problem:
    return Problem(
        "invalid", errors=[{"pointer": f"/query/{name}", "detail": words.en, "detail_zh": words.zh}]
    )
