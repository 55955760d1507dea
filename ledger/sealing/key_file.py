"""The key file: the wrapping keys of a ledger, one a line, the current one first.

Those below are retired: they still unwrap what they wrapped, and must be kept while a copy of the key table
needs them. A line holds 32 bytes in base64: the key itself, or after the address of a key in a token a secret
beside it. A wrapped key names its wrapping key by their hash, and stamps are made with them.
"""

import asyncio
import hmac
import os
import secrets
import stat
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ledger.data_folder import replace
from ledger.sealing.token_key import TokenKey
from ledger.sealing.wrapping import KEY_BYTES, KeyFileError, LocalKey, UnwrapError, WrappingKey

_NAME: Final = 8
"""Bytes with which a wrapped key names its wrapping key."""
_STAMP: Final = b"childledger stamps"
_PRIVATE: Final = 0o600


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One line of a key file: `token` is the address of the key if it stays in a token."""

    secret: bytes = field(repr=False)
    token: str | None = None

    @classmethod
    def new(cls, token: str | None = None) -> Self:
        """Return the line of a new local key, or of a key in a token."""
        return cls(secrets.token_bytes(KEY_BYTES), token)

    @classmethod
    def read(cls, text: str) -> Self:
        """Return a line as it is written. Raises ValueError."""
        *token, secret = text.split()
        line = cls(b64decode(secret, validate=True), *token)
        if len(line.secret) != KEY_BYTES or len(token) > 1:
            message = "neither a key nor the address of one"
            raise ValueError(message)
        return line

    def __str__(self) -> str:
        secret = b64encode(self.secret).decode()
        return secret if self.token is None else f"{self.token} {secret}"

    @property
    def name(self) -> bytes:
        """The 8 bytes by which a wrapped key names this one."""
        return sha256(self.secret).digest()[:_NAME]

    @property
    def key(self) -> WrappingKey:
        """The wrapping key. Raises KeyFileError for the address of a token that cannot be read."""
        return LocalKey(self.secret) if self.token is None else TokenKey.at(self.token)

    def stamp(self, content: bytes) -> bytes:
        """Return a stamp of 32 bytes, which proves possession of the line."""
        key = HKDF(SHA256(), KEY_BYTES, salt=None, info=_STAMP).derive(self.secret)
        return hmac.digest(key, content, "sha256")


class KeyFile:
    """The wrapping keys of one file; a process that has read it follows what another one writes into it."""

    def __init__(
        self, lines: Sequence[KeyLine], path: Path | None = None, written: tuple[int, ...] = ()
    ) -> None:
        """`written` tells one writing of the file from another; without a `path` nothing is followed."""
        self._path = path
        self._take(lines, written)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a key file. Raises KeyFileError."""
        lines, written = _read(path)
        return cls(lines, path, written)

    @classmethod
    def make(cls, path: Path) -> Self:
        """Make a key file with a new key if there is none, and read the file."""
        put_new(path, str(KeyLine.new()))
        return cls.read(path)

    @property
    def lines(self) -> tuple[KeyLine, ...]:
        """The lines, the current one first."""
        return self._lines

    async def in_use(self) -> bytes:
        """Return the name of the current wrapping key."""
        await self._follow()
        return self._lines[0].name

    def with_first(self, line: KeyLine) -> None:
        """Put a line before all others, durably; the caller holds the file. Raises OSError."""
        assert self._path is not None, "only a file that was read is written"  # noqa: S101 - the callers' fault
        lines = (line, *self._lines)
        replace(self._path, "".join(f"{each}\n" for each in lines).encode())
        self._take(lines, _written(self._path.stat()))

    def stamp(self, content: bytes) -> bytes:
        """Return a stamp of 32 bytes, which proves possession of the current line."""
        return self._lines[0].stamp(content)

    def stamped(self, content: bytes, stamp: bytes) -> bool:
        """Return whether a stamp is valid for the content, by any line of the file."""
        return any(hmac.compare_digest(line.stamp(content), stamp) for line in self._lines)

    async def wrap(self, keys: Sequence[bytes], contexts: Sequence[bytes]) -> list[bytes]:
        """Return the keys wrapped by the current wrapping key."""
        await self._follow()
        current = self._lines[0]
        return [current.name + each for each in await self._key(current).wrap(keys, contexts)]

    async def unwrap(self, wrapped: Sequence[bytes], contexts: Sequence[bytes]) -> list[bytes]:
        """Return the keys unwrapped, by any key of the file. Raises UnwrapError."""
        names = {each[:_NAME] for each in wrapped}
        if not names <= self._by_name.keys():
            await self._follow()
        by_name, found = self._by_name, dict[int, bytes]()
        if not names <= by_name.keys():
            raise UnwrapError
        for name in names:
            places = [place for place, each in enumerate(wrapped) if each[:_NAME] == name]
            opened = await self._key(by_name[name]).unwrap(
                [wrapped[place][_NAME:] for place in places], [contexts[place] for place in places]
            )
            found |= zip(places, opened, strict=True)
        return [found[place] for place in range(len(wrapped))]

    def _take(self, lines: Sequence[KeyLine], written: tuple[int, ...]) -> None:
        self._lines, self._written = tuple(lines), written
        self._by_name = {line.name: line for line in self._lines}
        self._keys: dict[bytes, WrappingKey] = {}

    def _key(self, line: KeyLine) -> WrappingKey:
        if line.name not in self._keys:
            self._keys[line.name] = line.key
        return self._keys[line.name]

    async def _follow(self) -> None:
        """Take the file as it is now, if it was written since; one that is away now is no reason to stop."""
        if self._path is None:
            return
        with suppress(OSError, KeyFileError):
            if _written(self._path.stat()) != self._written:
                self._take(*await asyncio.to_thread(_read, self._path))


def lines_of(text: str, where: str) -> list[KeyLine]:
    """Return the lines of a key file's text; `where` names it in the error. Raises KeyFileError."""
    try:
        lines = [KeyLine.read(line) for line in text.splitlines() if line.strip()]
    except (Error, ValueError):
        lines = []
    if not lines:
        message = f"{where} 不是密钥文件。 {where} is not a key file."
        raise KeyFileError(message)
    return lines


def put_new(path: Path, text: str) -> bool:
    """Write a key file unless there is one, durably; return whether it was written."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    written = False
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{text}\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            # A link appears whole or not at all, and never replaces.
            os.link(draft, path)
            written = True
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return written


def _read(path: Path) -> tuple[list[KeyLine], tuple[int, ...]]:
    """Return the lines of a key file, and what tells this writing from another. Raises KeyFileError."""
    try:
        with path.open(encoding="ascii") as file:
            status = os.fstat(file.fileno())
            if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                message = f"{path} 可被他人读取：请 chmod 600。 {path} may be read by others: chmod 600 it."
                raise KeyFileError(message)
            text = file.read()
    except FileNotFoundError:
        message = (
            f"{path} 缺失：请从备份取回，否则一切密封内容都无法读取。"
            f" {path} is missing: bring it back from its backup, or nothing sealed can be read."
        )
        raise KeyFileError(message) from None
    except UnicodeDecodeError:
        text = ""
    return lines_of(text, str(path)), _written(status)


def _written(status: os.stat_result) -> tuple[int, ...]:
    return status.st_ino, status.st_mtime_ns, status.st_size
