"""Processes that work beside this one."""

import gc
import os
import stat
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import connection, get_context
from pathlib import Path
from typing import Final

_STANDARD_ERROR: Final = 2


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


@contextmanager
def forked_process() -> Iterator[ProcessPoolExecutor]:
    """Yield one of `forked_processes`, which does one work after another."""
    with forked_processes(1) as process:
        yield process


@contextmanager
def forked_processes(
    number: int, begin: Callable[[], object] = lambda: None
) -> Iterator[ProcessPoolExecutor]:
    """Yield processes that are as this one is when the first work is given to them; each calls `begin` first.

    Work and answers are pickled, `begin` is not. The work must use no connection, lock or event loop of this
    process; what it leaves in a module stands there for the next. The processes end with this one, and with
    the block; work that has not begun by then is dropped.
    """
    processes = ProcessPoolExecutor(number, get_context("fork"), _begin, (os.getpid(), begin))
    try:
        yield processes
    finally:
        processes.shutdown(wait=False, cancel_futures=True)


def end_with(parent: int, end: Callable[[], object]) -> None:
    """Call `end` in a thread as soon as the parent has ended, however that ends: nobody else would tell."""

    def watch() -> None:
        with suppress(ProcessLookupError):
            connection.wait([os.pidfd_open(parent)])
        end()

    threading.Thread(target=watch, name="parent", daemon=True).start()


def _begin(parent: int, begin: Callable[[], object]) -> None:
    end_with(parent, partial(os._exit, 1))
    gc.freeze()  # What the parent has is not looked through, nor copied by that.
    _let_go_of_sockets()
    begin()


def _let_go_of_sockets() -> None:
    """Keep no connection of the parent open: whoever is at its other end would not hear that it was closed.

    Their numbers stay in use, since objects of the parent have them.
    """
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in [int(each.name) for each in Path("/proc/self/fd").iterdir()]:
        with suppress(OSError):
            if number > _STANDARD_ERROR and stat.S_ISSOCK(os.fstat(number).st_mode):
                os.dup2(nothing, number, inheritable=False)
    os.close(nothing)
