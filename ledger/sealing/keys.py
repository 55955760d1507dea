"""The keys of a ledger: one data key for each subject and category, kept wrapped apart from the entries.

The first sealing under a data key creates it; destroying it erases all that it sealed. The key that wraps the
data keys stays outside the database. The ledger's own secret, which keys ids, fingerprints and search terms
and vouches for entries, is kept wrapped among them.
"""

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol, Self
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ledger.canonical import canonical
from ledger.sealing.cipher import Keyring, Pair, Seal
from ledger.sealing.key_file import KeyFile
from ledger.sealing.wrapping import KEY_BYTES, KeyWrapper

TERM_BYTES: Final = 16
SECRET: Final[Pair] = (UUID(int=0), "ledger")
"""The place of the ledger's own secret in the key table."""


class KeyDestroyedError(Exception):
    """A value cannot be sealed, since its key was destroyed; a destroyed key is never made again."""


class KeyTable(Protocol):
    """The table of wrapped data keys."""

    async def keys(self, wanted: Iterable[Pair]) -> dict[Pair, bytes]:
        """Return the stored keys among the wanted ones."""

    async def add_keys(self, new: Mapping[Pair, bytes]) -> dict[Pair, bytes]:
        """Store wrapped keys where there never were any; return the stored ones."""

    async def destroyed_keys(self, asked: Iterable[Pair]) -> set[Pair]:
        """Return those of which the key was destroyed."""

    async def destroyed_count(self) -> int:
        """Return how many keys were destroyed."""

    async def every_destroyed_key(self) -> set[Pair]:
        """Return the places of all keys that were destroyed."""

    async def key_backup(self, wrapping_key: bytes) -> datetime | None:
        """Return when a backup of a wrapping key was verified; None if never."""


def context_of(ledger: str, pair: Pair) -> bytes:
    """Return the place to which a wrapped data key is bound."""
    subject, category = pair
    return f"{ledger} {subject} {category}".encode()


class Keys:
    """A ledger's data keys, unwrapped when first needed; at most `capacity` of them stay unwrapped."""

    def __init__(self, table: KeyTable, wrapper: KeyWrapper, ledger: str, *, capacity: int = 20_000) -> None:
        self._table = table
        self._wrapper = wrapper
        self._ledger = ledger
        self._capacity = capacity
        # Keys, and no ciphers: one of these takes 2.5 kB, and 1 µs to make.
        self._open: OrderedDict[Pair, bytes] = OrderedDict()
        self._destroyed = self._forgotten = 0
        self._fingerprints = self._terms = self._ids = self._vouching = b""

    @classmethod
    async def opened(cls, table: KeyTable, wrapper: KeyWrapper | Path, ledger: str) -> Self:
        """Return the keys of a ledger, ready for use.

        If `wrapper` is the path of a key file, the file is made with the ledger's first key. Raises
        KeyFileError if it is missing later, and UnwrapError if another wrapper wrapped the keys.
        """
        if isinstance(wrapper, Path):
            begun = SECRET in await table.keys([SECRET])
            wrapper = KeyFile.read(wrapper) if begun else KeyFile.make(wrapper)
        keys = cls(table, wrapper, ledger)
        keys._destroyed = await table.destroyed_count()
        unwrapped = await keys._unwrapped([SECRET], make=True)
        keys._fingerprints = _derived(unwrapped[SECRET], b"fingerprints")
        keys._terms = _derived(unwrapped[SECRET], b"terms")
        keys._ids = _derived(unwrapped[SECRET], b"ids")
        keys._vouching = _derived(unwrapped[SECRET], b"vouching")
        return keys

    def again(self, table: KeyTable) -> Self:
        """Return the keys of the same ledger, none of them open, read from a table by other connections."""
        keys = copy(self)
        keys._table, keys._open = table, OrderedDict()  # noqa: SLF001 - of this class
        return keys

    async def ring(self, wanted: Iterable[Pair], *, make: bool = False) -> Keyring:
        """Return a ring with the keys of these subjects and categories.

        With `make`, missing keys are made; otherwise they are left out: such a key was destroyed, or sealed
        nothing yet. Raises KeyDestroyedError if a key to be made was destroyed.
        """
        held: dict[Pair, bytes] = {}
        missing = []
        for pair in dict.fromkeys(wanted):
            key = self._open.get(pair)
            if key is None:
                missing.append(pair)
            else:
                self._open.move_to_end(pair)
                held[pair] = key
        if missing:
            forgotten, unwrapped = -1, dict[Pair, bytes]()
            while forgotten != self._forgotten:
                # One that is destroyed while it is read is not held.
                forgotten = self._forgotten
                unwrapped = await self._unwrapped(missing, make=make)
            held |= unwrapped
            self._open |= unwrapped
            while len(self._open) > self._capacity:
                self._open.popitem(last=False)
        ciphers = {pair: AESGCM(key) for pair, key in held.items()}
        return Keyring(self._ledger, ciphers, self._vouching)

    async def secrets(self, wanted: Iterable[Pair]) -> dict[Pair, bytes]:
        """Return secrets of 32 bytes that are kept among the data keys, made when first asked for.

        Those that were destroyed are left out. Raises KeyDestroyedError for one that is destroyed meanwhile.
        """
        asked = list(dict.fromkeys(wanted))
        kept = await self._unwrapped(asked, make=False)
        missing = [pair for pair in asked if pair not in kept]
        gone = await self._table.destroyed_keys(missing) if missing else set()
        new = [pair for pair in missing if pair not in gone]
        return kept | await self._unwrapped(new, make=True)

    def holds(self, pair: Pair) -> bool:
        """Return whether a key is open here."""
        return pair in self._open

    def forget(self, pairs: Iterable[Pair]) -> bool:
        """Hold these keys no longer: they are read again from the table. Return whether any was held."""
        self._forgotten += 1
        held = [pair for pair in pairs if self._open.pop(pair, None) is not None]
        return bool(held)

    async def notice_destroyed(self) -> bool:
        """Hold no key that was destroyed, by whichever process; return whether any was since last asked."""
        count = await self._table.destroyed_count()
        if count == self._destroyed:
            return False
        self.forget(await self._table.every_destroyed_key())
        self._destroyed = count
        return True

    async def destroyed(self, asked: Iterable[Pair]) -> set[Pair]:
        """Return those of which the key was destroyed, under which nothing can be sealed any more."""
        unopened = [pair for pair in asked if pair not in self._open]
        return await self._table.destroyed_keys(unopened) if unopened else set()

    async def seal_for(self, wanted: Iterable[Pair]) -> Seal:
        """Return a seal for single values of these subjects and categories."""
        return Seal(await self.ring(wanted), self.term)

    def fingerprint(self, content: bytes) -> bytes:
        """Return a keyed hash of 32 bytes that identifies equal content."""
        return hmac.digest(self._fingerprints, content, "sha256")

    def term(self, text: str) -> bytes:
        """Return a search term as a keyed hash of 16 bytes, which reveals only whether terms are equal."""
        return hmac.digest(self._terms, text.encode(), "sha256")[:TERM_BYTES]

    def named(self, *name: object) -> UUID:
        """Return an id derived from a name: always the same, and not guessable from the name."""
        digest = hmac.digest(self._ids, canonical(name), "sha256")
        return UUID(bytes=digest[:16], version=4)

    async def backed_up(self) -> tuple[bytes, datetime | None]:
        """Return the name of the wrapping key in use, and when a backup of it was verified; None if never."""
        name = await self._wrapper.in_use()
        return name, await self._table.key_backup(name)

    async def wrapped_apart(self, key: bytes, place: str) -> bytes:
        """Return a key that is kept outside the key table, wrapped for its place."""
        (wrapped,) = await self._wrapper.wrap([key], [self._apart(place)])
        return wrapped

    async def unwrapped_apart(self, wrapped: bytes, place: str) -> bytes:
        """Return such a key. Raises UnwrapError."""
        (key,) = await self._wrapper.unwrap([wrapped], [self._apart(place)])
        return key

    def _apart(self, place: str) -> bytes:
        return f"{self._ledger} apart {place}".encode()

    async def _unwrapped(self, wanted: Sequence[Pair], *, make: bool) -> dict[Pair, bytes]:
        if not wanted:
            return {}
        if make:
            # Most of these are new; a key that exists or is made elsewhere at once wins.
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
        return context_of(self._ledger, pair)


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"childledger " + purpose).derive(secret)
