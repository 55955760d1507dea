"""Recording an event in a file: which one, its form, what it would change, and the recording."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import Depends, Query, Response

from api.console.drafts import FormKey, at_form, draft_fields, forget_draft, shown_at_form
from api.console.file_frame import AboutFile, FilePage, ForRule, of_files
from api.console.forms.asked_form import AskedForm, form_of, sent_form_of
from api.console.forms.dry_run import is_offered, records_type
from api.console.forms.event_form import NOT_SENT, CheckedForm
from api.console.forms.field_controls import event_fields
from api.console.forms.form_reading import OCCURRED, SentFields
from api.console.page_route import page_router
from api.console.rendering import lead_to
from api.console.sent_form import filled_form
from api.console.value_display import event_label
from api.contract.problems import Problem, not_found
from api.http import one_file
from api.identity.permissions import ASKED, Action
from domain.event import CATALOGUE, Event, Label, chapter

router = page_router()

OF_TWO_FILES: Final[Mapping[str, str]] = MappingProxyType(
    {"FilesJoined": "join", "FilesSeparated": "separate"}
)
"""The pages of events that stand in two files, below a file's, by their types."""
_MOST_USED: Final = 6
_WAITING: Final = ["overdue", "due"]
_BY_SUPERVISOR: Final = Label(
    "登记内容属于您的角色不可查看或者不可办理的类别，由负责人（主管）记录。",
    "This is of a kind that is not for your role: a supervisor records it.",
)


@dataclass(frozen=True, slots=True)
class TypeToRecord:
    """A type of event to choose: `mine` if the reader may record it, and what waits that it `clears`."""

    name: str
    label: str
    mine: bool
    clears: Sequence[str] = ()

    @property
    def path(self) -> str:
        """Where it is recorded, below the page of a file."""
        return OF_TWO_FILES.get(self.name, f"record/{self.name}")


@of_files(router.get, "/record")
async def choose_event(
    asked: AboutFile,
    q: Annotated[str | None, Query(max_length=100)] = None,
    due: ForRule = None,
) -> Response:
    """List the events that can be recorded; if only one clears what a rule makes due, open its form."""
    await _may_record(asked)
    clearing = await _clearing(asked)
    if due is not None:
        named = await _mending(asked, due)
        if len(named) == 1:
            return lead_to(f"{asked.address}/record/{named[0]}?for={due}")
    else:
        named = []
    file = await asked.summary()
    types = [_type(asked, name, clearing) for name in CATALOGUE if is_offered(CATALOGUE[name], asked.kind)]
    found = [each for each in types if has_words(each.name, q)]
    return await asked.render(
        "record.html",
        "record",
        file,
        q=q or "",
        due=due,
        clears=[each for each in types if each.name in named],
        waiting=[each for each in found if each.clears and each.mine],
        used=[_type(asked, name, clearing) for name in await _most_used(asked)] if not q else [],
        chapters=by_chapter(found),
    )


@of_files(router.get, "/record/{name}")
async def record_page(
    asked: AboutFile,
    name: str,
    key: FormKey = None,
    checked: bool | None = None,  # noqa: FBT001 - of the address
    unseen: bool | None = None,  # noqa: FBT001 - of the address
    due: ForRule = None,
    about: Annotated[UUID | None, Query(description="The entry that the new one answers.")] = None,
    draft: UUID | None = None,
) -> Response:
    """Show the form of an event as it was typed before, or what it would change, if it is to be `checked`.

    What was to be recorded `unseen` says that it was not. A new one is filled in with what the obligation
    says that it clears, and with the entry that it is `about`; what is asked or decided by its recording,
    with today.
    """
    await _may_record(asked, name)
    if name in OF_TWO_FILES:
        return lead_to(f"{asked.address}/{OF_TWO_FILES[name]}")
    kind = _kind(asked, name)
    kept = await draft_fields(asked.page, draft, key)
    if kept is not None:
        form = await sent_form_of(asked, kind, kept)
        if not checked:
            return await _page(form, NOT_SENT)
        form, told = await form.checked(form.read())
        return await _page(form, told.seen_now() if unseen else told, saved=True)
    if key is None:
        begun = {"for": due, "about": None if about is None else str(about)}
        return at_form(
            f"{asked.address}/record/{name}", **{name: each for name, each in begun.items() if each}
        )
    form = await form_of(asked, kind, {}, key, due or "")
    answered = [] if about is None else [str(about)]
    if due is not None and about is None:
        answered = await _started(form, due)
    filled = _answering(form, answered)
    if about is not None or kind in ASKED:
        filled[OCCURRED] = [asked.page.context.today.isoformat()]
    form = replace(form, sent=filled)
    return await _page(form, NOT_SENT)


@of_files(router.post, "/record/{name}")
async def send_record(
    asked: AboutFile, name: str, filled: Annotated[SentFields, Depends(filled_form)]
) -> Response:
    """Check what was filled in and show what it would change, or record what was checked."""
    await _may_record(asked, name)
    form = await sent_form_of(asked, _kind(asked, name), filled)
    address = f"{asked.address}/record/{name}"
    if form.more:
        return await shown_at_form(asked.page, address, filled, form.key) or await _page(form, NOT_SENT)
    read = form.read()
    if filled.get("do") == ["anew"]:
        form = replace(form, key=uuid4().hex)
        filled = {**filled, "key": [form.key]}
    elif filled.get("do") == ["record"] and form.was_checked(read):
        became = await form.recorded(read)
        if isinstance(became, Mapping):
            await forget_draft(asked.page, form.key)
            await asked.page.context.container.recorded_types.count(asked.page.context.actor.user, name)
            return lead_to(history_at(asked.address, became))
        return await _page(*became)
    if filled.get("do") != ["rehearse"]:
        unseen = {"unseen": "true"} if filled.get("do") == ["record"] else {}
        there = await shown_at_form(asked.page, address, filled, form.key, checked="true", **unseen)
        if there is not None:
            return there
    return await _page(*await form.checked(read))


def history_at(address: str, recorded: Mapping[str, Any]) -> str:
    """Return the address of the history of a file at the first entry that was recorded."""
    entry, *_ = recorded["entries"]
    month = entry["occurred_until"][:7]
    return f"{address}/history?month={month}&recorded={entry['entry_id']}"


async def _page(form: AskedForm, checked: CheckedForm, *, saved: bool = False) -> Response:
    """Show a form; `saved` is one that is kept as a draft, and goes on after what is to be recorded first."""
    kept = saved and any(each.cures for each in checked.refusals)
    shown = form.shown_as(checked) | {"kept": kept, "saved": saved}
    return await form.asked.render("record-form.html", "record", form.file, status=checked.status, **shown)


async def _may_record(asked: FilePage, name: str = "") -> None:
    """Raise the problems `not_found` and `forbidden`, unless the reader may record in the file.

    Who may read a file at all may ask to read it where it is restricted, and take an emergency access.
    """
    asks = name in {each.__name__ for each in ASKED}
    await asked.page.context.at_hand(asked.file_id, Action.ASK if asks else Action.RECORD)


def _kind(asked: FilePage, name: str) -> type[Event]:
    kind = CATALOGUE.get(name)
    if kind is None or name in OF_TWO_FILES or not is_offered(kind, asked.kind):
        raise not_found()
    if not records_type(asked.page.role, kind, asked.kind):
        raise Problem("forbidden", _BY_SUPERVISOR)
    return kind


def _type(asked: FilePage, name: str, clearing: Mapping[str, Sequence[str]]) -> TypeToRecord:
    mine = records_type(asked.page.role, CATALOGUE[name], asked.kind)
    return TypeToRecord(name, event_label(asked.page.words, name), mine, clearing.get(name, ()))


def has_words(name: str, q: str | None) -> bool:
    """Return whether the label of a type of event has all words that are looked for."""
    label = CATALOGUE[name].label
    words = (q or "").casefold().split()
    return all(word in f"{label.zh} {label.en}".casefold() for word in words)


def by_chapter(types: Sequence[TypeToRecord]) -> dict[str, list[TypeToRecord]]:
    """Return types of event by their chapters, in the order of life."""
    chapters: dict[str, list[TypeToRecord]] = {}
    for each in types:
        chapters.setdefault(chapter(CATALOGUE[each.name]), []).append(each)
    return chapters


async def _clearing(asked: FilePage) -> dict[str, list[str]]:
    """Return what each type of event clears of what waits in the file, in the words of the reader."""
    due = await asked.page.answer(one_file.obligations, asked.file_id, state=_WAITING, evidence=False)
    rules = (await asked.page.context.rulebook()).rules
    clearing: dict[str, list[str]] = {}
    for row in due["items"]:
        for name in rules[row["rule"]].cured_by if row["rule"] in rules else ():
            title = asked.page.words.said(row, "title")
            if title not in clearing.setdefault(name, []):
                clearing[name].append(title)
    return clearing


async def _mending(asked: FilePage, rule: str) -> list[str]:
    """Return the types of event that clear what a rule makes due, which the reader may record."""
    known = (await asked.page.context.rulebook()).rules.get(rule)
    if known is None:
        raise not_found()
    return [name for name in known.cured_by if records_type(asked.page.role, CATALOGUE[name], asked.kind)]


async def _most_used(asked: FilePage) -> list[str]:
    """Return the types that the reader has recorded most by forms, in whichever files."""
    types = await asked.page.context.container.recorded_types.most(asked.page.context.actor.user)
    known = (name for name in types if name in CATALOGUE)
    return [name for name in known if is_offered(CATALOGUE[name], asked.kind)][:_MOST_USED]


async def _started(form: AskedForm, rule: str) -> list[str]:
    """Return which entries made due by a rule what the form is to clear."""
    asked = form.asked
    due = await asked.page.answer(
        one_file.obligations, asked.file_id, state=_WAITING, rule=rule and [rule], evidence=False
    )
    return [each for row in due["items"][:1] for each in row["started_by"]]


def _answering(form: AskedForm, answered: Collection[str]) -> dict[str, list[str]]:
    """Return the fields that refer to one of these entries, and to no other of them."""
    filled: dict[str, list[str]] = {}
    for each in event_fields(form.kind, form.asked.page.context.records):
        offered = () if each.refers is None else form.choices.entries.get(each.refers, ())
        begun = [value for value, _ in offered if value in answered]
        if len(begun) == 1:
            filled[each.name] = begun
    return filled
