"""The rows of a question list about one child: why it is listed, and what each column says or hides."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from domain.asked_lists.question_list import AskedColumn, Gap, QuestionList, RowSubject, Things, Told
from domain.entry import AnyEntry
from domain.event import Category
from domain.file import File
from domain.life import Life
from domain.obligations import Clock, History, State, clocks
from domain.resting import Categories, noting, noting_each
from domain.rulebook import Rulebook
from projections.findings import Finding, findings_under
from projections.obligations import Obligation, last_due, obligation


@dataclass(frozen=True, slots=True)
class AskedCell:
    """What a column says in a row, with the entries that say so; or under what it is hidden."""

    value: object
    entries: tuple[AnyEntry, ...] = ()
    rests_on: Categories = frozenset()
    hidden: Category | None = None


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A row: the reasons that the asker sees, and a cell for each column."""

    child: UUID
    obligations: tuple[Obligation, ...]
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    cells: tuple[AskedCell, ...]


@dataclass(frozen=True, slots=True)
class RowsAsked:
    """Which rows are asked for: on a day, by somebody who sees these categories, narrowed by filters.

    Without `states` those count that the list itself asks for.
    """

    asked: QuestionList
    day: date
    sees: AbstractSet[Category]
    states: Sequence[State] | None = None
    due_within_days: int | None = None
    overdue_days: int | None = None

    @property
    def narrowed(self) -> bool:
        """Whether only obligations make a row, as filters ask for what only they have."""
        return not (self.states is None and self.due_within_days is None and self.overdue_days is None)

    def wants(self, clock: Clock) -> bool:
        """Whether a clock is one that is asked for."""
        last = last_due(self.day, None, self.due_within_days, self.overdue_days)
        return clock.state(self.day) in (self.states or self.asked.states) and clock.due.last <= last


def rows_about(file: File, child: UUID, rulebook: Rulebook, rows: RowsAsked) -> Iterator[AskedRow]:
    """Yield the rows of a question about one child; none where nothing that the asker sees makes it so."""
    asked, sees = rows.asked, rows.sees
    if not asked.hides <= sees:
        return
    there = tuple(
        clock
        for rule in asked.obligations
        for clock in clocks(file, rulebook, rule)
        if clock.rests_on <= sees and clock.opened_on <= rows.day
    )
    wanted = [clock for clock in there if rows.wants(clock)]
    subject = RowSubject(
        Life(file, rows.day, rulebook), History(file, rulebook), rows.day, there, None, frozenset(sees)
    )
    gaps = () if rows.narrowed else tuple(_gaps(subject, rows))
    if asked.each_clock:
        for clock in wanted:
            yield _row(replace(subject, about=clock), child, rulebook, rows, [clock])
        for gap in gaps:
            yield _row(replace(subject, about=gap), child, rulebook, rows, gaps=(gap,))
        return
    findings = () if rows.narrowed else tuple(_findings(file, child, rulebook, rows))
    always = asked.readiness is not None and not rows.narrowed
    if not (wanted or findings or gaps or always):
        return
    things = [None] if asked.things is None else _things(asked.things, subject, sees)
    for thing in things:
        yield _row(replace(subject, about=thing), child, rulebook, rows, wanted, findings, gaps)


def _row(  # noqa: PLR0917 - what a row is made of
    subject: RowSubject,
    child: UUID,
    rulebook: Rulebook,
    rows: RowsAsked,
    wanted: Iterable[Clock] = (),
    findings: tuple[Finding, ...] = (),
    gaps: tuple[Gap, ...] = (),
) -> AskedRow:
    return AskedRow(
        child=child,
        obligations=tuple(obligation(child, clock, rulebook) for clock in wanted),
        findings=findings,
        gaps=gaps,
        cells=tuple(_cell(column, subject, rows.sees) for column in rows.asked.columns),
    )


def _findings(file: File, child: UUID, rulebook: Rulebook, rows: RowsAsked) -> Iterator[Finding]:
    for rule in rows.asked.findings:
        for each in findings_under(file, child, rulebook, rule):
            if each.speaks(rows.day) and frozenset(map(Category, each.rests_on)) <= rows.sees:
                yield each


def _gaps(subject: RowSubject, rows: RowsAsked) -> Iterator[Gap]:
    if rows.asked.gaps is None:
        return
    for gap, read in noting_each(rows.asked.gaps(subject))[0]:
        on = read | gap.hides | _revealed(subject, gap.entries)
        if gap.hides <= rows.sees and on <= rows.sees:
            yield replace(gap, hides=on)


def _things(of: Things, subject: RowSubject, sees: AbstractSet[Category]) -> list[Any]:
    """Return what the rows are about, but for what only somebody else is told of."""
    return [thing for thing, read in noting_each(of(subject))[0] if read <= sees]


_NOTHING: Final = Told(None)


def _cell(column: AskedColumn, subject: RowSubject, sees: AbstractSet[Category]) -> AskedCell:
    hidden = sorted(column.hides - sees)
    if hidden:
        return AskedCell(None, hidden=hidden[0])
    found, read = noting(column.ask, subject)
    told = found or _NOTHING
    on = read | told.rests_on | _revealed(subject, told.entries)
    hidden = sorted(on - sees)
    if hidden:
        return AskedCell(None, hidden=hidden[0])
    return AskedCell(told.value, tuple(dict.fromkeys(told.entries)), on | column.hides)


def _revealed(subject: RowSubject, entries: Iterable[AnyEntry]) -> Categories:
    """Return the categories that are revealed by naming these entries."""
    return subject.history.file.sealed(each.entry_id for each in entries)
