"""What every page about one child has: who it is, at which point of time, and the parts of the file."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, TypeAlias
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Response

from api.console.page_request import PageRequest, SignedIn
from api.console.rendering import render
from api.http import one_file
from api.http.dependencies import AsOf, KnownAt
from api.identity.permissions import Role

_AT_THE_END: Final = 3
"""Characters of a file number in a title: they tell open pages apart and name nobody."""


@dataclass(frozen=True, slots=True)
class FileTab:
    """A part of a file: its address below the child's, and its name in the words `tab`."""

    path: str
    name: str


TABS: Final = (
    FileTab("", "status"),
    FileTab("/history", "history"),
    FileTab("/due", "due"),
    FileTab("/readiness", "readiness"),
    FileTab("/readers", "readers"),
)
_MAY_SEE_ACCESS: Final = frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class ChildPage:
    """A request for a page about one child, at a point of both axes of time: None is now."""

    page: PageRequest
    child: UUID
    as_of: date | None
    known_at: str | None

    @property
    def address(self) -> str:
        """The address of the child's first page."""
        return f"/console/children/{self.child}"

    @property
    def is_now(self) -> bool:
        """Whether the page shows the present, by what is known now."""
        return self.as_of is None and self.known_at is None

    def at(self, path: str, **more: object) -> str:
        """Return the address of a part of the file at the same point of time."""
        asked = {"as_of": self.as_of, "known_at": self.known_at, **more}
        query = urlencode({name: value for name, value in asked.items() if value is not None})
        return f"{self.address}{path}?{query}" if query else f"{self.address}{path}"

    @property
    def tabs(self) -> list[tuple[FileTab, str]]:
        """The parts of the file that the reader may see, with their addresses."""
        shown = [each for each in TABS if each.name != "readers" or self.page.role in _MAY_SEE_ACCESS]
        return [(each, self.at(each.path)) for each in shown]

    async def file(self) -> Any:  # noqa: ANN401 - an answer
        """Return the file's answer. Raises its problems."""
        return await self.page.answer(one_file.file, self.child, as_of=self.as_of, known_at=self.known_at)

    def render(self, template: str, tab: str, file: Any, **answers: Any) -> Response:  # noqa: ANN401 - answers
        """Return a page about the child."""
        number = file["file_no"]
        known = isinstance(number, str)
        return render(
            self.page,
            template,
            asked=self,
            tab=tab,
            tab_path=next(each.path for each in TABS if each.name == tab),
            file=file,
            name=file["identity"]["name"],
            title_number=f"…{number[-_AT_THE_END:]}" if known else "",
            **answers,
        )


async def _child_page(page: SignedIn, child: UUID, as_of: AsOf = None, known_at: KnownAt = None) -> ChildPage:
    """Return the request; today, given as a day, is now."""
    return ChildPage(page, child, None if as_of == page.context.today else as_of, known_at)


AboutChild: TypeAlias = Annotated[ChildPage, Depends(_child_page)]
"""The request for a page about one child."""
