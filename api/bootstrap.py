"""The container: the components of an app, opened and closed in order, and assembled only here."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import structlog

from api.budgets import Budgets
from api.clock import WallClock, day_of, utc_now
from api.database import Addresses, addresses
from api.follower_state import follower_state
from api.identity.access_log import AccessLog
from api.identity.directory import Identity
from api.identity.identity_links import IdentityLinks
from api.identity.kept_forms import KeptForms
from api.identity.logins import Logins
from api.identity.mail_addresses import MailAddresses
from api.identity.passwords import PasswordHashing
from api.identity.recorded_types import RecordedTypes
from api.identity.second_factors import SecondFactors
from api.identity.sessions import Sessions
from api.identity.shown_pages import ShownPages
from api.issuing.kept_reports import KeptReports
from api.jobs import Jobs
from api.kept_imports import SEEN_SECONDS, KeptImports
from api.metrics import Metrics
from api.settings import Settings
from api.tail import Tail
from api.witnesses import AskedWitnesses, policy_of
from domain.rulebook import Rulebook
from ledger.ledger import Ledger
from ledger.log.last_seen import LastSeen
from ledger.log.leaves import AccessRows, EntryRows
from ledger.log.transparency_log import TransparencyLog
from ledger.papers.kept_papers import KeptPapers
from ledger.papers.paper_store import PaperStore
from ledger.postgres.check import AlteredError
from ledger.sealing.key_file import KeyFile
from ledger.sealing.keys import Keys
from ledger.store.pools import PATIENCE, Pool
from ledger.store.store import Store
from ledger.tasks import cancel_all
from projections import READ_MODELS, activity
from projections.projector.generations import prepare
from projections.projector.projector import RESTED, RESTED_APART, Projector

log = structlog.get_logger()
KEY_FILE: Final = "master.key"
_AGAIN_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Container:
    """The components for routes and commands; `readers` reads the read models in the ledger's reader role."""

    settings: Settings
    addresses: Addresses
    clock: WallClock
    ledger: Ledger
    projector: Projector
    readers: Pool
    identity: Identity
    logins: Logins
    sessions: Sessions
    second_factors: SecondFactors
    identity_links: IdentityLinks
    kept_forms: KeptForms
    shown_pages: ShownPages
    recorded_types: RecordedTypes
    mail_addresses: MailAddresses
    access: AccessLog
    metrics: Metrics
    jobs: Jobs
    kept_imports: KeptImports
    kept_reports: KeptReports
    papers: KeptPapers
    last_seen: LastSeen
    transparency_log: TransparencyLog
    """That of the entries."""
    log_of_accesses: TransparencyLog
    tail: Tail
    budgets: Budgets
    following: bool = True
    """Whether the read models follow the ledger, in this process or in another one of the service."""
    apart: bool = False
    """Whether another process does so: what it finds stands in DATA (`follower_state`)."""
    thumbnailing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """The turns of thumbnails, each of which takes a process."""
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a page opens a file, from the last look for the same child until it is opened."""

    def today(self) -> date:
        """Return the present day in Asia/Shanghai."""
        return day_of(self.clock())

    def is_forked(self, log: TransparencyLog) -> bool:
        """Return whether who follows a log found that it does not begin with what was signed or cosigned."""
        if self.apart:
            return log.origin in follower_state(self.settings.data).forked
        return log.forked or bool(log.refused_by)


@asynccontextmanager
async def open_container(
    settings: Settings,
    clock: WallClock = utc_now,
    *,
    follow: bool = True,
    apart: bool = False,
    altered: Callable[[AlteredError], None] | None = None,
) -> AsyncIterator[Container]:
    """Open database, ledger, keys, directory, access log and read models; close them at the end.

    Unless `follow`, this process updates neither read models nor logs nor counts; another one may. Where that
    is done `apart` from answering, another process of the service does, or this one does nothing else. That
    the schema was altered is told to `altered`, where that is given; no container is opened otherwise.
    """
    name, rulebook = settings.ledger, Rulebook.shipped()
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(addresses(settings, altered=altered))
        if database.owner is not None:
            await prepare(database.owner, name, READ_MODELS, rulebook.digest)
            await activity.make_table(database.owner, name)
        metrics = Metrics()
        store = Store(
            database.writer, database.reader, name, readers=settings.readers, observed=metrics.appended
        )
        await stack.enter_async_context(store)
        key_file = settings.data / KEY_FILE
        last_seen = LastSeen(store, settings.data, name, key_file)
        seen_before = await last_seen.check()
        if last_seen.anybody:
            # Fail if the key file is missing: a new one would make every sealed value unreadable.
            KeyFile.read(key_file)
        keys = await Keys.opened(store, key_file, name)
        ledger = Ledger(store, keys, rulebook, name, at_hand=settings.entries_at_hand)
        await ledger.check_format()
        await last_seen.note()
        stack.push_async_callback(_left_in_order, last_seen.note)
        if not seen_before and (position := (await store.head()).position):
            log.warning(
                "not seen before: what was lost until now is not known",
                position=position,
            )
        readers = await stack.enter_async_context(Pool(database.reader, settings.readers))
        writers = await stack.enter_async_context(Pool(database.writer, 2))
        identity = Identity(ledger, writers, readers, clock)
        stack.push_async_callback(_left_in_order, identity.write_used)
        hashing = PasswordHashing(memory_kib=settings.password_memory_kib, passes=settings.password_passes)
        logins = Logins(identity, ledger, writers, clock, hashing, metrics.signed_in)
        sessions = Sessions(
            identity,
            logins,
            ledger,
            (writers, readers),
            clock,
            idle=timedelta(minutes=settings.session_idle_minutes),
            life=timedelta(hours=settings.session_hours),
        )
        access = AccessLog(writers, readers, clock)
        stack.push_async_callback(_left_in_order, access.close)
        rested = RESTED_APART if apart else RESTED
        projector = Projector(ledger, readers, READ_MODELS, rested=rested)
        # So that built read models serve the first request already.
        await projector.start()
        jobs = Jobs()
        kept_imports = KeptImports(keys, (writers, readers), clock, settings.data, name)
        logs = [
            await TransparencyLog.opened(rows((writers, readers)), store, keys, name, settings.data)
            for rows in (EntryRows, AccessRows)
        ]
        await _ask_witnesses(settings, logs)
        papers = await asyncio.to_thread(_papers, settings, keys)
        works = [_follow(projector), projector.run_known, kept_imports.sweep] if follow else []
        works += [each.follow for each in logs] if follow else []
        works += [projector.watch] if apart and not follow else []
        works += [_noting(jobs, kept_imports), ledger.notice_destroyed_keys]
        await stack.enter_async_context(_kept([*works, identity.keep_used, last_seen.follow]))
        if follow:
            await stack.enter_async_context(activity.counting(database.reader, name))
        tail = Tail(ledger, projector, readers)
        stack.push_async_callback(tail.close)
        stack.push_async_callback(jobs.close)
        yield Container(
            settings,
            database,
            clock,
            ledger,
            projector,
            readers,
            identity,
            logins,
            sessions,
            SecondFactors(identity, ledger, writers, clock, required=settings.second_factor == "required"),
            IdentityLinks(ledger, writers, clock),
            KeptForms(ledger, (writers, readers), clock),
            ShownPages(ledger, (writers, readers), clock),
            RecordedTypes((writers, readers)),
            MailAddresses(ledger, (writers, readers)),
            access,
            metrics,
            jobs,
            kept_imports,
            KeptReports((writers, readers)),
            papers,
            last_seen,
            logs[0],
            logs[1],
            tail,
            Budgets(),
            following=follow or apart,
            apart=apart and not follow,
        )


def _papers(settings: Settings, keys: Keys) -> KeptPapers:
    """Open where papers lie. Raises PaperAddressError."""
    store = PaperStore.at(settings.paper_url)
    papers = KeptPapers(store, keys, settings.ledger, settings.data / "arriving" / settings.ledger)
    papers.forget_arrivals()
    return papers


async def _ask_witnesses(settings: Settings, logs: Iterable[TransparencyLog]) -> None:
    """Let logs be cosigned by the witnesses of the policy, if there is one. Raises PolicyError, OSError."""
    for own in logs:
        if witnesses := (await policy_of(settings, own)).witnesses:
            own.cosign = AskedWitnesses(own, witnesses).cosigned


async def _left_in_order(work: Callable[[], Awaitable[None]]) -> None:
    """Finish a task while the container closes; the database may be lost by then, or hang."""
    try:
        async with asyncio.timeout(PATIENCE):
            await work()
    except Exception as error:  # noqa: BLE001 - logged: closing continues
        log.warning("left undone", work=work.__qualname__, error=type(error).__name__)


def _follow(projector: Projector) -> Callable[[], Awaitable[None]]:
    async def follow() -> None:
        await projector.start()
        await projector.run()

    return follow


def _noting(jobs: Jobs, kept: KeptImports) -> Callable[[], Awaitable[None]]:
    """Return what notes again and again how far the imports have come that go on here."""

    async def note() -> None:
        while True:
            for job in jobs.going_on:
                await kept.seen(job.job, job.state, job.progress)
            await asyncio.sleep(SEEN_SECONDS)

    return note


@asynccontextmanager
async def _kept(works: Iterable[Callable[[], Awaitable[None]]]) -> AsyncIterator[None]:
    """Run tasks beside the block, and restart one that fails, as when the database is unavailable."""

    async def keep(work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - logged and retried
                log.warning("begun again", work=work.__qualname__, error=type(error).__name__)
                await asyncio.sleep(_AGAIN_SECONDS)

    tasks = [asyncio.create_task(keep(work)) for work in works]
    try:
        yield
    finally:
        await cancel_all(tasks)
