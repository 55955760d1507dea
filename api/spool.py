"""Bodies that wait on disk instead of in memory, sealed."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20

_PART: Final = 256 * 1024
_PRIVATE: Final = 0o600


class Spool:
    """A body in a file that only its owner may read, sealed with a key that stands elsewhere.

    The body is written once, from beginning to end, and may then be read repeatedly. A key seals one body.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, _PRIVATE)
        self._file = os.fdopen(descriptor, "w+b")
        self._cipher = _cipher(key)
        self._sealing = self._cipher.encryptor()
        self.size = 0
        """The number of bytes written."""
        self.line_feeds = 0
        """The number of line feeds among them."""
        self._digest = hashlib.sha256()

    def write(self, part: bytes) -> None:
        """Write the next part. Raises OSError, as when the disk is full."""
        self._file.write(self._sealing.update(part))
        self._digest.update(part)
        self.size += len(part)
        self.line_feeds += part.count(b"\n")

    def flush(self) -> None:
        """Let another process read all that was written. Raises OSError."""
        self._file.flush()

    @property
    def sha256(self) -> str:
        """The SHA-256 of the bytes written, in hexadecimal."""
        return self._digest.hexdigest()

    def parts(self, size: int = _PART) -> Iterator[bytes]:
        """Yield the body in parts of so many bytes."""
        self.flush()
        yield from _unsealed(self._file.fileno(), self._cipher, size)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def spooled(path: Path, key: bytes) -> Iterator[bytes]:
    """Yield a body that was spooled before, part by part. Raises FileNotFoundError."""
    with path.open("rb") as file:
        yield from _unsealed(file.fileno(), _cipher(key))


def _cipher(key: bytes) -> Cipher[None]:
    return Cipher(ChaCha20(key, bytes(16)), mode=None)


def _unsealed(descriptor: int, cipher: Cipher[None], size: int = _PART) -> Iterator[bytes]:
    opening, at = cipher.decryptor(), 0
    while part := os.pread(descriptor, size, at):
        at += len(part)
        yield opening.update(part)
