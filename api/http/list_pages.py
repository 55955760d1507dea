"""Pages of lists across files: what they show, as known when, with the names of whose rows they are."""

import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from api.contract.encoding import JsonResponse
from api.contract.list_tables import ListTable
from api.contract.masking import restricted
from api.contract.problems import Problem, invalid
from api.http.cursors import no_cursor
from api.http.dependencies import RequestContext
from api.http.next_to_act import NextToAct, with_who_acts
from domain.event import WHOLLY_SEALED, Category
from domain.label import Label
from ledger.codec.messages import unknown_word
from projections.paging import Condition, Page, PageAsked, page_of
from projections.register import SEALED_FILE_NO, SEALED_NAME
from projections.register import names as names_in_register
from projections.scopes import StreamScope
from projections.sorting import CursorError, Key, Sorts
from projections.withholding import Resting, Withholding, told_of

R = TypeVar("R")
W = TypeVar("W", bound=Resting)


async def opener(request: RequestContext, children: Collection[UUID]) -> Callable[..., Any]:
    """Return what opens the sealed names and numbers of children, or masks them."""
    seal = await request.ledger.seal_for(children, (Category.IDENTITY,))

    def opened(child: UUID, value: bytes | None, context: str) -> Any:  # noqa: ANN401 - a text, or what stands for it
        if Category.IDENTITY not in request.sees:
            return restricted(Category.IDENTITY)
        return value and seal.open(child, Category.IDENTITY, value, context)

    return opened


async def with_names(
    request: RequestContext,
    items: Sequence[dict[str, Any]],
    known: int | None,
    acting: NextToAct | None = None,
    scopes: Mapping[UUID, StreamScope] = MappingProxyType({}),
) -> list[dict[str, Any]]:
    """Return items about children with the name and the file number of each, and who is in charge now.

    `note_rows` noted the names. With `acting` they tell who must act next, too. `scopes` are those that were
    asked for before.
    """
    children = {item["child"] for item in items}
    async with request.container.projector.reading() as connection:
        names = await names_in_register(connection, children, known)
    opened = await opener(request, children)
    further_scopes = await request.scopes(more) if (more := children - scopes.keys()) else {}
    charges = {child: each.scope for child, each in {**scopes, **further_scopes}.items()}
    in_charge = {each.institution for each in charges.values() if each is not None}
    institutions = await institution_names(request, in_charge)
    nothing = (None, None)
    named = []
    for item in items:
        name, file_no = names.get(item["child"], nothing)
        charge = charges.get(item["child"])
        institution = None if charge is None else charge.institution
        place = None if charge is None else charge.place
        further: dict[str, Any] = {
            "name": opened(item["child"], name, SEALED_NAME),
            "file_no": opened(item["child"], file_no, SEALED_FILE_NO),
            "institution": institution,
            "institution_name": None if institution is None else institutions.get(institution),
            "place": place,
        }
        named.append(item | further)
    return named if acting is None else await with_who_acts(request, named, acting, known)


async def institution_names(
    request: RequestContext, institutions: Collection[UUID | None]
) -> dict[UUID, str]:
    """Return the names of institutions, which everybody may know."""
    known = await request.container.identity.institutions() if any(institutions) else []
    return {each.institution: each.name for each in known if each.institution in institutions}


async def note_rows(
    request: RequestContext,
    withheld: Withholding[W],
    rows: Sequence[W],
    beside: Mapping[UUID, Collection[Category]] = MappingProxyType({}),
) -> None:
    """Note the access to rows and to the names of whose they are, in one line for each file.

    `beside` is what else is told of files: the entries on which the rows rest.
    """
    told = {child: {*categories, Category.IDENTITY} for child, categories in told_of(rows).items()}
    for child, more in beside.items():
        told.setdefault(child, set()).update(more)
    await request.note(told, withheld.table)


async def opened_rows(request: RequestContext, withheld: Withholding[W], rows: Sequence[W]) -> list[W]:
    """Return rows with their sealed values opened; `note_rows` notes the access."""
    sealed = {row.child for row in rows if row.sealed is not None}
    seal = await request.ledger.seal_for(sealed, WHOLLY_SEALED)
    return [row for each in rows if (row := withheld.opened(each, seal)) is not None]


@dataclass(frozen=True, slots=True)
class ListView:
    """What a page shows: the position that it answers, and that as known at which it is asked, None for now.

    `known_at` is how that was asked for, `place` where the parameters stand, `epoch` that of the position,
    `cursor` what is asked to go on from.
    """

    position: int
    known: int | None
    known_at: str | None
    epoch: int
    cursor: str | None
    place: str

    @property
    def pinned(self) -> str:
        """With what the cursors of this list begin: the position as known at which it is asked, if it is."""
        return "" if self.known is None else f"{self.epoch}.{self.known}."

    @property
    def no_cursor(self) -> Problem:
        """The problem that the cursor belongs to no page of this list."""
        return invalid([no_cursor(f"{self.place}/cursor")])


async def list_view(
    request: RequestContext, known_at: str | None, cursor: str | None, *models: str, at: str = "/query"
) -> ListView:
    """Return what a page shows. Pages that follow are as known at the position of the first.

    Raises the problems `invalid`, `other_epoch` and `unavailable`.
    """
    if known_at is None:
        return ListView(request.container.projector.position_of(*models), None, None, 0, cursor, at)
    if cursor is None:
        head = await request.ledger.head()
        known = await request.known_in_lists(known_at, f"{at}/known_at")
        return ListView(known or 0, known, known_at, head.epoch, None, at)
    await request.known(known_at, f"{at}/known_at")
    pinned = _PINNED.fullmatch(cursor)
    if pinned is None:
        raise invalid([no_cursor(f"{at}/cursor")])
    epoch, known = int(pinned["epoch"]), int(pinned["known"])
    await request.check_epoch(epoch, known, await request.ledger.head())
    return ListView(known, await request.until_known(known), known_at, epoch, pinned["rest"], at)


async def check_rules(request: RequestContext, rules: Collection[str] | None, view: ListView) -> None:
    """Raise the problem `invalid` if a filter names a rule that counts neither now nor as known then."""
    if rules:
        books = [await request.rulebook()]
        if view.known is not None:
            books.append(await request.ledger.rulebook_known(request.actor.institution, view.known))
        request.check_rules(rules, *books)


def check_sort(sort: str | None, sorts: Sorts, pointer: str) -> None:
    """Raise the problem `invalid` if a list with these filters is not sorted so."""
    if sort is not None and sort not in sorts.names:
        raise invalid([unknown_word(pointer, _NOT_SORTED_SO, sort, sorts.names)])


_NOT_SORTED_SO: Final = Label("按所选条件不能这样排序", "is no order of what these filters ask for")


async def list_page(
    request: RequestContext,
    question: Callable[..., Awaitable[Page[R]]],
    view: ListView,
    *,
    limit: int,
    sort: str | None = None,
    total: bool = False,
    scope: Condition | None = None,
    tools: Mapping[str, object] = MappingProxyType({}),
    **filters: object,
) -> Page[R]:
    """Return a page of the list for the parameters `filters`; `tools` are the query's other arguments.

    `scope` is what the caller may be told of, by default what they may read of the register's files, `sort` a
    name of the list's `Sorts`, and with `total` it is told how many items there are on all pages.

    A cursor begins with what it is pinned to, if anything, and with a digest of the parameters of its page,
    so that it does not fit another query.
    """
    asked = {**filters, "known_at": view.known_at, "sort": sort}
    mark = _mark(question.__name__, asked if filters["day"] != request.today else {**asked, "day": None})
    after = _after(view, mark)
    try:
        async with request.container.projector.reading() as connection:
            page = await question(
                connection,
                request.readable if scope is None else scope,
                sees=request.sees,
                known=view.known,
                turn=PageAsked(limit, after, sort, total),
                **tools,
                **filters,
            )
    except CursorError:
        raise view.no_cursor from None
    return _marked(page, f"{view.pinned}{mark}")


def held_page(
    rows: Collection[R],
    key: Key,
    view: ListView,
    turn: PageAsked,
    sorts: Sorts,
    **filters: object,
) -> Page[R]:
    """Return a page of rows that are held here, which are those that the parameters `filters` leave.

    `turn` is asked for without the cursor, which the view has.
    """
    mark = _mark(sorts.table, {**filters, "sort": turn.sort})
    try:
        page = page_of(rows, key, replace(turn, cursor=_after(view, mark)), sorts)
    except CursorError:
        raise view.no_cursor from None
    return _marked(page, mark)


def _after(view: ListView, mark: str) -> str | None:
    """Return what is left of a cursor after the mark of its query. Raises the problem `invalid`."""
    if view.cursor is None:
        return None
    if not view.cursor.startswith(mark):
        raise view.no_cursor
    return view.cursor.removeprefix(mark)


def _marked(page: Page[R], mark: str) -> Page[R]:
    return replace(page, next=None if page.next is None else f"{mark}{page.next}")


_PINNED: Final = re.compile(r"(?P<epoch>\d{1,18})\.(?P<known>\d{1,18})\.(?P<rest>.*)", re.ASCII)
"""A cursor of a list as known at a position."""


def _mark(question: str, filters: Mapping[str, object]) -> str:
    # Today is not part of the query: a list begun on one day may be continued on the next.
    return sha256(repr((question, sorted(filters.items()))).encode()).hexdigest()[:12]


def listed_at(path: str, **filters: date | UUID | str | float | Sequence[str] | None) -> str:
    """Return the address of a list with filters; those that are None are left out."""
    asked = {name: value for name, value in filters.items() if value is not None}
    return f"{path}?{urlencode(asked, doseq=True)}" if asked else path


def listing(items: Sequence[Any], following: str | None, view: ListView, **more: object) -> JsonResponse:
    """Return a page of a list as an answer, with the position that it shows, and what `more` it says."""
    body = {"items": items, "next": following, **more, "known_position": view.position}
    return JsonResponse(body, headers={"Ledger-Position": str(view.position)})


def counted_listing(items: Sequence[Any], page: Page[Any], view: ListView, table: ListTable) -> JsonResponse:
    """Return the items of a page as an answer, with the total where it was asked for.

    With them are the words for the codes that they have, as `table` has them.
    """
    return listing(items, page.next, view, total=page.total, labels=table.labels(items))
