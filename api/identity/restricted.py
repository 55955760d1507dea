"""Restricted files (限制处理): what nobody reads without an approved purpose, for every way in."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import Final, Literal, TypeAlias, TypeVar
from uuid import UUID

from psycopg.sql import SQL, Composable, Identifier

from domain.entry import AnyEntry
from domain.event import chapter
from domain.file import File, chain_of
from domain.impact import NO_IMPACT
from domain.judging import Judgement
from domain.requested_access import access_of
from domain.scope import FileScope, scope_of
from ledger.recording.candidates import Check
from ledger.recording.outcome import Hindrance, Outcome, Recorded, Refused, Rehearsal, Rehearsed
from ledger.recording.request import Recording
from projections.paging import Condition

R = TypeVar("R", bound=Outcome | Rehearsed)

Tells: TypeAlias = Literal["file", "entries", "row"]
"""What an answer tells of a file: what follows from it whole, its entries one by one, or what stands in the
lists of restricted files too: whose it is, and what is due.
"""


_OF_ACCESS: Final = frozenset({"emergency", "restriction"})
"""Chapters of events that say who may read a file, and nothing of the child."""


def restricted(file: FileScope, about: date | None = None) -> bool:
    """Return whether nobody reads that of a file without an approved purpose (个人信息保护法 47).

    `about` is the latest day of the entry that is read, None for the file whole, as any answer computed from
    its entries is.
    """
    through = file.restricted_through
    return through is not None and (about is None or about <= through)


def unrestricted_sql(
    scope: Condition, *, table: str = "register", about: Composable | None = None
) -> Condition:
    """Return the condition of the files of a scope that are not `restricted`; a purpose is for one file.

    `table` has the column `restricted_through date`.
    """
    told = told_sql(table=table, about=about)
    return Condition(SQL("({} AND {})").format(scope.sql, told.sql), scope.parameters)


def told_sql(*, table: str = "register", about: Composable | None = None) -> Condition:
    """Return the condition alone that a file is not `restricted`, for rows that are in a scope already."""
    through = SQL("{}.restricted_through").format(Identifier(table))
    if about is None:
        return Condition(SQL("{} IS NULL").format(through), {})
    return Condition(SQL("coalesce({} > {}, true)").format(about, through), {})


def unrestricted(file: File, scope: FileScope | None) -> Callable[[AnyEntry], bool]:
    """Return whether an entry of a file may be told: not what is restricted, nor what acts on that.

    That a file was restricted, and who asked to read it, tells nothing of the child and may always be told.
    `scope` is that of the file as it is now, None where nothing is withheld.
    """
    if scope is None:
        return lambda _: True

    def told(entry: AnyEntry) -> bool:
        line = chain_of(entry, file.entries)
        about_it = all(chapter(type(each.event)) in _OF_ACCESS for each in line)
        return about_it or not any(restricted(scope, each.days.last) for each in line)

    return told


def kept_from(file: File, user: UUID, today: date) -> FileScope | None:
    """Return the scope of a file that is restricted whole or in part to a user, None if nothing of it is.

    With an approved purpose nothing is, nor of a file without entries.
    """
    if not file.entries:
        return None
    scope = scope_of(file)
    return scope if restricted(scope) and access_of(file, user, today) is None else None


class KeptFrom:
    """Of which files a user is told nothing who records in them, learnt where their permission is asked.

    So it is known by the file as it was when it was recorded in, and no file is read to learn it.
    """

    def __init__(self, permitted: Check, user: UUID, today: date) -> None:
        self._permitted = permitted
        self._user = user
        self._today = today
        self._kept: dict[UUID, bool] = {}

    def checked(self, file: File, recording: Recording) -> Hindrance | None:
        """Return what hinders a recording in a file: the ledger's `Check`."""
        if recording.stream is not None:
            self._learn(recording.stream, file)
        return self._permitted(file, recording)

    async def told(self, wanted: Recording, outcome: R, read: Callable[[UUID], Awaitable[File | None]]) -> R:
        """Return an outcome as far as the user may be told of it.

        A file is `read` if no permission was asked for, as of what was recorded before.
        """
        stream = wanted.stream
        if stream is None:
            return outcome
        if stream not in self._kept:
            self._learn(stream, await read(stream) or File(stream))
        return untold(outcome) if self._kept[stream] else outcome

    def _learn(self, stream: UUID, file: File) -> None:
        self._kept[stream] = kept_from(file, self._user, self._today) is not None


def untold(outcome: R) -> R:
    """Return an outcome that tells nothing of what stands in the file: of a refusal the rule alone."""
    told: Outcome | Rehearsed = outcome
    if isinstance(outcome, Recorded):
        told = replace(outcome, findings=())
    elif isinstance(outcome, Refused):
        told = replace(outcome, judgements=tuple(map(_rule_alone, outcome.refusals)))
    elif isinstance(outcome, Rehearsal):
        told = replace(outcome, judgements=tuple(map(_rule_alone, outcome.refusals)), impact=NO_IMPACT)
    return told  # type: ignore[return-value]  # of the same class


def _rule_alone(judgement: Judgement) -> Judgement:
    """Return a judgement without what decided it; a code that its table lacks is of the request alone."""
    refusal = judgement.refusal
    detail = None if refusal.table is None else refusal.detail
    return replace(judgement, refusal=replace(refusal, evidence=(), detail=detail))
