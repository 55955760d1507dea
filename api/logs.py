"""Logging: one line of JSON each, to standard error, without personal data.

A request is logged by the template of its route, never by its path or query. An exception is logged by its
type and its traceback, never by its message, which may quote input.
"""

import logging
import sys
import traceback
from collections.abc import Callable, MutableMapping
from typing import Any

import orjson
import structlog


def configure(level: int = logging.INFO) -> None:
    """Configure the logging of this process in this way, also of other libraries."""
    shared: list[Callable[..., Any]] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        where,
    ]
    render = structlog.processors.JSONRenderer(_dumps)
    structlog.configure(
        processors=[*shared, render],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[template, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # psycopg's own levels; the eventsourcing library's module for PostgreSQL silences them on import.
    logging.getLogger("psycopg").setLevel(logging.WARNING)
    logging.getLogger("psycopg.pool").setLevel(logging.NOTSET)


def template(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep the template of another library's message, without the values."""
    record: logging.LogRecord = event["_record"]
    event["event"] = str(record.msg).strip().split("\n", 1)[0]
    event["logger"] = record.name
    event.pop("positional_args", None)
    return event


def where(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Log the type and the traceback of an exception."""
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    error = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    if isinstance(error, BaseException):
        event["error"] = type(error).__qualname__
        event["where"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ]
    return event


def _dumps(event: Any, **_: Any) -> str:  # noqa: ANN401 - structlog's own signature
    return orjson.dumps(event, default=lambda value: type(value).__name__).decode()
