"""Documents on paper: PDF on A4, set in a process of its own from what is handed to it alone.

The same content makes the same document, byte for byte, with the same version of the font.
"""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import SIGABRT
from typing import Final

import orjson

from api.child_process import command_of, surroundings
from api.contract.problems import Problem
from api.issuing import typesetting
from api.issuing.typesetting import UNSETTABLE
from domain.label import Label

FONT: Final = Path("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc")
"""The font that documents are set in, where Debian's package has it."""
_SECONDS: Final = 60.0
"""Seconds for which a document may be set; most take less than a second."""
_COMMAND: Final = command_of(typesetting.__name__)
_NO_FONT: Final = Label(
    "本机没有印制所用的字体；请安装 Debian 软件包 fonts-noto-cjk 后再试。",
    "The font that is printed in is not installed here: install the Debian package fonts-noto-cjk.",
)


_TOO_LONG: Final = Label(
    "内容过多，印制所需内存超过允许的数量。请减少所印的内容。",
    "There is too much in it to be set within the memory that is allowed: print less of it at once.",
)
_WITH_BLANKS: Final = Label(
    "可以用 blanks=true 印出代码点并留空手写。",
    "With blanks=true, code points and blanks to write in stand for them.",
)


class UnsettableError(Exception):
    """A document cannot be set: `missing` are the characters that the font lacks."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__()
        self.missing = missing


def not_printable(lacking: UnsettableError, otherwise: Label = _WITH_BLANKS) -> Problem:
    """Return the problem of a document that names each character that the font lacks, with its code point.

    `otherwise` says what can be done.
    """
    missing = [{"character": each, "code_point": f"U+{ord(each):04X}"} for each in lacking.missing]
    named = "、".join(f"{each['character']}（{each['code_point']}）" for each in missing)
    listed = ", ".join(f"{each['character']} ({each['code_point']})" for each in missing)
    said = Label(
        f"字体没有以下的字，没有印制：{named}。{otherwise.zh}",
        f"The font lacks these characters, and nothing was printed: {listed}. {otherwise.en}",
    )
    return Problem("not_printable", said, missing=missing)


async def printed_page(
    template: str, inputs: Mapping[str, str], standards: Sequence[str], *, blanks: bool = False
) -> bytes:
    """Return a template, filled in, as a PDF to these standards (`a-2b` and its like).

    With `blanks`, its code point and room to write it stand for a character that the font lacks. Raises
    UnsettableError, and the problems `not_printable` without the font or for what is too long, and
    `unavailable` if it takes long.
    """
    if not FONT.exists():
        raise Problem("not_printable", _NO_FONT)
    asked = {
        "template": template,
        "inputs": inputs,
        "standards": standards,
        "fonts": str(FONT.parent),
        "blanks": blanks,
    }
    process = await asyncio.create_subprocess_exec(
        *_COMMAND,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=surroundings(),
    )
    try:
        async with asyncio.timeout(_SECONDS):
            made, _ = await process.communicate(orjson.dumps(asked))
    except TimeoutError:
        raise Problem("unavailable") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == UNSETTABLE:
        raise UnsettableError(orjson.loads(made))
    if process.returncode == -SIGABRT:
        raise Problem("not_printable", _TOO_LONG)
    if process.returncode:
        raise Problem("unavailable")
    return made
