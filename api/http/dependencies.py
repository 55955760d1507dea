"""Dependencies of requests about files: the caller, the time, and the files to read or record in."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, Final, TypeAlias, TypeVar
from uuid import UUID

from fastapi import Depends, Query

from api.bootstrap import Container
from api.budgets import Turn
from api.clock import day_of
from api.contract.problems import Problem, invalid, not_found
from api.http.authentication import Authenticated, AuthenticatedDep
from api.identity.acting import roles_that_may
from api.identity.forbidden import forbidden
from api.identity.permissions import (
    OF_PLACES,
    SEES,
    Action,
    Actor,
    allowed,
    hindrance,
    horizon,
    looks_after,
    may_know,
    may_receive,
    opened_by,
    scope_sql,
)
from api.identity.reading_reasons import check_reason
from api.identity.restricted import KeptFrom, Tells, restricted, unrestricted, unrestricted_sql
from api.identity.tokens import Still, always
from domain.emergency_access import EmergencyAccess, emergencies_of
from domain.entry import DIRECT, AnyEntry, Origin
from domain.event import Category, Kind
from domain.events.archive import EXTRACTS, SCANS
from domain.events.institution.reporting import ISSUED
from domain.file import File
from domain.joined_files import joined_by
from domain.label import Label
from domain.limit import Area, limit
from domain.requested_access import access_of
from domain.rulebook import Rulebook
from domain.scope import FileScope, scope_of
from domain.when import LAST_DAY, end_of
from ledger.codec.messages import InvalidValue
from ledger.codec.notation import NOTATIONS
from ledger.codec.split import sealed
from ledger.ledger import EPOCH, Ledger
from ledger.recording.candidates import Check
from ledger.recording.outcome import Hindrance, Outcome, Rehearsed
from ledger.recording.request import Recording
from ledger.store.append import Head
from projections.paging import Condition
from projections.projector.projector import NotBuiltError
from projections.scopes import StreamScope, scopes_of
from projections.withholding import Resting

PATIENCE_SECONDS: Final = limit(
    5,
    Area.ANSWERS,
    Label("等待 at_least 所指位置的秒数", "Seconds that a read waits for the position of its `at_least`"),
    why=Label("更久则说明列表落后，应稍后再问", "Lists that take longer are behind: ask again later"),
    beyond="unavailable",
)
R = TypeVar("R", bound=Resting)

FILES_AT_ONCE: Final = 25
"""Files read at a time to learn their scopes."""
_POSITION: Final = 2**63 - 1

AsOf: TypeAlias = Annotated[date | None, Query(description="The day to read the file on; today by default.")]
Day: TypeAlias = Annotated[date | None, Query(description="The day that is asked for; today by default.")]
KnownAt: TypeAlias = Annotated[
    str | None,
    Query(
        max_length=40, description="As known at a position, an instant or the end of a day; now by default."
    ),
]
AtLeast: TypeAlias = Annotated[
    int | None,
    Query(ge=0, le=_POSITION, description="Wait, at most 5 s, until this position can be read."),
]
Position: TypeAlias = Annotated[int, Query(ge=0, le=_POSITION)]


@dataclass(frozen=True, slots=True)
class RequestContext:
    """One request: its actor, instant and container, and its turn among the actor's requests.

    Before a write or an answer after a wait, `still` checks that the token is still valid. `origin` is the
    way in that the entries recorded by the request name. `kind` is that of the files it is about: a file of
    another kind is not found. `reason` is why the caller reads files, as stated in the request or chosen for
    a session of the console.
    `noted` has what was noted in the access log, where many pages answer one request and each access is to be
    one line.
    """

    actor: Actor
    now: datetime
    container: Container
    turn: Turn = field(default_factory=lambda: Turn(asyncio.Semaphore()))
    still: Still = always
    origin: Origin = DIRECT
    kind: Kind = "child"
    reason: str | None = None
    noted: set[bytes] | None = None
    purposes: dict[UUID, str] = field(default_factory=dict)
    """For which approved purpose the caller reads restricted files: the access log says it of each read."""
    restrictions: dict[UUID, FileScope] = field(default_factory=dict)
    """The files of which the caller is told those entries alone that are not restricted."""
    emergencies: dict[UUID, Sequence[EmergencyAccess]] = field(default_factory=dict)
    """Each file that is read, with the caller's open emergency accesses to it, of which most have none."""
    stands: dict[UUID, FileScope] = field(default_factory=dict)
    """Each file that is read, with its scope as it is now: that decides who reads it as known before, too."""

    def of(self, kind: Kind) -> "RequestContext":
        """Return the same request about files of a kind."""
        return self if kind == self.kind else replace(self, kind=kind)

    @property
    def ledger(self) -> Ledger:
        """The ledger of the request."""
        return self.container.ledger

    @property
    def today(self) -> date:
        """The day of the request in Asia/Shanghai."""
        return day_of(self.now)

    @property
    def sees(self) -> frozenset[Category]:
        """The categories of personal data that the caller may see in what is asked.

        Those of an emergency access are seen while its file alone is read: of several what holds for each.
        """
        opened = [{each for one in taken for each in one.categories} for taken in self.emergencies.values()]
        return self.records.union(set.intersection(*opened)) if opened else self.records

    @property
    def records(self) -> frozenset[Category]:
        """The categories of personal data that the caller sees by their role, and may record."""
        return SEES[self.actor.role]

    @property
    def scope(self) -> Condition:
        """The condition for the rows of the register in the caller's scope: for these and for counts."""
        return scope_sql(self.actor, today=self.today)

    @property
    def readable(self) -> Condition:
        """The condition for those of which lists tell what stands in the file: no restricted ones."""
        return unrestricted_sql(self.scope)

    async def file(
        self,
        child: UUID,
        action: Action = Action.READ,
        *,
        known: int | None = None,
        about: date | None = None,
        joined: bool = False,
        tells: Tells = "file",
    ) -> File:
        """Return a file of the request's kind that the caller may read, and act on in this way.

        `about` is the day that the request is about, None for now; `known` the position as known at which the
        file is read. Who reads it under an emergency access sees more of it. Raises the problems of
        `permitted`, those of `check_stands` unless it may be `joined` to another, and those of
        `check_purpose` by what the answer `tells`.
        """
        if self.ledger.cached(child) is None:
            # A file out of scope costs no more than a missing one: it is not read to learn its scope.
            self.check(await self.known_scopes([child]), child, action, about=about)
        file = now = self.permitted(await self.ledger.file(child), action, about=about)
        self.stands[child] = scope_of(now)
        if known is not None and known < file.position:
            earlier = await self.ledger.file(child, known)
            if earlier is None:
                raise not_found()
            file = earlier
        if action is Action.READ:
            self.emergencies[child] = emergencies_of(now, self.actor.user, self.now)
        if action is Action.READ and not joined:
            await self.check_stands(file, about=about)
        if action is Action.READ and tells != "row":
            await self.check_purpose(now, tells)
        return file

    async def check_purpose(self, file: File, tells: Tells = "file") -> None:
        """Raise the problem `restricted` if the caller has no approved purpose to read a file as it is now.

        With a purpose, the access log has it of every read. Whoever tells the entries one by one tells those
        that are `unrestricted`. A file that is joined to another is restricted as that one is.
        """
        joining, stream = joined_by(file), file.opened.stream
        stands = file if joining is None else await self.ledger.file(joining.event.kept) or file
        scope = scope_of(stands)
        if restricted(scope):
            access = access_of(stands, self.actor.user, self.today)
            if access is not None:
                self.purposes[stream] = access.entry.event.purpose
            elif self.emergencies.get(stream):
                # For an emergency nobody waits for an approval; the access log says under which it was read.
                return
            elif tells == "entries":
                self.restrictions[stream] = scope
            else:
                raise Problem("restricted", child=str(stream))

    async def restricted(self, children: Iterable[UUID]) -> dict[UUID, FileScope]:
        """Return the scopes of those files of which something is restricted now."""
        known = await self.scopes(set(children))
        scopes = {child: each.scope for child, each in known.items() if each.scope is not None}
        return {child: scope for child, scope in scopes.items() if restricted(scope)}

    def unrestricted(self, file: File) -> Callable[[AnyEntry], bool]:
        """Return whether an entry of a file may be told to the caller, once `check_purpose` let them in."""
        return unrestricted(file, self.restrictions.get(file.opened.stream))

    async def check_stands(self, file: File, *, about: date | None = None) -> None:
        """Raise the problem `joined`, with the file that stays, if a file is joined to another.

        Raises `not_found` to a caller who may not read that one.
        """
        joining = joined_by(file)
        if joining is not None:
            stays: UUID = joining.event.kept
            self.permitted(await self.ledger.file(stays), about=about)
            raise Problem("joined", child=str(stays))

    async def at_hand(self, child: UUID, action: Action) -> File:
        """Return the cached file if the caller is permitted, else load it as `file` does.

        The cached file may be stale; the append detects that.
        """
        held = self.ledger.cached(child)
        if held is not None:
            with suppress(Problem):
                return self.permitted(held, action)
        return await self.file(child, action)

    def permitted(
        self, file: File | None, action: Action = Action.READ, *, about: date | None = None
    ) -> File:
        """Return a file if the caller may read it, and act on it in this way.

        Raises the problems `not_found` if it is unknown, of another kind or out of scope, and `forbidden` if
        the role lacks only the action.
        """
        if file is None or not file.entries:
            raise not_found()
        self._check(scope_of(file), action, about)
        return file

    async def known_scopes(self, children: Collection[UUID]) -> dict[UUID, StreamScope]:
        """Return the scopes of those children that have a file, as far as the register knows them."""
        try:
            async with self.container.projector.reading() as connection:
                return await scopes_of(connection, children)
        except NotBuiltError:
            # Without a register, the scopes come from the files.
            return {child: StreamScope(0, None) for child in children}

    def check(
        self,
        scopes: Mapping[UUID, StreamScope],
        child: UUID,
        action: Action = Action.READ,
        *,
        about: date | None = None,
    ) -> None:
        """Raise the problems of `permitted`, as far as the file's scope is known."""
        if child not in scopes:
            raise not_found()
        scope = scopes[child].scope
        if scope is not None:
            self._check(scope, action, about)

    async def scopes(self, children: Collection[UUID]) -> dict[UUID, StreamScope]:
        """Return the scopes of those children that have a file.

        Files whose scope the register does not know are read, a few at a time.
        """
        scopes = await self.known_scopes(children)
        unknown = [child for child, each in scopes.items() if each.scope is None]
        for start in range(0, len(unknown), FILES_AT_ONCE):
            piece = unknown[start : start + FILES_AT_ONCE]
            files = await self.ledger.files(piece)
            scopes |= {child: StreamScope(len(file.entries), scope_of(file)) for child, file in files.items()}
            for child in piece:
                if child not in files:
                    del scopes[child]
        return scopes

    def _check(self, scope: FileScope, action: Action, about: date | None) -> None:
        # Whether what is recorded is the reception that the place asked for, is decided by `hindrance`.
        receives = action in {Action.RECORD, Action.ASK} and may_receive(self.actor, scope)
        if scope.kind != self.kind or not (receives or self.may(Action.READ, scope, about)):
            raise not_found()
        if action is not Action.READ and not receives and not self.may(action, scope):
            raise forbidden(self.actor.role, roles_that_may(action, placed=scope.place is not None))

    async def causes(self, entries: Iterable[AnyEntry]) -> dict[UUID, UUID]:
        """Return the causes of entries that the caller may read, each with its file.

        Who may not read another file is not told of it.
        """
        asked = {each.cause: each.stream for each in entries if each.cause is not None}
        found = await self.ledger.entries(asked) if asked else []
        others = {each.stream for each in found if each.stream != asked[each.entry_id]}
        scopes = await self.scopes(others) if others else {}
        return {
            each.entry_id: each.stream
            for each in found
            if each.stream not in others or self.reads(scopes.get(each.stream), each.days.last)
        }

    async def recorders(self, entries: Iterable[AnyEntry]) -> dict[UUID, str]:
        """Return the names of those who recorded entries, as far as the caller may know them."""
        users = {each.recorded_by.user for each in entries}
        members = await self.container.identity.members_of(users) if users else []
        return {
            each.member: each.name
            for each in members
            if each.name is not None
            and may_know(self.actor, each.member, each.role, each.institution, each.prefix)
        }

    def reads(self, known: StreamScope | None, about: date) -> bool:
        """Return whether the caller may read in a file about a day; not if there is none."""
        return known is not None and known.scope is not None and self.reads_about(known.scope, about)

    def reads_about(self, scope: FileScope, about: date | None) -> bool:
        """Return whether the caller may read in a file about a day, or it whole, without a purpose for it."""
        return self.may(Action.READ, scope, about) and not restricted(scope, about)

    def visible(self, rows: Iterable[R]) -> list[R]:
        """Return what rests only on categories that the caller sees."""
        return [each for each in rows if set(map(Category, each.rests_on)) <= self.sees]

    def may(self, action: Action, scope: FileScope, about: date | None = None) -> bool:
        """Return whether the caller may do that with a file, as it is now or about a day."""
        return allowed(self.actor, action, scope, today=self.today, about=about)

    async def check_institution(self, institution: UUID | None, place: str) -> None:
        """Raise the problem `invalid` if a filter names an institution that the ledger does not know.

        An institution's existence is no secret within a ledger, and its id can only be known from it; the
        scope decides whose files are listed.
        """
        if institution is not None and await self.container.identity.institution(institution) is None:
            raise invalid([InvalidValue(place, _NO_INSTITUTION)])

    def check_rules(self, rules: Collection[str] | None, *books: Rulebook) -> None:
        """Raise the problem `invalid` if a filter names a rule that no rulebook has."""
        for rule in rules or ():
            if not any(rule in book.rules for book in (self.ledger.rulebook, *books)):
                raise invalid([InvalidValue("/query/rule", _NO_RULE, _RULES)])

    async def rulebook(self) -> Rulebook:
        """Return the rulebook of the caller's institution, which applies to all their recordings."""
        return await self.ledger.rulebook_at(self.actor.institution)

    def may_open(self) -> bool:
        """Return whether the caller may record in a file that they open."""
        return self.may(Action.RECORD, opened_by(self.actor, self.kind))

    def region_opened(self, institution: UUID | None, region: str | None, at: str = "/region") -> str | None:
        """Return the region of a file to be opened: the caller's institution's, or that of a place.

        Raises the problems `institution_mismatch`, and `invalid` if a bureau names no place.
        """
        actor = self.actor
        if institution not in {None, actor.institution}:
            raise Problem("institution_mismatch")
        place = actor.region if region is None else region
        if actor.role not in OF_PLACES:
            if region is not None:
                raise Problem("institution_mismatch")
        elif place is None:
            raise invalid([InvalidValue(at, _NO_PLACE, _PLACES)])
        elif not looks_after(actor, place):
            raise Problem("institution_mismatch")
        return place

    def hindrance(self, file: File, recording: Recording) -> Hindrance | None:
        """Return what prevents the caller from recording in a file as it is: the ledger's `Check`."""
        hindered = self.hindrance_of_bytes(file, recording)
        for by_hand, kinds in (
            (Hindrance.ISSUED, ISSUED),
            (Hindrance.EXTRACTED, EXTRACTS),
            (Hindrance.SCANNED, SCANS),
        ):
            if hindered is None and any(isinstance(draft.event, kinds) for draft in recording.drafts):
                return by_hand
        return hindered

    def hindrance_of_bytes(self, file: File, recording: Recording) -> Hindrance | None:
        """Return what prevents it where a report, an extract or a scan is recorded with its bytes."""
        return hindrance(
            self.actor,
            recording.drafts,
            file,
            today=self.today,
            kind=recording.kind,
            place=recording.region,
        )

    def until(self, file: File) -> date:
        """Return the last day about which the caller may read in a file. Raises Problem `not_found`."""
        scope = self.stands.get(file.stream) if file.stream is not None else None
        last = horizon(self.actor, scope or scope_of(file), self.today)
        if last is None:
            raise not_found()
        return last

    async def record(
        self, wanted: Sequence[Recording], checked: Check | None = None, *, atomic: bool = False
    ) -> list[Outcome]:
        """Record, as far as the caller may, and return what came of each as far as it may be told to them."""
        kept = KeptFrom(checked or self.hindrance, self.actor.user, self.today)
        outcomes = await self.ledger.record_all(
            wanted, now=self.now, atomic=atomic, checked=kept.checked, appending=self.turn.give_back
        )
        # Not sooner, for meanwhile it held its file, which others wait for in their turns.
        await self.turn.take()
        return [
            await kept.told(each, outcome, self.ledger.file)
            for each, outcome in zip(wanted, outcomes, strict=True)
        ]

    async def rehearse(self, wanted: Sequence[Recording], *, atomic: bool = False) -> list[Rehearsed]:
        """Return what would come of recording, as far as it may be told to the caller."""
        kept = KeptFrom(self.hindrance, self.actor.user, self.today)
        rehearsed = await self.ledger.rehearse(
            wanted, now=self.now, atomic=atomic, checked=kept.checked, sees=self.sees
        )
        return [
            await kept.told(each, outcome, self.ledger.file)
            for each, outcome in zip(wanted, rehearsed, strict=True)
        ]

    async def known(self, text: str | None, place: str = "/query/known_at") -> int:
        """Return the position that `known_at` means. Raises Problem `invalid`."""
        return await self.ledger.known(_moment(text, place))

    async def known_in_lists(self, text: str | None, place: str = "/query/known_at") -> int | None:
        """Return the position that `known_at` means once lists can be asked for it; None is now.

        Raises the problems `invalid`, and `unavailable` while that is not written yet.
        """
        return None if text is None else await self.until_known(await self.known(text, place))

    async def until_known(self, position: int) -> int:
        """Return a position once lists can be asked as known at it. Raises the problem `unavailable`."""
        projector = self.container.projector
        if projector.known_through is None or projector.known_through < position:
            async with self.turn.given_up():
                reached = await projector.known_reached(position, PATIENCE_SECONDS)
            await self.still()
            if not reached:
                raise Problem("unavailable")
        return position

    async def instant(self, text: str | None) -> datetime | None:
        """Return the instant that `known_at` means, of a position that of its recording; None is now.

        Raises Problem `invalid`.
        """
        moment = _moment(text)
        if isinstance(moment, int):
            return await self.ledger.recorded_at(moment) if moment else end_of(EPOCH)
        if isinstance(moment, datetime) or moment is None:
            return moment
        return None if moment == LAST_DAY else end_of(moment)

    async def check_epoch(self, epoch: int, position: int, head: Head) -> None:
        """Raise the problem `other_epoch` if the entry at a position of an epoch was lost since.

        The position may then belong to another entry.
        """
        if epoch < head.epoch and position:
            later = [each.began_after for each in await self.ledger.epochs() if each.epoch > epoch]
            if position > min(later, default=0):
                raise Problem("other_epoch", epoch=head.epoch, position=min(later, default=0))
        if epoch > head.epoch:
            raise Problem("other_epoch", epoch=head.epoch, position=0)

    def check_reason(self) -> None:
        """Raise the problem `reason_missing` where the caller may come to read a sealed set without one.

        For answers that are read on while they are sent, and cannot be refused any more.
        """
        check_reason(self.reason, "", self.sees)

    def why(self, child: UUID) -> str | None:
        """Return why the caller reads a file: for an emergency, an approved purpose, or as they stated."""
        taken = self.emergencies.get(child)
        return taken[-1].entry.event.ground if taken else self.purposes.get(child, self.reason)

    async def note(
        self, read: Mapping[UUID, Iterable[Category]], purpose: str, known: int | None = None
    ) -> None:
        """Note in the access log the personal data to be answered; without the note, no answer follows.

        `known` is the position as known at which whole files are read. Raises the problem `reason_missing`
        where the caller did not say why they read a sealed set.
        """
        seen = {child: self.sees.intersection(categories) for child, categories in read.items()}
        for child, categories in seen.items():
            check_reason(self.why(child), purpose, categories)
        noted: set[bytes] = set()
        if self.noted is not None:
            accesses = {child: _access(child, seen[child], purpose) for child in seen}
            seen = {child: seen[child] for child, access in accesses.items() if access not in self.noted}
            noted = {*accesses.values()}
        by_reason: dict[str | None, dict[UUID, frozenset[Category]]] = {}
        for child, categories in seen.items():
            by_reason.setdefault(self.why(child), {})[child] = categories
        under = {child: taken[-1].entry.original for child, taken in self.emergencies.items() if taken}
        for reason, read_so in by_reason.items():
            await self.container.access.note(self.actor, read_so, purpose, known, reason, under)
        if self.noted is not None:
            self.noted.update(noted)


def _access(child: UUID, categories: Iterable[Category], purpose: str) -> bytes:
    return child.bytes + " ".join([purpose, *sorted(categories)]).encode()


def categories_of(entries: Iterable[AnyEntry]) -> set[Category]:
    """Return the categories of personal data that entries hold, or may hold."""
    return set[Category]().union(*(sealed(kind) for kind in {type(entry.event) for entry in entries}))


async def file_request(entered: AuthenticatedDep, at_least: AtLeast = None) -> RequestContext:
    """Return a request about files, once the ledger has reached `at_least`."""
    container = entered.container
    if at_least is not None:
        await _reached(entered, container.ledger.wait_for(at_least, PATIENCE_SECONDS))
    return _asking(entered)


def list_request(*models: str) -> Callable[..., Awaitable[RequestContext]]:
    """Return a request across files, once all of these read models have reached `at_least`."""

    async def caught_up(entered: AuthenticatedDep, at_least: AtLeast = None) -> RequestContext:
        container = entered.container
        if at_least is not None:
            await _reached(entered, container.projector.reached(at_least, PATIENCE_SECONDS, *models))
        return _asking(entered)

    return caught_up


def _asking(entered: Authenticated) -> RequestContext:
    return RequestContext(
        entered.actor,
        entered.container.clock(),
        entered.container,
        entered.turn,
        entered.still,
        reason=entered.reason,
    )


async def _reached(entered: Authenticated, waiting: Awaitable[bool]) -> None:
    """Wait, and give up the turn meanwhile. Raises the problem `unavailable`."""
    async with entered.turn.given_up():
        reached = await waiting
    await entered.still()
    if not reached:
        raise Problem("unavailable")


async def recording_request(entered: AuthenticatedDep) -> RequestContext:
    """Return a request to record."""
    return _asking(entered)


FileRequest: TypeAlias = Annotated[RequestContext, Depends(file_request)]

_POSITIONS: Final = 10**18
"""Bound of the positions that `known_at` may name; a longer number is not a position."""
_NO_INSTITUTION: Final = Label("没有该机构", "no such institution")
_NO_PLACE: Final = Label("须写明所在地区", "must say the place")
_PLACES: Final = Label(
    "县（市、区）的六位或者乡镇（街道）的九位区划代码",
    "the code of a county (six digits) or of a township (nine)",
)
_NO_RULE: Final = Label("没有该规则", "no such rule")
_RULES: Final = Label("全部列在 /rules", "/rules lists them all")
_NO_MOMENT: Final = Label(
    "必须是位置、带时区的时刻或日期", "must be a position, an instant with its zone, or a day"
)
_MOMENTS: Final = Label(
    "如 4711、2024-03-05T08:15:30Z（时区中的 + 在网址里写作 %2B）或 2024-03-05",
    "such as 4711, 2024-03-05T08:15:30Z (the + of a zone is written %2B in an address), or 2024-03-05",
)


def _moment(text: str | None, place: str = "/query/known_at") -> int | date | datetime | None:
    if text is None:
        return None
    day, instant, position = NOTATIONS[date], NOTATIONS[datetime], NOTATIONS[int]
    try:
        if position.fits(text) and 0 <= int(text) < _POSITIONS:
            return int(text)
        if day.fits(text):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text) if instant.fits(text) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise invalid([InvalidValue(place, _NO_MOMENT, _MOMENTS)])
    return moment
