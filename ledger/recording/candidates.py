"""Candidates: recordings with ids and envelopes, and their judging. This module does no input or output."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypeAlias, get_args
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import Event, fields_of, names_of
from domain.file import NOTHING_BESIDE, Beside, File
from domain.joined_files import whole
from domain.judging import Judgement, judge
from domain.refusal import breach
from domain.rulebook import Rulebook
from domain.scope import scope_of
from domain.shared_fields import InLedger
from ledger.canonical import canonical
from ledger.recording.outcome import Denied, Hindrance
from ledger.recording.request import Recording
from ledger.store.append import Append, Prepared

Named: TypeAlias = Callable[..., UUID]
"""Derives an id from a name, like `Keys.named`."""
Check: TypeAlias = Callable[[File, Recording], Hindrance | None]
"""Authorises a recording by its file before it; returns the hindrance, None if the recorder may."""


def allow_all(_file: File, _recording: Recording) -> None:
    """Authorise every recording."""


def denied(checked: Check, file: File, recording: Recording) -> Denied | None:
    """Return what keeps the recorder from recording in a file, with the first draft that is the reason."""
    why = checked(file, recording)
    if why is None or checked(file, replace(recording, drafts=())) is not None:
        return None if why is None else Denied(why)
    alone = (checked(file, replace(recording, drafts=(draft,))) for draft in recording.drafts)
    return Denied(why, next((number for number, each in enumerate(alone) if each is why), None))


@dataclass(slots=True, eq=False)
class Candidate:
    """One recording: its number in the request, its stream, its entries' ids, and the result of judging.

    `entries` and `judgements` are those of the latest judging; `denied` is the hindrance that prevented it.
    """

    number: int
    recording: Recording
    stream: UUID
    ids: tuple[UUID, ...]
    entries: tuple[AnyEntry, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    denied: Denied | None = None
    reads: tuple[tuple[UUID, int], ...] = ()
    """The other files that the latest judging read, with their versions."""
    named: Mapping[UUID, UUID] = field(default_factory=dict)
    """What its events name, by which other files are judged with its own, as `kept_names` returns it."""

    @property
    def names(self) -> tuple[UUID, ...]:
        """The names under which the ledger keeps them."""
        return tuple(dict.fromkeys(kept for kept in self.named.values() if kept != self.stream))

    def place(self, file: File) -> None:
        """Put the drafts in their envelopes, after the last entry of their file."""
        outside = self.recording.recorded_by.institution is None and bool(file.entries)
        place = scope_of(file).place if outside else None
        self.entries = tuple(
            self.recording.entry(
                index,
                entry_id=entry_id,
                stream=self.stream,
                version=file.version + index + 1,
                place=place,
            )
            for index, entry_id in enumerate(self.ids)
        )

    def recorded(self, position: int, moment: datetime) -> tuple[AnyEntry, ...]:
        """Return the entries as if they were recorded after a position at a moment."""
        return tuple(
            entry.recorded(position + number, moment) for number, entry in enumerate(self.entries, 1)
        )

    @property
    def refused(self) -> bool:
        """Whether a judgement refuses it."""
        return any(judgement.refuses for judgement in self.judgements)

    @property
    def content(self) -> bytes:
        """The canonical form of the request: a repetition has the same content on the same stream."""
        drafts = [(type(draft.event).__name__, draft) for draft in self.recording.drafts]
        return canonical([self.stream, self.recording.kind, drafts])

    def judged_at(self, version: int) -> bool:
        """Return whether it was judged with its stream at that version."""
        return version == self.entries[0].version - 1

    def append(self, bodies: Sequence[bytes], fingerprint: bytes, *, bulk: bool) -> Append:
        """Return the append: the entries with their bodies, and columns to query them by."""
        return Append(
            stream=self.stream,
            kind=self.recording.kind,
            institution=self.recording.recorded_by.institution,
            expected=self.entries[0].version - 1,
            entries=tuple(
                Prepared(
                    entry_id=entry.entry_id,
                    version=entry.version,
                    type=entry.type,
                    schema=entry.event.schema,
                    occurred_on=entry.days.first,
                    occurred_until=entry.days.last,
                    body=body,
                )
                for entry, body in zip(self.entries, bodies, strict=True)
            ),
            fingerprint=fingerprint,
            reads=(*self.recording.reads, *self.reads),
            bulk=bulk,
            names=self.names,
        )


def entry_ids(named: Named, recording: Recording) -> tuple[UUID, ...]:
    """Return the ids of a recording's entries; a repetition has the same ids."""
    owner = recording.keyed_by or recording.recorder.user
    return tuple(
        entry_id(named, owner, recording.key, recording.item, number)
        for number in range(len(recording.drafts))
    )


def entry_id(named: Named, owner: UUID, key: str, item: int = 0, number: int = 0) -> UUID:
    """Return the id of one entry from the owner of its key, the key, and its numbers under that key."""
    return named("entry", owner, key, item, number)


def kept_names(named: Named, events: Iterable[Event], ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return what events with these ids name, each with the name under which the ledger keeps it.

    That is a keyed hash of what is sealed wholly; one that is not known is kept like all others.
    """
    kept: dict[UUID, UUID] = {}
    for event, entry in zip(events, ids, strict=True):
        for name, secret in names_of(event):
            if secret:
                kept[name or entry] = named("name", name or entry)
            elif name is not None:
                kept[name] = name
    return kept


def institutions_named(event: Event) -> Iterator[tuple[str, UUID]]:
    """Yield the institutions of this ledger that an event names, each with the field that names it."""
    for spec in fields_of(type(event)):
        value = getattr(event, spec.name)
        if isinstance(value, UUID) and _is_in_ledger(spec.annotation):
            yield spec.name, value


def _is_in_ledger(annotation: object) -> bool:
    markers = getattr(annotation, "__metadata__", ())
    return InLedger() in markers or any(map(_is_in_ledger, get_args(annotation)))


def _judged(
    file: File, entry: AnyEntry, rulebook: Rulebook, today: date, absent: AbstractSet[UUID]
) -> Iterator[Judgement]:
    yield from judge(file, entry, rulebook, today)
    for place, institution in institutions_named(entry.event):
        if institution in absent:
            yield Judgement(rulebook["E15"], entry, breach("E15", at=f"/data/{place}"))


def judge_together(  # noqa: PLR0913 - what is judged, by what, and what was read elsewhere
    file: File,
    candidates: Sequence[Candidate],
    rulebook: Rulebook,
    today: date,
    checked: Check = allow_all,
    *,
    absent: AbstractSet[UUID] = frozenset(),
    beside: Mapping[UUID, Beside] = NOTHING_BESIDE,
) -> list[Candidate]:
    """Judge candidates of one file with all of them folded in; return those that may be recorded.

    `beside` is what their names stand for in other files.

    Each is `checked` with those before it in the file, and is not judged if the check denies it. If some are
    refused, the others are checked and judged again without them. `absent` are institutions that they name
    and that have no file in the ledger.
    """
    refused: set[Candidate] = set()
    while True:
        trial = file.copy()
        recordable: list[Candidate] = []
        for candidate in candidates:
            if candidate in refused:
                continue
            candidate.denied = denied(checked, trial, candidate.recording)
            if candidate.denied is None:
                candidate.place(trial)
                for entry in candidate.entries:
                    trial.add(entry)
                recordable.append(candidate)
        trial = whole(trial, {name: each.own for name, each in beside.items()})
        trial.beside = beside
        for candidate in recordable:
            candidate.judgements = tuple(
                judgement
                for entry in candidate.entries
                for judgement in _judged(trial, entry, rulebook, today, absent)
            )
        if not any(candidate.refused for candidate in recordable):
            return recordable
        refused.update(candidate for candidate in recordable if candidate.refused)


def judge_in_turn(  # noqa: PLR0913 - as `judge_together`
    file: File,
    candidates: Sequence[Candidate],
    rulebook: Rulebook,
    today: date,
    checked: Check = allow_all,
    *,
    absent: AbstractSet[UUID] = frozenset(),
    beside: Mapping[UUID, Beside] = NOTHING_BESIDE,
) -> list[Candidate]:
    """Judge candidates of one file one after the other, each as if those before it had been recorded."""
    recordable: list[Candidate] = []
    for candidate in candidates:
        entries = recordable[-1].entries if recordable else ()
        # Entries that the file already has change nothing.
        file = file.extended(entries)
        recordable += judge_together(
            file, [candidate], rulebook, today, checked, absent=absent, beside=beside
        )
    return recordable
