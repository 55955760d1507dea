"""The dossier of one child on paper: PDF (PDF/A-2a, PDF/UA-1) on A4."""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from api.issuing.printed_page import UnsettableError, not_printable, printed_page

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
        raise not_printable(error) from None
