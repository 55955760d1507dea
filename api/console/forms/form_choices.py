"""What a file offers to choose from in a form: its entries, the people it knows, and the institutions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias
from uuid import UUID

from api.console.file_frame import FilePage
from api.console.forms.field_controls import FieldControl, FormField, event_fields, has_form
from api.console.forms.form_display import ANY_TYPE, FormChoices
from api.console.page_request import PageRequest
from api.console.value_display import days, personal
from api.console.words import Words
from api.contract.problems import Problem
from api.http import family_lists, timeline
from api.identity.permissions import may_know
from domain.event import CATALOGUE, EVERY_CATEGORY, LONGEST_NAME, Event, Kind
from domain.events.care import CareModeAssigned
from domain.events.institution.capacity import CareUnitClosed, CareUnitOpened

MOST_OFFERED: Final = 200
"""Entries of a file that are offered, the newest: earlier ones are seldom gone back to."""
_LONGEST: Final = 60
_HOUSE: Final = "institution"
_UNIT: Final = "unit"
"""The field that names the ward or home in which a child lives, or the one that is closed."""
_NamingFields: TypeAlias = Mapping[str, str | None]
"""The fields of an event that name somebody by an id, each with the one that says what they are called."""


async def choices_for(asked: FilePage, kind: type[Event], file: Mapping[str, Any]) -> FormChoices:
    """Return what there is to choose from in a form of an event; `file` is the file's summary."""
    fields = [*_flat(event_fields(kind, asked.page.context.records))]
    of_entries = [each for each in fields if each.control is FieldControl.ENTRY]
    referred = {each.refers for each in of_entries if each.refers is not None}
    named = {
        each.last_name: _naming(each, asked.kind) for each in fields if each.control is FieldControl.SUBJECT
    }
    entries = await _entries(asked, sorted(referred.union(*named.values())))
    words = asked.page.words
    offered = {name: [_choice(words, each) for each in entries if each["type"] == name] for name in referred}
    if any(each.refers is None for each in of_entries):
        offered[ANY_TYPE] = [_choice(words, each) for each in await _recorded_last(asked)]
    people = {name: _people(words, name, naming, entries) for name, naming in named.items()}
    return FormChoices(
        offered,
        await _with_families(asked.page, fields, people),
        await institutions_for(asked.page, kind),
        await _members(asked, fields),
        await _care_units(asked, kind, file),
    )


async def institutions_for(page: PageRequest, kind: type[Event]) -> Sequence[tuple[str, str]]:
    """Return the institutions of the ledger, where a form of an event asks for one."""
    fields = _flat(event_fields(kind, page.context.records))
    if not any(each.control is FieldControl.INSTITUTION for each in fields):
        return ()
    known = await page.context.container.identity.institutions()
    return sorted(((str(each.institution), each.name) for each in known), key=lambda each: each[1])


async def _members(asked: FilePage, fields: Sequence[FormField]) -> Sequence[tuple[str, str]]:
    """Return the users of the file's institution whom the reader may know, where one is asked for."""
    if not any(each.control is FieldControl.MEMBER for each in fields):
        return ()
    actor, words = asked.page.context.actor, asked.page.words
    found = await asked.page.context.container.identity.members_after(
        None, MOST_OFFERED, role=None, institution=asked.file_id
    )
    return [
        (str(each.member), words("form.member", name=each.name, role=words.of("role", each.role)))
        for each in found
        if each.name is not None
        and each.institution == asked.file_id
        and may_know(actor, each.member, each.role, each.institution, each.prefix)
    ]


async def _care_units(
    asked: FilePage, kind: type[Event], file: Mapping[str, Any]
) -> Mapping[str, Sequence[str]]:
    """Return the names of the open wards and homes of a child's institution, where a form asks for one."""
    institution = file["institution"]
    if kind is not CareModeAssigned or institution is None:
        return {}
    house = replace(asked, page=asked.page.of(_HOUSE), kind=_HOUSE, file_id=UUID(institution))
    try:
        entries = await _entries(house, [CareUnitOpened.__name__, CareUnitClosed.__name__])
    except Problem as problem:
        # Whoever may not read the institution's file types the name.
        if problem.code != "not_found":
            raise
        return {}
    closed = {each["data"].get(_UNIT) for each in entries if each["type"] == CareUnitClosed.__name__}
    opened = [each for each in entries if each["type"] == CareUnitOpened.__name__]
    names = {each["data"].get("name") for each in opened if _original(each) not in closed}
    return {_UNIT: sorted(each for each in names if isinstance(each, str))}


def entry_words(words: Words, entry: Mapping[str, Any]) -> str:
    """Return an entry in one line: its day and its sentence."""
    said = words.said(entry, "sentence")
    short = said if len(said) <= _LONGEST else f"{said[:_LONGEST]}…"
    return f"{days(words, entry['occurred_on'], entry['occurred_until'])}　{short}"


def _choice(words: Words, entry: Mapping[str, Any]) -> tuple[str, str]:
    """Return an entry as what may be chosen: by its original id, whatever corrected it since."""
    return _original(entry), entry_words(words, entry)


def _original(entry: Mapping[str, Any]) -> str:
    original: str = entry["corrects"] or entry["entry_id"]
    return original


async def _entries(asked: FilePage, types: Sequence[str]) -> list[Mapping[str, Any]]:
    """Return the entries of these types that stand, the newest first."""
    found: list[Mapping[str, Any]] = []
    for start in range(0, len(types), timeline.MOST_TYPES):
        some = [*types[start : start + timeline.MOST_TYPES]]
        listed = await asked.page.answer(
            timeline.entries, asked.file_id, latest_first=True, type=some, limit=MOST_OFFERED
        )
        found += [each for each in listed["items"] if not each["struck"]]
    return found


async def _recorded_last(asked: FilePage) -> list[Mapping[str, Any]]:
    """Return the entries of any type that stand, the last recorded first."""
    listed = await asked.page.answer(
        timeline.entries, asked.file_id, order="recorded", latest_first=True, limit=MOST_OFFERED
    )
    return [each for each in listed["items"] if not each["struck"]]


def _people(
    words: Words, name: str, naming: Mapping[str, _NamingFields], entries: Sequence[Mapping[str, Any]]
) -> list[tuple[str, str]]:
    """Return those whom entries name, by their names as far as the reader sees any, with the first entry.

    `naming` are the fields that name somebody, by the type of event; whom the field of this name names
    already comes before the others.
    """
    found: dict[str, str] = {}
    called: dict[str, str] = {}
    alike: dict[str, None] = {}
    for each in reversed(entries):
        data = each["data"]
        for field, name_field in naming.get(each["type"], {}).items():
            value, written = data.get(field), data.get(name_field)
            if isinstance(value, str):
                found.setdefault(value, entry_words(words, each))
                called |= {value: written} if isinstance(written, str) else {}
                alike |= {value: None} if field == name else {}
    return [
        (value, f"{called[value]}　{found[value]}" if value in called else found[value])
        for value in (*alike, *(each for each in found if each not in alike))
    ]


async def _with_families(
    page: PageRequest, fields: Sequence[FormField], known: Mapping[str, Sequence[tuple[str, str]]]
) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Return who can be chosen in each field: those whom the file knows, then families that one may read."""
    asking = {
        each.last_name for each in fields if each.control is FieldControl.SUBJECT and "family" in each.id_of
    }
    names: dict[str, str] = {}
    if asking:
        try:
            listed = await page.answer(family_lists.families, limit=MOST_OFFERED)
        except Problem as problem:
            # A list that is being built anew keeps nobody from recording: the id can be typed.
            if problem.code not in {"forbidden", "unavailable"}:
                raise
        else:
            names = {each["family"]: _family(page.words, each) for each in listed["items"]}
    offered = {}
    for field, some in known.items():
        others = names if field in asking else {}
        here = [(value, f"{names[value]}　{said}" if value in others else said) for value, said in some]
        offered[field] = [
            *here,
            *((value, said) for value, said in others.items() if value not in dict(some)),
        ]
    return offered


def _family(words: Words, row: Mapping[str, Any]) -> str:
    """Return a family by the name of its applicant, and since when it is approved to foster."""
    approved = row["approved_on"]
    named = words("form.family", name=personal(words, row["applicant"]).text)
    if approved is None:
        return named
    since = words("form.family_approved", day=approved)
    return f"{named}　{since}"


def _naming(asking: FormField, of: Kind) -> Mapping[str, _NamingFields]:
    """Return by the types of events of a kind of file the fields that name somebody whom a field asks for."""
    found: defaultdict[str, dict[str, str | None]] = defaultdict(dict)
    for name, kind in CATALOGUE.items():
        if kind.kind != of or not has_form(kind):
            continue
        fields = _flat(event_fields(kind, EVERY_CATEGORY))
        named = {each.subject: each.last_name for each in fields if each.longest == LONGEST_NAME}
        held = {each.subject for each in fields}
        for each in fields:
            fits = each.control is FieldControl.SUBJECT and not set(asking.id_of).isdisjoint(each.id_of)
            if fits and (each.last_name in held or not asking.of_file):
                found[name][each.last_name] = named.get(each.last_name)
    return found


def _flat(fields: Sequence[FormField]) -> list[FormField]:
    return [inner for each in fields for inner in (each, *_flat(each.inner))]
