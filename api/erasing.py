"""Erasing: what was asked for, approved and cooled is destroyed by the ledger's owner, step by step.

That it starts stands in the file before a key is destroyed, and that it is completed after all is gone. Every
step may be done again: one that was killed goes on from its beginning.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from api.bootstrap import KEY_FILE, Container
from domain.entry import DIRECT, AnyEntry
from domain.event import EVERY_CATEGORY, Category
from domain.events.archive import SCANS
from domain.events.erasure import ErasureCompleted, ErasureRequested, ErasureStarted
from domain.file import File
from domain.joined_files import parts_of
from domain.requested_erasure import RequestedErasure, erased_by, requested_erasures, subjects_of
from domain.scope import scope_of
from domain.when import Days
from ledger.log.leaves import SALT
from ledger.postgres import backup
from ledger.postgres.key_store import KeyStore
from ledger.recording.outcome import Recorded, Refused
from ledger.recording.request import Draft, Recording
from projections.projector.generations import drop_older

AT_ONCE = 1000
"""Requests that are read at a time."""


class ErasureRefusedError(Exception):
    """An erasure is not started, by what rules say against it; or its file moves again and again."""


@dataclass(frozen=True, slots=True)
class ErasedData:
    """What was erased: of which file, by which request, and how many keys and scans went."""

    child: UUID
    request: UUID
    categories: tuple[Category, ...]
    keys: int
    scans: int


async def erasures(container: Container) -> AsyncIterator[tuple[File, RequestedErasure]]:
    """Yield every erasure that was asked for, with its file, in the order of recording."""
    ledger, after, seen = container.ledger, 0, set[UUID]()
    head = (await ledger.head()).position
    while found := await ledger.store.of_types([ErasureRequested.__name__], after, AT_ONCE, head):
        after = found[-1].position
        for stream in dict.fromkeys(each.stream for each in found):
            file = None if stream in seen else await ledger.file(stream)
            seen.add(stream)
            if file is not None:
                for each in requested_erasures(file, await ledger.rulebook_of(file)):
                    yield file, each


async def erase(
    container: Container,
    owner: str,
    file: File,
    erasure: RequestedErasure,
    backups: Collection[Path] = (),
) -> ErasedData:
    """Erase what is due, or go on with what was started, and return what was erased.

    `owner` is the address of the ledger's owner, who alone may destroy a key; in the folders of `backups` the
    copy of the key store is replaced. Raises ErasureRefusedError, BackupError, KeyFileError, ProgramError and
    PaperStoreError; whatever was not done is done the next time.
    """
    stream, request = erasure.entry.stream, erasure.entry
    categories = tuple(sorted(erasure.categories))
    if erasure.started is None:
        joined = tuple(sorted(parts_of(file)))
        begins = ErasureStarted(
            request=request.original,
            categories=categories,
            person=request.event.person,
            joined=() if request.event.person else joined,
        )
        started = await _record(container, file, begins)
    else:
        started = erasure.started
    subjects = subjects_of(started)
    keys = await _destroy(container, owner, [started])
    own = started.event.person is None
    if own:
        for subject in subjects:
            await container.papers.purge(subject, categories)
    if Category.IDENTITY in categories:
        await container.kept_forms.forget_about(subjects)
    await container.shown_pages.forget_all()
    # Earlier generations of the read models are not followed, and keep search terms and rows.
    await drop_older(owner, container.ledger.name, 0)
    for folder in backups:
        key_file = container.settings.data / KEY_FILE
        await backup.renew_keys(owner, container.ledger.name, folder, key_file, lambda _: None)
    scans = sum(len(file.of(kind)) for kind in SCANS if own and kind.seals in categories)
    evidence = ErasureCompleted(request=request.original, keys=keys, scans=scans, copies=len(backups))
    await _record(container, file, evidence)
    return ErasedData(stream, request.original, categories, keys, scans)


async def _destroy(container: Container, owner: str, started: Sequence[AnyEntry]) -> int:
    """Destroy the keys, and the salt of whom nothing else is left; return how many keys."""
    ledger = container.ledger
    pairs = erased_by(started)
    async with KeyStore.entered(owner, ledger.name) as store:
        count = await store.destroy(pairs)
        # The keys are read from the table, not from what is at hand.
        ledger.keys.forget(pairs)
        ledger.repository.cache.clear()
        for subject in {subject for subject, _ in pairs}:
            every = {(subject, str(category)) for category in EVERY_CATEGORY}
            if await ledger.store.destroyed_keys(every) == every:
                await store.destroy([(subject, SALT)])
    return count


async def _record(container: Container, file: File, event: ErasureStarted | ErasureCompleted) -> AnyEntry:
    now = container.clock()
    recording = Recording(
        stream=file.stream,
        kind=file.opened.kind,
        drafts=(Draft(event=event, days=Days.on(container.today())),),
        region=file.region,
        institution=scope_of(file).institution,
        origin=DIRECT,
        recorder=(await container.identity.operator()).recorder,
        key=f"{type(event).__name__} {event.request}",
    )
    match await container.ledger.record(recording, now=now):
        case Recorded(entries):
            return entries[0]
        case Refused() as refused:
            sentences = [str(each.rule.sentence(each.refusal.detail)) for each in refused.refusals]
            raise ErasureRefusedError(" ".join(sentences))
        case _:
            message = "其他人员正在登记，请重试。 Somebody else records in the file; try again."
            raise ErasureRefusedError(message)
