"""The dossier of one child on paper: PDF (PDF/A-2a, PDF/UA-1) on A4."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from api.contract.problems import Problem
from api.issuing.printed_page import UnsettableError, printed_page
from domain.label import Label

_STANDARDS: Final = ("a-2a", "ua-1")


async def printed_dossier(dossier: Mapping[str, Any], *, blanks: bool) -> bytes:
    """Return a dossier as a PDF; with `blanks`, code points and room to write stand for what the font lacks.

    Raises the problems `not_printable`, which names each missing character with its code point, and
    `unavailable` if it takes long.
    """
    try:
        inputs = {"dossier": orjson.dumps(dossier).decode()}
        return await printed_page("printed_dossier.typ", inputs, _STANDARDS, blanks=blanks)
    except UnsettableError as error:
        missing = [{"character": each, "code_point": f"U+{ord(each):04X}"} for each in error.missing]
        raise Problem("not_printable", _missing(missing), missing=missing) from None


def _missing(missing: list[dict[str, str]]) -> Label:
    named = "、".join(f"{each['character']}（{each['code_point']}）" for each in missing)
    listed = ", ".join(f"{each['character']} ({each['code_point']})" for each in missing)
    return Label(
        f"字体没有以下的字，没有印制：{named}。可以用 blanks=true 印出代码点并留空手写。",
        f"The font lacks these characters, and nothing was printed: {listed}. With blanks=true, code points"
        " and blanks to write in stand for them.",
    )
