"""What a process that serves logs."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from io import StringIO

import structlog

from api import logs


@contextmanager
def logged(level: int = logging.INFO) -> Iterator[StringIO]:
    """Log as a process that serves, and give what is logged."""
    configured, root = structlog.get_config(), logging.getLogger()
    handlers, level_before = root.handlers[:], root.level
    with redirect_stderr(StringIO()) as spoken:
        logs.configure(level)
        try:
            yield spoken
        finally:
            structlog.configure(**configured)
            root.handlers[:] = handlers
            root.setLevel(level_before)
