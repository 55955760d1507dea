"""What every page about one file has: whose it is, at which point of time, and the parts of the file."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Final, Self, TypeAlias
from uuid import UUID

from fastapi import Depends, Query, Response

from api.console.addresses import addressed
from api.console.file_address import FileAddress
from api.console.page_request import PageRequest, SignedIn
from api.console.points_of_time import read_day, read_known_at
from api.console.recordable import recordable
from api.console.rendering import render
from api.console.value_display import Displayed, file_name
from api.console.value_display import known as display_known
from api.contract.file_kinds import PATHS, path_of
from api.contract.problems import Problem, not_found
from api.http import chronology, hindsight, one_file
from api.identity.permissions import Action, Role
from domain.event import Kind
from domain.label import Label

_AT_THE_END: Final = 3
"""Characters of a file number in a title: they tell open pages apart and name nobody."""


@dataclass(frozen=True, slots=True)
class FileTab:
    """A part of a file: its address below that of the file, and its name in the words `tab`.

    `always` is one that tells nothing of what is restricted, and is shown where the file is.
    """

    path: str
    name: str
    always: bool = False


FilePageHandler: TypeAlias = Callable[..., Awaitable[Response]]

TABS: Final = (
    FileTab("", "status"),
    FileTab("/history", "history", always=True),
    FileTab("/due", "due", always=True),
    FileTab("/readiness", "readiness"),
    FileTab("/findings", "findings"),
    FileTab("/papers", "papers"),
    FileTab("/compare", "compare"),
    FileTab("/readers", "readers", always=True),
    FileTab("/proof", "proof"),
)
_NOT_KNOWN_YET: Final = Label(
    "按所填的时点所知道的，当时还没有这份档案。",
    "By what was known at that time, there was no such file yet.",
)
_OF_EVERY_KIND: Final = frozenset({"status", "history", "due", "findings", "compare", "readers"})
TABS_OF: Final[Mapping[Kind, Sequence[FileTab]]] = MappingProxyType(
    {kind: tuple(each for each in TABS if kind == "child" or each.name in _OF_EVERY_KIND) for kind in PATHS}
)
"""The parts of files by their kind."""
_ANSWERED_FOR: Final = frozenset({"readers", "proof"})
"""The parts of a file that only those see who answer for it."""
_ANSWERS_FOR: Final = frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Since:
    """What came after the point that a page shows: entries recorded, or those that happened.

    `changing` counts those recorded that changed what is shown of the day; None where nothing is recorded
    after what is known.
    """

    entries: int
    changing: int | None


@dataclass(frozen=True, slots=True)
class FilePage:
    """A request for a page about one file, at a point of both axes of time: None is now.

    `page` asks about files of the kind.
    """

    page: PageRequest
    kind: Kind
    file_id: UUID
    as_of: date | None
    known_at: str | None
    records: bool = False
    """Whether recording is offered, as a page that is shown knows: now, to whoever may record in the file."""
    extracts: bool = False
    """Whether issuing an extract is offered, likewise: of children alone."""
    joins: bool = False
    """Whether joining the file with another one is offered, likewise."""
    reads: bool = True
    """Whether the reader reads the file whole, likewise: a restricted one is read by an approved purpose."""

    @property
    def about(self) -> FileAddress:
        """The file that it is about."""
        return FileAddress(self.kind, self.file_id)

    @property
    def address(self) -> str:
        """The address of the file's first page."""
        return self.about.path

    @property
    def is_now(self) -> bool:
        """Whether the page shows the present, by what is known now."""
        return self.as_of is None and self.known_at is None

    @property
    def point(self) -> dict[str, Any]:
        """The point of time as the API's functions take it."""
        return {"as_of": self.as_of, "known_at": self.known_at}

    @property
    def day(self) -> date:
        """The day that is shown."""
        return self.as_of or self.page.context.today

    @property
    def known_words(self) -> str:
        """The time as known at, as a page says it."""
        return display_known(self.page.words, self.known_at or "")

    @property
    def at_day(self) -> str | None:
        """The day that is asked for, as an address has it; None for today."""
        return None if self.as_of is None else self.as_of.isoformat()

    def at(self, path: str, **more: object) -> str:
        """Return the address of a part of the file at the same point of time."""
        return addressed(f"{self.address}{path}", self.point | more)

    def of_now(self) -> Self:
        """Return the request for the same at the present, by what is known now."""
        return replace(self, as_of=None, known_at=None)

    @property
    def tabs(self) -> list[tuple[FileTab, str]]:
        """The parts of the file that the reader may see, with their addresses."""
        shown = [
            each
            for each in TABS_OF[self.kind]
            if (each.name not in _ANSWERED_FOR or self.page.role in _ANSWERS_FOR)
            and (self.reads or each.always)
        ]
        return [(each, self.at(each.path)) for each in shown]

    @property
    def comparison(self) -> str:
        """The address of the comparison of the point that is shown with what came after it."""
        if self.known_at is None:
            return addressed(f"{self.address}/compare", {"from": self.as_of})
        asked = {"from": self.as_of, "from_known_at": self.known_at, "to": self.as_of}
        return addressed(f"{self.address}/compare", asked)

    async def file(self) -> Any:  # noqa: ANN401 - an answer
        """Return the file's answer. Raises its problems."""
        return await self.page.answer(one_file.file, self.file_id, **self.point)

    async def summary(self) -> Any:  # noqa: ANN401 - an answer
        """Return whose the file is, as far as the head of a page shows it. Raises its problems."""
        return await self.page.answer(one_file.summary, self.file_id, **self.point)

    async def render(
        self,
        template: str,
        part: str,
        file: Mapping[str, Any],
        *,
        status: int = 200,
        path: str | None = None,
        **answers: Any,  # noqa: ANN401 - answers
    ) -> Response:
        """Return a page about the file; `part` is a tab, or another name in the words `tab`.

        `path` is where the page is below the file's, if it is no tab, and stays when the time is changed.
        """
        days = [] if self.as_of is None else await self._days()
        records = self.is_now and bool(await recordable(self.page, [self.file_id]))
        joins = (
            records
            and self.kind == "child"
            and bool(await recordable(self.page, [self.file_id], Action.JOIN))
        )
        extracts = (
            records
            and self.kind == "child"
            and bool(await recordable(self.page, [self.file_id], Action.EXPORT))
        )
        return render(
            self.page,
            template,
            status=status,
            asked=replace(
                self, records=records, joins=joins, extracts=extracts, reads=await self._reads_whole(file)
            ),
            tab=part,
            path=path or next((each.path for each in TABS if each.name == part), ""),
            file=file,
            file_frame=f"{self.kind}.html",
            file_title=self._title(file),
            since=await self._since(days),
            entry_count=file["version"] if self.as_of is None else sum(each <= self.as_of for each in days),
            **answers,
        )

    def called(self, file: Mapping[str, Any]) -> Displayed:
        """Return by what name the file's answer or its summary is known at sight."""
        return file_name(self.page.words, self.kind, file)

    def _title(self, file: Mapping[str, Any]) -> str:
        """Return what begins the title of a page: the end of a number, which names nobody."""
        words = self.page.words
        if self.kind == "family":
            return words("family.title", number=f"…{str(self.file_id)[-_AT_THE_END:]}")
        if self.kind == "institution":
            return words("institution.title", name=self.called(file).text)
        number = file["file_no"]
        if not isinstance(number, str):
            return words("child.title_without")
        return words("child.title", number=f"…{number[-_AT_THE_END:]}")

    async def _reads_whole(self, file: Mapping[str, Any]) -> bool:
        if not file.get("restricted"):
            return True
        try:
            await self.page.context.file(self.file_id, about=self.as_of)
        except Problem:
            return False
        return True

    async def _days(self) -> list[date]:
        """Return the last day of each entry that is known at the point that is shown."""
        dated = await self.page.answer(chronology.chronology, self.file_id, known_at=self.known_at)
        return [date.fromisoformat(each["occurred_until"]) for each in dated["items"]]

    async def _since(self, days: Iterable[date]) -> Since | None:
        """Return what came after the point that is shown, of entries of these days; None at the present."""
        if self.is_now:
            return None
        if self.known_at is not None:
            told = await self.page.answer(hindsight.hindsight, self.file_id, **self.point)
            return Since(told["recorded_since"], len(told["changing"]))
        return Since(sum(self.day < each <= self.page.context.today for each in days), None)


async def _file_page(
    page: SignedIn,
    as_of: Annotated[str | None, Query(max_length=40)] = None,
    known_at: Annotated[str | None, Query(max_length=40)] = None,
) -> FilePage:
    """Return the request about the file that the address names; today, given as a day, is now."""
    kind, file_id = _named(page.http.path_params)
    page = page.of(kind)
    now = FilePage(page, kind, file_id, None, None)
    try:
        day = await read_day(page, file_id, as_of, "as_of")
        known = read_known_at(known_at, "known_at")
        asked = replace(now, as_of=None if day == page.context.today else day, known_at=known)
        await _check_known_then(asked)
    except Problem as problem:
        if problem.code == "invalid":
            problem.more["now"] = now.address
        raise
    return asked


def _named(parameters: Mapping[str, Any]) -> tuple[Kind, UUID]:
    """Return the kind and the id of the file that an address names. Raises the problem `not_found`."""
    kind = next(each for each in PATHS if each in parameters)
    try:
        return kind, UUID(str(parameters[kind]))
    except ValueError:
        # What cannot be an id is as unknown as one that nothing has.
        raise not_found() from None


async def _check_known_then(asked: FilePage) -> None:
    """Raise a problem that leads back to now, where a file that the reader may read was not known yet."""
    if asked.known_at is None:
        return
    request = asked.page.context
    known = await request.known(asked.known_at)
    try:
        file = await request.file(asked.file_id, joined=True)
    except Problem:
        return
    if known < file.position and await request.ledger.file(asked.file_id, known) is None:
        raise Problem("not_found", _NOT_KNOWN_YET, now=asked.address)


ForRule: TypeAlias = Annotated[
    str | None, Query(alias="for", max_length=20, description="The rule by which something is due.")
]
AboutFile: TypeAlias = Annotated[FilePage, Depends(_file_page)]
"""The request for a page about one file: a child's, a family's or an institution's, as its path says."""


def of_files(
    add: Callable[[str], Callable[[FilePageHandler], FilePageHandler]], path: str
) -> Callable[[FilePageHandler], FilePageHandler]:
    """Serve a page about one file for files of each kind, at a path below the file's first page."""

    def served(endpoint: FilePageHandler) -> FilePageHandler:
        for kind in PATHS:
            add(f"{path_of(kind)}{path}")(endpoint)
        return endpoint

    return served
