"""The last position seen of a ledger, kept outside its database, by which lost entries are noticed.

A database that was restored from a backup, or replaced by an older one, looks whole, but would assign the
same positions twice. So DATA/last_seen/<ledger> holds the last position seen, the hash of its entry and the
epoch, stamped by the key file. The service writes it about once a second, and never replaces it by an earlier
one.
"""

import asyncio
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final, Self
from uuid import uuid4

import orjson
from pydantic import TypeAdapter, ValidationError

from ledger.data_folder import held, replace
from ledger.sealing.key_file import KeyFile
from ledger.store.append import Head
from ledger.store.store import Store

FOLDER: Final = "last_seen"
EVERY_SECONDS: Final = 1.0


class LastSeenError(Exception):
    """The record of the last position is invalid: the present key file did not stamp it."""


class LostEntriesError(Exception):
    """The ledger is not the one that was last seen: entries are missing or different."""


@dataclass(frozen=True, slots=True)
class SeenHead:
    """A ledger as it was seen: its last position, the SHA-256 of the entry there in hex, and the epoch.

    `recorded_at` is the moment up to which the past was settled; `sha256` is None before the first entry.
    """

    ledger: str
    epoch: int
    position: int
    recorded_at: datetime | None
    sha256: str | None

    @property
    def reached(self) -> tuple[int, int]:
        """The epoch and the position, for comparison."""
        return self.epoch, self.position


@dataclass(frozen=True, slots=True)
class _Stamped:
    seen: SeenHead
    stamp: str

    @classmethod
    def read(cls, text: str | bytes) -> Self:
        return _STAMPED.validate_json(text)  # type: ignore[return-value]


_STAMPED: Final = TypeAdapter(_Stamped)


class LastSeen:
    """The last position seen of one ledger, in the folder `data`, which several processes share."""

    def __init__(self, store: Store, data: Path, ledger: str, key_file: Path) -> None:
        self._store = store
        self.path = data / FOLDER / ledger
        self._ledger = ledger
        self._key_file = key_file
        self._kept: SeenHead | None = None
        self.went_back = False
        """Whether the ledger was found behind the kept position while it was served."""

    @property
    def anybody(self) -> bool:
        """Whether any ledger of this DATA was seen before; only the key file opens its keys."""
        return any("." not in path.name for path in self.path.parent.glob("*"))

    def text(self) -> str | None:
        """Return the text of the file; None if there is none."""
        try:
            return self.path.read_text("utf-8")
        except FileNotFoundError:
            return None

    def seen(self) -> SeenHead | None:
        """Return the head last seen; None if there is none. Raises LastSeenError."""
        text = self.text()
        if text is None:
            return None
        seen = self._believed(text)
        if seen is None:
            message = (
                f"“末次所见”文件 {self.path} 不是由现有密钥文件签署的，请找回原来的密钥文件或该文件。 "
                f"{self.path} was not stamped by the key file at hand: bring the right one back, "
                "or begin a new epoch by `childledger recover --without-witness`."
            )
            raise LastSeenError(message)
        return seen

    async def check(self) -> bool:
        """Compare the ledger with the head last seen; return whether there is one.

        Raises LostEntriesError and LastSeenError.
        """
        seen = self.seen()
        if seen is None:
            return False
        head = await self._store.head()
        if not await self._holds(seen, head):
            message = (
                f"账本 {self._ledger} 缺少已记录的条目：见到第 {seen.epoch} 纪元第 {seen.position} 条，"
                f"数据库在第 {head.epoch} 纪元第 {head.position} 条，或内容不同。若是恢复了备份，"
                "请运行 childledger recover 开始新纪元。 "
                f"The ledger {self._ledger} lacks entries that were recorded: {self.path} saw position "
                f"{seen.position} of epoch {seen.epoch}, and the database has position {head.position} of "
                f"epoch {head.epoch}, or other entries. If a backup was restored, begin a new epoch by "
                "`childledger recover`; else this is the wrong database."
            )
            raise LostEntriesError(message)
        self._expect(seen, head.epoch)
        return True

    async def note(self) -> None:
        """Keep the head of the ledger, if it has moved. Raises LostEntriesError if it went back.

        Also if it has gone on since, from before the kept position: another entry is there then.
        """
        head = await self._store.head()
        reached, kept = (head.epoch, head.position), self._kept
        self.went_back = kept is not None and (
            reached < kept.reached
            or (head.epoch == kept.epoch and await self._digest(kept.position) != kept.sha256)
        )
        if self.went_back:
            message = (
                f"服务期间账本 {self._ledger} 倒退了。"
                f" The ledger {self._ledger} went back while it was being served."
            )
            raise LostEntriesError(message)
        if kept is None or reached != kept.reached:
            seen = await self._see(head)
            await asyncio.to_thread(self.keep, seen)
            self._expect(seen, head.epoch)

    async def follow(self) -> None:
        """Keep the head of the ledger about once a second, until cancelled. Raises LostEntriesError."""
        while True:
            await self.note()
            await asyncio.sleep(EVERY_SECONDS)

    def keep(self, seen: SeenHead) -> None:
        """Write a head to the file atomically, unless the file has a later one."""
        with held(self.path):
            before = self.seen()
            if before is not None and before.reached >= seen.reached:
                return
            stamp = self._key().stamp(_canonical(seen)).hex()
            replace(self.path, orjson.dumps({"seen": asdict(seen), "stamp": stamp}))

    def set_aside(self) -> Path | None:
        """Rename the file, so that a new one can be made; return its new path, None if there is none."""
        with held(self.path):
            aside = self.path.with_name(f"{self.path.name}.{uuid4().hex}.old")
            try:
                return self.path.rename(aside)
            except FileNotFoundError:
                return None

    async def _holds(self, seen: SeenHead, head: Head) -> bool:
        later = [epoch for epoch in await self._store.epochs() if epoch.epoch > seen.epoch]
        if len(later) != head.epoch - seen.epoch:
            return False
        if seen.position > min((epoch.began_after for epoch in later), default=head.position):
            # The loss is known: a later epoch cites a head that is at least as late.
            cited = [self._believed(epoch.last_seen) for epoch in later if epoch.last_seen is not None]
            return any(each is not None and each.reached >= seen.reached for each in cited)
        return await self._digest(seen.position) == seen.sha256

    def _expect(self, seen: SeenHead, epoch: int) -> None:
        """Expect a head from now on, of the ledger's present epoch or of one before it."""
        anew = self._kept is not None and self._kept.epoch < epoch
        self._kept = seen
        if seen.epoch == epoch:
            self._store.expect(seen.position, of_new_epoch=anew)

    async def _see(self, head: Head) -> SeenHead:
        digest = await self._digest(head.position)
        return SeenHead(self._ledger, head.epoch, head.position, head.recorded_at, digest)

    async def _digest(self, position: int) -> str | None:
        """Return the SHA-256 of the entry at a position in hex; None if there is none."""
        there = await self._store.read(position - 1, 1, through=position)
        return sha256(there[0].body).hexdigest() if there else None

    def _believed(self, text: str) -> SeenHead | None:
        try:
            stamped = _Stamped.read(text)
            stamp = bytes.fromhex(stamped.stamp)
        except (ValidationError, ValueError):
            return None
        right = stamped.seen.ledger == self._ledger and self._key().stamped(_canonical(stamped.seen), stamp)
        return stamped.seen if right else None

    def _key(self) -> KeyFile:
        return KeyFile.read(self._key_file)


def _canonical(seen: SeenHead) -> bytes:
    settled = None if seen.recorded_at is None else seen.recorded_at.astimezone(UTC)
    return orjson.dumps(asdict(seen) | {"recorded_at": settled}, option=orjson.OPT_SORT_KEYS)
