"""What every page about a child alone has, beside what pages about files of every kind have."""

from dataclasses import dataclass
from typing import Annotated, TypeAlias
from uuid import UUID

from fastapi import Depends

from api.console.file_frame import AboutFile, FilePage


@dataclass(frozen=True, slots=True)
class ChildPage(FilePage):
    """A request for a page about one child, at a point of both axes of time."""

    @property
    def child(self) -> UUID:
        """The child whose file it is."""
        return self.file_id


async def _child_page(asked: AboutFile) -> ChildPage:
    return ChildPage(asked.page, asked.kind, asked.file_id, asked.as_of, asked.known_at)


AboutChild: TypeAlias = Annotated[ChildPage, Depends(_child_page)]
"""The request for a page about one child."""
