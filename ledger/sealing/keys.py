"""The keys of a ledger: one data key for each subject and category, kept wrapped apart from the entries.

A data key is made when something is first sealed under it, and destroyed to erase what was. What wraps the
data keys stays outside the database. The ledger's own secret, from which ids, fingerprints and search
terms are keyed and entries are vouched for, is kept wrapped among them.
"""

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol, Self
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ledger.canonical import canonical
from ledger.sealing.cipher import Keyring, Pair, Seal
from ledger.sealing.wrapping import KEY_BYTES, KeyFile, KeyWrapper

TERM_BYTES: Final = 16
SECRET: Final[Pair] = (UUID(int=0), "ledger")
"""Where the ledger's own secret stands in the key table."""


class KeyDestroyedError(Exception):
    """Something was to be sealed under a key that was destroyed, and such a key is never made again."""


class KeyTable(Protocol):
    """Where wrapped data keys are kept."""

    async def keys(self, wanted: Iterable[Pair]) -> dict[Pair, bytes]:
        """Return the wrapped keys that are there."""
        ...

    async def add_keys(self, new: Mapping[Pair, bytes]) -> dict[Pair, bytes]:
        """Keep wrapped keys where there never were any; return those that are kept."""
        ...


class Keys:
    """A ledger's data keys, opened when first needed; at most `capacity` of them are held open."""

    def __init__(self, table: KeyTable, wrapper: KeyWrapper, ledger: str, *, capacity: int = 20_000) -> None:
        self._table = table
        self._wrapper = wrapper
        self._ledger = ledger
        self._capacity = capacity
        self._open: OrderedDict[Pair, AESGCM] = OrderedDict()
        self._fingerprints = self._terms = self._ids = self._vouching = b""

    @classmethod
    async def opened(cls, table: KeyTable, wrapper: KeyWrapper | Path, ledger: str) -> Self:
        """Return the keys of a ledger, ready for use.

        Where `wrapper` is the path of a key file, the file is made with the ledger's first key. Raises
        KeyFileError when it is missing later, and KeyUnavailableError when the keys were wrapped otherwise.
        """
        if isinstance(wrapper, Path):
            begun = SECRET in await table.keys([SECRET])
            wrapper = KeyFile.read(wrapper) if begun else KeyFile.make(wrapper)
        keys = cls(table, wrapper, ledger)
        found = await keys._unwrapped([SECRET], make=True)
        keys._fingerprints = _derived(found[SECRET], b"fingerprints")
        keys._terms = _derived(found[SECRET], b"terms")
        keys._ids = _derived(found[SECRET], b"ids")
        keys._vouching = _derived(found[SECRET], b"vouching")
        return keys

    async def ring(self, wanted: Iterable[Pair], *, make: bool = False) -> Keyring:
        """Return a ring with the keys of these subjects and categories.

        A key that is not there is made when `make` says so, and else left out: it was destroyed, or nothing
        was ever sealed under it. Raises KeyDestroyedError where one that was destroyed is to be made.
        """
        held: dict[Pair, AESGCM] = {}
        missing = []
        for pair in dict.fromkeys(wanted):
            cipher = self._open.get(pair)
            if cipher is None:
                missing.append(pair)
            else:
                self._open.move_to_end(pair)
                held[pair] = cipher
        if missing:
            for pair, key in (await self._unwrapped(missing, make=make)).items():
                held[pair] = self._open[pair] = AESGCM(key)
            while len(self._open) > self._capacity:
                self._open.popitem(last=False)
        return Keyring(self._ledger, held, self._vouching)

    async def seal_for(self, wanted: Iterable[Pair]) -> Seal:
        """Return what seals and opens single values of these subjects and categories."""
        return Seal(await self.ring(wanted), self.term)

    def fingerprint(self, content: bytes) -> bytes:
        """Return a keyed hash by which the same content is known again, 32 bytes."""
        return hmac.digest(self._fingerprints, content, "sha256")

    def term(self, text: str) -> bytes:
        """Return a search term as a keyed hash, 16 bytes: equal terms are equal, and that is all it says."""
        return hmac.digest(self._terms, text.encode(), "sha256")[:TERM_BYTES]

    def named(self, *name: object) -> UUID:
        """Return an id made of what names it: always the same, and not told by who guesses the name."""
        digest = hmac.digest(self._ids, canonical(name), "sha256")
        return UUID(bytes=digest[:16], version=4)

    async def _unwrapped(self, wanted: Sequence[Pair], *, make: bool) -> dict[Pair, bytes]:
        if make:
            # Most of these are new; those that are there, or that somebody else is making, are what counts.
            fresh = [secrets.token_bytes(KEY_BYTES) for _ in wanted]
            new = await self._wrapper.wrap(fresh, [self._context(pair) for pair in wanted])
            wrapped = await self._table.add_keys(dict(zip(wanted, new, strict=True)))
            if len(wrapped) < len(new):
                message = "a key was destroyed, and is not made again"
                raise KeyDestroyedError(message)
        else:
            wrapped = await self._table.keys(wanted)
        opened = await self._wrapper.unwrap([*wrapped.values()], [self._context(pair) for pair in wrapped])
        return dict(zip(wrapped, opened, strict=True))

    def _context(self, pair: Pair) -> bytes:
        subject, category = pair
        return f"{self._ledger} {subject} {category}".encode()


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"childledger " + purpose).derive(secret)
