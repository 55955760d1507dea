"""What holds for every test, and where the fixtures stand that any test may ask for."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest

from api.identity.permissions import Role
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
    "tests.support.chromium",
    "tests.support.read_models",
    "tests.support.registers.counter",
    "tests.support.registers.samples",
)

ANY_DATABASE = frozenset({"chapters", "codec", "importing", "over_http", "sealed"})
"""Shelves about words, rights and files, which ask a database nothing that other tests do not ask too."""
OWN_STATEMENTS = frozenset({"test_feed", "test_identity", "test_keys", "test_permissions"})
"""Tests on those shelves that do."""
COMMANDS = frozenset(
    {
        "test_cli",
        "test_import_killed",
        "test_ledgers_apart",
        "test_rule_packs",
        "test_service_processes",
        "test_stopping",
        "test_verify_entries",
        "test_what_if",
    }
)
"""Tests on other shelves that do not."""
FORMS = frozenset(
    {
        "test_amending",
        "test_approvals",
        "test_board_saved",
        "test_choices",
        "test_drafts",
        "test_emergency_pages",
        "test_extract_pages",
        "test_join_pages",
        "test_moving",
        "test_outside_page",
        "test_papers",
        "test_proof_pages",
        "test_reading_preferences",
        "test_receiving",
        "test_record_many",
        "test_restriction_pages",
        "test_scans_on_pages",
        "test_sessions",
        "test_side_counts",
        "test_time",
    }
)
"""Tests of pages that ask what `test_pages` asks, which opens every page, or `test_kept_forms`."""
ALIKE = frozenset({Role.STAFF, Role.SUPERVISOR, Role.AUDITOR})
"""Roles whose pages in `test_pages` ask what those of the other roles ask."""

OPENED_ALREADY = frozenset(
    {"test_every_link_of_a_page_leads_to_a_page", "test_what_a_role_may_not_see_is_nowhere_on_a_page"}
)
"""Tests in `test_pages` that look again at the pages which another one opens."""

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


def _has_own_statements(path: Path) -> bool:
    """Tell whether tests of a module may ask a database what others do not ask."""
    shelf = path.parent.name not in ANY_DATABASE and path.stem not in COMMANDS | FORMS
    return shelf or path.stem in OWN_STATEMENTS


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even read, to repeat tests on another PostgreSQL or behind a pooler, the modules without any."""
    asked = config.option.markexpr
    if not collection_path.name.startswith("test_"):
        return None
    elsewhere = "not any_database" in asked and not _has_own_statements(collection_path)
    return elsewhere or (asked == "pooled" and collection_path.stem not in ON_SESSIONS) or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that ask for a database, and of these the ones for another PostgreSQL and a pooler."""
    for item in items:
        if isinstance(item, pytest.Function) and "postgres" in item.fixturenames:
            item.add_marker("database")
            if item.path.stem in ON_SESSIONS:
                item.add_marker("pooled")
            if not _has_own_statements(item.path) or _asks_what_others_of_its_module_ask(item):
                item.add_marker("any_database")


def _asks_what_others_of_its_module_ask(item: pytest.Function) -> bool:
    """Tell whether a test looks at pages as another role does, or at pages that another test opens."""
    role = item.callspec.params.get("role") if hasattr(item, "callspec") else None
    return item.path.stem == "test_pages" and (role in ALIKE or item.originalname in OPENED_ALREADY)


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
