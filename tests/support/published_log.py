"""A log as a folder of files, signed and cosigned, made without a database."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import UUID

from ledger.log import tree
from ledger.log.checkpoint import COSIGNATURE, SIGNATURE, Checkpoint, Note, SigningKey
from ledger.log.leaves import EntryRows, LeafForm, moment_of
from ledger.log.publishing import CHECKPOINT, KEY
from ledger.log.tiles import TileNodes, grown, tiles

LOG: Final = SigningKey("childledger.invalid/log", SIGNATURE, bytes(range(32)))
WITNESS: Final = SigningKey("witness.invalid/w1", COSIGNATURE, bytes(range(1, 33)))
POLICY: Final = f"log {LOG.verifier}\nwitness W1 {WITNESS.verifier}\nquorum W1\n"
_BEGAN: Final = datetime(2026, 11, 22, tzinfo=UTC)
_SALT: Final = bytes(32)


def some_leaves(size: int) -> list[bytes]:
    """Return the leaves of that many entries, of three files in turn."""
    form = LeafForm(LOG.verifier.name, EntryRows.pseudonyms)
    leaves: list[bytes] = []
    for position in range(1, size + 1):
        stream = UUID(int=position % 3).bytes
        moment = moment_of(_BEGAN + timedelta(microseconds=position))
        digest = sha256(str(position).encode()).digest()
        row = (position, moment, stream, -(-position // 3), digest)
        leaves += form.leaves([row], {stream: form.pseudonym(stream, _SALT)})
    return leaves


def signed(leaves: Sequence[bytes]) -> Note:
    """Return the checkpoint of leaves, signed by the log and cosigned by the witness."""
    nodes = TileNodes(grown({}, 0, leaves))
    text = Checkpoint(LOG.verifier.name, len(leaves), tree.root(len(leaves), nodes)).text
    return Note(text, (LOG.sign(text), WITNESS.cosign(text, 1_800_000_000)))


def publish_leaves(folder: Path, leaves: Sequence[bytes]) -> None:
    """Write a log of these leaves into a folder."""
    kept = grown({}, 0, leaves)
    for tile in tiles(len(leaves)):
        path = folder / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(kept[tile.place])
    (folder / KEY).write_text(f"{LOG.verifier}\n", "utf-8")
    (folder / CHECKPOINT).write_text(str(signed(leaves)), "utf-8")
