"""What a second person decides on: what waits, the whole of one, and the decision."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

import orjson
from fastapi import Depends, Response

from api.console.entry_display import documents
from api.console.page_request import PageRequest, SignedIn
from api.console.page_route import page_router
from api.console.rendering import lead_to, render
from api.console.sent_form import readers_form
from api.contract.problems import Problem
from api.http import exceptions, record_one
from api.http.cursors import Cursor
from domain.label import Label
from domain.limit import Area, limit
from domain.second_person import ApprovalState

router = page_router()

MOST_BYTES: Final = limit(
    48 * 1024,
    Area.REQUESTS,
    Label("审批表单的字节数", "Bytes of the form of a decision"),
    why=Label(
        "一条意见至多四千字，每个汉字在表单中占九个字节",
        "An opinion has 4,000 characters, of nine bytes each in a form",
    ),
    beyond="too_large",
)
_ROWS: Final = 50
_DECISIONS: Final[Mapping[tuple[str, str], str]] = {
    ("exception", "approve"): "ExceptionApproved",
    ("exception", "reject"): "ExceptionRejected",
    ("correction", "approve"): "CorrectionApproved",
    ("correction", "reject"): "CorrectionRejected",
}
"""The event of a decision, by what is decided on and the button."""
_FIELDS: Final = ("explanation", "do", "version", "key")
_KEY: Final = re.compile("[0-9a-f]{32}")
_VERSION: Final = re.compile("[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Opinion:
    """A decision as it was sent: the button, what was written, and the version and key of its form."""

    do: str = ""
    explanation: str = ""
    version: int = 0
    key: str = ""

    @classmethod
    def of(cls, sent: Mapping[str, str]) -> "Opinion":
        """Return what a form says. Raises the problem `malformed` for a form of no page of ours."""
        fits = _KEY.fullmatch(sent["key"]) and _VERSION.fullmatch(sent["version"])
        if not fits or ("exception", sent["do"]) not in _DECISIONS:
            raise Problem("malformed")
        return cls(sent["do"], sent["explanation"].strip(), int(sent["version"]), sent["key"])

    def event(self, about: Mapping[str, Any], day: str) -> bytes:
        """Return the decision as the API takes it."""
        return orjson.dumps(
            {
                "type": _DECISIONS[about["kind"], self.do],
                "occurred_on": day,
                "data": {"entry": about["entry"]["entry_id"], "explanation": self.explanation},
            }
        )


@router.get("/approvals")
async def approvals(page: SignedIn, state: ApprovalState | None = None, cursor: Cursor = None) -> Response:
    """Show what waits, or what was decided, and the first of it whole."""
    listed = await _listed(page, state or "waiting", cursor)
    return await _shown(page, listed, next(iter(listed["items"]), None), state=state, first=cursor is None)


@router.get("/approvals/{entry}")
async def approval(
    page: SignedIn,
    entry: UUID,
    state: ApprovalState | None = None,
    done: bool | None = None,  # noqa: FBT001 - says that it was decided just now
) -> Response:
    """Show one of them whole, beside those that stand as it does."""
    one = await page.answer(exceptions.exception, entry)
    return await _shown(page, await _listed(page, state or "waiting"), one, state=state, done=done or False)


@router.post("/approvals/{entry}")
async def decide(
    page: SignedIn,
    entry: UUID,
    sent: Annotated[Mapping[str, str], Depends(readers_form(*_FIELDS, most=MOST_BYTES))],
) -> Response:
    """Record the decision; if another person was faster, show theirs."""
    opinion = Opinion.of(sent)
    one = await page.answer(exceptions.exception, entry)
    if one["state"] == "waiting" and opinion.explanation:
        try:
            await page.answer(
                record_one.record,
                UUID(one["child"]),
                key=f"c:{opinion.key}",
                expected=opinion.version,
                raw=opinion.event(one, page.context.today.isoformat()),
            )
        except Problem as problem:
            if problem.code not in {"stale", "refused", "invalid"}:
                raise
            one = await page.answer(exceptions.exception, entry)
            return await _again(page, one, opinion, problem)
        return lead_to(f"/console/approvals/{entry}?done=true")
    return await _again(page, one, opinion, None)


async def _again(page: PageRequest, one: Any, opinion: Opinion, problem: Problem | None) -> Response:  # noqa: ANN401 - an answer
    """Show it once more: what was written is kept, and what keeps it from being decided is said."""
    listed = await _listed(page, "waiting")
    faster = one["state"] in {"approved", "rejected"}
    status = problem.kind.status if problem is not None else 409 if faster else 422
    return await _shown(
        page,
        listed,
        one,
        status=status,
        opinion=opinion,
        problem=problem,
        faster=faster,
        missing=not opinion.explanation,
    )


async def _listed(page: PageRequest, state: ApprovalState, cursor: str | None = None) -> Any:  # noqa: ANN401 - an answer
    return await page.answer(exceptions.exceptions, state=state, limit=_ROWS, cursor=cursor)


async def _shown(
    page: PageRequest,
    listed: Any,  # noqa: ANN401 - an answer
    one: Any,  # noqa: ANN401 - the same
    *,
    state: ApprovalState | None = None,
    first: bool = True,
    done: bool = False,
    faster: bool = False,
    missing: bool = False,
    opinion: Opinion | None = None,
    problem: Problem | None = None,
    status: int = 200,
) -> Response:
    # The list may be a moment behind the file of what was decided just now.
    settled = None if one is None or one["state"] == "waiting" else one["entry"]["entry_id"]
    items = [each for each in listed["items"] if state is not None or each["entry"]["entry_id"] != settled]
    ways = ("approve", "reject") if one is not None and one["may_decide"] else ()
    return render(
        page,
        "approvals.html",
        status=status,
        listed=listed,
        items=items,
        one=one,
        state=state or "waiting",
        first=first,
        done=done,
        faster=faster,
        missing=missing,
        opinion=opinion or Opinion(),
        problem=problem,
        documents=partial(documents, page.words),
        key=uuid4().hex if opinion is None else opinion.key,
        leads_to=[(do, await _leads_to(page, one, do)) for do in ways],
    )


async def _leads_to(page: PageRequest, one: Mapping[str, Any], do: str) -> Sequence[Mapping[str, Any]]:
    """Return what a decision would change, each change in words; nothing where it cannot be told now."""
    event = Opinion(do, "…").event(one, page.context.today.isoformat())
    try:
        would = await page.answer(record_one.record, UUID(one["child"]), key=None, expected=None, raw=event)
    except Problem:
        return []
    impact = would["impact"]
    return [
        {**each, "part": part}
        for part in ("findings_gone", "findings", "status", "obligations", "readiness")
        for each in impact[part]
    ]
