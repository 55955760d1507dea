"""Putting right what an entry says: corrected in three steps, withdrawn, or restored."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID, uuid4

from fastapi import Depends, Response

from api.console.drafts import FormKey, at_form, draft_fields, forget_draft, shown_at_form
from api.console.file_frame import AboutFile, FilePage, of_files
from api.console.forms.amended_entry import AmendedRow, amended_rows
from api.console.forms.asked_form import AskedForm, form_of, sent_form_of
from api.console.forms.dry_run import ShownFault
from api.console.forms.entry_to_amend import EntryToAmend, entry_to_amend
from api.console.forms.event_form import NOT_SENT, CheckedForm
from api.console.forms.form_display import field_id
from api.console.forms.form_filling import filled_in
from api.console.forms.form_reading import BY_ID, MUST_FILL_IN, OCCURRED, SentFields, rows_of
from api.console.page_route import page_router
from api.console.pages.file_record import history_at
from api.console.rendering import lead_to
from api.console.sent_form import filled_form
from api.contract.problems import Problem
from domain.event import Event
from domain.events.record import EntryRestored, EntryWithdrawn

router = page_router()

WHY: Final = "reason.explanation"
"""The field that says why an entry is corrected."""
EXPLANATION: Final = "data.explanation"
"""The field that says why an entry is withdrawn or restored."""
_CODE: Final = "reason.code"
_DID_NOT_OCCUR: Final = "did_not_occur"
_INCORRECT: Final = "incorrect_data"
_PAPERS: Final = "documents"
_ABOUT: Final = "data.entry"
"""The field that says which entry is withdrawn or restored: no form asks it."""
_CONTENT: Final = "correct/content"
_WAYS: Final[Mapping[type[Event], str]] = MappingProxyType(
    {EntryWithdrawn: "withdraw", EntryRestored: "restore"}
)
"""Where what was typed goes on from another entry; a correction does at its content."""
Filled: TypeAlias = Annotated[SentFields, Depends(filled_form)]


_Shown: TypeAlias = Callable[[EntryToAmend, AskedForm, CheckedForm], Awaitable[Response]]


# A correction: why, what it should be, and what that changes


@of_files(router.get, "/entries/{entry}/correct")
async def correct_page(asked: AboutFile, entry: UUID, key: FormKey = None) -> Response:
    """Ask why an entry is corrected, and by what paper."""
    found = await entry_to_amend(asked, entry)
    if key is None:
        return at_form(f"{found.address}/correct")
    kept = await draft_fields(asked.page, None, key)
    if kept is None:
        return await _why(found, await form_of(asked, found.kind, {}, key), NOT_SENT)
    return await _why(found, await sent_form_of(asked, found.kind, kept), NOT_SENT)


@of_files(router.get, "/entries/{entry}/correct/content")
async def content_page(
    asked: AboutFile, entry: UUID, draft: UUID | None = None, key: FormKey = None
) -> Response:
    """Go on with what an entry should say, or begin at the first step."""
    return await _gone_on_with(asked, entry, await draft_fields(asked.page, draft, key), reviewed=False)


@of_files(router.get, "/entries/{entry}/correct/review")
async def review_page(
    asked: AboutFile, entry: UUID, draft: UUID | None = None, key: FormKey = None
) -> Response:
    """Show what an entry was and becomes, or begin at the first step."""
    return await _gone_on_with(asked, entry, await draft_fields(asked.page, draft, key), reviewed=True)


async def _gone_on_with(asked: FilePage, entry: UUID, kept: SentFields | None, *, reviewed: bool) -> Response:
    if kept is None:
        return lead_to(f"{asked.address}/entries/{entry}/correct")
    found = await entry_to_amend(asked, entry)
    form = await sent_form_of(asked, found.kind, kept)
    if not form.first(OCCURRED):
        return await _why(found, form, NOT_SENT)
    if not reviewed:
        return await _content(found, form, NOT_SENT)
    form = _correcting(found, form)
    return await _review(found, *await form.checked(form.read()))


@of_files(router.post, "/entries/{entry}/correct/content")
async def correct_content(asked: AboutFile, entry: UUID, filled: Filled) -> Response:
    """Show the form of the event filled in with the whole entry, to be put right."""
    found = await entry_to_amend(asked, entry)
    form = await sent_form_of(asked, found.kind, filled)
    address = f"{found.address}/correct/content"
    if form.first(OCCURRED) or form.more:
        shown = _content if form.first(OCCURRED) else _why
        there = await shown_at_form(asked.page, address, filled, form.key)
        return there or await shown(found, form, NOT_SENT)
    if not form.first(WHY).strip() or form.first(_CODE) not in {_INCORRECT, _DID_NOT_OCCUR}:
        return await _why(found, form, _unsaid(form))
    if form.first(_CODE) == _DID_NOT_OCCUR:
        sent = {EXPLANATION: form.sent[WHY], **_papers(form.sent)}
        key = uuid4().hex
        there = await shown_at_form(asked.page, f"{found.address}/withdraw", {**sent, "key": [key]}, key)
        return there or await _undo(found, EntryWithdrawn, sent, key)
    english = asked.page.words.language == "en"
    whole = filled_in(found.kind, found.entry, asked.page.context.records, english=english)
    sent = {**whole, **_papers(form.sent, len(rows_of(_PAPERS, whole))), WHY: form.sent[WHY]}
    fields = {**sent, "key": [form.key], "kind": [found.kind.__name__]}
    there = await shown_at_form(asked.page, address, fields, form.key)
    return there or await _content(found, replace(form, sent=sent), NOT_SENT)


@of_files(router.post, "/entries/{entry}/correct/review")
async def correct_review(asked: AboutFile, entry: UUID, filled: Filled) -> Response:
    """Show what an entry was and becomes, and what that would change."""
    found = await entry_to_amend(asked, entry)
    form = _correcting(found, await sent_form_of(asked, found.kind, filled))
    read = form.read()
    step = "content" if form.more else "review"
    if filled.get("do") != ["rehearse"]:
        there = await shown_at_form(asked.page, f"{found.address}/correct/{step}", filled, form.key)
        if there is not None:
            return there
    if form.more:
        return await _content(found, form, NOT_SENT)
    return await _review(found, *await form.checked(read))


@of_files(router.post, "/entries/{entry}/correct")
async def correct(asked: AboutFile, entry: UUID, filled: Filled) -> Response:
    """Record the correction that was read over."""
    found = await entry_to_amend(asked, entry)
    form = _correcting(found, await sent_form_of(asked, found.kind, filled))
    return await _recorded(found, form, _review)


# What did not happen, and what did after all


@dataclass(frozen=True, slots=True)
class BegunUndoing:
    """A form to withdraw or restore an entry as its address asks for it, with what was typed there before."""

    found: EntryToAmend
    kept: SentFields | None
    key: str | None
    checked: bool


async def _begun(
    asked: AboutFile,
    entry: UUID,
    draft: UUID | None = None,
    key: FormKey = None,
    checked: bool | None = None,  # noqa: FBT001 - of the address
) -> BegunUndoing:
    found = await entry_to_amend(asked, entry)
    return BegunUndoing(found, await draft_fields(asked.page, draft, key), key, checked or False)


@of_files(router.get, "/entries/{entry}/withdraw")
async def withdraw_page(begun: Annotated[BegunUndoing, Depends(_begun)]) -> Response:
    """Ask why an entry is withdrawn."""
    return await _begun_page(begun, EntryWithdrawn)


@of_files(router.post, "/entries/{entry}/withdraw")
async def withdraw(asked: AboutFile, entry: UUID, filled: Filled) -> Response:
    """Show what withdrawing an entry would change, or withdraw it."""
    return await _undone(await entry_to_amend(asked, entry), EntryWithdrawn, filled)


@of_files(router.get, "/entries/{entry}/restore")
async def restore_page(begun: Annotated[BegunUndoing, Depends(_begun)]) -> Response:
    """Ask why an entry that was withdrawn is restored."""
    return await _begun_page(begun, EntryRestored)


@of_files(router.post, "/entries/{entry}/restore")
async def restore(asked: AboutFile, entry: UUID, filled: Filled) -> Response:
    """Show what restoring an entry would change, or restore it."""
    return await _undone(await entry_to_amend(asked, entry), EntryRestored, filled)


def _correcting(found: EntryToAmend, form: AskedForm) -> AskedForm:
    """Return the form of a correction, which replaces the entry whole."""
    reason = {"code": _INCORRECT, "explanation": form.first(WHY).replace("\r\n", "\n").strip()}
    fixed = found.fixed
    if any(form.first(name) not in {"", value} or form.first(name + BY_ID) for name, value in fixed.items()):
        raise Problem("malformed")
    sent = {**form.sent, **{name: [value] for name, value in fixed.items()}}
    return replace(form, file=found.file, sent=sent, besides={"corrects": found.original, "reason": reason})


async def _recorded(found: EntryToAmend, form: AskedForm, shown: _Shown) -> Response:
    """Record what was read over and lead to it, or show what it would change."""
    read = form.read()
    if not form.was_checked(read):
        form, checked = await form.checked(read)
        return await shown(found, form, checked.seen_now())
    struck = "withdrawn" if form.kind is EntryRestored else None

    async def now() -> EntryToAmend:
        return await entry_to_amend(found.asked, UUID(found.entry["entry_id"]))

    async def same() -> bool:
        return bool((await now()).entry["struck"] == struck)

    became = await form.recorded(read, same)
    if isinstance(became, Mapping):
        await forget_draft(found.asked.page, form.key)
        return lead_to(history_at(found.asked.address, became))
    # Another person may have amended it meanwhile: that is shown.
    return await shown(await now(), *became)


async def _why(found: EntryToAmend, form: AskedForm, checked: CheckedForm) -> Response:
    return await _page("correct-why.html", found, form, checked)


async def _content(found: EntryToAmend, form: AskedForm, checked: CheckedForm) -> Response:
    checked = _led(checked, found.fixed)
    shown = form.shown_as(checked)["fields"]
    fields = [each for each in shown if each.name not in found.fixed]
    return await _page("correct-content.html", found, form, checked, acts="correct-acts.html", fields=fields)


async def _review(found: EntryToAmend, form: AskedForm, checked: CheckedForm) -> Response:
    rows: Sequence[AmendedRow] = ()
    if checked.read is not None and not checked.faults:
        rows = amended_rows(form.asked.page.words, found.entry, checked.read)
    if not rows or (found.stands and checked.refusals):
        return await _content(found, form, checked)
    fixed = {field_id(name) for name in found.fixed}
    return await _page("correct-review.html", found, form, checked, rows=rows, fixed=fixed)


async def _undo(found: EntryToAmend, kind: type[Event], sent: SentFields, key: str) -> Response:
    return await _undo_page(found, await form_of(found.asked, kind, sent, key), NOT_SENT)


async def _begun_page(begun: BegunUndoing, kind: type[Event]) -> Response:
    found, kept = begun.found, begun.kept
    if kept is None and begun.key is None:
        return at_form(f"{found.address}/{_WAYS[kind]}")
    if kept is None:
        return await _undo(found, kind, {}, begun.key or uuid4().hex)
    form = await sent_form_of(found.asked, kind, kept)
    if not begun.checked:
        return await _undo_page(found, form, NOT_SENT)
    whole = _undoing(found, form)
    return await _undo_page(found, *await whole.checked(whole.read()))


async def _undone(found: EntryToAmend, kind: type[Event], filled: SentFields) -> Response:
    form = await sent_form_of(found.asked, kind, filled)
    whole = _undoing(found, form)
    if filled.get("do") == ["record"]:
        return await _recorded(found, whole, _undo_page)
    read = None if form.more else whole.read()
    if filled.get("do") != ["rehearse"]:
        more = {} if form.more else {"checked": "true"}
        address = f"{found.address}/{_WAYS[kind]}"
        there = await shown_at_form(found.asked.page, address, filled, form.key, **more)
        if there is not None:
            return there
    if read is None:
        return await _undo_page(found, form, NOT_SENT)
    return await _undo_page(found, *await whole.checked(read))


def _undoing(found: EntryToAmend, form: AskedForm) -> AskedForm:
    """Return the form of a withdrawal or a restoration whole: of which entry, and that it is done today."""
    today = found.asked.page.context.today.isoformat()
    return replace(form, file=found.file, sent={**form.sent, OCCURRED: [today], _ABOUT: [found.original]})


async def _undo_page(found: EntryToAmend, form: AskedForm, checked: CheckedForm) -> Response:
    checked = _led(checked, (OCCURRED, _ABOUT), excusable=False)
    return await _page("undo.html", found, form, checked, restores=form.kind is EntryRestored)


def _led(checked: CheckedForm, unasked: Collection[str], *, excusable: bool = True) -> CheckedForm:
    """Return what became of a form without links to what its page does not ask."""
    ids = {field_id(name) for name in unasked}
    return replace(
        checked,
        faults=[replace(each, field=None) if each.field in ids else each for each in checked.faults],
        refusals=[
            replace(
                each,
                field=None if each.field in ids else each.field,
                excusable=each.excusable and excusable,
            )
            for each in checked.refusals
        ],
    )


async def _page(
    template: str,
    found: EntryToAmend,
    form: AskedForm,
    checked: CheckedForm,
    **answers: Any,  # noqa: ANN401 - answers
) -> Response:
    explanation = form.first(EXPLANATION) or form.first(WHY)
    typed = {**form.sent, "key": [form.key]} if explanation.strip() else {}
    way = _WAYS.get(form.kind, _CONTENT)
    shown = found.shown() | form.shown_as(checked) | answers
    shown |= {"typed": typed, "explanation": explanation, "way": way}
    return await found.asked.render(template, "entry", form.file, status=checked.status, **shown)


def _papers(sent: SentFields, after: int = 0) -> SentFields:
    """Return what is said of papers, as the rows after so many."""
    begins, rows = f"{_PAPERS}.", rows_of(_PAPERS, sent)
    moved = {}
    for name, values in sent.items():
        number, _, field = name.removeprefix(begins).partition(".")
        if name.startswith(begins) and number in rows:
            moved[f"{begins}{int(number) + after}.{field}"] = values
    return moved


def _unsaid(form: AskedForm) -> CheckedForm:
    """Return what is missing in the first step of a correction."""
    words = form.asked.page.words
    message = words.label(MUST_FILL_IN)
    asked = {_CODE: words("amend.what_is_wrong"), WHY: words("amend.explanation")}
    missing = [name for name in asked if not form.first(name).strip()]
    faults = [ShownFault(field_id(name), asked[name], message) for name in missing]
    return CheckedForm(faults=faults, messages=dict.fromkeys(missing, message))
