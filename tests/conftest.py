"""What holds for every test, and where the fixtures stand that any test may ask for."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest

from tests.support.exploring import TIMES, examples
from tests.support.waiting import PATIENCE

# In the background a shell has SIGINT ignored, also by every process that a test starts and interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)
# A busy machine is no fault of the code. What is tried is the same in every run unless one explores.
hypothesis.settings.register_profile(
    "childledger",
    deadline=None,
    print_blob=True,
    derandomize=TIMES == 0,
    max_examples=examples(100),
)
hypothesis.settings.load_profile("childledger")

pytest_plugins = (
    "tests.support.garbage",
    "tests.support.longest_first",
    "tests.support.timeouts",
    "tests.support.folders",
    "tests.support.postgres",
    "tests.support.ledgers",
    "tests.support.client",
    "tests.support.http_given",
    "tests.support.drills",
    "tests.support.demo_server",
    "tests.support.forked_commands",
    "tests.support.chromium",
    "tests.support.read_models",
    "tests.support.registers.counter",
    "tests.support.registers.samples",
)

ANY_DATABASE = frozenset({"chapters", "codec", "console", "importing", "over_http", "sealed"})
"""Shelves about words, rights, files and pages, which ask a database what other tests ask too.

A test there that asks something else is marked `own_statements`.
"""
OWN_STATEMENTS = "own_statements"
COMMANDS = frozenset(
    {
        "test_cli",
        "test_import_killed",
        "test_ledgers_apart",
        "test_log_killed",
        "test_rule_packs",
        "test_service_processes",
        "test_stopping",
        "test_verify_entries",
        "test_what_if",
    }
)
"""Tests on other shelves that do not."""
ON_SESSIONS = frozenset(
    {
        "test_activity",
        "test_append",
        "test_append_trouble",
        "test_generations",
        "test_identity",
        "test_keys",
        "test_migrate",
        "test_projections",
        "test_recorder",
        "test_recorder_children",
        "test_recover",
        "test_roles",
        "test_rotation",
        "test_skip",
        "test_store",
        "test_transparency_log",
    }
)
"""Tests of whoever enters the database by a way of their own, which are repeated behind a pooler."""


def _asks_of_its_own(path: Path) -> bool:
    """Tell whether tests of a module may ask a database what others do not ask."""
    if path.parent.name in ANY_DATABASE:
        return OWN_STATEMENTS in path.read_text("utf-8")
    return path.stem not in COMMANDS


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even read, to repeat tests on another PostgreSQL or behind a pooler, the modules without any."""
    asked = config.option.markexpr
    if not collection_path.name.startswith("test_"):
        return None
    elsewhere = "not any_database" in asked and not _asks_of_its_own(collection_path)
    return elsewhere or (asked == "pooled" and collection_path.stem not in ON_SESSIONS) or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that ask for a database, and of these the ones for another PostgreSQL and a pooler."""
    for item in items:
        if isinstance(item, pytest.Function) and "postgres" in item.fixturenames:
            item.add_marker("database")
            if item.path.stem in ON_SESSIONS:
                item.add_marker("pooled")
            unmarked = item.path.parent.name in ANY_DATABASE and not item.get_closest_marker(OWN_STATEMENTS)
            if unmarked or not _asks_of_its_own(item.path):
                item.add_marker("any_database")


@pytest.fixture(autouse=True)
def looked_at_afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remember nothing of how healthy a service is, so that a test sees what it has just done."""
    monkeypatch.setattr("api.http.probes.REMEMBERED_SECONDS", 0)


@pytest.fixture(autouse=True, scope="session")
def patient() -> Iterator[None]:
    """Let a read wait for what it asks to have seen as long as a test does, where a busy machine is slow."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("api.http.dependencies.PATIENCE_SECONDS", PATIENCE)
        yield


@pytest.fixture(autouse=True)
def loops_that_go_on(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait for the database within an event loop: all its tasks would wait too.

    What is waited for may be theirs, such as a lock, and then nobody ever goes on. A benchmark that drives a
    library which blocks is marked `blocking`: nothing else runs in its loop.
    """
    if request.node.get_closest_marker("blocking"):
        return
    wait = psycopg.Connection.wait

    def outside(self: psycopg.Connection, *asked: Any, **more: Any) -> Any:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return wait(self, *asked, **more)
        pytest.fail("the database is waited for within an event loop: use psycopg.AsyncConnection")

    monkeypatch.setattr(psycopg.Connection, "wait", outside)
