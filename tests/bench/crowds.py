"""The rows of many at once: how long readers and writers wait, and who reads beside a heavy reader."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import count, cycle
from statistics import quantiles
from time import perf_counter
from typing import Final
from uuid import UUID, uuid4

from api.bootstrap import Container, open_container
from api.identity.permissions import Role
from api.identity.reading_reasons import HEADER, ReadingReason
from domain.events.care import CareModeAssigned
from tests.bench.bench import Bench
from tests.bench.contest import Duel, Row
from tests.bench.posting import CREATED, DONE, Request, answered, caught_up, serving
from tests.bench.preparing import appends_of, store_all
from tests.bench.workload import Workload
from tests.support.given import some
from tests.support.http_given import sent

READERS, WRITERS = 64, 16
SHORT, LONG = 20, 4
OF_SHORT, OF_LONG = 60, 1000
"""Entries of the files: of short ones, which the light requests read, and of long ones."""
READS: Final = 400
WORKERS: Final = 2
"""Processes that answer where somebody asks for what is heavy, as it is recommended."""
EACH: Final = 25
"""Reads of each of many readers in a round."""
REASON: Final = f"{HEADER}: {ReadingReason.SUPERVISION}\r\n"
EVENT: Final = sent("2024-03-06", some(CareModeAssigned))


@dataclass(frozen=True, slots=True)
class Crowd:
    """A service, whose files these are, and the token of each of those who ask.

    All files are there from the position `begun` on; `head` is the last one.
    """

    port: int
    begun: int
    head: int
    files: Sequence[UUID]
    tokens: Sequence[str]

    @property
    def short(self) -> Sequence[UUID]:
        """The short files."""
        return self.files[:SHORT]

    @property
    def long(self) -> Sequence[UUID]:
        """The long files."""
        return self.files[SHORT:]


@asynccontextmanager
async def a_crowd(bench: Bench, workers: int) -> AsyncIterator[Crowd]:
    """Serve a few files to many people, each with a token of their own."""
    lengths = [*([bench.of(OF_SHORT)] * SHORT), *([bench.of(OF_LONG)] * LONG)]
    workload = Workload(lengths, recorder=bench.recorder, institution=bench.home.institution)
    async with bench.database() as settings:
        async with open_container(settings, follow=False) as container:
            appends = await appends_of(list(workload.entries()), container.ledger.keys)
            head = await store_all(container.ledger.store, appends)
            tokens = [await _token(container, bench, number) for number in range(READERS + WRITERS + 1)]
        positions = range(head - len(appends) + 1, head + 1)
        begun = max(at for at, each in zip(positions, appends, strict=True) if each.expected == 0)
        files = [workload.stream(number) for number in range(len(lengths))]
        async with serving(settings, workers=workers) as port:
            await caught_up(port, tokens[-1], head)
            yield Crowd(port, begun, head, files, tokens)


async def _token(container: Container, bench: Bench, number: int) -> str:
    member = await container.identity.add_member(
        f"第{number}人", Role.SUPERVISOR, institution=bench.home.institution
    )
    return await container.identity.issue(member.user, days=1, purpose="bench")


def reading(child: UUID) -> Request:
    """Return the reading of a file's status."""
    return Request(f"/children/{child}", "reads", method="GET", more=REASON)


def recording(child: UUID) -> Request:
    """Return the recording of an event in a file."""
    return Request(f"/children/{child}/events", uuid4().hex, EVENT)


async def asked(crowd: Crowd, token: str, requests: Sequence[Request], wanted: bytes = DONE) -> list[float]:
    """Ask one after another over a connection; return the seconds that each answer took."""
    reader, writer = await asyncio.open_connection("127.0.0.1", crowd.port)
    taken: list[float] = []
    for request in requests:
        began = perf_counter()
        head, body = await answered(reader, writer, request.bytes(token))
        taken.append(perf_counter() - began)
        assert head.startswith(wanted), (head, body[:500])
    writer.close()
    await writer.wait_closed()
    return taken


def p99(seconds: Sequence[float]) -> float:
    """Return what 99 of 100 took at most."""
    return quantiles(seconds, n=100)[98]


def _told(name: str, seconds: Sequence[float]) -> str:
    cuts = quantiles(seconds, n=100)
    return f"{name} p50 {cuts[49] * 1000:.1f} ms, p99 {cuts[98] * 1000:.1f} ms"


@asynccontextmanager
async def with_writers(bench: Bench) -> AsyncIterator[Duel]:
    """64 who read files, each with a token and a connection of their own, while 16 record in others."""
    each, many, few = bench.of(EACH), bench.of(READERS), bench.of(WRITERS)
    seen: dict[str, list[float]] = {"readers": [], "writers": [], "readers alone": []}
    async with a_crowd(bench, 1) as crowd:
        read = [[reading(child)] * each for child, _ in zip(cycle(crowd.short), range(many), strict=False)]

        async def readers(name: str) -> float:
            began = perf_counter()
            lines = zip(crowd.tokens, read, strict=False)
            for seconds in await asyncio.gather(*(asked(crowd, token, line) for token, line in lines)):
                seen[name] += seconds
            return many * each / (perf_counter() - began)

        async def write(number: int, ended: asyncio.Event) -> None:
            child = crowd.long[number % len(crowd.long)]
            while not ended.is_set():
                seen["writers"] += await asked(
                    crowd, crowd.tokens[READERS + number], [recording(child)], CREATED
                )

        async def beside_writers() -> float:
            ended = asyncio.Event()
            writing = [asyncio.create_task(write(number, ended)) for number in range(few)]
            rate = await readers("readers")
            ended.set()
            await asyncio.gather(*writing)
            return rate

        def told() -> str:
            return ", ".join(_told(name, seconds) for name, seconds in seen.items())

        scale = f"{many} readers of short files, {few} writers in files of {bench.of(OF_LONG):,} entries"
        yield Duel(beside_writers, partial(readers, "readers alone"), scale, told=told)


Heavy = Callable[[Crowd], Iterator[Request]]


def the_feed(_: Crowd) -> Iterator[Request]:
    """Read all entries, again and again."""
    while True:
        yield Request("/entries", "feed", method="GET", more=f"{REASON}Connection: close\r\n")


def long_files(crowd: Crowd) -> Iterator[Request]:
    """Read the status of long files as of earlier and earlier days, of which no folded file is at hand."""
    for number, child in zip(count(), cycle(crowd.long), strict=False):
        path = f"/children/{child}?known_at={crowd.head - number % (crowd.head - crowd.begun + 1)}"
        yield Request(path, "long", method="GET", more=f"{REASON}Connection: close\r\n")


def dry_runs(crowd: Crowd) -> Iterator[Request]:
    """Try events in long files."""
    for child in cycle(crowd.long):
        path = f"/children/{child}/events?dry_run=true"
        yield Request(path, uuid4().hex, EVENT, more="Connection: close\r\n")


@asynccontextmanager
async def beside(bench: Bench, heavy: Heavy, what: str) -> AsyncIterator[Duel]:
    """One who reads short files, while another does what is heavy without a pause."""
    reads = bench.of(READS)
    seen: dict[str, list[float]] = {"beside it": [], "alone": []}
    async with a_crowd(bench, WORKERS) as crowd:
        lines = [reading(child) for child, _ in zip(cycle(crowd.short), range(reads), strict=False)]
        heavily = heavy(crowd)

        async def alone(name: str = "alone") -> float:
            seconds = await asked(crowd, crowd.tokens[0], lines)
            seen[name] += seconds
            return 1 / p99(seconds)

        async def beside_it() -> float:
            working = asyncio.create_task(_ask_on(crowd, heavily))
            rate = await alone("beside it")
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working
            return rate

        def told() -> str:
            return ", ".join(_told(name, seconds) for name, seconds in seen.items())

        yield Duel(beside_it, alone, f"{reads} readings of short files; {what}", told=told)


async def _ask_on(crowd: Crowd, requests: Iterator[Request]) -> None:
    """Ask, each over a connection of its own, and read what is answered to its end."""
    for request in requests:
        reader, writer = await asyncio.open_connection("127.0.0.1", crowd.port)
        try:
            writer.write(request.bytes(crowd.tokens[-1]))
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(DONE), head
            while await reader.read(65536):
                pass
        finally:
            writer.close()


_HEAVY: Final[Sequence[tuple[str, Heavy, str]]] = (
    ("feed", the_feed, "a feed of all entries"),
    ("file", long_files, "files of 1,000 entries, as known earlier"),
    ("dry-run", dry_runs, "dry runs in files of 1,000 entries"),
)

ROWS: Final = (
    Row(
        "crowd",
        "64 readers beside 16 writers",
        "the readers alone",
        0.3,
        "reads/s",
        with_writers,
    ),
    *(
        Row(
            f"beside-{name}",
            f"a light read beside {what}, {WORKERS} processes",
            "alone",
            0.5,
            "/s (1 / p99)",
            partial(beside, heavy=heavy, what=what),
        )
        for name, heavy, what in _HEAVY
    ),
)
