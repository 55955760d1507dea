"""One event for many children, as of a day of vaccination: for whom, what it would change, recording it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Literal
from uuid import UUID, uuid4, uuid5

from fastapi import Depends, Query, Response

from api.console.drafts import FormKey, at_form, draft_fields, forget_draft, keep_form, shown_at_form
from api.console.forms.event_form import (
    NOT_SENT,
    OF_PAGE,
    CheckedForm,
    EventForm,
    first_of,
    key_of,
    version_written,
)
from api.console.forms.form_choices import institutions_for
from api.console.forms.form_display import FormChoices
from api.console.forms.form_reading import SentFields
from api.console.forms.many_form import MOST_CHILDREN, ChildOutcome, ManyForm, RecordedForMany, for_many
from api.console.overseen import institutions_overseen
from api.console.page_request import PageRequest, SignedIn
from api.console.page_route import page_router
from api.console.pages.file_record import TypeToRecord, by_chapter, has_words
from api.console.rendering import lead_to, render
from api.console.sent_form import SHOWN_AGAIN, filled_form
from api.console.value_display import event_label
from api.contract.problems import Problem, not_found
from api.http import lists, one_file
from api.identity.acting import roles_that_may
from api.identity.forbidden import forbidden
from api.identity.permissions import Action
from domain.codes import tables
from domain.event import CATALOGUE, LONGEST_NUMBER, Event
from domain.text import is_term

router = page_router()

ADDRESS: Final = "/console/record-many"
_ROWS: Final = 50
_OF_CHOICE: Final = frozenset({"child", "numbers", "stage", "institution", "departed", "cursor"})
"""What the page says of which children are meant."""
_OF_RESULT: Final = frozenset({"ready", "recorded", "why_not"})
"""What it says of what became of them."""
_NAMES: Final = UUID("0a0f6f4e-3f0a-5d37-9b5a-6f3c9d5e1b42")


@dataclass(frozen=True, slots=True)
class ChosenChildren:
    """The children whom somebody chose, as ids, and what is amiss in the choice: a sentence each."""

    ids: Sequence[str]
    faults: Sequence[str] = ()


@router.get("/record-many")
async def choose_event_for_many(
    page: SignedIn, q: Annotated[str | None, Query(max_length=100)] = None
) -> Response:
    """List the events that can be recorded for many children with the same words."""
    _may_record_many(page)
    types = [
        TypeToRecord(name, event_label(page.words, name), mine=True)
        for name, kind in CATALOGUE.items()
        if for_many(page.role, kind) and has_words(name, q)
    ]
    return render(page, "record-many.html", q=q or "", chapters=by_chapter(types))


@router.get("/record-many/{name}")
async def choose_children(
    page: SignedIn,
    name: str,
    draft: UUID | None = None,
    key: FormKey = None,
    checked: bool | None = None,  # noqa: FBT001 - of the address
    choosing: Literal["list", "next", "chosen"] | None = None,
) -> Response:
    """List the register to choose from, or show a form as it was typed before, for the children left in it.

    What is to be `checked` is told for each child; `choosing` is the button by which one went on in the list.
    """
    kind = _kind(page, name)
    kept = await draft_fields(page, draft, key)
    if kept is None:
        if draft is None and key is None:
            return at_form(f"{ADDRESS}/{name}")
        return await _choice(page, kind, {"departed": ["false"]}, ChosenChildren(()), key=key)
    told = "recorded" in kept or "why_not" in kept
    if choosing is not None or not (told or "child" in kept):
        chosen = await _chosen(page, kept, whole=choosing == "chosen")
        return await _choice(page, kind, kept, chosen, onward=choosing == "next", key=key)
    form = await _form(page, kind, kept)
    if form.children and (told or checked):
        shown = await form.checked(form.event.read())
        return await _shown(*shown, kept=kept if told else None, draft=draft)
    return await _shown(form, NOT_SENT, kept=kept, draft=draft)


@router.post("/record-many/{name}")
async def send_record_many(
    page: SignedIn,
    name: str,
    filled: Annotated[SentFields, Depends(filled_form)],
    draft: UUID | None = None,
    key: FormKey = None,
) -> Response:
    """List more of the register, show the form, check it for each child, or record what was checked.

    To whoever reads otherwise now, the `draft` tells once more what became of the form before.
    """
    kind, do = _kind(page, name), first_of(filled, "do")
    if first_of(filled, "more") == SHOWN_AGAIN and "numbers" in filled:
        return await _choice(page, kind, filled, await _chosen(page, filled, whole=False))
    if do in {"list", "next", "chosen"}:
        return await _went_on(page, kind, filled, key_of(filled) if "key" in filled else key)
    form = await _form(page, kind, filled)
    if form.event.more and form.children:
        return await _shown(form, NOT_SENT, kept=await draft_fields(page, draft), draft=draft)
    if not form.children:
        none = ChosenChildren((), [page.words("many.nobody")])
        return await _choice(page, kind, filled, none)
    read = form.event.read()
    if do == "record" and form.was_checked(read) and form.ready:
        became = await form.recorded(read)
        if became is None:
            return await _shown(form, CheckedForm(read, note="busy"))
        if became.entries:
            await page.context.container.recorded_types.count(page.context.actor.user, name)
        return lead_to(await _kept(form, filled, became))
    return await _told(form, filled)


async def _told(form: ManyForm, filled: SentFields) -> Response:
    """Tell what a form would change; of one that was to be recorded unseen, that it was not."""
    records = first_of(filled, "do") == "record"
    if not records:
        address = f"{ADDRESS}/{form.event.kind.__name__}"
        there = await shown_at_form(form.page, address, filled, form.key, checked="true")
        if there is not None:
            return there
    form, checked, outcomes = await form.checked(form.event.read())
    if records and form.ready:
        checked = replace(checked, note="unseen")
    return await _shown(form, checked, outcomes)


async def _went_on(page: PageRequest, kind: type[Event], filled: SentFields, key: str | None) -> Response:
    """Go on in the list of children, or from there to the form, at the address of the key if there is one."""
    address, do, there = f"{ADDRESS}/{kind.__name__}", first_of(filled, "do"), None
    chosen = await _chosen(page, filled, whole=do == "chosen")
    if do == "chosen" and not chosen.faults:
        if key is not None:
            whole = {**_typed(filled), "key": [key], "child": chosen.ids}
            there = await shown_at_form(page, address, whole, key)
        return there or await _shown(await _form(page, kind, {**filled, "child": chosen.ids}), NOT_SENT)
    if key is not None:
        there = await shown_at_form(page, address, filled, key, choosing=do)
    return there or await _choice(page, kind, filled, chosen, onward=do == "next")


def _typed(filled: SentFields) -> dict[str, Sequence[str]]:
    """Return what a form says beside which children are meant and what became of them."""
    return {
        name: values
        for name, values in filled.items()
        if name not in _OF_CHOICE | _OF_RESULT | {"do", "said", "more", "key"}
    }


def _may_record_many(page: PageRequest) -> None:
    if not page.context.may_open():
        raise forbidden(page.role, roles_that_may(Action.RECORD))


def _kind(page: PageRequest, name: str) -> type[Event]:
    _may_record_many(page)
    kind = CATALOGUE.get(name)
    if kind is None or not for_many(page.role, kind):
        raise not_found()
    return kind


async def _form(page: PageRequest, kind: type[Event], filled: SentFields) -> ManyForm:
    """Return a form that was sent or kept, with the files of its children as they are now."""
    named = [*dict.fromkeys(filled.get("child", ()))]
    if len(named) > MOST_CHILDREN:
        raise Problem("malformed")
    sent = {name: values for name, values in filled.items() if name not in OF_PAGE | _OF_CHOICE | _OF_RESULT}
    key = key_of(filled) if "key" in filled else uuid4().hex
    choices = FormChoices(institutions=await institutions_for(page, kind))
    event = EventForm(page, kind, choices, sent, key, first_of(filled, "more"))
    children = [await page.answer(one_file.summary, _id(each)) for each in named]
    ready = dict(_versioned(each) for each in filled.get("ready", ()))
    known = {each["child"] for each in children}
    return ManyForm(
        event, children, key, first_of(filled, "said"), {each: ready[each] for each in ready if each in known}
    )


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Problem("malformed") from None


def _versioned(text: str) -> tuple[str, int]:
    child, _, version = text.partition(":")
    return child, version_written(version)


async def _chosen(page: PageRequest, filled: SentFields, *, whole: bool) -> ChosenChildren:
    """Return who is ticked and, of a `whole` choice, whose number is written; a number of nobody is told."""
    ids = [*dict.fromkeys(filled.get("child", ()))]
    faults = []
    if whole:
        written = dict.fromkeys(each.strip() for each in first_of(filled, "numbers").splitlines())
        for number in filter(None, [*written][: MOST_CHILDREN + 1]):
            found = await _of_number(page, number)
            if len(found) == 1:
                ids = [*dict.fromkeys((*ids, *found))]
            elif found:
                faults.append(page.words("many.several", number=number))
            else:
                faults.append(page.words("many.no_such", number=number))
        count = max(len(ids), len([each for each in written if each]))
        if count > MOST_CHILDREN:
            faults.append(page.words("many.too_many", most=MOST_CHILDREN, count=count))
        if not ids and not faults:
            faults.append(page.words("many.nobody"))
    return ChosenChildren(ids, faults)


async def _of_number(page: PageRequest, number: str) -> list[str]:
    if len(number) > LONGEST_NUMBER or not is_term(number):
        return []
    listed = await page.answer(lists.register, file_no=number, limit=2)
    return [each["child"] for each in listed["items"]]


async def _choice(
    page: PageRequest,
    kind: type[Event],
    filled: SentFields,
    chosen: ChosenChildren,
    *,
    onward: bool = False,
    key: str | None = None,
) -> Response:
    """Show a page of the register with ticks; what else was filled in goes along."""
    stage, institution, departed = (first_of(filled, name) for name in ("stage", "institution", "departed"))
    if stage and stage not in tables()["stage"].codes:
        raise Problem("malformed")
    asked: dict[str, Any] = {
        "stage": stage or None,
        "institution": _id(institution) if institution else None,
        "departed": {"true": True, "false": False}.get(departed),
    }
    cursor = (first_of(filled, "cursor") or None) if onward else None
    listed = await page.answer(lists.register, **asked, limit=_ROWS, cursor=cursor)
    here = {each["child"] for each in listed["items"]}
    along = {name: values for name, values in filled.items() if name not in _OF_CHOICE | {"do", "more"}}
    return render(
        page,
        "record-many-choice.html",
        status=422 if chosen.faults else 200,
        kind=kind,
        listed=listed,
        chosen=chosen,
        elsewhere=[each for each in chosen.ids if each not in here],
        numbers=first_of(filled, "numbers"),
        asked=asked,
        most=MOST_CHILDREN,
        along=along,
        onward=onward,
        key=key,
        stages=tables()["stage"].codes,
        institutions=await institutions_overseen(page),
    )


async def _shown(
    form: ManyForm,
    checked: CheckedForm,
    outcomes: Mapping[str, ChildOutcome] | None = None,
    *,
    kept: SentFields | None = None,
    draft: UUID | None = None,
) -> Response:
    """Show the form with its children, and of a recording that was `kept` as a draft what became of it."""
    done = [each.split("/") for each in (kept or {}).get("recorded", ())]
    recorded = [
        (await form.page.answer(one_file.summary, _id(child)), entry, month) for child, entry, month in done
    ]
    shown = form.shown_as(checked, outcomes or {})
    refused = any(not each.ready for each in (outcomes or {}).values())
    return render(
        form.page,
        "record-many-form.html",
        status=checked.status if outcomes is None or form.ready or recorded or not refused else 422,
        recorded=recorded,
        done=kept is not None and "recorded" in kept,
        draft=draft,
        why_not=dict(each.split("/", 1) for each in (kept or {}).get("why_not", ())),
        **shown,
    )


async def _kept(form: ManyForm, filled: SentFields, became: RecordedForMany) -> str:
    """Keep what became of a form, with the children who are left in it, and return its address."""
    entries = became.entries
    left = [each["child"] for each in form.children if each["child"] not in entries]
    # Another form, so that those who are left can be recorded after it; the same one, were it sent again.
    key = uuid5(_NAMES, form.key).hex
    fields = _typed(filled) | {"key": [key], "child": left}
    fields["recorded"] = [
        f"{child}/{entry['entry_id']}/{entry['occurred_until'][:7]}" for child, entry in entries.items()
    ]
    fields["why_not"] = [f"{child}/{why}" for child, why in became.why_not.items()]
    address = f"{ADDRESS}/{form.event.kind.__name__}"
    await forget_draft(form.page, form.key)
    ticket = await keep_form(form.page, address, {name: each for name, each in fields.items() if each}, key)
    return f"{address}?draft={ticket}"
