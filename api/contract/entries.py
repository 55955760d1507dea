"""Entries in the form of answers: in the clear except masked values, with their sentences."""

from collections.abc import Container, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal, NotRequired, TypeAlias
from uuid import UUID

import orjson
from typing_extensions import TypedDict

from api.contract.masking import Restricted, answer_of, restricted, typed_dict
from api.contract.paper_answers import CitedPaperAnswer
from api.contract.sentences import sentence
from domain.cited_papers import papers_of, scans_of
from domain.entry import AnyEntry, Origin, Recorder
from domain.envelope import Envelope, envelope_fields
from domain.event import Category, Event, Field, Kind, Part, fields_of
from domain.events.record import DECISIONS, EntryRestored, EntryWithdrawn
from domain.file import REJECTED, File
from ledger.canonical import Json, canonical
from ledger.codec.split import personal_fields, sealed


class RecorderAnswer(TypedDict):
    """The recorder of an entry, with the role and the institution of that time.

    `name` is null to who may not know them, and once it is erased; it is left out where the caller has just
    recorded the entry.
    """

    user: UUID
    role: str
    institution: UUID | None
    name: NotRequired[str | None]


NO_CAUSES: Final[Mapping[UUID, UUID]] = MappingProxyType({})
StruckBy: TypeAlias = Literal["corrected", "withdrawn", "moved", "rejected"]
"""Why what an entry says does not count; it stays readable."""

if TYPE_CHECKING:
    EntryAnswer: TypeAlias = dict[str, Any]
else:
    EntryAnswer = typed_dict(
        "EntryAnswer",
        {
            "entry_id": UUID,
            "stream": UUID,
            "kind": Kind,
            "version": int,
            "position": int,
            "type": str,
            "schema": int,
            "occurred_on": date | None,
            "occurred_until": date,
            "recorded_at": str,
            "lag_days": int | None,
            "recorded_by": RecorderAnswer,
            "origin": Origin,
            "region": str | None,
            "cause": UUID | None,
            "cause_file": UUID | None,
            "data": dict[str, Any],
            **answer_of(Envelope),
            "papers": list[CitedPaperAnswer],
            "corrected_by": UUID | None,
            "withdrawn_by": UUID | None,
            "rejected_by": UUID | None,
            "struck": StruckBy | None,
            "sentence_zh": str,
            "sentence_en": str,
        },
        """An entry as recorded, its amendments, and its sentences.

        `lag_days` are the days from the latest day on which it happened to the day of recording. `struck`
        says why what it says does not count: it was put right, withdrawn, moved into another file, or is
        itself a correction, withdrawal or restoration that a second person rejected; `corrected_by`,
        `withdrawn_by` and `rejected_by` name by what. `cause_file` is the file of the `cause`, if it is
        another one; who may not read that is told neither, and of a move that it was withdrawn. `papers` are
        the `documents` in their order, each by its own id, with which its bytes are stored and asked for.
        """,
    )


class TimelineAnswer(TypedDict):
    """One page of a file's entries, as known at a position; `restricted` if some are left out as such."""

    items: list[EntryAnswer]
    next: str | None
    known_position: int
    restricted: bool


def entry_json(
    entry: AnyEntry,
    file: File | None,
    sees: AbstractSet[Category],
    named: Mapping[UUID, AnyEntry] = MappingProxyType({}),
    *,
    causes: Mapping[UUID, UUID] = NO_CAUSES,
    recorders: Mapping[UUID, str] | None = None,
) -> EntryAnswer:
    """Return one entry with its sentences, and its amendments if its file is given.

    `causes` are those that the caller may read, each with its file; others are left out. `recorders` are the
    names of those whom the caller may know; None leaves out who recorded by name.

    `named` has the entries that others withdraw, restore or decide on. The words of such an entry may reveal
    its target, so they are masked for a caller who may not see all of the target.
    """
    sees = told_to(entry, sees, named)
    shown: Any = {
        **stored_json(entry, frozenset(Category) - sees),
        **_cause(entry, causes),
        "lag_days": entry.lag_days,
        "papers": _papers(entry, file, sees),
        **fate(entry, file, causes),
        **sentences_json(entry, sees),
    }
    if recorders is not None:
        shown["recorded_by"] = recorder_json(entry.recorded_by, recorders)
    answer: EntryAnswer = shown
    return answer


def _papers(entry: AnyEntry, file: File | None, sees: AbstractSet[Category]) -> list[CitedPaperAnswer]:
    """Return the ids of the papers that an entry cites, and of each whether its bytes are held."""
    papers: list[CitedPaperAnswer] = [{"document": each.document} for each in papers_of(entry)]
    if papers and file is not None:
        hidden = entry.event.sealed - sees
        scans = scans_of(file)
        for each in papers:
            masked: Restricted | None = {"restricted": entry.event.seals.value} if hidden else None
            each["held"] = masked or each["document"] in scans
    return papers


def told_to(
    entry: AnyEntry, sees: AbstractSet[Category], named: Mapping[UUID, AnyEntry]
) -> AbstractSet[Category]:
    """Return what a caller is told of an entry: nothing, where it is about one that they may not see whole.

    `named` has the entries that others withdraw, restore or decide on.
    """
    whole = all(sealed(type(about.event)) <= sees for about in _about(entry, named))
    return sees if whole else frozenset()


def sentences_json(entry: AnyEntry, sees: AbstractSet[Category]) -> dict[str, str]:
    """Return what an entry says in a sentence of each language, as far as a caller is told of it."""
    return {
        "sentence_zh": sentence(entry.event, "zh", sees),
        "sentence_en": sentence(entry.event, "en", sees),
    }


def recorder_json(recorder: Recorder, recorders: Mapping[UUID, str]) -> RecorderAnswer:
    """Return who recorded, with the name if it is among those whom the caller may know."""
    return {
        "user": recorder.user,
        "role": recorder.role,
        "institution": recorder.institution,
        "name": recorders.get(recorder.user),
    }


def _about(entry: AnyEntry, named: Mapping[UUID, AnyEntry]) -> Iterator[AnyEntry]:
    """Yield the entry that one withdraws, restores or decides on, then its target, and so on, once each."""
    seen = {entry.entry_id}
    about: AnyEntry | None = entry
    while about is not None and (target := target_of(about)) is not None and target not in seen:
        seen.add(target)
        about = named.get(target)
        if about is not None:
            yield about


def target_of(entry: AnyEntry) -> UUID | None:
    """Return the entry that one withdraws, restores or decides on; None if it does none of these."""
    event = entry.event
    return event.entry if isinstance(event, (EntryWithdrawn, EntryRestored, *DECISIONS)) else None


def _cause(entry: AnyEntry, causes: Mapping[UUID, UUID]) -> dict[str, UUID | None]:
    """Return the cause of an entry, and the file that it is in if that is another one."""
    told = entry.cause is not None and entry.cause in causes
    return {"cause": entry.cause if told else None, "cause_file": cause_file(entry, causes)}


def cause_file(entry: AnyEntry, causes: Mapping[UUID, UUID]) -> UUID | None:
    """Return the file that the cause of an entry is in, if that is another one and may be told."""
    there = None if entry.cause is None else causes.get(entry.cause)
    return None if there == entry.stream else there


def fate(
    entry: AnyEntry, file: File | None, causes: Mapping[UUID, UUID]
) -> dict[str, UUID | StruckBy | None]:
    """Return what struck an entry through; a correction is corrected by the next one that holds."""
    corrected: UUID | None = None
    withdrawn: UUID | None = None
    struck: StruckBy | None = None
    rejected = None if file is None else _rejecting(file, entry)
    for amendment in [] if file is None else file.amendments(entry.original):
        if amendment.turn <= entry.turn or (file is not None and _rejecting(file, amendment)):
            continue
        if amendment.type == "EntryWithdrawn":
            withdrawn = amendment.entry_id
            struck = "moved" if cause_file(amendment, causes) else "withdrawn"
        elif amendment.type == "EntryRestored":
            withdrawn = struck = None
        elif amendment.type == entry.type:
            corrected, withdrawn, struck = amendment.entry_id, None, None
    return {
        "corrected_by": corrected,
        "withdrawn_by": withdrawn,
        "rejected_by": rejected,
        "struck": "rejected" if rejected else "corrected" if corrected else struck,
    }


def _rejecting(file: File, entry: AnyEntry) -> UUID | None:
    ruling = file.ruling(entry)
    return ruling.entry_id if ruling is not None and ruling.type == REJECTED else None


def stored_json(entry: AnyEntry, hidden: Container[Category] = ()) -> Json:
    """Return an entry in the form of http.md, without its amendments and its sentences."""
    event = entry.event
    shown: Json = orjson.loads(
        canonical(
            {
                "entry_id": entry.entry_id,
                "stream": entry.stream,
                "kind": entry.kind,
                "version": entry.version,
                "position": entry.position,
                "type": entry.type,
                "schema": event.schema,
                "occurred_on": entry.days.first,
                "occurred_until": entry.days.last,
                "recorded_at": instant(entry.recorded_at),
                "recorded_by": entry.recorded_by,
                "origin": entry.origin,
                "region": entry.region,
                "cause": entry.cause,
                **_said(entry, envelope_fields(), event.seals, wholly=bool(event.sealed), hidden=hidden),
            }
        )
    )
    return shown | {"data": event_json(event, hidden)}


def _said(
    holder: object, specs: Iterable[Field], seals: Category, *, wholly: bool, hidden: Container[Category]
) -> Json:
    """Return the fields of an envelope, or of a part of one; `{"restricted": category}` masks hidden ones.

    It masks an empty field too, since emptiness is as hidden as a value.
    """
    shown: Json = {}
    for spec in specs:
        value = getattr(holder, spec.name)
        if seals in hidden and (spec.sealed_with_event or (wholly and spec.tells_of_event)):
            value = restricted(seals)
        elif isinstance(value, Part):
            value = _said(value, fields_of(type(value)), seals, wholly=wholly, hidden=hidden)
        elif isinstance(value, tuple):
            value = [
                _said(each, fields_of(type(each)), seals, wholly=wholly, hidden=hidden) for each in value
            ]
        shown[spec.name] = instant(value) if isinstance(value, datetime) else value
    return shown


def event_json(event: Event, hidden: Container[Category] = ()) -> Json:
    """Return an event's data as JSON; `{"restricted": category}` masks fields of a hidden category."""
    values = {
        name: instant(value) if isinstance(value, datetime) else value for name, value in vars(event).items()
    }
    for name, category, _ in personal_fields(type(event)).personal:
        if category in hidden:
            values[name] = restricted(category)
    shown: Json = orjson.loads(canonical(values))
    return shown


def instant(moment: datetime | None) -> str | None:
    """Return an instant as RFC 3339 in UTC with microseconds."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
