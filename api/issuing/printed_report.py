"""A report as a printed page: PDF (PDF/A-2b) on A4, made of what was issued alone."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from api.contract.problems import Problem
from api.issuing.printed_page import UnsettableError, printed_page
from domain.label import Label

_NO_CHARACTER: Final = Label(
    "报告中有字体所缺的字，无法印制；可取工作簿。",
    "The report has a character that the font lacks, and cannot be printed: ask for the workbook.",
)


async def printed_report(report: Mapping[str, Any], digest: str) -> bytes:
    """Return a report as a PDF. Raises the problems `not_printable`, and `unavailable` if it takes long."""
    inputs = {"report": orjson.dumps(report).decode(), "sha256": digest}
    try:
        return await printed_page("printed_report.typ", inputs, ["a-2b"])
    except UnsettableError:
        raise Problem("not_printable", _NO_CHARACTER) from None
