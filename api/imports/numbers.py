"""Citizen ids that a register gives to several children, or that another file of the ledger has."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import UUID

from api.imports.layout import RowOf
from api.imports.report.import_report import Report
from domain.event import Category, Event
from projections.likeness import CITIZEN_ID, RESTS_ON, numbers_of
from projections.name_search import whole_number

Given: TypeAlias = dict[bytes, dict[UUID, list[RowOf]]]
"""The rows that give a citizen id to each child, by its keyed hash."""


@dataclass(slots=True)
class Numbers:
    """The rows that give citizen ids to children; `term` makes keyed hashes, which are all that is kept."""

    term: Callable[[str], bytes]
    given: Given = field(default_factory=lambda: defaultdict(dict))

    def take(self, child: UUID, event: Event, row: RowOf) -> None:
        """Add the citizen id of an event that was recorded for a row."""
        for likeness, number in numbers_of(event):
            if likeness is CITIZEN_ID:
                self.given[self.term(whole_number(number))].setdefault(child, []).append(row)

    def take_over(self, given: Given) -> None:
        """Add what another one was given."""
        for term, children in given.items():
            for child, rows in children.items():
                self.given[term].setdefault(child, []).extend(rows)

    def tell(self, report: Report, held: dict[bytes, set[UUID]]) -> None:
        """Report the rows of ids that several children have; `held` are those who have them in the ledger."""
        if Category(RESTS_ON) not in report.sees:
            return
        for term, children in self.given.items():
            if len(held.get(term, set()) | children.keys()) > 1:
                for child, rows in children.items():
                    for row in rows:
                        report.find(CITIZEN_ID.rule, row, child)
