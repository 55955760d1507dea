"""How SQL is written: one statement at a time, and no UPDATE that writes something else when it is repeated.

So that an engine of several machines can run it, which tries statements again by itself: see decision 0026.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.store import queries
from tests.support.places import ROOT

PACKAGES = ("ledger", "projections", "api")
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.sql"))
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
MIGRATIONS = ROOT / "ledger" / "sql"
STATEMENT = re.compile(
    r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH|SET|RESET|LOCK|CREATE|ALTER|COMMENT|GRANT|REVOKE|DROP)\s"
)
UPDATE = re.compile(r"(?<!FOR )(?<!NO KEY )\bUPDATE\b(?!,|\s*\()[^;]*", re.DOTALL)
LASTING = re.compile(
    r"^\s*(SET\s+(?!LOCAL\b|TRANSACTION\b)|PREPARE\b|DECLARE\b|CREATE\s+(GLOBAL\s+|LOCAL\s+)?TEMP)"
    r"|\bpg_(try_)?advisory_lock|\bWITH\s+HOLD\b"
)
"""What a session keeps beyond its transaction."""
CONNECTING = ROOT / "ledger" / "store" / "connecting.py"
VOLATILE = re.compile(r"\b(now|clock_timestamp|timeofday|random|gen_random_uuid|nextval|setval)\s*\(")


def in_modules() -> Iterator[tuple[Path, str]]:
    """Yield every text of a module that is a statement."""
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and STATEMENT.match(node.value):
                yield path, node.value


def in_files() -> Iterator[tuple[Path, str]]:
    """Yield every statement of a file, named or not."""
    for path in FILES:
        text = path.read_text("utf-8")
        if path.is_relative_to(MIGRATIONS) and "-- name: " not in text:
            yield from ((path, each) for each in queries.split(text))
            continue
        for name, each in named(path):
            yield from ((path, own) for own in (queries.split(each) if name == "table" else [each]))


def named(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the named statements of a file."""
    package = ".".join(path.parent.relative_to(ROOT).parts)
    yield from ((name, text.decode()) for name, text in queries.load(package, path.name).items())


def test_statements_go_to_the_server_one_at_a_time() -> None:
    for path, statement in (*in_modules(), *in_files()):
        bare = re.sub(r"\$\$.*?\$\$|'[^']*'|--[^\n]*", "", statement, flags=re.DOTALL)
        assert ";" not in bare, path


def test_no_update_calls_a_function_that_answers_otherwise_when_it_is_asked_again() -> None:
    for path, statement in (*in_modules(), *in_files()):
        for update in UPDATE.findall(statement):
            assert not VOLATILE.search(update), path


def test_nobody_locks_a_whole_table() -> None:
    for path, statement in (*in_modules(), *in_files()):
        assert not re.match(r"\s*LOCK\b", statement), path


def test_no_statement_leaves_anything_in_a_session_that_a_pooler_lends_to_others() -> None:
    for path, statement in (*in_modules(), *in_files()):
        assert not LASTING.search(statement), path


def test_every_connection_is_made_where_it_is_told_to_prepare_nothing() -> None:
    having_pools = []
    for path in MODULES:
        text = path.read_text("utf-8")
        assert path == CONNECTING or not re.search(r"(Connection|psycopg)\.connect\(", text), path
        if re.search(r"^from psycopg_pool import .*ConnectionPool", text, re.MULTILINE):
            having_pools.append(path)
            assert '{"autocommit": True} | KEEPING_NOTHING' in text, path
    assert having_pools


def test_no_named_statement_ends_with_a_comment_that_would_hide_what_is_composed_with_it() -> None:
    for path in FILES:
        if "-- name: " in path.read_text("utf-8"):
            for name, text in named(path):
                assert not text.splitlines()[-1].lstrip().startswith("--"), f"{path}: {name}"


def test_a_text_is_split_at_the_ends_of_its_statements_alone() -> None:
    text = """
    -- It's the first; nothing of this is a statement.
    INSERT INTO entry VALUES ('a;b', 'it''s'); -- Nor of this;
    CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; -- kept
    END $$;
    """
    first, second = queries.split(text)
    assert first == "INSERT INTO entry VALUES ('a;b', 'it''s')"
    assert second.endswith("PERFORM 1; -- kept\n    END $$")


def test_a_statement_that_does_not_end_is_not_run() -> None:
    with pytest.raises(ValueError, match="does not end: SELECT 2"):
        list(queries.split("SELECT 1; SELECT 2"))
