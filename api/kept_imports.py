"""Imports that are kept for a day: their bytes and reports on disk, sealed under a key of each one.

The key stands wrapped in the database, apart from what it opens. With its row it is destroyed, and nobody
opens the files any more, whatever copies there are of either.
"""

import asyncio
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from api.clock import WallClock
from api.spool import Spool, spooled
from domain.event import Category
from domain.label import Label
from domain.limit import Area, limit
from ledger.sealing.keys import Keys
from ledger.store import queries
from ledger.store.pools import Pool

SQL: Final = queries.load("api", "kept_imports.sql")
KEPT_HOURS: Final = limit(
    24,
    Area.IMPORTS,
    Label("导入及其文件保留的小时数", "Hours for which an import and its file are kept"),
    why=Label(
        "足够核对后写入，或者由同事接着办理", "Enough to check it and record it, or for a colleague to go on"
    ),
    beyond=Label("其密钥销毁，不能再打开", "Its key is destroyed, and nobody opens it any more"),
)
MOST_KEPT: Final = limit(
    40,
    Area.IMPORTS,
    Label("保留的导入（每所机构）", "Imports that are kept, of each institution"),
    why=Label("以加密形式存于磁盘", "They are kept on disk, sealed"),
    beyond=Label("最早的不再可查", "The oldest is forgotten"),
)
MOST_BYTES_KEPT: Final = limit(
    512 * 1024 * 1024,
    Area.IMPORTS,
    Label(
        "保留的导入文件的字节数（每所机构）",
        "Bytes of the files of imports that are kept, of each institution",
    ),
    why=Label("磁盘要留给数据库", "The disk is the database's"),
    beyond=Label("最早的不再可查，最新的一份总会保留", "The oldest is forgotten, the newest never"),
)
SEEN_SECONDS: Final = 5.0
"""Seconds between two notes of how far an import has come."""
LOST_AFTER: Final = timedelta(minutes=1)
"""Time without a note after which an import that had not ended was cut off, as by a restart."""
_SWEEP_SECONDS: Final = 600.0
_PRIVATE: Final = 0o600
_NONCE: Final = 12
CUT_OFF: Final = Label(
    "服务中断，导入没有完成。再做一次即可，已写入的不会重复写入。",
    "The service was interrupted before the import was done. Do it once more: nothing is recorded twice.",
)
KeptPart: TypeAlias = Literal["about", "report", "rows"]
"""A sealed file beside an import's bytes: what was handed in, the report, the rows with their outcomes."""
KeptState: TypeAlias = Literal["queued", "running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class KeptImport:
    """An import of the last day, as every process knows it; `sees` are the categories that its starter saw.

    `size` is that of its bytes, `wrapped` its key.
    """

    job: UUID
    institution: UUID
    starter: UUID
    sees: frozenset[Category]
    dry_run: bool
    size: int
    begun_at: datetime
    state: KeptState
    progress: float
    seen_at: datetime
    wrapped: bytes
    cut_off: bool = False
    """Whether nobody goes on with it, though it had not come to its end."""

    @property
    def ended(self) -> bool:
        """Whether it has come to its end."""
        return self.state in {"done", "failed"}


@dataclass(frozen=True, slots=True)
class ImportFiles:
    """The files of one import on disk, under its key."""

    folder: Path
    job: UUID
    key: bytes

    def spool(self) -> Spool:
        """Return a new spool for the bytes that are handed in. Raises OSError."""
        return Spool(self._bytes, self._key_of("bytes"))

    def handed_in(self) -> Iterator[bytes]:
        """Yield the bytes that were handed in. Raises FileNotFoundError."""
        return spooled(self._bytes, self._key_of("bytes"))

    def write(self, part: KeptPart, content: bytes) -> None:
        """Write a part, sealed. Raises OSError."""
        nonce = os.urandom(_NONCE)
        sealed = nonce + AESGCM(self._key_of(part)).encrypt(nonce, content, None)
        path = self._path(part)
        draft = path.with_suffix(".draft")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE), "wb") as file:
            file.write(sealed)
        draft.replace(path)

    def read(self, part: KeptPart) -> bytes | None:
        """Return a part; None if there is none, or it was altered."""
        try:
            sealed = self._path(part).read_bytes()
            return AESGCM(self._key_of(part)).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
        except (FileNotFoundError, InvalidTag):
            return None

    def remove(self) -> None:
        """Remove all files of the import."""
        for path in self.folder.glob(f"{self.job}.*"):
            path.unlink(missing_ok=True)

    def _key_of(self, part: str) -> bytes:
        return sha256(self.key + part.encode()).digest()

    @property
    def _bytes(self) -> Path:
        return self.folder / f"{self.job}.bytes"

    def _path(self, part: KeptPart) -> Path:
        return self.folder / f"{self.job}.{part}"


class KeptImports:
    """The imports of the last day of one ledger."""

    def __init__(
        self, keys: Keys, pools: tuple[Pool, Pool], clock: WallClock, folder: Path, ledger: str
    ) -> None:
        """`pools` are the writer's and the reader's; the files stand in a folder of the ledger."""
        self._keys = keys
        self._writers, self._readers = pools
        self._clock = clock
        self._folder = folder / "imports" / ledger

    def files_for(self, job: UUID) -> ImportFiles:
        """Return the files of a new import, under a new key that nobody else has yet."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return ImportFiles(self._folder, job, secrets.token_bytes(32))

    async def keep(
        self,
        files: ImportFiles,
        *,
        institution: UUID,
        starter: UUID,
        sees: Iterable[Category],
        dry_run: bool,
        size: int,
    ) -> None:
        """Keep an import from now on, and forget what an institution has kept too much of."""
        wrapped = await self._keys.wrapped_apart(files.key, str(files.job))
        now = self._clock()
        about = [files.job, institution, starter, sorted(map(str, sees)), dry_run, size, now, now, wrapped]
        async with self._writers.connection() as connection:
            await connection.execute(SQL["add"], about)
        await self.forget(each.job for each in _too_many(await self.of_institution(institution)))

    async def seen(self, job: UUID, state: KeptState, progress: float) -> None:
        """Note how far an import has come."""
        async with self._writers.connection() as connection:
            await connection.execute(SQL["seen"], [state, progress, self._clock(), job])

    async def one(self, job: UUID) -> KeptImport | None:
        """Return an import of the last day."""
        async with self._readers.connection() as connection:
            cursor = await connection.execute(SQL["one"], [job, self._since()])
            row = await cursor.fetchone()
        return None if row is None else self._kept(row)

    async def of_institution(self, institution: UUID) -> list[KeptImport]:
        """Return the imports of an institution of the last day, the latest first."""
        async with self._readers.connection() as connection:
            cursor = await connection.execute(SQL["of_institution"], [institution, self._since()])
            return [self._kept(row) for row in await cursor.fetchall()]

    async def files(self, kept: KeptImport) -> ImportFiles:
        """Return the files of an import."""
        return ImportFiles(
            self._folder, kept.job, await self._keys.unwrapped_apart(kept.wrapped, str(kept.job))
        )

    async def forget(self, jobs: Iterable[UUID]) -> None:
        """Destroy the keys of imports, and then their files."""
        listed = list(jobs)
        if listed:
            async with self._writers.connection() as connection:
                await connection.execute(SQL["forget"], [listed])
            await asyncio.to_thread(self._unlink, {str(job) for job in listed})

    async def forget_old(self) -> None:
        """Destroy the keys of imports from before the last day, and the files of which nobody has the key."""
        async with self._readers.connection() as connection:
            cursor = await connection.execute(SQL["old"], [self._since()])
            old = [job for (job,) in await cursor.fetchall()]
        await self.forget(old)
        await asyncio.to_thread(self._unlink_older)

    async def sweep(self) -> None:
        """Forget what is old, again and again."""
        while True:
            await self.forget_old()
            await asyncio.sleep(_SWEEP_SECONDS)

    def _since(self) -> datetime:
        return self._clock() - timedelta(hours=KEPT_HOURS)

    def _kept(self, row: Any) -> KeptImport:  # noqa: ANN401 - a row
        job, institution, starter, sees, dry_run, size, begun, state, progress, seen, key = row
        cut_off = state not in {"done", "failed"} and seen < self._clock() - LOST_AFTER
        return KeptImport(
            job=job,
            institution=institution,
            starter=starter,
            sees=frozenset(map(Category, sees)),
            dry_run=dry_run,
            size=size,
            begun_at=begun,
            state="failed" if cut_off else state,
            progress=progress,
            seen_at=seen,
            wrapped=bytes(key),
            cut_off=cut_off,
        )

    def _unlink(self, jobs: set[str]) -> None:
        for path in self._paths():
            if path.name.partition(".")[0] in jobs:
                path.unlink(missing_ok=True)

    def _unlink_older(self) -> None:
        """Remove files that no import can have any more, as when the service ended while they arrived."""
        for path in self._paths():
            with suppress(FileNotFoundError):
                if datetime.now().timestamp() - path.stat().st_mtime > KEPT_HOURS * 3600 * 2:  # noqa: DTZ005 - against the file system's clock
                    path.unlink(missing_ok=True)

    def _paths(self) -> list[Path]:
        return [*self._folder.iterdir()] if self._folder.exists() else []


def _too_many(kept: list[KeptImport]) -> Iterator[KeptImport]:
    """Yield the oldest imports beyond what an institution may keep; none that goes on, and not the newest."""
    size = 0
    for number, each in enumerate(kept):
        size += each.size
        if number and each.ended and (number >= MOST_KEPT or size > MOST_BYTES_KEPT):
            yield each
