"""Processes that work beside this one."""

import gc
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import connection, get_context


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


@contextmanager
def forked_process() -> Iterator[ProcessPoolExecutor]:
    """Yield a process that is as this one is when the first work is given to it, and does one after another.

    Work and answers are pickled. The work must use no connection, lock or event loop of this process; what it
    leaves in a module stands there for the next. The process ends with this one, and with the block; work
    that has not begun by then is dropped.
    """
    process = ProcessPoolExecutor(1, get_context("fork"), _end_with, (os.getpid(),))
    try:
        yield process
    finally:
        process.shutdown(wait=False, cancel_futures=True)


def end_with(parent: int, end: Callable[[], object]) -> None:
    """Call `end` in a thread as soon as the parent has ended, however that ends: nobody else would tell."""

    def watch() -> None:
        with suppress(ProcessLookupError):
            connection.wait([os.pidfd_open(parent)])
        end()

    threading.Thread(target=watch, name="parent", daemon=True).start()


def _end_with(parent: int) -> None:
    end_with(parent, partial(os._exit, 1))
    gc.freeze()  # What the parent has is not looked through, nor copied by that.
