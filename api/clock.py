"""What time it is: instants in UTC, days in Asia/Shanghai."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final, TypeAlias

WallClock: TypeAlias = Callable[[], datetime]
"""Answers the present instant."""

# Asia/Shanghai since 1991, which needs no time zone database on the machine.
SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")


def utc_now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


def day_of(instant: datetime) -> date:
    """Return the day an instant belongs to in Asia/Shanghai."""
    return instant.astimezone(SHANGHAI).date()
