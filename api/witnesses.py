"""Asking witnesses to cosign what the log has signed, before it is published."""

import asyncio
from collections.abc import Callable, Sequence
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import urlsplit

import structlog

from api.settings import Settings
from ledger.log.checkpoint import Checkpoint, Note, NoteError, Signature, VerifierKey
from ledger.log.policy import NOBODY, Policy, Witness
from ledger.log.transparency_log import TransparencyLog
from ledger.log.witness import ADD_CHECKPOINT, AddCheckpoint

log = structlog.get_logger()
SECONDS: Final = 3.0
"""The longest wait for a witness; what it does not cosign in time is published without, and asked again."""
_LARGEST: Final = 4096

Post = Callable[[str, str], tuple[int, str]]
"""Sends a body to an address, and returns the status and the text of the answer. Raises OSError."""


async def policy_of(settings: Settings, log: TransparencyLog) -> Policy:
    """Return whom the operator trusts: this log, and the witnesses that the settings name, if any.

    Raises PolicyError, OSError.
    """
    policy = Policy(quorum=NOBODY)
    if settings.log_policy is not None:
        policy = Policy.read(await asyncio.to_thread(settings.log_policy.read_text, "utf-8"))
    policy.logs = [VerifierKey.read(log.verifier)]
    return policy


def post(url: str, body: str) -> tuple[int, str]:
    """Send a body to a witness. Raises OSError and HTTPException."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.netloc, timeout=SECONDS)
    try:
        connection.request("POST", parts.path.rstrip("/") + ADD_CHECKPOINT, body.encode())
        answer = connection.getresponse()
        return answer.status, answer.read(_LARGEST).decode("utf-8", "replace")
    finally:
        connection.close()


class AskedWitnesses:
    """The witnesses of one log that have an address, by name."""

    def __init__(self, own: TransparencyLog, witnesses: dict[str, Witness], send: Post = post) -> None:
        self._own = own
        self._asked = {name: each for name, each in witnesses.items() if each.url is not None}
        self._send = send
        self._sizes = dict.fromkeys(self._asked, 0)

    async def cosigned(self, note: Note) -> list[Signature]:
        """Return the cosignatures of those who have not cosigned a note yet and do so now."""
        wanted = [name for name, each in self._asked.items() if each.key.verified(note) is None]
        found = await asyncio.gather(*(self._ask(name, note) for name in wanted))
        return [signature for signatures in found for signature in signatures]

    async def _ask(self, name: str, note: Note) -> Sequence[Signature]:
        size = Checkpoint.read(note.text).size
        try:
            status, said = await self._add(name, note, size)
            if status == HTTPStatus.CONFLICT and said.strip().isdecimal() and int(said) < size:
                self._sizes[name] = int(said)
                status, said = await self._add(name, note, size)
            if status == HTTPStatus.OK:
                return self._taken(name, note, size, said)
        except (OSError, HTTPException, NoteError, LookupError) as error:
            log.warning("a witness does not answer", witness=name, error=type(error).__name__)
            return []
        ahead = status == HTTPStatus.CONFLICT and said.strip().isdecimal() and int(said) > size
        if not ahead:
            log.warning("a witness refuses", witness=name, status=status)
            if status in {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}:
                self._own.refused_by.add(name)
        return []

    async def _add(self, name: str, note: Note, size: int) -> tuple[int, str]:
        old = min(self._sizes[name], size)
        asked = AddCheckpoint(old, await self._own.consistency(old, size), note)
        url = self._asked[name].url or ""
        async with asyncio.timeout(2 * SECONDS):
            return await asyncio.to_thread(self._send, url, str(asked))

    def _taken(self, name: str, note: Note, size: int, said: str) -> list[Signature]:
        """Return the witness's own valid cosignature of an answer. Raises NoteError."""
        key = self._asked[name].key
        signatures = [Signature.read(line) for line in said.splitlines()]
        own = [each for each in signatures if (each.name, each.key_id) == (key.name, key.key_id)]
        if not own or key.verified(Note(note.text, tuple(own))) is None:
            message = "an answer without the witness's cosignature"
            raise NoteError(message)
        self._sizes[name] = size
        self._own.refused_by.discard(name)
        return own
