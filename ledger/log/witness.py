"""A witness, which another office runs: it cosigns the checkpoints of logs that only ever grow.

It keeps no entry and no leaf, only the last checkpoint of each log, and never cosigns one that does not begin
with that. The protocol is c2sp.org/tlog-witness.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

from ledger.data_folder import held, replace
from ledger.log.checkpoint import (
    Checkpoint,
    Note,
    NoteError,
    Signature,
    SigningKey,
    VerifierKey,
    base64_of,
    bytes_of,
    number_of,
)
from ledger.log.tree import EMPTY_ROOT, HASH_BYTES, is_consistent

ADD_CHECKPOINT: Final = "/add-checkpoint"
"""Where a witness is asked, below its address."""
MOST_HASHES: Final = 63
"""Hashes of a proof; no tree of which positions can be counted needs more."""
_OLD: Final = "old "


class UnknownLogError(Exception):
    """The witness does not know the log."""


class UnsignedError(Exception):
    """The log has not signed the checkpoint."""


class OtherSizeError(Exception):
    """The checkpoint follows another one than the last that was cosigned, of `size` leaves."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the last cosigned checkpoint has {size} leaves")
        self.size = size


class ForkRefusedError(Exception):
    """The checkpoint is not proved to begin with the last that was cosigned."""


class NoCheckpointRequestError(Exception):
    """A request is not one to add a checkpoint."""


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A request to cosign a checkpoint: the size that it follows, the proof of consistency, and the note."""

    old: int
    proof: Sequence[bytes]
    note: Note

    def __str__(self) -> str:
        """Return the request as it is sent."""
        hashes = "".join(f"{base64_of(each)}\n" for each in self.proof)
        return f"{_OLD}{self.old}\n{hashes}\n{self.note}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a request. Raises NoCheckpointRequestError."""
        head, parted, note = text.partition("\n\n")
        first, *lines = head.split("\n")
        old = number_of(first.removeprefix(_OLD)) if first.startswith(_OLD) else None
        try:
            proof, read = [bytes_of(line) for line in lines], Note.read(note)
        except NoteError:
            raise NoCheckpointRequestError from None
        hashes = len(proof) <= MOST_HASHES and all(len(each) == HASH_BYTES for each in proof)
        if not parted or old is None or not hashes:
            raise NoCheckpointRequestError
        return cls(old, proof, read)


class CheckpointWitness:
    """Cosigns checkpoints of some logs; the last of each is kept in a folder of its own."""

    def __init__(self, key: SigningKey, logs: Iterable[VerifierKey], folder: Path) -> None:
        self._key = key
        self._logs = {each.name: each for each in logs}
        self._folder = folder

    @property
    def verifier(self) -> str:
        """The public key of the witness, as it is published."""
        return str(self._key.verifier)

    def add_checkpoint(self, asked: AddCheckpoint, at: int) -> Signature:
        """Return the cosignature of a checkpoint at an instant in unix seconds; it is kept before that.

        Raises NoCheckpointRequestError, UnknownLogError, UnsignedError, OtherSizeError, ForkRefusedError.
        """
        try:
            checkpoint = Checkpoint.read(asked.note.text)
        except NoteError:
            raise NoCheckpointRequestError from None
        log = self._logs.get(checkpoint.origin)
        if log is None:
            raise UnknownLogError
        try:
            signed = log.verified(asked.note) is not None
        except NoteError:
            signed = False
        if not signed:
            raise UnsignedError
        if asked.old > checkpoint.size:
            raise NoCheckpointRequestError
        path = self._folder / sha256(checkpoint.origin.encode()).hexdigest()
        # Compared and kept in one step, so that of two histories that come at once only one is cosigned.
        with held(path):
            last = self._last(path) or Checkpoint(checkpoint.origin, 0, EMPTY_ROOT)
            if last.size != asked.old or (last.size == checkpoint.size and last.root != checkpoint.root):
                raise OtherSizeError(last.size)
            if not is_consistent(last.size, last.root, checkpoint.size, checkpoint.root, asked.proof):
                raise ForkRefusedError
            replace(path, checkpoint.text.encode())
        return self._key.cosign(checkpoint.text, at)

    def _last(self, path: Path) -> Checkpoint | None:
        try:
            return Checkpoint.read(path.read_text("utf-8"))
        except FileNotFoundError:
            return None
