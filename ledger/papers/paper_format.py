"""The format of a paper's bytes, by what they begin with: no name or header is believed."""

from typing import Final

from domain.events.archive import PDF, PaperFormat

_BEGINNINGS: Final[tuple[tuple[bytes, PaperFormat], ...]] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", PDF),
)
LONGEST_BEGINNING: Final = max(len(begins) for begins, _ in _BEGINNINGS)
"""Bytes by which each format is known."""


def format_of(beginning: bytes) -> PaperFormat | None:
    """Return the format of bytes that begin so; None if it is none that is taken."""
    return next((named for begins, named in _BEGINNINGS if beginning.startswith(begins)), None)
