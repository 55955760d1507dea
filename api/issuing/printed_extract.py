"""An extract as a printed page, with its number, its digest and the address at which it is checked."""

from io import BytesIO
from typing import Final
from urllib.parse import urlencode

import orjson
import segno

from api.contract.extract_answers import ExtractAnswer
from api.issuing.extract_content import CHECKED
from api.issuing.extract_file import mark_of
from api.issuing.printed_page import UnsettableError, not_printable, printed_page

_STANDARDS: Final = ("a-2a", "ua-1")


async def printed_extract(content: ExtractAnswer, digest: str, base: str | None, *, blanks: bool) -> bytes:
    """Return an extract as a PDF; with `blanks`, code points and room to write stand for what the font lacks.

    `base` is the address of the service, whose page `/verify` a QR code leads to; without it there is none.
    Raises the problems `not_printable`, which names what the font lacks, and `unavailable` if it takes long.
    """
    number = content["number"] or ""
    asked = urlencode({"number": number, "digest": digest[:CHECKED]})
    inputs = {
        "extract": orjson.dumps(content).decode(),
        "sha256": digest,
        "check": digest[:CHECKED],
        "mark": mark_of(number, digest[:CHECKED]),
        "verify": f"{base or ''}/verify",
        "qr": "" if base is None else _qr(f"{base}/verify?{asked}"),
    }
    try:
        return await printed_page("printed_extract.typ", inputs, _STANDARDS, blanks=blanks)
    except UnsettableError as error:
        raise not_printable(error) from None


def _qr(address: str) -> str:
    drawn = BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", xmldecl=False, border=2)
    return drawn.getvalue().decode()
