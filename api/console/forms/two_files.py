"""Forms about two files of children: which is the other one, and what would change in each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

import orjson

from api.console.file_frame import FilePage
from api.console.forms.dry_run import ShownRefusal, sentences, shown_refusals
from api.console.forms.form_reading import ReadForm
from api.console.page_request import PageRequest
from api.http import lists, one_file
from domain.event import Event
from domain.label import Label

OFFERED: Final = 10
"""Files that are offered of those that a search finds."""
NOT_THERE: Final = frozenset({"not_found", "forbidden", "joined"})
"""The problems of a file with which nothing can be done."""
NO_CHILD: Final = Label("选择一名儿童", "Choose a child")
NOBODY: Final = Label("没有找到其他儿童的档案", "No file of another child was found")


@dataclass(frozen=True, slots=True)
class FileOffered:
    """A file to choose, as a page names it, and why it is offered: the titles of rules."""

    child: str
    name: Any
    file_no: Any
    why: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class FileRehearsed:
    """What would change in one of two files, and what speaks against it there; `told` is None if unknown.

    `where` names the file in the words `which_file`.
    """

    where: str
    asked: FilePage
    told: Mapping[str, Any] | None
    refusals: Sequence[ShownRefusal]


async def files_found(page: PageRequest, q: str, but: UUID) -> list[FileOffered]:
    """Return the files that a search finds beside the one that somebody looks at."""
    items: Iterable[Mapping[str, Any]] = ()
    if q:
        asked = orjson.dumps({"q": q, "limit": OFFERED + 1})
        items = (await page.answer(lists.search, raw=asked))["items"]
    others = (each for each in items if each["child"] != str(but))
    return [FileOffered(each["child"], each["name"], each["file_no"]) for each in others][:OFFERED]


async def file_to_offer(asked: FilePage, why: Sequence[str] = ()) -> FileOffered:
    """Return a file to choose, at the point of time that is asked for. Raises its problems."""
    told = await asked.page.answer(one_file.summary, asked.file_id, **asked.point)
    return FileOffered(str(asked.file_id), told["identity"]["name"], told["file_no"], why)


async def rehearsed_in(
    where: str, asked: FilePage, kind: type[Event], item: Mapping[str, Any]
) -> FileRehearsed:
    """Return what an item of a dry run tells of one of two files. No exception is claimed in it."""
    told = item if "would" in item else None
    refused = () if told is None else told["refusals"]
    evidence = await sentences(asked, refused)
    shown = await shown_refusals(asked.page, kind, ReadForm({}), refused, evidence)
    return FileRehearsed(where, asked, told, [replace(each, excusable=False) for each in shown])
