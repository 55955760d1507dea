"""The sealed form of a paper's bytes: parts under one key of its subject, so that nobody holds it whole.

A head names the form and holds a random salt; then each part of so many bytes stands sealed by itself, bound
to the paper, the salt, its number and whether it is the last. So no part can be left out, repeated, moved to
another paper or another scan of it, and none put behind the last.
"""

import os
from collections.abc import Iterator
from typing import Final
from uuid import UUID

from ledger.sealing.cipher import Keyring, Pair, SealBrokenError

PART: Final = 256 * 1024
"""Bytes of a part; the last has as many or fewer."""
HEAD: Final = b"childledger paper 1\n"
SALT: Final = 16
_ADDED: Final = 12 + 16
"""Bytes that sealing adds to a part: its nonce and its tag."""


class PaperSealing:
    """Seals the bytes of one paper, given piece by piece."""

    def __init__(self, ring: Keyring, pair: Pair, document: UUID) -> None:
        salt = os.urandom(SALT)
        self.head = HEAD + salt
        self._ring, self._pair = ring, pair
        self._place = ("paper", document, salt.hex())
        self._waiting = bytearray()
        self._number = 0

    def seal(self, piece: bytes) -> Iterator[bytes]:
        """Yield the parts that are full with this piece, sealed."""
        self._waiting += piece
        while len(self._waiting) > PART:
            yield self._sealed(bytes(self._waiting[:PART]), last=False)
            del self._waiting[:PART]

    def end(self) -> bytes:
        """Return the last part, sealed."""
        return self._sealed(bytes(self._waiting), last=True)

    def _sealed(self, part: bytes, *, last: bool) -> bytes:
        number, self._number = self._number, self._number + 1
        return self._ring.seal(self._pair, part, (*self._place, number, last))


class PaperOpening:
    """Opens the sealed bytes of one paper, given piece by piece.

    Every method raises SealBrokenError if they are not as they were sealed. The ring has the key of the pair.
    """

    def __init__(self, ring: Keyring, pair: Pair, document: UUID) -> None:
        self._ring, self._pair, self._document = ring, pair, document
        self._place: tuple[object, ...] | None = None
        self._waiting = bytearray()
        self._number = 0

    def open(self, piece: bytes) -> Iterator[bytes]:
        """Yield the parts that are certain not to be the last, opened."""
        self._waiting += piece
        if self._place is None and len(self._waiting) >= len(HEAD) + SALT:
            self._begin()
        while self._place is not None and len(self._waiting) > PART + _ADDED:
            yield self._opened(bytes(self._waiting[: PART + _ADDED]), last=False)
            del self._waiting[: PART + _ADDED]

    def end(self) -> bytes:
        """Return the last part, opened."""
        return self._opened(bytes(self._waiting), last=True)

    def _begin(self) -> None:
        head, salt = self._waiting[: len(HEAD)], self._waiting[len(HEAD) : len(HEAD) + SALT]
        if head != HEAD:
            raise SealBrokenError
        self._place = ("paper", self._document, salt.hex())
        del self._waiting[: len(HEAD) + SALT]

    def _opened(self, part: bytes, *, last: bool) -> bytes:
        if self._place is None or len(part) < _ADDED:
            raise SealBrokenError
        number, self._number = self._number, self._number + 1
        opened = self._ring.open(self._pair, part, (*self._place, number, last))
        if opened is None:
            raise SealBrokenError
        return opened
