"""Every test ends: what hangs fails by name, also while it is torn down, and the next one follows.

pytest-timeout sees to the test itself (`timeout` in pyproject.toml) and leaves off once it has failed. What
was opened for it may hang as it did, for the same lock or server, so taking it down has as much time again,
step by step.
"""

import signal
from collections.abc import Generator
from typing import Any, Final

import pytest

AGAIN: Final = 10.0
"""Seconds after which what has failed for its time, and is run once more to be shown, fails again."""


@pytest.hookimpl(wrapper=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> Generator[None, object, object]:
    """Let a test end again that is run again, as hypothesis runs the example that failed."""
    done = yield
    if settings.method == "signal":
        signal.setitimer(signal.ITIMER_REAL, settings.timeout, min(settings.timeout, AGAIN))
    return done


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Let no step of taking down a test last longer than a test may."""
    seconds = float(item.config.getoption("timeout") or item.config.getini("timeout") or 0)

    def end(*_: object) -> None:
        pytest.fail(f"not torn down within {seconds:g} seconds")

    signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
