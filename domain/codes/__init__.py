"""Code tables: the values a coded field may take, each table with its source."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from domain.event import Label


@dataclass(frozen=True, slots=True)
class CodeTable:
    """One table: its name, its source and its labels by code.

    A code that a `complete` table lacks is impossible; in a table that is not, it is kept and is a finding.
    """

    name: str
    source: str
    codes: dict[str, Label]
    complete: bool = True


@cache
def tables() -> dict[str, CodeTable]:
    """Every code table by name."""
    found = {}
    for item in sorted(files("domain.codes").iterdir(), key=lambda item: item.name):
        if item.name.endswith(".toml"):
            for name, table in tomllib.loads(item.read_text("utf-8")).items():
                codes = {code: Label(zh, en) for code, (zh, en) in table["codes"].items()}
                found[name] = CodeTable(name, table["source"], codes, table.get("complete", True))
    return found
