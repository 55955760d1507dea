"""A report as a printed page: PDF on A4, made in a process of its own of what was issued alone.

The same report is the same page, byte for byte, with the same version of the font.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from api.child_process import command_of, surroundings
from api.contract.problems import Problem
from api.issuing import typesetting
from api.issuing.typesetting import UNSETTABLE
from domain.label import Label

FONT: Final = Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc")
"""The font that pages are set in, where Debian's package has it."""
_SECONDS: Final = 30.0
"""Seconds for which a page may be set; one takes less than a second."""
_COMMAND: Final = command_of(typesetting.__name__)
_NO_FONT: Final = Label(
    "本机没有印制报告所用的字体；请安装 Debian 软件包 fonts-noto-cjk 后再试。",
    "The font that reports are printed in is not installed here: install the Debian package fonts-noto-cjk.",
)
_NO_CHARACTER: Final = Label(
    "报告中有字体所缺的字，无法印制；可取工作簿。",
    "The report has a character that the font lacks, and cannot be printed: ask for the workbook.",
)


async def printed_report(report: Mapping[str, Any], digest: str) -> bytes:
    """Return a report as a PDF. Raises the problems `not_printable`, and `unavailable` if it takes long."""
    if not FONT.exists():
        raise Problem("not_printable", _NO_FONT)
    process = await asyncio.create_subprocess_exec(
        *_COMMAND,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=surroundings(),
    )
    try:
        async with asyncio.timeout(_SECONDS):
            asked = {"report": report, "sha256": digest, "fonts": str(FONT.parent)}
            pdf, _ = await process.communicate(orjson.dumps(asked))
    except TimeoutError:
        raise Problem("unavailable") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == UNSETTABLE:
        raise Problem("not_printable", _NO_CHARACTER)
    if process.returncode:
        raise Problem("unavailable")
    return pdf
