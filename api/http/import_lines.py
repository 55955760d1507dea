"""An import of lines, each one recording: an item of `POST /entries` or the body of `POST /children`."""

import asyncio
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from api.contract import bodies
from api.contract.listing import titled
from api.contract.problems import Problem
from api.http.dependencies import RequestContext
from api.http.duplicates import caught_up, numbers_held, terms_of
from api.http.line_splitting import LONGEST_LINE, lines_of
from api.identity.permissions import DECIDED, Action, needed
from api.identity.restricted import restricted
from api.imports.accounting import SETTLED
from api.imports.faults import Fault
from api.imports.report.import_report import CORRECTION, MOST_LISTED, OTHER_ROWS
from api.imports.sink import RecordingSink, RehearsingSink, RowResult
from api.spool import Spool
from domain.event import Kind
from domain.file import File
from domain.judging import told_to
from domain.rulebook import Rulebook
from ledger.recording.outcome import Hindrance
from ledger.recording.request import Draft, Recording
from projections.likeness import Likeness
from projections.scopes import StreamScope

READ_AT_ONCE: Final = 5_000
LINES_AT_ONCE: Final = 200
EVENTS_AT_ONCE: Final = 500
"""Number of events after which no further line is added to a group."""
DENIED: Final[dict[object, str]] = {
    Hindrance.SCOPE: "not_found",
    Hindrance.ROLE: "forbidden",
    Hindrance.OPERATOR: "forbidden",
    Hindrance.ISSUED: "forbidden",
    Hindrance.EXTRACTED: "forbidden",
    Hindrance.SCANNED: "forbidden",
    Hindrance.CATEGORY: Fault.NOT_YOUR_CATEGORY.code,
    Hindrance.ERASED: Fault.ERASED.code,
    Hindrance.RESTRICTED: Fault.RESTRICTED.code,
}
"""The codes of lines that the caller may not record."""


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One parsed line: its number from 1, its file (None: a new one) and its drafts.

    `institution` or `region` is what a new file is to be opened for, if the line names it.
    """

    number: int
    raw: bytes
    stream: UUID | None = None
    institution: UUID | None = None
    region: str | None = None
    drafts: tuple[Draft, ...] = ()
    problem: Problem | None = None
    kind: Kind = "child"


@dataclass(slots=True)
class NumbersOfLines:
    """The numbers that lines give to files, and the files that have them; a line number means a new file."""

    files: dict[tuple[Likeness, bytes], set[UUID | int]] = field(default_factory=lambda: defaultdict(set))
    given: list[tuple[UUID | int, Likeness, set[bytes]]] = field(default_factory=list)

    def hold(self, held: Mapping[tuple[Likeness, bytes], set[UUID]]) -> None:
        """Add the files that had numbers before the lines were recorded."""
        for number, children in held.items():
            if number not in self.files:
                self.files[number] |= children

    def give(self, file: UUID | int, terms: Mapping[Likeness, set[bytes]]) -> None:
        """Add the numbers that a recorded line gives to a file."""
        for likeness, numbers in terms.items():
            self.given.append((file, likeness, numbers))
            for term in numbers:
                self.files[likeness, term].add(file)

    def taken(self) -> Iterator[tuple[str, UUID | int]]:
        """Yield the rule and the file of each line with a number that more than one file has."""
        for file, likeness, numbers in self.given:
            if any(len(self.files[likeness, term]) > 1 for term in numbers):
                yield likeness.rule, file


@dataclass(slots=True)
class LinesImport:
    """An import of lines for a caller; `progress` is called with the bytes done and the total."""

    request: RequestContext
    institution: str | None
    spool: Spool
    name: str
    dry_run: bool
    seen: set[bytes] = field(default_factory=set)
    recorded: int = 0
    already: int = 0
    blank: int = 0
    entries: int = 0
    as_found: int = 0
    lines: int = 0
    heard: int = 0
    rejected: int = 0
    rejections: list[dict[str, Any]] = field(default_factory=list)
    corrected: int = 0
    corrections: list[dict[str, Any]] = field(default_factory=list)
    findings: Counter[str] = field(default_factory=Counter)
    unverified: Counter[str] = field(default_factory=Counter)
    numbers: NumbersOfLines = field(default_factory=NumbersOfLines)
    shown: set[UUID] = field(default_factory=set)
    restricted: set[UUID] = field(default_factory=set)
    """The files of which no finding is told."""
    """The files whose refusals or findings the report reveals."""

    async def take(self, progress: Callable[[int, int], None]) -> dict[str, Any]:
        """Record line by line, and return the report in the form of every import."""
        keeper: RecordingSink = (RehearsingSink if self.dry_run else RecordingSink)(
            self.request.ledger, self._hindrance, self.request.still
        )
        rulebook, waiting = await self.request.rulebook(), lines_of(self.spool.parts())
        await caught_up(self.request)
        while (lines := await asyncio.to_thread(self._next, waiting, rulebook)) is not None:
            await self._take(lines, keeper)
            progress(self.heard, self.spool.size)
        for rule, file in self.numbers.taken():
            self.findings[rule] += 1
            if isinstance(file, UUID):
                self.shown.add(file)
        return self._report()

    def _next(self, waiting: Iterator[bytes], rulebook: Rulebook) -> list[ImportLine] | None:
        """Parse the next lines, and return those that can be recorded together; None after the last one."""
        lines: list[ImportLine] = []
        events = 0
        for number, raw in enumerate(waiting, 1):
            self.lines += 1
            self.heard += len(raw) + 1
            line = _read(self.lines, raw, rulebook) if raw.strip() else None
            if line is None:
                self.blank += 1
            elif line.problem is not None:
                faults = line.problem.more.get("errors") or [{}]
                self._reject(line, line.problem.code, faults[0].get("pointer"))
            else:
                lines.append(line)
                events += len(line.drafts)
            if number == READ_AT_ONCE or len(lines) == LINES_AT_ONCE or events >= EVENTS_AT_ONCE:
                return lines
        return lines or None

    async def _take(self, lines: list[ImportLine], keeper: RecordingSink) -> None:
        whose = await self.request.scopes({line.stream for line in lines if line.stream is not None})
        waiting: defaultdict[bytes, list[ImportLine]] = defaultdict(list)
        for line in lines:
            try:
                self._permit(line, whose)
            except Problem as problem:
                self._reject(line, problem.code)
                continue
            digest = hashlib.sha256(line.raw).digest()
            if digest in self.seen:
                self.already += 1
            else:
                waiting[digest].append(line)
        await self._look_up([same[0] for same in waiting.values()])
        recordings = [self._recording(same[0]) for same in waiting.values()]
        came = await keeper.keep(recordings, now=self.request.now)
        for (digest, same), kept in zip(waiting.items(), came, strict=True):
            if kept.refused:
                self.shown.update(line.stream for line in same if line.stream and kept.denied is None)
                for line in same:
                    code = kept.code if kept.denied is None else DENIED[kept.denied]
                    self._reject(line, code, None if kept.draft is None else f"/events/{kept.draft}")
                continue
            self.seen.add(digest)
            self.already += len(same) - 1
            self._count(same[0], kept)

    async def _look_up(self, lines: list[ImportLine]) -> None:
        """Look up the files that have the numbers of lines, before any line is recorded."""
        terms: dict[Likeness, set[bytes]] = defaultdict(set)
        for line in lines:
            for likeness, given in terms_of(self.request, line.drafts).items():
                terms[likeness] |= given
        self.numbers.hold(await numbers_held(self.request, terms))

    def _permit(self, line: ImportLine, whose: Mapping[UUID, StreamScope]) -> None:
        """Raise the problem of a line about a file out of scope."""
        if line.stream is None:
            self.request.region_opened(line.institution, line.region)
        if line.stream is not None:
            self.request.of(line.kind).check(whose, line.stream, Action.RECORD)
            known = whose.get(line.stream)
            if known is not None and known.scope is not None and restricted(known.scope):
                self.restricted.add(line.stream)

    def _hindrance(self, file: File, recording: Recording) -> Hindrance | None:
        """Return what prevents the caller; an import decides on no exception and on no file."""
        if DECIDED & needed(recording.drafts, file).actions:
            return self.request.hindrance(file, recording) or Hindrance.ROLE
        return self.request.hindrance(file, recording)

    def _recording(self, line: ImportLine) -> Recording:
        return Recording(
            stream=line.stream,
            kind=line.kind,
            drafts=line.drafts,
            region=line.region or self.request.actor.region,
            origin="import",
            recorder=self.request.actor.recorder,
            key=f"line-{hashlib.sha256(line.raw).hexdigest()}",
        )

    def _count(self, line: ImportLine, kept: RowResult) -> None:
        if kept.repeated:
            self.already += 1
            return
        self.recorded += 1
        self.entries += len(line.drafts)
        corrects = [place for place, draft in enumerate(line.drafts) if draft.corrects is not None]
        self.corrected += bool(corrects)
        if corrects and self.corrected <= MOST_LISTED:
            self.corrections.append(_line(line, CORRECTION, f"/events/{corrects[0]}"))
        told = () if line.stream in self.restricted else kept.judgements
        visible = told_to(self.request.sees, told)
        if visible and line.stream is not None:
            self.shown.add(line.stream)
        self.findings.update(judgement.rule.id for judgement in visible)
        self.unverified.update(judgement.rule.id for judgement in visible if not judgement.verified)
        self.numbers.give(line.stream or line.number, terms_of(self.request, line.drafts))
        self.as_found += len({each.entry.entry_id for each in visible if each.as_found})

    def _reject(self, line: ImportLine, code: str, pointer: str | None = None) -> None:
        """Count a line as rejected, and list it with the pointer into it to what is the reason, if known."""
        self.rejected += 1
        if self.rejected <= MOST_LISTED:
            self.rejections.append(_line(line, code, pointer))

    def _report(self) -> dict[str, Any]:
        cells = {"filled": 0} | {fate.name.lower(): 0 for fate in sorted(SETTLED, reverse=True)}
        unlisted = {
            "rejections": self.rejected - len(self.rejections),
            "corrections": self.corrected - len(self.corrections),
        }
        return {
            "file": self.name,
            "sha256": self.spool.sha256,
            "institution": self.institution,
            "rows": self.lines - self.blank,
            "recorded": self.recorded,
            "corrected": self.corrected,
            "already": self.already,
            "rejected": self.rejected,
            "other_rows": {kind.value: 0 for kind in OTHER_ROWS} | {"blank": self.blank},
            "cells": cells,
            "as_found": self.as_found,
            "set_aside": 0,
            "entries": self.entries,
            "rejections": sorted(self.rejections, key=itemgetter("row")),
            "values": [],
            "corrections": sorted(self.corrections, key=itemgetter("row")),
            "findings": [
                {"rule": rule, **titled(rule), "count": count, "unverified": self.unverified[rule]}
                for rule, count in sorted(self.findings.items())
            ],
            "not_in_this_file": [],
        } | (
            {"unlisted": {part: count for part, count in unlisted.items() if count}}
            if any(unlisted.values())
            else {}
        )


def _line(line: ImportLine, code: str, pointer: str | None) -> dict[str, Any]:
    listed = {"sheet": "", "row": line.number, "column": "", "value": "", "code": code}
    return listed if pointer is None else listed | {"pointer": pointer}


def _read(number: int, raw: bytes, rulebook: Rulebook) -> ImportLine:
    """Parse a line; its problem rejects this line alone."""
    if len(raw) > LONGEST_LINE:
        return ImportLine(number, raw, problem=Problem("too_large"))
    raw = raw.strip()
    try:
        parsed = bodies.line(raw, rulebook)
    except Problem as problem:
        return ImportLine(number, raw, problem=problem)
    if isinstance(parsed, bodies.Opening):
        return ImportLine(
            number, raw, institution=parsed.institution, region=parsed.region, drafts=parsed.drafts
        )
    return ImportLine(
        number, raw, parsed.stream, drafts=parsed.drafts, problem=parsed.problem, kind=parsed.kind
    )
