"""Sealing: AES-256-GCM under one key for each subject and category, bound to the place of the value.

A subject is a real person in the ledger. The uuid of a file's child is the file's stream id, which is random
and reveals nothing; the field of the event that `Personal` names holds another person's uuid. A value of no
particular person, such as an institution's paper, is sealed under its stream's id, too.
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

FORMAT: Final = 3
"""The version of the stored form.

Version 1 had no keyed hash of the entry, and its ids could be guessed; 2 no hash of what is sealed.
"""
Pair: TypeAlias = tuple[UUID, str]
"""A subject and a category (a `Category`, or its text)."""
_NONCE: Final = 12
VOUCHER: Final = 16
"""Bytes of the keyed hash that vouches for an entry."""


class SealBrokenError(Exception):
    """A sealed value cannot be decrypted under its key, or an entry lacks its keyed hash: it was altered."""


def padded(text: bytes, block: int) -> bytes:
    """Return JSON padded with blanks to a multiple of so many bytes, so that its length reveals little."""
    return text + b" " * (-len(text) % block)


class Keyring:
    """The data keys for one task, by subject and category, and the ledger they belong to.

    `secret` is the ledger's own, with which it vouches for its entries.
    """

    def __init__(self, ledger: str, ciphers: Mapping[Pair, AESGCM], secret: bytes = b"") -> None:
        self.ledger = ledger
        self._ciphers = ciphers
        # Initialised once, since every entry needs it.
        self._vouching = blake2b(key=secret, digest_size=VOUCHER)

    def __contains__(self, pair: Pair) -> bool:
        return pair in self._ciphers

    def seal(self, pair: Pair, clear: bytes, place: Sequence[object]) -> bytes:
        """Return a value sealed under a key of the ring, bound to its place."""
        nonce = os.urandom(_NONCE)
        return nonce + self._ciphers[pair].encrypt(nonce, clear, self._bound(pair, place))

    def open(self, pair: Pair, sealed: bytes, place: Sequence[object]) -> bytes | None:
        """Return the value sealed for a place; None if the ring lacks its key, which was destroyed."""
        cipher = self._ciphers.get(pair)
        if cipher is None:
            return None
        try:
            return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], self._bound(pair, place))
        except InvalidTag:
            raise SealBrokenError from None

    def vouch(self, content: bytes) -> bytes:
        """Return the keyed hash (BLAKE2b) that proves that this ledger wrote the content."""
        vouching = self._vouching.copy()
        vouching.update(content)
        return vouching.digest()

    def _bound(self, pair: Pair, place: Sequence[object]) -> bytes:
        return orjson.dumps([FORMAT, self.ledger, *pair, *place])


class Seal:
    """Seals and opens single values for read models, with the keys of its ring.

    `context` is the place of the value, such as a table and its column: it cannot be opened elsewhere.
    """

    def __init__(self, ring: Keyring, term: Callable[[str], bytes]) -> None:
        self._ring = ring
        self._term = term

    def holds(self, subject: UUID, category: Category) -> bool:
        """Return whether the ring has the key of a subject and a category."""
        return (subject, category) in self._ring

    def seal(self, subject: UUID, category: Category, value: str, context: str = "") -> bytes:
        """Return a value sealed under its subject's key."""
        return self._ring.seal((subject, category), value.encode(), ("value", context))

    def open(self, subject: UUID, category: Category, sealed: bytes, context: str = "") -> str | None:
        """Return a sealed value; None if its key was destroyed."""
        clear = self._ring.open((subject, category), sealed, ("value", context))
        return None if clear is None else clear.decode()

    def term(self, text: str) -> bytes:
        """Return a search term as a keyed hash, which reveals nothing without the key."""
        return self._term(text)
