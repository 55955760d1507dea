"""Answers about the bytes of papers."""

from typing import NotRequired
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.masking import Restricted
from domain.events.archive import PaperFormat


class CitedPaperAnswer(TypedDict):
    """A paper that an entry cites, by the id with which its bytes are stored and asked for.

    `held` is left out where the caller has just recorded the entry.
    """

    document: UUID
    held: NotRequired[bool | Restricted]


class HeldPaperAnswer(TypedDict):
    """A paper whose bytes are held.

    `entry_id` is the entry that cites it, `stored_by` the entry by which the bytes were stored. `size` is in
    bytes.
    """

    document: UUID
    entry_id: UUID
    held: bool
    media_type: PaperFormat
    size: int
    sha256: str
    stored_by: UUID
