"""A report as a printed page: PDF (PDF/A-2b) on A4, made of what was issued alone."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from api.issuing.printed_page import UnsettableError, not_printable, printed_page
from domain.label import Label

_AS_WORKBOOK: Final = Label("可以改取工作簿。", "Ask for the workbook.")


async def printed_report(report: Mapping[str, Any], digest: str) -> bytes:
    """Return a report as a PDF.

    Raises the problems `not_printable`, which names what the font lacks, and `unavailable` if it takes long.
    """
    inputs = {"report": orjson.dumps(report).decode(), "sha256": digest}
    try:
        return await printed_page("printed_report.typ", inputs, ["a-2b"])
    except UnsettableError as error:
        raise not_printable(error, _AS_WORKBOOK) from None
