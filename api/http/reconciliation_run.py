"""One comparison of others' file with the children of an institution: compared, recorded, answered."""

import asyncio
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from api.contract.difference_answers import category_of_item, sides_json
from api.contract.encoding import JsonResponse
from api.contract.listing import Because
from api.contract.problems import Problem, invalid
from api.contract.reconciliation_answers import (
    DifferingItem,
    EndedDifference,
    OpenDifference,
    ReconciliationAnswer,
    TheirRowAnswer,
)
from api.folding import folded_name
from api.http.dependencies import FILES_AT_ONCE, PATIENCE_SECONDS, RequestContext
from api.http.list_pages import with_names
from api.http.recording_requests import not_recorded
from api.imports.faults import Fault
from api.imports.reconciling.compared_child import ComparedChild, compared_child, is_the_same
from api.imports.reconciling.matching_rows import NOT_CERTAIN, WHY_NOT_COMPARED, Matching, matched
from api.imports.reconciling.their_rows import TheirFile, TheirRow
from domain.codes import tables
from domain.event import Category, Event, Kind
from domain.events.institution.reporting import DataComparisonRun
from domain.events.intake import NAME
from domain.events.reconciliation.differing import AGREED, UNLISTED_THERE
from domain.file import File
from domain.label import Label
from domain.life import Life
from domain.rulebook import Rulebook
from domain.when import Days
from ledger.codec.messages import InvalidValue
from ledger.recording.candidates import entry_id
from ledger.recording.outcome import Recorded
from ledger.recording.request import Draft, Recording
from projections.found_differences import FOUND_DIFFERENCES, DifferenceRow, differences
from projections.likeness import LIKENESS_TERMS, Likeness, holders
from projections.paging import MOST, PageAsked
from projections.register import REGISTER, register


class ReconciliationRun:
    """One comparison of a file with the children of an institution."""

    def __init__(
        self,
        request: RequestContext,
        institution: UUID,
        system: str,
        as_of: date,
        digest: str,
        theirs: TheirFile,
    ) -> None:
        self._request, self._institution = request, institution
        self._system, self._as_of, self._digest, self._theirs = system, as_of, digest, theirs
        self._matching = Matching()
        self._children: list[ComparedChild] = []
        self._entry: UUID | None = None
        self._still_open: list[DifferenceRow] = []
        self._recorded = 0
        self._not_recorded: list[dict[str, Any]] = []

    async def compare(self) -> None:
        """Compare every row, and every child that they do not list.

        Raises `invalid` for data that are older than what was compared before: what ended since would be
        found again.
        """
        request = self._request
        await self._refuse_older()
        head = (await request.ledger.head()).position
        projector = request.container.projector
        models = (LIKENESS_TERMS.name, REGISTER.name, FOUND_DIFFERENCES.name)
        if not await projector.reached(head, PATIENCE_SECONDS, *models):
            raise Problem("unavailable")
        rows, term = self._theirs.rows, request.ledger.term
        self._matching = await matched(rows, self._institution, term, self._holders)
        in_care = await self._in_care()
        others = [child for child in in_care if child not in self._matching.of_child]
        await self._each([*self._matching.of_child, *others])
        compared = {each.child for each in self._children}
        self._still_open = [each for each in await self._open_before() if each.child not in compared]

    async def _refuse_older(self) -> None:
        file = await self._request.ledger.file(self._institution)
        runs = () if file is None else file.of(DataComparisonRun)
        days = (each.event.as_of for each in runs if each.event.system == self._system)
        newer = max((each for each in days if each is not None), default=self._as_of)
        if newer > self._as_of:
            what = Label(f"截至{newer}的数据已经比对过", f"data as of {newer} were compared before")
            raise invalid([InvalidValue("/query/as_of", what)])

    async def _open_before(self) -> list[DifferenceRow]:
        """Return the differences with this system that are open before anything is recorded."""
        found: list[DifferenceRow] = []
        cursor: str | None = None
        async with self._request.container.projector.reading() as connection:
            while True:
                page = await differences(
                    connection,
                    self._request.scope,
                    sees=self._request.sees,
                    day=self._request.today,
                    state="open",
                    system=self._system,
                    institution=self._institution,
                    turn=PageAsked(MOST, cursor),
                )
                found += page.rows
                cursor = page.next
                if cursor is None:
                    return found

    async def _holders(self, likeness: Likeness, terms: Collection[bytes]) -> dict[bytes, set[UUID]]:
        async with self._request.container.projector.reading() as connection:
            held = await holders(connection, likeness, terms)
        scopes = await self._request.scopes({child for children in held.values() for child in children})
        ours = {
            child
            for child, each in scopes.items()
            if each.scope is not None and each.scope.institution == self._institution
        }
        return {term: children & ours for term, children in held.items()}

    async def _in_care(self) -> list[UUID]:
        """Return the children of the institution that have not left, in the order of their files."""
        children: list[UUID] = []
        cursor: str | None = None
        async with self._request.container.projector.reading() as connection:
            while True:
                page = await register(
                    connection,
                    self._request.scope,
                    day=self._request.today,
                    sees=self._request.sees,
                    equal={"institution": self._institution},
                    departed=False,
                    turn=PageAsked(MOST, cursor),
                )
                children += [row.child for row in page.rows]
                cursor = page.next
                if cursor is None:
                    return children

    async def _each(self, children: Sequence[UUID]) -> None:
        rulebook = await self._request.rulebook()
        unclear = {
            folded_name(row.values["name"]) for row, _ in self._matching.not_compared if "name" in row.values
        }
        for start in range(0, len(children), FILES_AT_ONCE):
            piece = children[start : start + FILES_AT_ONCE]
            files = await self._request.ledger.files(piece, keep="none")
            compare = partial(self._compared, files, rulebook, unclear)
            self._children += await asyncio.to_thread(compare)
            await self._request.still()

    def _compared(
        self, files: dict[UUID, File], rulebook: Rulebook, unclear: Collection[str]
    ) -> list[ComparedChild]:
        today, found = self._request.today, []
        for child, file in files.items():
            row, numbered = self._matching.of_child.get(child, (None, False))
            if row is None and (child in self._matching.unclear or _named(file, today, rulebook) in unclear):
                continue
            if row is not None and not numbered and not is_the_same(file, row, today, rulebook):
                del self._matching.of_child[child]
                self._matching.not_compared.append((row, NOT_CERTAIN))
                continue
            found.append(compared_child(file, row, self._system, self._as_of, today, rulebook))
        return found

    async def record(self, key: str) -> None:
        """Record the run and what is to be recorded of each child; the same key goes on with the same run."""
        request, ledger = self._request, self._request.ledger
        self._entry = entry_id(ledger.named, request.actor.user, key)
        if not await self._is_recorded(self._entry):
            wanted = self._recording(self._institution, (self._said(),), key, "institution", None)
            outcome = await ledger.record(wanted, now=request.now, checked=request.hindrance)
            if not isinstance(outcome, Recorded):
                raise not_recorded(request, wanted, outcome)
        with_events = [each for each in self._children if each.events]
        for start in range(0, len(with_events), FILES_AT_ONCE):
            await request.still()
            recordings = [
                self._recording(each.child, each.events, f"{self._entry}:{each.child}", "child", self._entry)
                for each in with_events[start : start + FILES_AT_ONCE]
            ]
            outcomes = await ledger.record_bulk(recordings, now=request.now, checked=request.hindrance)
            for wanted, outcome in zip(recordings, outcomes, strict=True):
                if isinstance(outcome, Recorded):
                    self._recorded += len(outcome.entries)
                else:
                    why = not_recorded(request, wanted, outcome).body
                    self._not_recorded.append({"child": wanted.stream, "problem": why})

    async def _is_recorded(self, run: UUID) -> bool:
        """Return whether the run was recorded. Raises `idempotency_mismatch` if the key is another's."""
        before = next(iter(await self._request.ledger.entries([run])), None)
        if before is None:
            return False
        event = before.event
        same = isinstance(event, DataComparisonRun) and (event.sha256, event.system, event.as_of) == (
            self._digest,
            self._system,
            self._as_of,
        )
        if not same:
            raise Problem("idempotency_mismatch")
        return True

    def _recording(
        self, stream: UUID, events: Sequence[Event], key: str, kind: Kind, cause: UUID | None
    ) -> Recording:
        on, actor = Days.on(self._request.today), self._request.actor
        return Recording(
            stream=stream,
            kind=kind,
            drafts=tuple(Draft(event=each, days=on, cause=cause) for each in events),
            region=actor.region,
            origin=self._request.origin,
            recorder=actor.recorder,
            key=key,
        )

    def _said(self) -> DataComparisonRun:
        """Return the run as the institution's file says it: nothing of any child."""
        counts = self._counts()
        return DataComparisonRun(
            sources=tables()["other_system"].codes[self._system].zh,
            compared=counts["matched"],
            differences=counts["differing"],
            resolved=sum(any(ended.outcome == AGREED for ended in each.ended) for each in self._children),
            system=self._system,
            as_of=self._as_of,
            sha256=self._digest,
            rows=counts["rows"],
            only_here=counts["only_here"],
            only_there=counts["only_there"],
            not_compared=counts["not_compared"],
        )

    def _counts(self) -> dict[str, int]:
        only_here = sum(
            any(differing.item == UNLISTED_THERE for differing in each.differing) for each in self._children
        )
        return {
            "rows": len(self._theirs.rows),
            "matched": len(self._matching.of_child),
            "differing": sum(bool(each.differing) for each in self._children) - only_here,
            "only_here": only_here,
            "only_there": len(self._matching.only_there),
            "not_compared": len(self._matching.not_compared),
        }

    async def answer(self, *, dry_run: bool) -> JsonResponse:
        """Return what came of it, after noting whose data it shows."""
        shown = [each for each in self._children if each.differing or each.ended]
        told = {
            each.child: {
                Category.IDENTITY,
                *(category_of_item(differing.item) for differing in each.differing),
            }
            for each in shown
        }
        for left in self._still_open:
            told.setdefault(left.child, set()).add(Category.IDENTITY)
        await self._request.note(told, "reconciliation")
        answer: ReconciliationAnswer = {
            "system": self._system,
            "as_of": self._as_of,
            "dry_run": dry_run,
            "sha256": self._digest,
            **self._counts(),  # type: ignore[typeddict-item]  # its members are counts
            "run": self._entry,
            "recorded": self._recorded,
            "differences": await self._named(
                DifferingItem, [item for each in shown for item in self._differences(each)]
            ),
            "ended": await self._named(
                EndedDifference,
                [{"child": each.child, **asdict(ended)} for each in shown for ended in each.ended],
            ),
            "still_open": await self._named(
                OpenDifference,
                [
                    {
                        "child": each.child,
                        "difference": each.entry,
                        "item": each.item,
                        "found_on": each.found_on,
                    }
                    for each in self._still_open
                ],
            ),
            "rows_only_there": [_row(row) for row in self._matching.only_there],
            "rows_not_compared": [{**_row(row), "code": why} for row, why in self._matching.not_compared],
            "cells_unread": [
                {
                    "sheet": row.sheet,
                    "row": row.row,
                    "column": cell.column,
                    "value": cell.value,
                    "code": cell.fault.code,
                }
                for row in self._theirs.rows
                for cell in row.unread
            ],
            "columns_left": [
                {"sheet": sheet, "heading": heading} for sheet, heading in self._theirs.columns_left
            ],
            "sheets_left": self._theirs.sheets_left,
            "not_recorded": self._not_recorded,
            "reasons": dict(self._reasons()),
        }
        return JsonResponse(answer)

    async def _named(self, shape: type, items: Sequence[dict[str, Any]]) -> list[Any]:
        """Return items of a shape with the name and the number of whose file it is."""
        named = await with_names(self._request, items, None)
        return [{each: item[each] for each in shape.__annotations__} for item in named]

    def _differences(self, compared: ComparedChild) -> Iterator[dict[str, Any]]:
        row = compared.row
        for each in compared.differing:
            yield {
                "child": compared.child,
                "item": each.item,
                **sides_json(each.item, each.ours, each.theirs, self._request.sees),
                "standing": each.standing,
                "found_on": each.found_on,
                "sheet": None if row is None else row.sheet,
                "row": None if row is None else row.row,
            }

    def _reasons(self) -> Iterator[tuple[str, Because]]:
        """Yield what the codes of rows and cells mean."""
        for code in dict.fromkeys(why for _, why in self._matching.not_compared):
            words = WHY_NOT_COMPARED[code]
            yield code, {"zh": words.zh, "en": words.en}
        faults: dict[Fault, None] = dict.fromkeys(
            cell.fault for row in self._theirs.rows for cell in row.unread
        )
        for fault in faults:
            yield fault.code, {"zh": fault.value.zh, "en": fault.value.en}


def _named(file: File, today: date, rulebook: Rulebook) -> str | None:
    name = Life(file, today, rulebook).now(NAME)
    return None if name is None or not isinstance(name.held.value, str) else folded_name(name.held.value)


def _row(row: TheirRow) -> TheirRowAnswer:
    return {"sheet": row.sheet, "row": row.row, "written": dict(row.written)}
