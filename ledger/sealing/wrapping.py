"""Wrapping data keys: by a key at hand, or by one that never leaves its token (PKCS#11)."""

import os
from collections.abc import Sequence
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
NONCE: Final = 12
"""Bytes of the nonce before what AES-256-GCM wrapped."""


class WrappingKey(Protocol):
    """One key that wraps data keys; `contexts` bind each to its place."""

    async def wrap(self, keys: Sequence[bytes], contexts: Sequence[bytes]) -> list[bytes]:
        """Return the keys wrapped. Raises KeyUnavailableError."""

    async def unwrap(self, wrapped: Sequence[bytes], contexts: Sequence[bytes]) -> list[bytes]:
        """Return the keys unwrapped. Raises UnwrapError and KeyUnavailableError."""


class KeyWrapper(WrappingKey, Protocol):
    """Wraps data keys by the wrapping key in use, and unwraps them by any that it knows.

    Raises KeyUnavailableError while a key service is away, and UnwrapError for a key that it did not wrap.
    """

    async def in_use(self) -> bytes:
        """Return the name of the wrapping key in use, with which each key that it wraps begins."""


class KeyUnavailableError(Exception):
    """The key service is away: the same keys may be wrapped and unwrapped later."""


class UnwrapError(Exception):
    """A wrapped key cannot be unwrapped: its wrapping key is missing, or it was altered."""

    def __init__(self) -> None:
        super().__init__(
            "有数据密钥不是由现有密钥文件密封的，请找回原来的密钥文件。"
            " A data key was not wrapped by the key file at hand: bring the right one back."
        )


class KeyFileError(Exception):
    """The key file is missing, is not a key file, or is readable by others than its owner."""


class LocalKey:
    """A wrapping key at hand, which wraps by AES-256-GCM."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    async def wrap(self, keys: Sequence[bytes], contexts: Sequence[bytes]) -> list[bytes]:
        """Return the keys wrapped, each under a random nonce."""
        wrapped = []
        for key, context in zip(keys, contexts, strict=True):
            nonce = os.urandom(NONCE)
            wrapped.append(nonce + self._cipher.encrypt(nonce, key, context))
        return wrapped

    async def unwrap(self, wrapped: Sequence[bytes], contexts: Sequence[bytes]) -> list[bytes]:
        """Return the keys unwrapped. Raises UnwrapError."""
        try:
            return [
                self._cipher.decrypt(each[:NONCE], each[NONCE:], context)
                for each, context in zip(wrapped, contexts, strict=True)
            ]
        except InvalidTag:
            raise UnwrapError from None
