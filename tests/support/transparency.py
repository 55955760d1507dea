"""A ledger's store with its transparency log, as one process opens it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import orjson

from ledger.log import tree
from ledger.log.checkpoint import Checkpoint, VerifierKey
from ledger.log.leaves import EntryRows
from ledger.log.transparency_log import TransparencyLog
from ledger.postgres.migrate import DEFAULT_LEDGER
from ledger.sealing.key_file import KeyFile
from ledger.sealing.keys import Keys
from ledger.store.pools import Pool
from ledger.store.store import Store
from tests.support.ledgers import Urls, an_append, store_of


class OpenedLog:
    """A ledger's store with its log."""

    def __init__(self, store: Store, log: TransparencyLog) -> None:
        self.store = store
        self.log = log

    async def record(self, count: int, stream: UUID | None = None, expected: int = 0) -> None:
        """Append that many entries to a stream."""
        await self.store.append(an_append(stream or uuid4(), expected, entries=count))

    async def caught_up(self) -> Checkpoint:
        """Let the log grow to its end and sign it; return the checkpoint."""
        await self.log.catch_up()
        note = await self.log.published()
        assert note is not None
        assert VerifierKey.read(self.log.verifier).verified(note) == 0
        return Checkpoint.read(note.text)

    async def leaf(self, position: int) -> dict[str, object]:
        """Return what a leaf says, once its proof is verified."""
        proof, leaf = await self.log.proof(position), await self.log.leaf_at(position)
        assert proof is not None
        assert leaf is not None
        checkpoint = Checkpoint.read(proof.note.text)
        hashed = tree.leaf_hash(leaf)
        root = tree.root_of_inclusion(hashed, position - 1, checkpoint.size, proof.hashes)
        assert root == checkpoint.root
        said: dict[str, object] = orjson.loads(leaf)
        return said


@asynccontextmanager
async def opened_log(urls: Urls, data: Path) -> AsyncIterator[OpenedLog]:
    """Open a ledger as one process does."""
    async with (
        store_of(urls) as store,
        Pool(urls.writer, 1) as writers,
        Pool(urls.reader, 2) as readers,
    ):
        keys = await Keys.opened(store, KeyFile.make(data / "key"), DEFAULT_LEDGER)
        log = await TransparencyLog.opened(EntryRows((writers, readers)), store, keys, DEFAULT_LEDGER, data)
        yield OpenedLog(store, log)
