"""The families that an answer about a child names, as far as the reader may read their files."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from api.console.file_address import FileAddress
from api.console.page_request import PageRequest
from api.console.value_display import Displayed, file_name
from api.contract.problems import Problem
from api.http import one_file
from domain.identified import is_id

_OF_ENTRIES = frozenset({"entry", "entry_id"})
"""Members of answers that hold the ids of entries."""


async def families_named(page: PageRequest, answer: Any) -> list[tuple[FileAddress, Displayed]]:  # noqa: ANN401 - of an answer
    """Return the families whose ids stand in an answer, each with its name, in their order there."""
    about = page.of("family")
    ids = {UUID(each): None for each in _ids(answer)}
    scopes = await about.context.scopes(ids) if ids else {}
    found = []
    for family in ids:
        with suppress(Problem):
            about.context.check(scopes, family)
            told = await about.answer(one_file.summary, family)
            found.append((FileAddress("family", family), file_name(page.words, "family", told)))
    return found


def _ids(answer: Any) -> Iterator[str]:  # noqa: ANN401 - of an answer
    """Yield the ids that are values in an answer, but those of entries."""
    if isinstance(answer, Mapping):
        for name, value in answer.items():
            if name not in _OF_ENTRIES:
                yield from _ids(value)
    elif isinstance(answer, list):
        for value in answer:
            yield from _ids(value)
    elif isinstance(answer, str) and is_id(answer):
        yield answer
