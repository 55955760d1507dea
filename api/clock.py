"""The clock: instants in UTC, days in Asia/Shanghai."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final, TypeAlias

WallClock: TypeAlias = Callable[[], datetime]
"""Returns the present instant."""

# The offset of Asia/Shanghai since 1991, without need of a time zone database.
SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")


def utc_now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


def day_of(instant: datetime) -> date:
    """Return the day of an instant in Asia/Shanghai."""
    return instant.astimezone(SHANGHAI).date()
