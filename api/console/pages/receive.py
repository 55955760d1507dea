"""Receiving a child who has no file yet: whether there is one after all, then the first events together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal
from uuid import UUID, uuid4

import orjson
from fastapi import Depends, Query, Response

from api.console.drafts import FormKey, at_form, draft_fields, keep_form, shown_at_form
from api.console.forms.dry_run import digest
from api.console.forms.event_form import BUSY, first_of
from api.console.forms.field_controls import CHOSEN, event_fields
from api.console.forms.form_reading import (
    MUST_FILL_IN,
    NOT_BOTH,
    OCCURRED,
    REASON,
    WHY_NOT,
    ReadForm,
    SentFields,
    read_form,
)
from api.console.forms.opening_form import (
    CheckedOpening,
    OpeningForm,
    opening_fields,
    opening_form,
    sent_opening,
)
from api.console.forms.sent_values import days_written
from api.console.page_request import PageRequest, SignedIn
from api.console.page_route import page_router
from api.console.pages.file_opening import answer_opening
from api.console.rendering import render
from api.console.sent_form import SHOWN_AGAIN, filled_form
from api.contract.problems import Problem
from api.http import lists, record_one
from api.identity.permissions import Role
from domain.codes import tables
from domain.event import Event, Label
from domain.events.community.rolls import ChildIdentified
from domain.events.intake import ChildReceived, IdentityRecorded

router = page_router()

ADDRESS: Final = "/console/children/new"
FIRST_EVENTS: Final[Mapping[Role, tuple[type[Event], ...]]] = MappingProxyType(
    {
        Role.STAFF: (ChildReceived, IdentityRecorded),
        Role.SUPERVISOR: (ChildReceived, IdentityRecorded),
        Role.TOWNSHIP: (ChildIdentified, IdentityRecorded),
    }
)
"""With what each role opens a child's file: an institution takes a child in, a township finds one."""
_NOT_KNOWN: Final = "not_known"
_NOT_ASKED: Final = "not_asked"
_MOST_ALIKE: Final = 50
_BY_WHOM: Final = Label(
    "接收新儿童由机构的工作人员和负责人（主管）办理；机构以外的儿童由其所在乡镇（街道）的儿童督导员登记。",
    "Staff and supervisors of an institution receive a child; of a child outside institutions the township"
    " of its place opens the file.",
)


@dataclass(frozen=True, slots=True)
class WhoIsReceived:
    """Who is received, as far as somebody has typed it; `faults` by the name of the field."""

    name: str = ""
    nameless: bool = False
    sex: str = ""
    birth: str = ""
    faults: Mapping[str, Label] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """The digest of what is said, so that it is looked up again once it says something else."""
        return digest([self.name, self.nameless, self.sex, self.birth])

    def filled(self) -> dict[str, list[str]]:
        """Return what it says, as the form of the identity has it."""
        filled: dict[str, list[str]] = {}
        if self.name:
            filled["data.name"] = [self.name]
        elif self.nameless:
            filled["data.name" + WHY_NOT] = [_NOT_KNOWN]
        if self.sex:
            filled["data.sex"] = [self.sex]
        born = days_written(self.birth) if self.birth else None
        if born is None or isinstance(born, Label):
            return filled
        if born.first is None:
            filled["data.birth_on" + WHY_NOT] = [_NOT_KNOWN]
        else:
            filled["data.birth_on"] = [born.first.isoformat()]
        if not born.exact:
            filled["data.birth_until"] = [born.last.isoformat()]
        return filled


@dataclass(frozen=True, slots=True)
class AlikeChildren:
    """Children of the register who may be the same; `likely` are those whose birth and sex agree, too.

    `others` are the likely ones that the search did not list. `busy` says that it could not be found out.
    """

    rows: Sequence[Mapping[str, Any]] = ()
    likely: frozenset[str] = frozenset()
    others: Sequence[str] = ()
    more: bool = False
    busy: bool = False

    @property
    def any(self) -> bool:
        """Whether there is anybody to look at first."""
        return bool(self.rows or self.others or self.busy)


@router.get("/children/new")
async def receive(
    page: SignedIn,
    found: Annotated[UUID | None, Query(description="The ticket of a search without a hit.")] = None,
    draft: UUID | None = None,
    key: FormKey = None,
    checked: bool | None = None,  # noqa: FBT001 - of the address
    looked: Literal["nameless", "nobody"] | None = None,
) -> Response:
    """Ask who is received; what was searched for in vain is filled in. Or go on with what was typed before.

    What is to be `checked` is told, too: who is alike, or what it would change.
    """
    kinds = first_events(page)
    kept = await draft_fields(page, draft, key)
    if kept is not None and "key" in kept:
        form = sent_opening(page, kinds, kept)
        return (
            _forms(*await form.checked(form.read()))
            if checked
            else _forms(form, form.unsent(), looked=looked)
        )
    if kept is not None:
        who = _read(kept)
        alike = await _alike(page, who) if checked and not who.faults else None
        return _who(page, who if checked else replace(who, faults={}), alike, key)
    if draft is None and key is None:
        return at_form(ADDRESS, **({} if found is None else {"found": str(found)}))
    query = None if found is None else await page.context.container.sessions.query(page.session, found)
    is_name = query is not None and not any(each.isdigit() for each in query)
    return _who(page, WhoIsReceived(name=query or "" if is_name else ""), None, key)


@router.post("/children/new")
async def send_receive(
    page: SignedIn, filled: Annotated[SentFields, Depends(filled_form)], key: FormKey = None
) -> Response:
    """Look up who is received, show the forms, check what was filled in, or record what was checked."""
    kinds = first_events(page)
    do = first_of(filled, "do")
    if do in {"look", "on"}:
        return await _looked_up(page, filled, key, on=do == "on")
    if first_of(filled, "more") == SHOWN_AGAIN and "key" not in filled:
        return await _who_again(page, filled)
    return await answer_opening(
        page, kinds, filled, kind="child", address=ADDRESS, shown=_forms, unrecorded=_unrecorded
    )


async def _unrecorded(reads: Sequence[ReadForm], form: OpeningForm, checked: CheckedOpening) -> Response:
    return _forms(form, checked, alike=await _alike_meanwhile(form.page, reads, checked))


def first_events(page: PageRequest) -> tuple[type[Event], ...]:
    """Return with what the reader opens a child's file. Raises the problem `forbidden`."""
    kinds = FIRST_EVENTS.get(page.role)
    if kinds is None or not page.context.may_open():
        raise Problem("forbidden", _BY_WHOM)
    return kinds


async def _looked_up(page: PageRequest, filled: SentFields, key: str | None, *, on: bool) -> Response:
    who = _read(filled)
    settled = on and first_of(filled, "said") == who.said
    alike = AlikeChildren() if who.faults or settled else await _alike(page, who)
    if who.faults or alike.any:
        there = None if key is None else await shown_at_form(page, ADDRESS, filled, key, checked="true")
        return there or _who(page, who, None if who.faults else alike, key)
    kinds, looked = first_events(page), "nameless" if who.nameless else "nobody" if not on else ""
    if key is not None:
        await keep_form(page, ADDRESS, opening_fields(IdentityRecorded, who.filled(), key), key)
        return at_form(ADDRESS, key, **({"looked": looked} if looked else {}))
    form = opening_form(page, kinds, {IdentityRecorded: who.filled()}, uuid4().hex)
    return _forms(form, form.unsent(), looked=looked)


async def _who_again(page: PageRequest, filled: SentFields) -> Response:
    """Show again what was typed, with the children who were found for it, and nothing that is amiss in it."""
    who = _read(filled)
    looked_up = not who.faults and first_of(filled, "said") == who.said
    return _who(page, replace(who, faults={}), await _alike(page, who) if looked_up else None)


def _read(filled: SentFields) -> WhoIsReceived:
    def said(name: str) -> str:
        return first_of(filled, name).strip()

    faults: dict[str, Label] = {}
    if said("name") and said("nameless"):
        faults["name"] = NOT_BOTH
    elif not said("name") and not said("nameless"):
        faults["name"] = MUST_FILL_IN
    if said("sex") and said("sex") not in tables()["sex"].codes:
        raise Problem("malformed")
    born = days_written(said("birth")) if said("birth") else None
    if isinstance(born, Label):
        faults["birth"] = born
    return WhoIsReceived(said("name"), bool(said("nameless")), said("sex"), said("birth"), faults)


async def _alike(page: PageRequest, who: WhoIsReceived) -> AlikeChildren:
    """Return whom the search finds by the name, and whom a dry run says may be the same child."""
    if not who.name:
        return AlikeChildren()
    listed = await _named(page, who.name)
    busy, likely = False, set[str]()
    try:
        told = await page.answer(record_one.open_file, None, orjson.dumps(_probe(page, who)))
        likely = _likely(told)
    except Problem as problem:
        # What is not as it should be is told of the form itself.
        if problem.code not in {*BUSY, "invalid"}:
            raise
        busy = problem.code in BUSY
    rows = sorted(listed["items"], key=lambda row: row["child"] not in likely)
    others = sorted(likely - {row["child"] for row in rows})
    return AlikeChildren(rows, frozenset(likely), others, listed["next"] is not None, busy)


async def _alike_meanwhile(
    page: PageRequest, reads: Sequence[ReadForm], checked: CheckedOpening
) -> AlikeChildren | None:
    """Return who may be the same child by all that the forms say, if that kept them from being recorded."""
    told = checked.whole.told
    if checked.whole.note != "alike" or told is None:
        return None
    likely, names = _likely(told), [each.body["data"].get("name") for each in reads]
    rows: list[Mapping[str, Any]] = []
    for name in names:
        listed = (await _named(page, name))["items"] if isinstance(name, str) else ()
        rows += [row for row in listed if row["child"] in likely]
    others = sorted(likely - {row["child"] for row in rows})
    return AlikeChildren(rows, frozenset(likely), others)


async def _named(page: PageRequest, name: str) -> Any:  # noqa: ANN401 - an answer
    return await page.answer(lists.search, raw=orjson.dumps({"q": name, "limit": _MOST_ALIKE}))


def _likely(told: Mapping[str, Any]) -> set[str]:
    """Return the files that a dry run says may be the same child's."""
    return {
        child
        for each in told["possible_duplicates"]
        for child in (each["child"], *each["others"])
        if child is not None
    }


def _probe(page: PageRequest, who: WhoIsReceived) -> dict[str, Any]:
    """Return a file that says nothing but who it is, for the dry run that looks for the same child."""
    sent = {OCCURRED: [page.context.today.isoformat()], **who.filled()}
    for each in event_fields(IdentityRecorded, page.context.records):
        if each.must and each.unknown and not {each.name, each.name + WHY_NOT} & sent.keys():
            chosen = each.control in CHOSEN
            sent[each.name if chosen else each.name + WHY_NOT] = [(REASON if chosen else "") + _NOT_ASKED]
    return {"events": [read_form(IdentityRecorded, sent, page.context.records, "").body]}


def _who(
    page: PageRequest, who: WhoIsReceived, alike: AlikeChildren | None = None, key: str | None = None
) -> Response:
    faults = {name: page.words.label(fault) for name, fault in who.faults.items()}
    return render(
        page,
        "receive-who.html",
        status=422 if faults else 200,
        who=who,
        faults=faults,
        alike=alike,
        key=key,
        sexes=tables()["sex"].codes,
        outside=page.role is Role.TOWNSHIP,
    )


def _forms(
    form: OpeningForm,
    checked: CheckedOpening,
    *,
    looked: str | None = None,
    alike: AlikeChildren | None = None,
) -> Response:
    return render(
        form.page,
        "receive.html",
        status=checked.whole.status,
        looked=looked,
        alike=alike,
        outside=form.page.role is Role.TOWNSHIP,
        **form.shown_as(checked),
    )
