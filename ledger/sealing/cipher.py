"""Sealing: AES-256-GCM under one key for each subject and category, bound to the place where it stands.

A subject is a real person in the ledger. The child of a file is the subject whose uuid is the file's own
stream id, which is random and says nothing; another person's uuid stands in the field of the event that
`Personal` names. What belongs to nobody in particular, such as an institution's paper, is sealed under its
stream's id too.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Final, TypeAlias
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.event import Category

FORMAT: Final = 2
"""The version of the stored form. In the first one nothing vouched for entries, and ids could be guessed."""
Pair: TypeAlias = tuple[UUID, str]
"""A subject and a category (a `Category`, or its text)."""
_NONCE: Final = 12
VOUCHER: Final = 16
"""Bytes of what vouches for an entry."""


class SealBrokenError(Exception):
    """Something was altered: a sealed value does not open under its key, or nothing vouches for an entry."""


def padded(said: bytes, block: int) -> bytes:
    """Return JSON filled up with blanks to a multiple of so many bytes, so that its length tells little."""
    return said + b" " * (-len(said) % block)


class Keyring:
    """The data keys at hand for one task, by subject and category, and the ledger they belong to.

    `secret` is the one by which that ledger vouches for its entries.
    """

    def __init__(self, ledger: str, ciphers: Mapping[Pair, AESGCM], secret: bytes = b"") -> None:
        self.ledger = ledger
        self._ciphers = ciphers
        # Kept begun, for it is asked for with every entry.
        self._vouching = blake2b(key=secret, digest_size=VOUCHER)

    def __contains__(self, pair: Pair) -> bool:
        return pair in self._ciphers

    def seal(self, pair: Pair, clear: bytes, place: Sequence[object]) -> bytes:
        """Return a value sealed under a key of the ring, bound to the place where it will stand."""
        nonce = os.urandom(_NONCE)
        return nonce + self._ciphers[pair].encrypt(nonce, clear, self._bound(pair, place))

    def open(self, pair: Pair, sealed: bytes, place: Sequence[object]) -> bytes | None:
        """Return a value sealed for that place; None when the ring lacks its key, for it was destroyed."""
        cipher = self._ciphers.get(pair)
        if cipher is None:
            return None
        try:
            return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], self._bound(pair, place))
        except InvalidTag:
            raise SealBrokenError from None

    def vouch(self, content: bytes) -> bytes:
        """Return what shows that this ledger has written something: a keyed hash, BLAKE2b."""
        vouching = self._vouching.copy()
        vouching.update(content)
        return vouching.digest()

    def _bound(self, pair: Pair, place: Sequence[object]) -> bytes:
        return orjson.dumps([FORMAT, self.ledger, *pair, *place])


class Seal:
    """Seals and opens single values for read models, with the keys of its ring.

    `context` says where the value stands, such as a table and its column: it opens nowhere else.
    """

    def __init__(self, ring: Keyring, term: Callable[[str], bytes]) -> None:
        self._ring = ring
        self._term = term

    def holds(self, subject: UUID, category: Category) -> bool:
        """Tell whether there is a key of a subject and a category."""
        return (subject, category) in self._ring

    def seal(self, subject: UUID, category: Category, value: str, context: str = "") -> bytes:
        """Return a value sealed under its subject's key."""
        return self._ring.seal((subject, category), value.encode(), ("value", context))

    def open(self, subject: UUID, category: Category, sealed: bytes, context: str = "") -> str | None:
        """Return a sealed value; None when its key was destroyed."""
        clear = self._ring.open((subject, category), sealed, ("value", context))
        return None if clear is None else clear.decode()

    def term(self, text: str) -> bytes:
        """Return a search term as a keyed hash, which says nothing without the key."""
        return self._term(text)
