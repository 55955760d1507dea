"""Where sealed papers lie: in a local folder, or in an S3-compatible store, by a URL.

What lies there is named `<ledger>/<owner>/<hash of the sealed bytes>`. The owner is a keyed hash of a subject
and a category, so that names tell nothing and all that belongs to an erased key can be found without it.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Self
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store, from_url

_PIECE: Final = 1024 * 1024
"""Bytes that are sent or read at a time; a store in parts takes none smaller than five times as many."""
_AT_ONCE: Final = 2
_WAIT: Final = timedelta(seconds=30)
"""How long a store may take to answer one piece."""


class PaperStoreError(Exception):
    """The store of papers is away or refuses; the same may be tried again later."""

    def __str__(self) -> str:
        return (
            "材料存放处无法访问，请检查 CHILDLEDGER_PAPERS 及其权限、凭据。"
            " Where papers lie cannot be reached: see CHILDLEDGER_PAPERS, its permissions and credentials."
        )


class PaperMissingError(Exception):
    """Nothing lies in the store under this name."""


class PaperAddressError(ValueError):
    """The setting does not say where papers lie; the text says what to write, in both languages."""


@dataclass(frozen=True, slots=True)
class StoredPaper:
    """What lies in the store under a name: its bytes as they are sealed, and since when."""

    name: str
    size: int
    since: datetime


class PaperStore:
    """The sealed papers of all ledgers that share it. Everything raises PaperStoreError if it is away."""

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder

    @classmethod
    def at(cls, url: str) -> Self:
        """Return the store at a URL, `file:///folder` or `s3://bucket/prefix`. Raises PaperAddressError.

        Address and credentials of an S3-compatible store come from the environment, by the names that its
        tools read: `AWS_ENDPOINT_URL`, `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`.
        """
        parts = urlsplit(url)
        if parts.scheme == "file" and parts.path.startswith("/") and not parts.netloc:
            return cls.of_folder(Path(unquote(parts.path)))
        if parts.scheme != "s3" or not parts.netloc:
            message = (
                "材料存放处应为 file:///文件夹 或者 s3://存储桶/前缀。"
                " Papers lie in file:///folder or in s3://bucket/prefix."
            )
            raise PaperAddressError(message)
        plainly = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
        found = from_url(url, client_options={"allow_http": plainly, "timeout": _WAIT})
        assert isinstance(found, S3Store)  # noqa: S101 - by its scheme
        return cls(found)

    @classmethod
    def of_folder(cls, folder: Path) -> Self:
        """Return the store in a local folder, which is made, for its owner only, if there is none."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(LocalStore(folder, mkdir=True), folder)

    async def put(self, name: str, file: Path) -> None:
        """Store a file's bytes under a name, durably; until all are there, nothing is."""
        try:
            await obstore.put_async(self._store, name, file, chunk_size=5 * _PIECE, max_concurrency=_AT_ONCE)
            if self._folder is not None:
                await asyncio.to_thread(_settle, self._folder / name)
        except (BaseError, OSError) as error:
            raise PaperStoreError from error

    async def pieces(self, name: str) -> AsyncIterator[bytes]:
        """Yield what lies under a name, piece by piece. Raises PaperMissingError before the first."""
        try:
            found = await obstore.get_async(self._store, name)
            async for piece in found.stream(min_chunk_size=_PIECE):
                yield bytes(piece)
        except FileNotFoundError:
            raise PaperMissingError from None
        except (BaseError, OSError) as error:
            raise PaperStoreError from error

    async def stored(self, prefix: str) -> AsyncIterator[StoredPaper]:
        """Yield everything whose name begins with these whole parts, such as a ledger's."""
        try:
            async for some in obstore.list(self._store, prefix, chunk_size=1000):
                for each in some:
                    yield StoredPaper(each["path"], each["size"], each["last_modified"])
        except (BaseError, OSError) as error:
            raise PaperStoreError from error

    async def remove(self, names: Iterable[str]) -> None:
        """Remove what lies under these names, if anything does."""
        try:
            for name in names:
                with suppress(FileNotFoundError):
                    await obstore.delete_async(self._store, name)
        except (BaseError, OSError) as error:
            raise PaperStoreError from error


def _settle(file: Path) -> None:
    """Let a file and the folders above it outlast a loss of power."""
    for each in (file, file.parent, file.parent.parent):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
