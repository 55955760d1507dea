"""Rows of keeping the read models up: all of them from empty, and following who records."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from statistics import median
from time import perf_counter
from typing import Final

from api import follower
from api.bootstrap import Container, open_container
from api.settings import Settings
from api.supervised import Supervised, kept_running
from ledger.store.append import Accepted, Append
from tests.bench import library, stock
from tests.bench.bench import Bench, now
from tests.bench.contest import ROUNDS, Duel, Row
from tests.bench.crowds import p99
from tests.bench.preparing import FILES_OF_A_SAMPLE, appends_of, store_all
from tests.bench.workload import Workload, lengths

FILES_TO_CATCH_UP: Final = 100
STOCK_FILES, STOCK_EACH = 20, 100
WRITERS: Final = 8
TAIL_EACH: Final = 20
"""Entries that each file gets in a round of the live tail."""
TIMES: Final = ROUNDS + 2
SHORT_FILES, SHORT = 200, 50
"""Files into which entries come at a pace, and the entries that each has at first."""
PACE: Final = 500
"""Entries in a second."""
PACED_EACH: Final = 10
"""Entries that each short file gets in a round."""
WANTED_SECONDS: Final = 0.5
PATIENCE_SECONDS: Final = 600.0


@asynccontextmanager
async def catching_up(bench: Bench) -> AsyncIterator[Duel]:
    """All read models from empty to the head, against the library's runner from the first event to the last.

    Each round has a database of its own; what is timed begins with opening the container or the runner.
    """
    workload = _workload(bench, FILES_TO_CATCH_UP)
    async with bench.database() as filled:
        async with open_container(filled, now, follow=False) as container:
            head = await store_all(
                container.ledger.store, await appends_of(list(workload.entries()), container.ledger.keys)
            )
        files, each = bench.of(STOCK_FILES), bench.of(STOCK_EACH)

        async def our_side() -> float:
            async with bench.database(of=_name(filled)) as settings:
                began = perf_counter()
                async with open_container(settings, now) as container:
                    assert await container.projector.reached(head, PATIENCE_SECONDS)
                    return head / (perf_counter() - began)

        async def stock_side() -> float:
            async with bench.database() as settings:
                return await asyncio.to_thread(_stock_from_empty, settings, files, each)

        scale = f"{head} entries in {len(workload.lengths)} files; {files * each} events"
        yield Duel(our_side, stock_side, scale)


def _stock_from_empty(settings: Settings, files: int, each: int) -> float:
    environ = stock.environment(settings, 5)
    app = library.Children(env=environ)
    last = library.fill(app, files, each)
    app.close()
    began = perf_counter()
    with library.running(environ) as reached:
        reached(last)
        return last / (perf_counter() - began)


@asynccontextmanager
async def live_tail(bench: Bench) -> AsyncIterator[Duel]:
    """Eight writers, and all read models following to the last entry, against the library's runner."""
    workload = _workload(bench, FILES_OF_A_SAMPLE)
    each = bench.of(TAIL_EACH)
    first, last = workload.split(each * TIMES)
    entries = list(workload.entries([*first, *last]))
    async with (
        bench.database() as settings,
        open_container(settings, now) as container,
        bench.database() as theirs,
    ):
        appends = await appends_of(entries, container.ledger.keys)
        await _projected(container, await store_all(container.ledger.store, appends[: len(first)]))
        lines = _by_file(appends[len(first) :])
        environ = stock.environment(theirs, WRITERS + 2)
        app = library.Children(env=environ)
        turn = 0

        async def our_side() -> float:
            nonlocal turn
            own = [line[turn * each : (turn + 1) * each] for line in lines]
            turn += 1
            began = perf_counter()
            await asyncio.gather(*(_write(container, own[number::WRITERS]) for number in range(WRITERS)))
            await _projected(container, (await container.ledger.head()).position)
            return len(lines) * each / (perf_counter() - began)

        with library.running(environ) as reached:

            def tail() -> float:
                began = perf_counter()
                reached(library.record_each(app, WRITERS, each * 2))
                return WRITERS * each * 2 / (perf_counter() - began)

            async def stock_side() -> float:
                return await asyncio.to_thread(tail)

            spread = f"files of {min(workload.lengths)} to {max(workload.lengths)} entries"
            events = f"{WRITERS * each * 2} events; {WRITERS} writers in the same process"
            yield Duel(our_side, stock_side, f"{len(lines)} {spread} get {each} more; {events}")
        app.close()


@asynccontextmanager
async def on_the_lists(bench: Bench) -> AsyncIterator[Duel]:
    """How long entries that come in at a pace take to be on the lists, which a process apart keeps up."""
    each = bench.of(PACED_EACH)
    files = [SHORT + each * TIMES] * bench.of(SHORT_FILES)
    workload = Workload(files, recorder=bench.recorder, institution=bench.home.institution)
    first, last = workload.split(each * TIMES)
    seen: list[float] = []
    async with (
        bench.database() as settings,
        open_container(settings, now, follow=False, apart=True) as container,
    ):
        appends = await appends_of(list(workload.entries([*first, *last])), container.ledger.keys)
        head, turn = await store_all(container.ledger.store, appends[: len(first)]), 0
        lines = _by_file(appends[len(first) :])
        async with kept_running([Supervised(follower.__name__, settings)]):
            await _projected(container, head)
            assert await container.projector.known_reached(head, PATIENCE_SECONDS)

            async def at_a_pace() -> float:
                nonlocal turn
                own = [line[turn * each : (turn + 1) * each] for line in lines]
                turn += 1
                taken = await _paced(container, [append for day in zip(*own, strict=True) for append in day])
                if turn == 2:
                    seen.clear()
                seen.extend(taken)
                return 1 / p99(taken)

            async def wanted() -> float:
                return 1 / WANTED_SECONDS

            def told() -> str:
                return f"p50 {1000 * median(seen):.0f} ms, p99 {1000 * p99(seen):.0f} ms"

            scale = f"{PACE} entries/s into {len(lines)} files of {SHORT} entries and more"
            yield Duel(at_a_pace, wanted, scale, told=told)


async def _paced(container: Container, appends: Sequence[Append]) -> list[float]:
    """Append at the pace; return how many seconds each entry took from then on until it was on the lists."""
    taken: list[float] = []

    async def append_one(append: Append) -> None:
        verdict = await container.ledger.store.append(append)
        assert isinstance(verdict, Accepted)
        stored = perf_counter()
        await _projected(container, verdict.first_position)
        taken.append(perf_counter() - stored)

    began = perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number, append in enumerate(appends):
            await asyncio.sleep(began + number / PACE - perf_counter())
            tasks.create_task(append_one(append))
    return taken


def _workload(bench: Bench, number: int) -> Workload:
    files = lengths(bench.of(number))
    return Workload(files, recorder=bench.recorder, institution=bench.home.institution)


def _name(settings: Settings) -> str:
    return settings.data.name


def _by_file(appends: Sequence[Append]) -> list[list[Append]]:
    lines: dict[object, list[Append]] = {}
    for append in appends:
        lines.setdefault(append.stream, []).append(append)
    return list(lines.values())


async def _write(container: Container, lines: Sequence[Sequence[Append]]) -> None:
    """Append day by day: each file's next entry, file after file."""
    for day in zip(*lines, strict=True):
        for append in day:
            await container.ledger.store.append(append)


async def _projected(container: Container, position: int) -> None:
    assert await container.projector.reached(position, PATIENCE_SECONDS)


ROWS: Final = (
    Row(
        "catch-up",
        "all read models, catching up from empty",
        "stock ProjectionRunner, one trivial view",
        15,
        "entries/s",
        catching_up,
        rounds=3,
    ),
    Row("live-tail", "all read models, live tail", "same", 2, "entries/s", live_tail),
    Row(
        "on-list",
        "from recorded to on the list, at 500 entries/s",
        "half a second",
        1,
        "/s (1 / p99)",
        on_the_lists,
        rounds=3,
    ),
)
