"""What the pages of an administrator share: forms sent to the functions of the API, and what those refuse."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

import orjson

from api.console.page_request import SHOWN_TO, PageRequest
from api.contract.encoding import JsonResponse
from api.contract.problems import Problem
from api.http import administered_institutions
from api.http.list_formats import TableAsked

TOLD_ON_PAGE: Final = frozenset({"invalid", "forbidden"})
"""Problems that the page of the form tells, with the form; others are pages of their own."""
UNUSABLE: Final = 422
ADMIN: Final = "/console/admin"
SavedForm: TypeAlias = Literal["csv", "xlsx"]
"""As what a list of the directory is saved."""


def as_saved(page: PageRequest, form: SavedForm) -> TableAsked:
    """Return the table that is asked for when a list of the directory is saved."""
    return TableAsked(form, page.preferences.language)


async def attempted(
    page: PageRequest,
    question: Callable[..., Awaitable[JsonResponse]],
    *about: Any,  # noqa: ANN401 - whatever the function asks
    sent: Mapping[str, Any],
    **asked: Any,  # noqa: ANN401 - the same
) -> tuple[Any, Sequence[str]]:
    """Return what a function of the API answers to a body, and no faults; else nothing, and the faults.

    What was left empty is not sent.
    """
    filled = {name: value for name, value in sent.items() if name != SHOWN_TO and value not in ("", None)}
    body = orjson.dumps(filled)
    try:
        return await page.answer(question, *about, raw=body, **asked), ()
    except Problem as problem:
        if problem.code not in TOLD_ON_PAGE:
            raise
        return None, _told(page, problem)


def _told(page: PageRequest, problem: Problem) -> Sequence[str]:
    words = page.words
    errors = problem.more.get("errors", ())
    told = []
    for each in errors:
        said = each["detail_zh"] if words.language == "zh" else each["detail"]
        field = each["pointer"].strip("/").partition("/")[0]
        told.append(f"{words.of('admin_field', field)}{words('history.colon')}{said}" if field else said)
    return told or (words.label(problem.detail),)


async def institution_choices(page: PageRequest) -> Mapping[str, str]:
    """Return the names of all institutions by their ids, to choose from."""
    listed = await page.answer(administered_institutions.institutions)
    return {each["institution"]: each["name"] for each in listed["items"]}
