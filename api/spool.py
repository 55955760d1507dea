"""Bodies that wait on disk instead of in memory, sealed, and deleted once they are not needed."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final, Self

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20

_PART: Final = 256 * 1024


class Spool:
    """A body in an unnamed file, sealed with a key that only this process has, in memory.

    The body is written once, from beginning to end, and may then be read repeatedly.
    """

    def __init__(self, folder: Path) -> None:
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115 - closed by `close`
        self._cipher = Cipher(ChaCha20(os.urandom(32), bytes(16)), mode=None)
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

    @property
    def sha256(self) -> str:
        """The SHA-256 of the bytes written, in hexadecimal."""
        return self._digest.hexdigest()

    def parts(self) -> Iterator[bytes]:
        """Yield the body part by part."""
        opening = self._cipher.decryptor()
        self._file.flush()
        at = 0
        while part := os.pread(self._file.fileno(), _PART, at):
            at += len(part)
            yield opening.update(part)

    def close(self) -> None:
        """Delete the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
