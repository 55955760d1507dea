"""A bundle of one file: its entries as stored, what of them the caller may see, and their proofs in the log.

Whoever has it verifies it without this product, by the program that stands in it. What is personal is shown
with the random bytes that were sealed before it, so that its hash in the entry proves it; no key is given.
"""

import asyncio
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any, Final, TypeAlias
from uuid import UUID

from api.contract.bundle_page import BundlePage
from api.contract.entries import fate, instant, told_to
from api.contract.problems import Problem, invalid
from api.http.bundle_papers import BundlePaper, bundle_papers, opened_paper
from api.http.dependencies import RequestContext, categories_of
from api.identity.permissions import Action
from api.identity.restricted import restricted, unrestricted
from api.witnesses import policy_of
from domain.entry import AnyEntry
from domain.event import Category
from domain.file import File
from domain.joined_files import parts_of
from domain.label import Label
from domain.rulebook import Rulebook
from domain.scope import FileScope
from domain.when import LAST_DAY
from ledger.canonical import Json, canonical
from ledger.codec import mapping
from ledger.codec.messages import InvalidValue
from ledger.codec.split import BLINDING, place
from ledger.log.checkpoint import Checkpoint, Note, NoteError, base64_of
from ledger.log.offline_verifier import FORMAT
from ledger.log.policy import Policy
from ledger.log.publishing import CHECKPOINT, KEY, POLICY, VERIFIER, verifier_text
from ledger.log.transparency_log import ForkError, ProvedLeaf
from ledger.store.append import StoredRow
from ledger.verification import COLUMNS, stream_verified

AT_ONCE: Final = 50
"""Entries of which leaves and proofs are read at once; the tiles of each may have 50 kB."""
ENTRIES: Final = "entries.ndjson"
PAGE: Final = "index.html"
MANIFEST: Final = "bundle.json"

BundleFile: TypeAlias = tuple[str, AsyncIterator[bytes]]
"""A file of a bundle: its path, and its content in pieces, to be read before the next one is asked for."""
_NO_ENTRY: Final = Label("该档案没有这一位置的条目", "the file has no entry at this position")
_LATER: Final = Label("日志没有这么长", "the log is not as long")


@dataclass(frozen=True, slots=True)
class Disclosed:
    """What of a file is shown: entries by position and categories, None for all that the caller may see.

    `since` is the size of a checkpoint that whoever verifies had before; 0 if there is none.
    """

    positions: frozenset[int] | None = None
    categories: frozenset[Category] | None = None
    since: int = 0


@dataclass(slots=True)
class FileBundle:
    """A bundle to be written: the streams of the file, the entries that stand, and the log's note.

    `file` has the entries that are as they were recorded; those that were altered are given as they are
    stored, and nothing of them is opened. `restriction` is the scope of a file of which something is kept
    from the caller.
    """

    request: RequestContext
    file_id: UUID
    file: File
    streams: dict[UUID, list[StoredRow]]
    asked: Disclosed
    note: Note
    last: date
    rulebook: Rulebook
    recorders: dict[UUID, str]
    causes: dict[UUID, UUID]
    policy: Policy
    restriction: FileScope | None = None
    _digests: dict[str, str] = field(default_factory=dict)

    async def members(self) -> AsyncIterator[BundleFile]:
        """Yield the files of the bundle, each to be read before the next one; the manifest comes last."""
        log = self.request.container.transparency_log
        yield CHECKPOINT, _once(str(self.note))
        yield KEY, _once(f"{log.verifier}\n")
        yield POLICY, _once(str(self.policy))
        yield VERIFIER, _once(verifier_text())
        yield ENTRIES, self._lines()
        for name, text in self.rulebook.texts.items():
            yield self._digested(f"rulebook/{name}", _once(text))
        yield self._digested(PAGE, self._page())
        for paper in self._papers():
            if paper.scan is not None and paper.name is not None:
                # What was recorded, so that bytes that are missing or altered are noticed.
                self._digests[paper.name] = paper.scan.event.sha256
                opened = await opened_paper(self.request.container.papers, paper.scan)
                if opened is not None:
                    yield paper.name, opened
        yield MANIFEST, self._manifest()

    @property
    def sees(self) -> frozenset[Category]:
        """The categories that are opened."""
        sees = self.request.sees
        return sees if self.asked.categories is None else sees & self.asked.categories

    def shown(self) -> list[AnyEntry]:
        """Return the entries that are shown, in the order of recording."""
        entries = sorted(self.file.entries.values(), key=lambda each: each.position or 0)
        told = unrestricted(self.file, self.restriction)
        return [each for each in entries if self._chosen(each.position) and self._told(each) and told(each)]

    def _papers(self) -> list[BundlePaper]:
        return bundle_papers(self.file, self.shown(), self.sees)

    def _chosen(self, position: int | None) -> bool:
        return self.asked.positions is None or position in self.asked.positions

    def _told(self, entry: AnyEntry) -> bool:
        """Whether the caller may have an entry as it is stored, which tells all that is not sealed."""
        sees = self.request.sees
        whole = told_to(entry, sees, self.file.entries) == sees
        caused = entry.cause is None or entry.cause in self.causes
        return whole and caused and entry.days.last <= self.last

    async def _lines(self) -> AsyncIterator[bytes]:
        told = {entry.position for entry in self.shown()}
        sound = {entry.position for entry in self.file.entries.values()}
        log = self.request.container.transparency_log
        for number, rows in enumerate(self.streams.values()):
            for start in range(0, len(rows), AT_ONCE):
                piece = rows[start : start + AT_ONCE]
                proved = await log.proved([row.position for row in piece], self.note)
                opened = await self._opened([row for row in piece if row.position in told])
                await self.request.still()
                for row in piece:
                    # What an altered entry is about is not known: who reads all of the file gets it.
                    whole = self.last == LAST_DAY and self.restriction is None
                    altered = row.position not in sound and whole
                    shown = row.position in told or (altered and self._chosen(row.position))
                    line = _leaf_json(proved.get(row.position)) | {"of": number}
                    if shown:
                        line["columns"] = _columns_json(row)
                        line["stored"] = row.body.decode("utf-8", "replace")
                        line["opened"] = opened.get(row.position, [])
                    elif line["leaf"] is None:
                        line["columns"] = {"position": row.position}
                    yield canonical(line) + b"\n"

    async def _opened(self, rows: Sequence[StoredRow]) -> dict[int, list[Json]]:
        """Return the parts that are opened of entries, by position, each with what blinds its hash."""
        documents = {row.position: mapping.load(row.body) for row in rows}
        sees = self.sees
        pairs = {pair for pair in mapping.pairs(documents.values()) if pair[1] in sees}
        ring = await self.request.ledger.keys.ring(pairs)
        opened: dict[int, list[Json]] = {}
        for position, document in documents.items():
            opened[position] = []
            for number, part in enumerate(document["sealed"]):
                pair = (UUID(part["subject"]), part["category"])
                text = ring.open(pair, b64decode(part["bytes"]), place(document)) if pair in pairs else None
                if text is not None:
                    blinding, said = base64_of(text[:BLINDING]), text[BLINDING:].decode()
                    opened[position].append({"part": number, "blinding": blinding, "text": said})
        return opened

    async def _page(self) -> AsyncIterator[bytes]:
        shown, lines = self.shown(), defaultdict(list)
        for paper in self._papers():
            lines[paper.cited.entry.entry_id].append(paper.line())
        count = sum(map(len, self.streams.values()))
        page = BundlePage(self.file_id, self.sees, self.recorders, restricted=self.restriction is not None)
        yield page.head(Checkpoint.read(self.note.text), self.request.now, len(shown), count).encode()
        for entry in shown:
            struck = fate(entry, self.file, self.causes)["struck"]
            papers = lines[entry.entry_id]
            yield page.row(entry, None if struck is None else str(struck), papers).encode()
            await asyncio.sleep(0)
        yield page.tail().encode()

    async def _manifest(self) -> AsyncIterator[bytes]:
        log, size = self.request.container.transparency_log, Checkpoint.read(self.note.text).size
        salts = await log.salts(self.streams)
        since = self.asked.since
        manifest = {
            "format": FORMAT,
            "kind": self.request.kind,
            "file": self.file_id,
            "streams": [
                {
                    "stream": stream,
                    "salt": base64_of(salts[stream]) if stream in salts else None,
                    "version": rows[-1].version,
                }
                for stream, rows in self.streams.items()
            ],
            "made_at": instant(self.request.now),
            "rulebook": self.rulebook.digest,
            "categories": sorted(self.sees),
            "restricted": self.restriction is not None,
            "papers": [paper.told() for paper in self._papers()],
            "consistency": {
                "size": since,
                "hashes": [base64_of(each) for each in await log.consistency(since, size)],
            }
            if since
            else None,
            "files": self._digests,
        }
        yield canonical(manifest) + b"\n"

    def _digested(self, name: str, pieces: AsyncIterator[bytes]) -> BundleFile:
        async def noted() -> AsyncIterator[bytes]:
            hashed = sha256()
            async for piece in pieces:
                hashed.update(piece)
                yield piece
            self._digests[name] = hashed.hexdigest()

        return name, noted()


async def file_bundle(
    request: RequestContext, file_id: UUID, asked: Disclosed, action: Action = Action.EXPORT
) -> FileBundle:
    """Return the bundle of a file with which the caller may do this, noted in the access log.

    A file of which entries were altered has one, too, though nobody can read it. Of a restricted one those
    entries are shown that the caller may be told without a purpose, or all with one. Raises Problem.
    """
    ledger, log = request.ledger, request.container.transparency_log
    scopes = await request.known_scopes([file_id])
    request.check(scopes, file_id, action)
    file = File(file_id).extended((await stream_verified(ledger, file_id)).sound)
    if scopes[file_id].scope is None:
        # What the register does not show is in the charge of whom the entries name that stand.
        request.permitted(file, action)
    others = sorted(parts_of(file) - {file_id})
    for part in others:
        file = file.extended((await stream_verified(ledger, part)).sound)
    streams = {part: await ledger.store.stream_rows(part) for part in (file_id, *others)}
    restriction = await _restriction(request, file, scopes[file_id].scope)
    _check_positions(asked, {row.position for rows in streams.values() for row in rows})
    # What a fork leaves signed is given: it shows what is wrong.
    with suppress(ForkError, NoteError):
        await log.catch_up()
    note = await log.published()
    if note is None:
        raise Problem("unavailable")
    if asked.since > Checkpoint.read(note.text).size:
        raise invalid([InvalidValue("/query/since", _LATER)])
    bundle = FileBundle(
        request,
        file_id,
        file,
        streams,
        asked,
        note,
        request.until(file),
        await ledger.rulebook_of(file),
        await request.recorders(file.entries.values()),
        await request.causes(file.entries.values()),
        await policy_of(request.container.settings, log),
        restriction,
    )
    read = categories_of(bundle.shown()) & bundle.sees
    await request.note({file_id: read}, "bundle")
    return bundle


async def _restriction(request: RequestContext, file: File, known: FileScope | None) -> FileScope | None:
    """Return the scope of a file of which something is kept from the caller, `known` from the register.

    What restricts it may be among the entries that were altered, which must not open it.
    """
    if all(each.stream != file.stream for each in file.entries.values()):
        return None if known is None or not restricted(known) else known
    await request.check_purpose(file, "entries")
    stream = file.opened.stream
    kept = request.restrictions.get(stream)
    if kept is None and known is not None and stream not in request.purposes and restricted(known):
        return known
    return kept


def _check_positions(asked: Disclosed, positions: Collection[int]) -> None:
    unknown = sorted((asked.positions or frozenset()) - {*positions})
    if unknown:
        raise invalid(InvalidValue("/query/position", _NO_ENTRY) for _ in unknown[:1])


def _leaf_json(proved: ProvedLeaf | None) -> dict[str, Any]:
    if proved is None:
        return {"leaf": None, "proof": []}
    return {
        "leaf": proved.leaf.decode("utf-8", "replace"),
        "proof": [b64encode(each).decode() for each in proved.hashes],
    }


def _columns_json(row: StoredRow) -> Json:
    columns: Json = {name: getattr(row, name) for name in COLUMNS}
    return columns | {"position": row.position, "recorded_at": instant(row.recorded_at)}


async def _once(text: str) -> AsyncIterator[bytes]:
    yield text.encode()
