"""The feed: every entry in the caller's scope, in the order of recording, without end.

The scope of an entry is decided before the entry is decoded: by the register if that shows its file's latest
state, otherwise by the file. Entries that come into scope later, by a hand-over or a birthday, have positions
that the reader has passed; the file's own `entries` list them.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

from fastapi import Depends, Query, Response
from fastapi.responses import StreamingResponse
from psycopg import AsyncConnection
from psycopg.rows import args_row
from psycopg.sql import SQL, Composed

from api.contract.encoding import dumps
from api.contract.entries import entry_json, target_of
from api.contract.problems import ANYWHERE, responses
from api.http.authentication import callers_router
from api.http.dependencies import FileRequest, Position, RequestContext, categories_of
from api.http.streamed import Streamed
from api.identity.permissions import scope_sql
from api.identity.restricted import unrestricted_sql
from api.tail import SEEN_ALONE, Seen
from domain.entry import AnyEntry
from domain.event import Category
from domain.file import File
from domain.joined_files import joined_by
from domain.label import Label
from domain.limit import Area, limit
from domain.scope import FileScope, scope_of
from ledger.compute import compute
from ledger.store import queries
from ledger.store.store import END
from projections.paging import MOST
from projections.projector.projector import NotBuiltError

router = callers_router("across files")

WINDOW: Final = 10_000
"""Positions that one statement covers."""
WINDOWS: Final = 20
"""Windows that one page covers before it answers with its position."""
JUDGED: Final = 2
"""As many entries are judged in the time in which the line of one is made."""
AT_ONCE: Final = 250
"""Entries decoded at a time, which bounds the memory of an answer of any length."""
FILES_AT_ONCE: Final = 25
"""Files folded at a time to learn their scopes."""
FATES: Final = 10_000
"""Files whose amendments one answer holds in memory."""
LONGEST_WAIT: Final = limit(
    25,
    Area.ANSWERS,
    Label(
        "GET /entries 等待新条目的秒数（wait）", "Seconds that GET /entries waits for what is new (`wait`)"
    ),
    why=Label("代理服务器通常在 30 秒后放弃", "Proxies commonly give up after 30"),
    beyond="invalid",
)
NOBODY: Final = UUID(int=0)
NDJSON: Final = "application/x-ndjson"

_SQL: Final = queries.load_composable("api.http", "feed.sql")

After: TypeAlias = Annotated[
    str,
    Query(
        pattern="^([0-9]{1,9}-)?[0-9]{1,19}$",
        description="The `Ledger-Cursor` of the previous answer (`<epoch>-<position>`), or a position"
        " alone, which belongs to the first epoch; 0 is the beginning.",
    ),
]
Most: TypeAlias = Annotated[
    int | None, Query(ge=1, le=MOST, description="The maximum number of entries; all by default.")
]
Wait: TypeAlias = Annotated[
    int,
    Query(
        ge=0,
        le=LONGEST_WAIT,
        description=f"Seconds to wait if there is no entry yet; the answer has at most {MOST} entries.",
    ),
]
_ANSWER: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {NDJSON: {}},
        "description": "One entry per line, in the order of recording. `Ledger-Cursor` is the `after` of the"
        " next request: the answer has every entry up to it that the caller may read, so it advances even if"
        " there is none. After a lost connection, the reader continues after the last complete line.",
        "headers": {
            "Ledger-Position": {
                "description": "The last position that the answer covers.",
                "schema": {"type": "integer"},
                "required": True,
            },
            "Ledger-Cursor": {
                "description": "The same with its epoch.",
                "schema": {"type": "string"},
                "required": True,
            },
        },
    }
}


@dataclass(frozen=True, slots=True)
class Sight:
    """An entry before it is decoded; `settled` says that the register has decided the permission."""

    position: int
    entry_id: UUID
    stream: UUID
    occurred_until: date
    settled: bool


class Reading:
    """One answer of the feed; amendments of its entries are those `known` at a position."""

    def __init__(self, request: RequestContext, known: int) -> None:
        self._request = request
        self.known = known
        self._fates: dict[UUID, File] = {}
        self._recorders: dict[UUID, str] = {}
        self._asked = set[UUID]()

    async def look(self, after: int, end: int) -> list[Sight]:
        """Return the entries in scope after a position, up to another, at most one WINDOW."""
        request, bounds = self._request, {"after": after, "through": end}
        about = SQL("looked.occurred_until")
        scope = unrestricted_sql(scope_sql(request.actor, today=request.today, about=about), about=about)
        try:
            async with request.container.projector.reading() as connection:
                statement = _SQL["look"].format(scope=scope.sql)
                sights = await _sights(connection, statement, {**bounds, **scope.parameters})
        except NotBuiltError:
            # Without a register, the files decide.
            async with request.container.readers.connection() as connection:
                sights = await _sights(connection, SEEN_ALONE, bounds)
        return await self._decided(sights)

    async def page(self, after: int, end: int, most: int) -> tuple[int, list[Sight]]:
        """Look for `most` entries in at most WINDOWS windows; return the position reached and the entries."""
        sights: list[Sight] = []
        for _ in range(WINDOWS):
            if after >= end:
                break
            through = min(after + WINDOW, end)
            sights += (await self.look(after, through))[: most - len(sights)]
            if len(sights) == most:
                return sights[-1].position, sights
            after = through
        return after, sights

    async def awaited(self, after: int, last: int, most: int, patience: float) -> tuple[int, list[UUID]]:
        """Return a page up to the `last` position at most, waiting `patience` seconds while it is empty."""
        now, tail = asyncio.get_running_loop().time, self._request.container.tail
        until = now() + patience
        while True:
            end = min(last, self.known)
            async with tail.turns:
                after, sights = await self.page(after, end, most)
            if sights or after < end or after >= last:
                return after, [each.entry_id for each in sights]
            while now() < until and not tail.left:
                async with self._request.turn.given_up():
                    news = await tail.after(after, until - now())
                if news is None:
                    # More was recorded than the tail keeps.
                    self.known = (await self._request.ledger.head()).position
                    break
                self.known, seen = news
                readable = [each for each in seen if each.position <= last and self._may_read(each)][:most]
                if readable:
                    end = readable[-1].position if len(readable) == most else min(self.known, last)
                    return end, [each.entry_id for each in readable]
                after = min(self.known, last)
                if after >= last:
                    return after, []
            else:
                return after, []

    async def lines(self, ids: Sequence[UUID]) -> list[bytes]:
        """Return the answered form of entries, after noting their reading in the access log."""
        lines, read = await self._read(ids)
        await self._request.note(read, "feed")
        return lines

    async def lines_together(self, ids: Sequence[UUID]) -> list[bytes]:
        """Return the same, read once for all requests that wait for the same entries."""
        # Who may read the same files is told the same causes.
        alike, tail = replace(self._request.actor, user=NOBODY), self._request.container.tail
        what = (self.known, alike, self._request.today, *ids)
        async with tail.turns:
            lines, read = await tail.shared(what, partial(self._read, ids))
            await self._request.note(read, "feed")
            return lines

    async def _read(self, ids: Sequence[UUID]) -> tuple[list[bytes], Mapping[UUID, set[Category]]]:
        """Return the answered form of entries, and their categories of personal data by stream."""
        if not ids:
            return [], {}
        entries = await self._request.ledger.entries(ids)
        await self._learn_fates(entries)
        read: defaultdict[UUID, set[Category]] = defaultdict(set)
        for entry in entries:
            read[entry.stream] |= categories_of([entry])
        named = await self._named(entries)
        acting = [each for stream in read for each in self._fates[stream].entries.values()]
        causes = await self._request.causes([*entries, *acting])
        recorders = await self._recorders_of(entries)
        fates = {stream: self._fates[stream] for stream in read}

        def lines() -> list[bytes]:
            return [
                dumps(
                    entry_json(
                        entry,
                        fates[entry.stream],
                        self._request.sees,
                        named,
                        causes=causes,
                        recorders=recorders,
                    )
                )
                + b"\n"
                for entry in entries
            ]

        return await compute(lines, JUDGED * len(entries)), read

    async def _named(self, entries: Sequence[AnyEntry]) -> dict[UUID, AnyEntry]:
        """Return the entries that some of these withdraw, restore or decide on, and the targets of those."""
        named: dict[UUID, AnyEntry] = {}
        while targets := set(filter(None, map(target_of, entries))) - named.keys():
            entries = await self._request.ledger.entries(targets)
            named |= {each.entry_id: each for each in entries}
        return named

    async def _recorders_of(self, entries: Iterable[AnyEntry]) -> dict[UUID, str]:
        """Return who recorded, by name; each is asked for once."""
        unasked = [each for each in entries if each.recorded_by.user not in self._asked]
        self._asked.update(each.recorded_by.user for each in unasked)
        self._recorders |= await self._request.recorders(unasked)
        return self._recorders

    def _may_read(self, seen: Seen) -> bool:
        return self._request.reads_about(seen.scope, seen.occurred_until)

    async def all_lines(self, after: int, end: int) -> AsyncIterator[bytes]:
        """Yield every entry after a position up to another, and read on while they are consumed."""
        for window in range(after, end, WINDOW):
            sights = await self.look(window, min(window + WINDOW, end))
            for start in range(0, len(sights), AT_ONCE):
                piece = sights[start : start + AT_ONCE]
                yield b"".join(await self.lines([each.entry_id for each in piece]))

    async def _decided(self, sights: Sequence[Sight]) -> list[Sight]:
        """Return the permitted entries, from the files if the register does not know their scope yet."""
        scopes: dict[UUID, FileScope] = {}
        unsettled = list(dict.fromkeys(each.stream for each in sights if not each.settled))
        for start in range(0, len(unsettled), FILES_AT_ONCE):
            files = await self._request.ledger.files(unsettled[start : start + FILES_AT_ONCE])
            scopes |= {stream: scope_of(file) for stream, file in files.items()}
            kept = {joining.event.kept for file in files.values() if (joining := joined_by(file)) is not None}
            stand = {child: each.scope for child, each in (await self._request.scopes(kept)).items()}
            for stream, file in files.items():
                joining = joined_by(file)
                there = None if joining is None else stand.get(joining.event.kept)
                if there is not None:
                    scopes[stream] = replace(scopes[stream], restricted_through=there.restricted_through)
        return [
            each
            for each in sights
            if each.settled or self._request.reads_about(scopes[each.stream], each.occurred_until)
        ]

    async def _learn_fates(self, entries: Iterable[AnyEntry]) -> None:
        """Load the amendments of entries, once per file, since an amendment follows the entry it amends."""
        if len(self._fates) > FATES:
            self._fates.clear()
        first: dict[UUID, int] = {}
        for entry in entries:
            if entry.stream not in self._fates:
                first.setdefault(entry.stream, entry.version)
        fates = await self._request.ledger.amendments(first, self.known)
        await self._learn_fates_elsewhere(fates)
        self._fates |= fates

    async def _learn_fates_elsewhere(self, fates: Mapping[UUID, File]) -> None:
        """Add to files that are joined to others what was amended there, as far as that may be read."""
        joinings = {stream: joining for stream, file in fates.items() if (joining := joined_by(file))}
        kept = {joining.event.kept for joining in joinings.values()}
        if not kept:
            return
        scopes = await self._request.scopes(kept)
        others = await self._request.ledger.amendments(dict.fromkeys(kept, 0), self.known)
        for stream, joining in joinings.items():
            for each in others[joining.event.kept].entries.values():
                if self._request.reads(scopes.get(joining.event.kept), each.days.last):
                    fates[stream].add(each)


async def _budgeted(request: FileRequest, limit: Most = None, wait: Wait = 0) -> AsyncIterator[None]:
    """Reserve a budget for an endless feed or a wait until the answer is complete."""
    budgets = request.container.budgets
    with ExitStack() as stack:
        if wait or limit is None:
            stack.enter_context((budgets.polls if wait else budgets.feeds).taken(request.actor.user))
        yield


@router.get(
    "/entries",
    responses=ANYWHERE | responses("other_epoch", "too_many_requests") | _ANSWER,
    response_class=StreamingResponse,
    dependencies=[Depends(_budgeted)],
)
async def feed(
    request: FileRequest,
    after: After = "0",
    through: Position | None = None,
    limit: Most = None,
    wait: Wait = 0,
) -> Response:
    """Stream the entries that the caller may read, in the order of recording; a later request continues."""
    head = await request.ledger.head()
    epoch, _, position = after.rpartition("-")
    start, last = int(position), END if through is None else through
    await request.check_epoch(int(epoch or 1), start, head)
    reading = Reading(request, head.position)
    if limit is None and not wait:
        request.check_reason()
        end = min(last, head.position)
        return Streamed(
            reading.all_lines(start, end), media_type=NDJSON, headers=_told(head.epoch, max(start, end))
        )
    if wait:
        looked, ids = await reading.awaited(start, last, limit or MOST, wait)
        await request.still()
        lines = await reading.lines_together(ids)
    else:
        looked, sights = await reading.page(start, min(last, head.position), limit or MOST)
        lines = await reading.lines([each.entry_id for each in sights])
    return Response(b"".join(lines), media_type=NDJSON, headers=_told(head.epoch, looked))


async def _sights(
    connection: AsyncConnection, statement: SQL | Composed, parameters: Mapping[str, object]
) -> list[Sight]:
    async with connection.cursor(row_factory=args_row(Sight)) as cursor:
        await cursor.execute(statement, parameters)
        return await cursor.fetchall()


def _told(epoch: int, position: int) -> dict[str, str]:
    return {"Ledger-Position": str(position), "Ledger-Cursor": f"{epoch}-{position}"}
