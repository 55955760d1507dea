"""Code tables: the values a coded field may take, each table with its source."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from domain.codes.divisions import Validity, divisions, full_name
from domain.event import Label
from domain.rulebook import DatedText, dated_texts, nearest
from domain.when import LAST_DAY, Days


@dataclass(frozen=True, slots=True)
class CodeTable:
    """One table: its name, its source and its labels by code.

    A code that a `complete` table lacks is impossible; in a table that is not, it is kept and is a finding.
    `years` says of a code when it counted, where it does not count for ever; `texts` are the
    sources that it had at other times.
    """

    name: str
    source: str
    codes: dict[str, Label]
    complete: bool = True
    years: Mapping[str, tuple[Validity, ...]] = field(default_factory=dict)
    texts: tuple[DatedText, ...] = ()

    def cited(self, day: date) -> str:
        """Return the source of the table on a day."""
        return next((text.source for text in nearest(self.texts, None, day)), self.source)

    def counts(self, code: str, days: Days) -> bool:
        """Whether the table has the code, and it counted in a year that one of the days lies in."""
        if code not in self.codes:
            return False
        spans = self.years.get(code, ())
        return not spans or any(
            span.since <= days.last.year and days.earliest.year <= span.until for span in spans
        )


@cache
def tables() -> dict[str, CodeTable]:
    """Every code table by name."""
    loaded = {}
    for item in sorted(files("domain.codes").iterdir(), key=lambda item: item.name):
        if item.name.endswith(".toml"):
            for name, table in tomllib.loads(item.read_text("utf-8")).items():
                loaded[name] = _table(name, table)
    return loaded


def _table(name: str, table: Mapping[str, Any]) -> CodeTable:
    codes = {code: Label(zh, en) for code, (zh, en) in table.get("codes", {}).items()}
    years: dict[str, tuple[Validity, ...]] = {}
    if table.get("divisions", False):
        added = {code: (Validity(since, LAST_DAY.year, zh),) for code, (zh, since) in table["added"].items()}
        years, english = divisions() | added, table["english"]
        names = {code: full_name(code, years) for code in sorted(years)}
        codes = {code: Label(zh, english.get(code, zh)) for code, zh in names.items()}
    return CodeTable(
        name, table["source"], codes, table.get("complete", True), years, tuple(dated_texts(table))
    )
