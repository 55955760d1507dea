"""Whom an institution tells of what stays overdue, after how many days: the steps that it set itself."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.sql import SQL

from domain.events.institution.responsibilities import ESCALATION
from domain.file import File
from domain.when import FIRST_DAY, add, day_after
from ledger.store import queries
from projections.known import as_known
from projections.model import ReadModel, RowContext
from projections.paging import Condition


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step by its number, on the days `since` to `until`: after so many days overdue somebody is told.

    The recipient is a code of `escalation_recipient`.
    """

    institution: UUID
    entry: UUID
    step: int
    after_days: int
    recipient: str
    since: date
    until: date

    def reached_on(self, due_on: date) -> date:
        """Return since when what was due on a day stands at the step: not before that was set."""
        return max(add(due_on, days=self.after_days), self.since)


def rows(file: File, reading: RowContext) -> Iterator[StepRow]:
    """Yield one row per step that was ever set."""
    for span in file.spans(ESCALATION):
        yield StepRow(
            institution=reading.stream,
            entry=span.fact.entry.entry_id,
            step=int(span.fact.held.key),
            after_days=span.value.after_days,
            recipient=span.value.to,
            since=span.since,
            until=span.until,
        )


ESCALATION_STEPS: Final = ReadModel("escalation_steps", StepRow, rows, kind="institution")

_SQL: Final = queries.load_composable("projections", "escalation_steps.sql")


async def escalation_steps(
    connection: AsyncConnection[Any],
    *,
    day: date,
    known: int | None,
    institutions: Collection[UUID] | None = None,
) -> Mapping[UUID, Sequence[StepRow]]:
    """Return the steps that hold on a day, in their order, by the institutions that set any.

    `institutions` keeps those of these. `known` is the position as known at which they are read, None for
    now.
    """
    then = as_known(known, {"escalation_steps": ESCALATION_STEPS})
    of = SQL("true") if institutions is None else SQL("institution = ANY (%(institutions)s)")
    asked = {"day": day, "institutions": [*(institutions or ())]}
    async with connection.cursor(row_factory=class_row(StepRow)) as found:
        statement = SQL("{}{}").format(then.sql, _SQL["steps"].format(condition=of))
        await found.execute(statement, {**then.parameters, **asked})
        steps: defaultdict[UUID, list[StepRow]] = defaultdict(list)
        for each in await found.fetchall():
            steps[each.institution].append(each)
    return steps


def standing_at(steps: Mapping[UUID, Sequence[StepRow]], recipients: Collection[str], day: date) -> Condition:
    """Return the condition that a clock `o`, if it waits on a day, stands at a step with such a recipient.

    That is the last step that it reached, of those set by who has the file in charge, by its row in the
    register.
    """
    windows = [
        (institution, FIRST_DAY if after is None else day_after(add(day, days=-after.after_days)), last)
        for institution, each in steps.items()
        for step, after in pairwise([*each, None])
        if step is not None and step.recipient in recipients
        for last in (add(day, days=-step.after_days),)
    ]
    if not windows:
        return Condition(SQL("false"), {})
    institutions, first, last = zip(*windows, strict=True)
    bounds = {"step_earliest": min(first), "step_latest": max(last)}
    return Condition(
        SQL("o.due_on BETWEEN %(step_earliest)s AND %(step_latest)s AND {}").format(_SQL["within"]),
        {
            "step_institutions": [*institutions],
            "step_first": [*first],
            "step_last": [*last],
            "step_day": day,
            **bounds,
        },
    )
