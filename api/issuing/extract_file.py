"""The file of an extract that somebody holds: which extract it says it is, and the digest of its bytes.

Nothing in it is parsed. It says in clear, in its keywords, by which number and check code it was issued, and
whether it is as it was issued its digest tells.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from api.contract.problems import Problem
from api.issuing.extract_content import CHECKED, NUMBER, SIGNS
from domain.events.archive import PDF
from domain.label import Label
from domain.limit import Area, limit
from ledger.papers.paper_format import LONGEST_BEGINNING, format_of

MOST_BYTES: Final = limit(
    8 * 1024 * 1024,
    Area.REQUESTS,
    Label("交来查验的摘录文件的字节数", "Bytes of the file of an extract that is checked"),
    why=Label(
        "任何摘录都小得多，而且交来的人无需令牌", "Every extract is far smaller, and no token is needed"
    ),
    beyond="too_large",
)
_MARK: Final = re.compile(f"childledger-extract:([{SIGNS}]{{{NUMBER}}})/([0-9a-f]{{{CHECKED}}})".encode())
_LONGEST_MARK: Final = len("childledger-extract:/") + NUMBER + CHECKED
_NO_PDF: Final = Label(
    "交来的不是 PDF 文件。请选择签发单位给出的 PDF 文件；纸件、照片请填写编号和校验码查验。",
    "What was sent is no PDF. Choose the PDF as it was handed out; of a paper or a photograph, enter the"
    " number and the check code.",
)


@dataclass(frozen=True, slots=True)
class ExtractFile:
    """What a file says of itself, empty if it is no extract's, and the SHA-256 of its bytes."""

    number: str
    check: str
    sha256: str


def mark_of(number: str, check: str) -> str:
    """Return what the file of an extract says, in clear, of which it is."""
    return f"childledger-extract:{number}/{check}"


async def read_extract_file(arriving: AsyncIterator[bytes]) -> ExtractFile:
    """Return what the bytes of a file say, as they arrive, and keep none of them.

    Raises the problem `unsupported_media_type` for what is no PDF, as soon as it is known.
    """
    digest, beginning, kept, found = sha256(), b"", b"", None
    async for part in arriving:
        digest.update(part)
        beginning += part[: LONGEST_BEGINNING - len(beginning)]
        if len(beginning) == LONGEST_BEGINNING:
            _check_format(beginning)
        if found is None:
            found = _MARK.search(kept + part)
            kept = (kept + part)[1 - _LONGEST_MARK :]
    _check_format(beginning)
    number, check = ("", "") if found is None else (found[1].decode(), found[2].decode())
    return ExtractFile(number, check, digest.hexdigest())


def _check_format(beginning: bytes) -> None:
    if format_of(beginning) != PDF:
        raise Problem("unsupported_media_type", _NO_PDF, headers={"Accept": PDF})
