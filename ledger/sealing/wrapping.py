"""Wrapping data keys: by a local key file by default, or by a key-management service in its place.

The file holds one key-encryption key a line, the current one first. Those below are retired: they still
unwrap what they wrapped, and must be kept while a copy of the key table needs them.
"""

import hmac
import os
import secrets
import stat
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32
_NAME: Final = 8
"""Bytes with which a wrapped key names its key-encryption key."""
_NONCE: Final = 12
_STAMP: Final = b"childledger stamps"
_PRIVATE: Final = 0o600


class KeyWrapper(Protocol):
    """Wraps data keys, such as a key file or a key service; `contexts` bind each to its place.

    Raises KeyUnavailableError while a key service is away.
    """

    async def wrap(self, keys: Sequence[bytes], contexts: Sequence[bytes]) -> list[bytes]:
        """Return the keys wrapped."""

    async def unwrap(self, wrapped: Sequence[bytes], contexts: Sequence[bytes]) -> list[bytes]:
        """Return the keys unwrapped. Raises UnwrapError for a key that it did not wrap."""


class KeyUnavailableError(Exception):
    """The key service is away: the same keys may be wrapped and unwrapped later."""


class UnwrapError(Exception):
    """A wrapped key cannot be unwrapped: its key-encryption key is missing, or it was altered."""


class KeyFileError(Exception):
    """The key file is missing, is not a key file, or is readable by others than its owner."""


class KeyFile:
    """Wraps data keys by AES-256-GCM under the key-encryption keys of one file."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._ciphers = {sha256(key).digest()[:_NAME]: AESGCM(key) for key in keys}
        self._current = next(iter(self._ciphers))
        self._stamps = [HKDF(SHA256(), KEY_BYTES, salt=None, info=_STAMP).derive(key) for key in keys]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a key file. Raises KeyFileError."""
        try:
            with path.open(encoding="ascii") as file:
                if os.fstat(file.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                    message = (
                        f"{path} 可被他人读取：请 chmod 600。 {path} may be read by others: chmod 600 it."
                    )
                    raise KeyFileError(message)
                keys = [b64decode(line, validate=True) for line in file.read().split()]
        except FileNotFoundError:
            message = (
                f"{path} 缺失：请从备份取回，否则一切密封内容都无法读取。"
                f" {path} is missing: bring it back from its backup, or nothing sealed can be read."
            )
            raise KeyFileError(message) from None
        except (UnicodeDecodeError, Error):
            keys = []
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            message = f"{path} 不是密钥文件。 {path} is not a key file."
            raise KeyFileError(message)
        return cls(keys)

    @classmethod
    def make(cls, path: Path) -> Self:
        """Make a key file with a new key if there is none, and read the file."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                # A link appears whole or not at all, and never replaces.
                os.link(draft, path)
        finally:
            draft.unlink()
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return cls.read(path)

    def stamp(self, content: bytes) -> bytes:
        """Return a stamp of 32 bytes, which proves possession of the current key-encryption key."""
        return hmac.digest(self._stamps[0], content, "sha256")

    def stamped(self, content: bytes, stamp: bytes) -> bool:
        """Return whether a stamp is valid for the content, under any key of the file."""
        return any(hmac.compare_digest(hmac.digest(key, content, "sha256"), stamp) for key in self._stamps)

    async def wrap(self, keys: Sequence[bytes], contexts: Sequence[bytes]) -> list[bytes]:
        """Return the keys wrapped under the current key-encryption key."""
        cipher = self._ciphers[self._current]
        wrapped = []
        for key, context in zip(keys, contexts, strict=True):
            nonce = os.urandom(_NONCE)
            wrapped.append(self._current + nonce + cipher.encrypt(nonce, key, context))
        return wrapped

    async def unwrap(self, wrapped: Sequence[bytes], contexts: Sequence[bytes]) -> list[bytes]:
        """Return the keys unwrapped, by any key of the file. Raises UnwrapError."""
        keys = []
        for each, context in zip(wrapped, contexts, strict=True):
            name, nonce, sealed = each[:_NAME], each[_NAME : _NAME + _NONCE], each[_NAME + _NONCE :]
            try:
                keys.append(self._ciphers[name].decrypt(nonce, sealed, context))
            except (KeyError, InvalidTag):
                message = (
                    "有数据密钥不是由现有密钥文件密封的，请找回原来的密钥文件。"
                    " A data key was not wrapped by the key file at hand: bring the right one back."
                )
                raise UnwrapError(message) from None
        return keys
