"""What takes long is begun first, so that in the end no test process is alone with it, others idle."""

import os
from collections import defaultdict
from itertools import chain, cycle, islice
from pathlib import Path

import pytest

LONG = ("browser", "drill", "long")
"""Marks of tests that take long."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put those that take long at the head of each test process's part, as `--dist worksteal` divides it.

    Those of one module stay together, for what they share is made once.
    """
    modules: defaultdict[Path, list[pytest.Item]] = defaultdict(list)
    others = []
    for item in items:
        if any(item.get_closest_marker(mark) for mark in LONG):
            modules[item.path].append(item)
        else:
            others.append(item)
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    parts: list[list[pytest.Item]] = [[] for _ in range(processes)]
    for part, module in zip(cycle(parts), modules.values(), strict=False):
        part.extend(module)
    left, rest = len(items), iter(others)
    for number, part in enumerate(parts):
        part.extend(islice(rest, max(0, left // (processes - number) - len(part))))
        left -= len(part)
    items[:] = [*chain.from_iterable(parts), *rest]
