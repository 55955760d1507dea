"""Putting right what an entry says: corrected in three steps, withdrawn, or restored."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Response

from api.console.child_frame import AboutChild, ChildPage
from api.console.drafts import draft_fields, forget_draft
from api.console.entry_display import documents, entry_fields, entry_line
from api.console.forms.amended_entry import AmendedRow, amended_rows
from api.console.forms.asked_form import AskedForm, form_of, sent_form_of
from api.console.forms.dry_run import AMENDING, ShownFault
from api.console.forms.event_form import NOT_SENT, CheckedForm
from api.console.forms.field_controls import event_fields, hidden_fields
from api.console.forms.form_display import field_id
from api.console.forms.form_filling import filled_in
from api.console.forms.form_reading import BY_ID, MUST_FILL_IN, OCCURRED, SentFields, rows_of
from api.console.page_route import PageRoute
from api.console.pages.child_record import history_at
from api.console.rendering import lead_to
from api.console.sent_form import filled_form
from api.console.value_display import is_amendable
from api.contract.problems import Problem
from api.http import one_entry
from api.identity.permissions import Action
from domain.event import CATALOGUE, Event, Label, chapter
from domain.events.record import EntryRestored, EntryWithdrawn

router = APIRouter(prefix="/console", route_class=PageRoute)

WHY: Final = "reason.explanation"
"""The field that says why an entry is corrected."""
EXPLANATION: Final = "data.explanation"
"""The field that says why an entry is withdrawn or restored."""
_CODE: Final = "reason.code"
_DID_NOT_OCCUR: Final = "did_not_occur"
_INCORRECT: Final = "incorrect_data"
_PAPERS: Final = "documents"
_BY_SUPERVISOR: Final = Label(
    "这一条有您的角色不可查看的内容，由负责人（主管）更正或者撤回。",
    "This entry has something that your role is not shown: a supervisor corrects or withdraws it.",
)
_UNDONE_ELSEWHERE: Final = Label(
    "撤回和恢复不能更正、撤回或者移出。撤回有误的，恢复所指的条目；恢复有误的，再次撤回所指的条目。",
    "A withdrawal or restoration is not corrected, withdrawn or moved. Where a withdrawal was wrong, restore"
    " the entry that it is about; where a restoration was, withdraw that entry again.",
)
_ABOUT: Final = "data.entry"
"""The field that says which entry is withdrawn or restored: no form asks it."""
_CONTENT: Final = "correct/content"
_WAYS: Final[Mapping[type[Event], str]] = MappingProxyType(
    {EntryWithdrawn: "withdraw", EntryRestored: "restore"}
)
"""Where what was typed goes on from another entry; a correction does at its content."""
Filled: TypeAlias = Annotated[SentFields, Depends(filled_form)]


@dataclass(frozen=True, slots=True)
class EntryToAmend:
    """An entry as its file has it, to be corrected, withdrawn or restored.

    `others` are the entries about the same, and `file` whose file it is, read before them.
    """

    asked: ChildPage
    file: Mapping[str, Any]
    entry: Mapping[str, Any]
    others: Sequence[Mapping[str, Any]]

    @property
    def kind(self) -> type[Event]:
        """Its type of event."""
        return CATALOGUE[self.entry["type"]]

    @property
    def original(self) -> str:
        """The id by which amendments name it: that of the entry which was first."""
        original: str = self.entry["corrects"] or self.entry["entry_id"]
        return original

    @property
    def fixed(self) -> Mapping[str, str]:
        """What its corrections say as it does, by the field's name: the entry that it is about.

        A decision about another entry is another decision: this one is withdrawn, and that one recorded.
        """
        if chapter(self.kind) != AMENDING:
            return {}
        fields = event_fields(self.kind, self.asked.page.context.sees)
        return {each.name: self.entry["data"][each.last_name] for each in fields if each.id_of == ("entry",)}

    @property
    def address(self) -> str:
        """The address of its page."""
        return f"{self.asked.address}/entries/{self.entry['entry_id']}"

    @property
    def stands(self) -> bool:
        """Whether nothing has replaced or withdrawn it."""
        return self.entry["struck"] is None

    @property
    def struck_by(self) -> Mapping[str, Any] | None:
        """The entry that struck it through, if any and if it is told."""
        names = ("rejected_by", "corrected_by", "withdrawn_by")
        by = next((self.entry[name] for name in names if self.entry[name] is not None), None)
        return next((each for each in self.others if each["entry_id"] == by), None)

    def shown(self) -> dict[str, Any]:
        """Return what a template shows of it."""
        words = self.asked.page.words
        return {
            "amended": self,
            "struck_by": None if self.struck_by is None else entry_line(words, self.struck_by),
            "line": entry_line(words, self.entry),
            "told_fields": entry_fields(words, self.entry),
            "told_documents": documents(words, self.entry),
        }


_Shown: TypeAlias = Callable[[EntryToAmend, AskedForm, CheckedForm], Awaitable[Response]]


async def entry_to_amend(asked: ChildPage, entry: UUID) -> EntryToAmend:
    """Return an entry that the reader may amend. Raises the problems `not_found` and `forbidden`."""
    await asked.page.context.at_hand(asked.child, Action.RECORD)
    # Before the entry: by this version, whatever amends the entry later is noticed.
    file = await asked.summary()
    told = await asked.page.answer(one_entry.one_entry, asked.child, entry)
    found = EntryToAmend(asked, file, told["entry"], told["others"])
    sees = asked.page.context.sees
    if not is_amendable(found.entry["type"]):
        raise Problem("forbidden", _UNDONE_ELSEWHERE)
    if found.kind.seals not in sees or hidden_fields(found.kind, sees):
        raise Problem("forbidden", _BY_SUPERVISOR)
    return found


# A correction: why, what it should be, and what that changes


@router.get("/children/{child}/entries/{entry}/correct")
async def correct_page(asked: AboutChild, entry: UUID) -> Response:
    """Ask why an entry is corrected, and by what paper."""
    found = await entry_to_amend(asked, entry)
    return await _why(found, await form_of(asked, found.kind, {}, uuid4().hex), NOT_SENT)


@router.get("/children/{child}/entries/{entry}/correct/content")
@router.get("/children/{child}/entries/{entry}/correct/review")
async def correct_from_the_beginning(asked: AboutChild, entry: UUID, draft: UUID | None = None) -> Response:
    """Lead to the first step, since what was filled in comes with a form alone; or go on with a draft."""
    kept = await draft_fields(asked.page, draft)
    if kept is not None:
        found = await entry_to_amend(asked, entry)
        form = await sent_form_of(asked, found.kind, kept)
        return await (_content if form.first(OCCURRED) else _why)(found, form, NOT_SENT)
    return lead_to(f"{asked.address}/entries/{entry}/correct")


@router.post("/children/{child}/entries/{entry}/correct/content")
async def correct_content(asked: AboutChild, entry: UUID, filled: Filled) -> Response:
    """Show the form of the event filled in with the whole entry, to be put right."""
    found = await entry_to_amend(asked, entry)
    form = await sent_form_of(asked, found.kind, filled)
    if form.first(OCCURRED):
        return await _content(found, form, NOT_SENT)
    if form.more:
        return await _why(found, form, NOT_SENT)
    if not form.first(WHY).strip() or form.first(_CODE) not in {_INCORRECT, _DID_NOT_OCCUR}:
        return await _why(found, form, _unsaid(form))
    if form.first(_CODE) == _DID_NOT_OCCUR:
        sent = {EXPLANATION: form.sent[WHY], **_papers(form.sent)}
        return await _undo(found, EntryWithdrawn, sent)
    english = asked.page.words.language == "en"
    whole = filled_in(found.kind, found.entry, asked.page.context.sees, english=english)
    sent = {**whole, **_papers(form.sent, len(rows_of(_PAPERS, whole))), WHY: form.sent[WHY]}
    return await _content(found, replace(form, sent=sent), NOT_SENT)


@router.post("/children/{child}/entries/{entry}/correct/review")
async def correct_review(asked: AboutChild, entry: UUID, filled: Filled) -> Response:
    """Show what an entry was and becomes, and what that would change."""
    found = await entry_to_amend(asked, entry)
    form = _correcting(found, await sent_form_of(asked, found.kind, filled))
    if form.more:
        return await _content(found, form, NOT_SENT)
    return await _review(found, *await form.checked(form.read()))


@router.post("/children/{child}/entries/{entry}/correct")
async def correct(asked: AboutChild, entry: UUID, filled: Filled) -> Response:
    """Record the correction that was read over."""
    found = await entry_to_amend(asked, entry)
    form = _correcting(found, await sent_form_of(asked, found.kind, filled))
    return await _recorded(found, form, _review)


# What did not happen, and what did after all


@router.get("/children/{child}/entries/{entry}/withdraw")
async def withdraw_page(asked: AboutChild, entry: UUID, draft: UUID | None = None) -> Response:
    """Ask why an entry is withdrawn."""
    return await _begun(await entry_to_amend(asked, entry), EntryWithdrawn, draft)


@router.post("/children/{child}/entries/{entry}/withdraw")
async def withdraw(asked: AboutChild, entry: UUID, filled: Filled) -> Response:
    """Show what withdrawing an entry would change, or withdraw it."""
    return await _undone(await entry_to_amend(asked, entry), EntryWithdrawn, filled)


@router.get("/children/{child}/entries/{entry}/restore")
async def restore_page(asked: AboutChild, entry: UUID, draft: UUID | None = None) -> Response:
    """Ask why an entry that was withdrawn is restored."""
    return await _begun(await entry_to_amend(asked, entry), EntryRestored, draft)


@router.post("/children/{child}/entries/{entry}/restore")
async def restore(asked: AboutChild, entry: UUID, filled: Filled) -> Response:
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
        return await shown(found, *await form.checked(read))
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


async def _undo(found: EntryToAmend, kind: type[Event], sent: SentFields) -> Response:
    form = await form_of(found.asked, kind, sent, uuid4().hex)
    return await _undo_page(found, form, NOT_SENT)


async def _begun(found: EntryToAmend, kind: type[Event], draft: UUID | None) -> Response:
    kept = await draft_fields(found.asked.page, draft)
    if kept is None:
        return await _undo(found, kind, {})
    return await _undo_page(found, await sent_form_of(found.asked, kind, kept), NOT_SENT)


async def _undone(found: EntryToAmend, kind: type[Event], filled: SentFields) -> Response:
    form = await sent_form_of(found.asked, kind, filled)
    if form.more:
        return await _undo_page(found, form, NOT_SENT)
    today = found.asked.page.context.today.isoformat()
    sent = {**form.sent, OCCURRED: [today], _ABOUT: [found.original]}
    whole = replace(form, file=found.file, sent=sent)
    if filled.get("do") == ["record"]:
        return await _recorded(found, whole, _undo_page)
    return await _undo_page(found, *await whole.checked(whole.read()))


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
    begins = f"{_PAPERS}."
    moved = {}
    for name, values in sent.items():
        number, _, field = name.removeprefix(begins).partition(".")
        if name.startswith(begins) and number.isdecimal():
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
