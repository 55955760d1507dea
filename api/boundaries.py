"""Which tests hold the boundary of each rule: those marked with its id, as in `@pytest.mark.rule("I14")`."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).parents[1] / "tests"
_MARK: Final = "pytest.mark.rule"


def boundary_tests() -> dict[str, list[str]]:
    """Return the names of the tests by rule, as `tests/shelf/test_subject.py::test_what_is_so`."""
    tests: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(TESTS.rglob("test_*.py")):
        place = path.relative_to(TESTS.parent).as_posix()
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for rule in _marked(node):
                    tests[rule].append(f"{place}::{node.name}")
    return dict(tests)


def _marked(test: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for mark in test.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == _MARK:
            yield from (ast.literal_eval(rule) for rule in mark.args)
