"""Why a row is slow: where Python spent its time, and what the backends of PostgreSQL were doing."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from cProfile import Profile
from io import StringIO
from pathlib import PurePath
from pstats import Stats
from typing import Any, Final, Self, TypeVar

import psycopg

T = TypeVar("T")
SHOWN: Final = 14
"""Functions of a profile, by their own time."""
EVERY_SECONDS: Final = 0.005
DOING: Final = """
    SELECT coalesce(wait_event_type || ':' || wait_event, 'running')
      FROM pg_stat_activity
     WHERE state = 'active' AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


async def profiled(
    side: Callable[[], Awaitable[float]], server: str, profile: Callable[[], Awaitable[str]] | None
) -> str:
    """Run a side once more; tell where Python's time went and what PostgreSQL's backends did meanwhile."""
    with _Watching(server) as backends:
        if profile is not None:
            python = await profile()
        else:
            profiler, pool, loop = Profile(), _Profiling(), asyncio.get_running_loop()
            loop.set_default_executor(pool)
            with profiler:
                await side()
            loop.set_default_executor(ThreadPoolExecutor())
            python = told(profiler, *pool.profilers)
    return f"{python}\n{backends.told()}"


def told(*profilers: Profile) -> str:
    """Return the functions that took most time themselves in some threads, without anybody's paths."""
    stats = Stats(*profilers, stream=StringIO())
    total: float = getattr(stats, "total_tt", 0.0)
    lines = [f"Python, {total:.2f} s profiled: own s, calls, function"]
    every: dict[tuple[str, int, str], tuple[int, int, float, float, object]] = getattr(stats, "stats", {})
    for (file, line, name), (_, calls, own, _, _) in sorted(every.items(), key=lambda item: -item[1][2])[
        :SHOWN
    ]:
        where = "/".join(PurePath(file).parts[-2:])
        lines.append(
            f"  {own:8.3f} {calls:9d}  {where}:{line} {name}" if line else f"  {own:8.3f} {calls:9d}  {name}"
        )
    return "\n".join(lines)


class _Profiling(ThreadPoolExecutor):
    """Threads for the event loop, each of whose works is profiled too."""

    def __init__(self) -> None:
        super().__init__()
        self.profilers: list[Profile] = []

    def submit(self, work: Callable[..., T], /, *arguments: Any, **options: Any) -> Future[T]:
        """Queue a work."""
        return super().submit(self._run, work, *arguments, **options)

    def _run(self, work: Callable[..., T], *arguments: Any, **options: Any) -> T:
        profiler = Profile()
        try:
            profiler.enable()
        except ValueError:  # since Python 3.12 only one thread may be profiled
            return work(*arguments, **options)
        try:
            return work(*arguments, **options)
        finally:
            profiler.disable()
            self.profilers.append(profiler)


class _Watching(threading.Thread):
    """Looks every few milliseconds at what each active backend waits for."""

    def __init__(self, server: str) -> None:
        super().__init__(name="watching", daemon=True)
        self._server = server
        self._done = threading.Event()
        self._seen: Counter[str] = Counter()
        self._looks = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self.join()

    def run(self) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            while not self._done.is_set():
                self._looks += 1
                self._seen.update(doing for (doing,) in connection.execute(DOING))
                time.sleep(EVERY_SECONDS)

    def told(self) -> str:
        """Return how many backends were doing what, on average over all looks."""
        parts = (f"{doing} {times / max(self._looks, 1):.2f}" for doing, times in self._seen.most_common(6))
        return "PostgreSQL, backends at a time: " + (", ".join(parts) or "none active")
