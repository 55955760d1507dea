"""An extract of a child's file: which chapters, of which day, for what and for whom; it comes as a PDF."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import uuid4

import orjson
from fastapi import Depends, Response

from api.console.child_frame import AboutChild, ChildPage
from api.console.page_route import page_router
from api.console.points_of_time import read_last_day
from api.console.recordable import recordable
from api.console.sent_form import filled_form
from api.contract.extract_answers import CHAPTERS
from api.contract.problems import Problem
from api.http import extracts
from api.identity.acting import roles_that_may
from api.identity.forbidden import forbidden
from api.identity.permissions import Action

router = page_router()

_FIELDS: Final = frozenset({"as_of", "chapters", "purpose", "recipient", "blanks", "lang", "key"})
_ASKED: Final = frozenset({"as_of", "chapters", "purpose", "recipient"})
"""What the form asks by a question of its own."""
_SHOWN_AGAIN: Final = frozenset({"invalid", "not_printable"})
"""Problems that are told beside what was filled in."""
_USUAL: Final = ("identity", "guardianship", "care")
"""The chapters that are ticked at first."""


@router.get("/children/{child}/extract")
async def extract_to_issue(asked: AboutChild) -> Response:
    """Ask what an extract is to tell, for what and for whom."""
    return await _form(asked, {"as_of": [asked.day.isoformat()], "chapters": _USUAL})


@router.post("/children/{child}/extract")
async def issue(
    asked: AboutChild, filled: Annotated[Mapping[str, Sequence[str]], Depends(filled_form)]
) -> Response:
    """Issue the extract and answer it as a PDF; what is wrong is told beside what was filled in."""
    if not filled.keys() <= _FIELDS | {"more"}:
        raise Problem("malformed")
    first = {name: next(iter(filled.get(name, ())), "").strip() for name in _FIELDS}
    if "more" in filled:
        return await _form(asked, filled, key=first["key"])
    try:
        day = read_last_day(first["as_of"] or None, "as_of")
        sent: dict[str, Any] = {
            "as_of": None if day is None else day.isoformat(),
            "chapters": [*filled.get("chapters", ())],
            "purpose": first["purpose"],
            "recipient": first["recipient"],
            "blanks": bool(first["blanks"]),
            "lang": first["lang"] or asked.page.words.language,
        }
        key = f"c:{first['key'] or uuid4().hex}"
        return await extracts.issue_extract(asked.page.context, key, asked.child, orjson.dumps(sent))
    except Problem as problem:
        if problem.code not in _SHOWN_AGAIN:
            raise
        return await _form(asked, filled, problem)


async def _form(
    asked: ChildPage, filled: Mapping[str, Sequence[str]], problem: Problem | None = None, *, key: str = ""
) -> Response:
    now = asked.of_now()
    # Whoever gives it out reads the file whole: a restricted one by an approved purpose.
    file = await now.file()
    for action in (Action.RECORD, Action.EXPORT):
        if not await recordable(now.page, [now.child], action):
            raise forbidden(now.page.role, roles_that_may(action))
    amiss = [] if problem is None else problem.more.get("errors", [])
    return await now.render(
        "child-extract.html",
        "extract",
        file,
        status=200 if problem is None else problem.kind.status,
        path="/extract",
        problem=problem,
        amiss=[(_asked_in(each["pointer"]), each) for each in amiss],
        chapters=CHAPTERS,
        chosen={*filled.get("chapters", ())},
        printed_in=next(iter(filled.get("lang", ())), now.page.words.language),
        filled={name: next(iter(filled.get(name, ())), "") for name in _FIELDS},
        lacks=problem is not None and "missing" in problem.more,
        # Sent again after a fault it is another one.
        key=key or uuid4().hex,
    )


def _asked_in(pointer: str) -> str | None:
    """Return the question of the form that a place of the request is about, None if it is about none."""
    return next((part for part in pointer.split("/") if part in _ASKED), None)
