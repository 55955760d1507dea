"""The rows of a question about a child as they are answered, remembered while its file stays as it is."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from api.contract.question_rows import question_row_json, row_evidence
from domain.event import Category
from domain.file import File
from domain.rulebook import Rulebook
from projections.asked_rows import AskedRow, RowsAsked, rows_about
from projections.remembered import is_remembered, remembered


@dataclass(frozen=True, slots=True)
class AnsweredRow:
    """A row with its answer, still without names, and the categories of all that it tells."""

    row: AskedRow
    answer: dict[str, Any]
    told: frozenset[Category]


class ListedChild(NamedTuple):
    """A child of a list: its file, the rulebook by which it is judged, and the day by which it is listed."""

    child: UUID
    file: File
    rulebook: Rulebook
    first_on: date


def new_entries(children: Iterable[ListedChild], rows: RowsAsked) -> int:
    """Return how many entries the files have of which the rows are not remembered: what `answered` costs."""
    return sum(
        len(each.file.entries)
        for each in children
        if not is_remembered(each.file, rows.day, each.rulebook, _question(each, rows))
    )


def answered(children: Iterable[ListedChild], rows: RowsAsked) -> list[tuple[ListedChild, AnsweredRow]]:
    """Return the rows of a question about these children, in their order."""
    return [(each, row) for each in children for row in _answered(each, rows)]


def _answered(listed: ListedChild, rows: RowsAsked) -> Sequence[AnsweredRow]:
    def answer() -> Sequence[AnsweredRow]:
        asked = rows_about(listed.file, listed.child, listed.rulebook, rows)
        return tuple(_answer(listed, row, rows) for row in asked)

    return remembered(listed.file, rows.day, listed.rulebook, _question(listed, rows), answer)


def _answer(listed: ListedChild, row: AskedRow, rows: RowsAsked) -> AnsweredRow:
    evidence, told = row_evidence(listed.file, row, frozenset(rows.sees))
    answer = question_row_json(rows.asked, row, listed.first_on, rows.day, evidence)
    return AnsweredRow(row, answer, frozenset(told))


def _question(listed: ListedChild, rows: RowsAsked) -> Hashable:
    states = None if rows.states is None else tuple(rows.states)
    narrowed = (states, rows.due_within_days, rows.overdue_days)
    return (rows.asked.question, frozenset(rows.sees), listed.first_on, *narrowed)
