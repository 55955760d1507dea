"""The tests' own house: what several modules need stands in `tests/support`, once."""

import ast
from collections import defaultdict
from functools import cache
from itertools import chain

from tests.support.places import ROOT


@cache
def modules() -> dict[str, ast.Module]:
    """The test modules by their paths."""
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8"))
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
    }


def test_no_test_module_imports_from_another() -> None:
    imported = {
        (path, name)
        for path, module in modules().items()
        for name in chain.from_iterable(map(_imported, ast.walk(module)))
    }
    assert imported
    assert {
        pair for pair in imported if any(part.startswith("test_") for part in pair[1].split("."))
    } == set()


def test_no_fixture_stands_in_two_test_modules() -> None:
    standing = defaultdict(list)
    for path, module in modules().items():
        for node in module.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _is_fixture(node):
                standing[_without_words(node)].append(f"{path}::{node.name}")
    assert standing
    assert [places for places in standing.values() if len(places) > 1] == []


def _imported(node: ast.AST) -> list[str]:
    """The names that a statement imports, if it is one that does."""
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


def _is_fixture(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("pytest.fixture" in ast.unparse(each) for each in node.decorator_list)


def _without_words(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """A function's code, by whichever name and with whichever docstring it stands there."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return "\n".join([ast.unparse(node.args), *map(ast.unparse, body)])
