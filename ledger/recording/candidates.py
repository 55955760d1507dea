"""Candidates: recordings with ids and envelopes, and their judging. This module does no input or output."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import chain
from typing import Final, TypeAlias
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import Event, Field, fields_with, names_of
from domain.file import NOTHING_BESIDE, Beside, File
from domain.identified import other_id_asked
from domain.joined_files import whole
from domain.judging import Judgement, judge
from domain.refusal import Refusals, breach
from domain.rulebook import Rulebook
from domain.scope import scope_of
from ledger.canonical import canonical
from ledger.recording.outcome import Denied, Hindrance
from ledger.recording.request import Recording
from ledger.store.append import Append, Prepared

Named: TypeAlias = Callable[..., UUID]
"""Derives an id from a name, like `Keys.named`."""
Check: TypeAlias = Callable[[File, Recording], Hindrance | None]
"""Authorises a recording by its file before it; returns the hindrance, None if the recorder may."""

FILES_TOGETHER: Final = 12
"""Files of bulk work about which the database is asked at once."""


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

    @property
    def asked(self) -> tuple[UUID, ...]:
        """The names with whose files it is judged: what it names, and its own file where it asks for that."""
        asks = any(type(draft.event).asks_who_names_it for draft in self.recording.drafts)
        return (*self.names, self.stream) if asks else self.names

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


def hashed_name(named: Named, name: UUID) -> UUID:
    """Return the keyed hash under which the ledger keeps a name that is sealed wholly."""
    return named("name", name)


def kept_names(named: Named, events: Iterable[Event], ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return what events with these ids name, each with the name under which the ledger keeps it.

    That is a keyed hash of what is sealed wholly; one that is not known is kept like all others.
    """
    kept: dict[UUID, UUID] = {}
    for event, entry in zip(events, ids, strict=True):
        for name, secret in names_of(event):
            if secret:
                kept[name or entry] = hashed_name(named, name or entry)
            elif name is not None:
                kept[name] = name
    return kept


def settled_together(candidates: Iterable[Candidate], *, bulk: bool) -> list[list[Candidate]]:
    """Return the candidates in groups: those of one file, or in bulk of `FILES_TOGETHER`.

    A file of which a candidate is judged with others is in a group of its own.
    """
    alone: list[list[Candidate]] = []
    others: list[list[Candidate]] = []
    of_files: dict[UUID, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        of_files[candidate.stream].append(candidate)
    for group in of_files.values():
        (others if bulk and not any(candidate.asked for candidate in group) else alone).append(group)
    starts = range(0, len(others), FILES_TOGETHER)
    together = (chain.from_iterable(others[start : start + FILES_TOGETHER]) for start in starts)
    return [*alone, *map(list, together)]


def ids_named(event: Event) -> Iterator[tuple[Field, UUID]]:
    """Yield each id of a file or a person that an event states, with its field."""
    for spec in fields_with(type(event), "id_of"):
        value = getattr(event, spec.name)
        if isinstance(value, UUID) and spec.id_of != ("entry",):
            yield spec, value


def _judged(
    file: File, entry: AnyEntry, rulebook: Rulebook, today: date, identified: Mapping[UUID, File] | None
) -> Iterator[Judgement]:
    yield from judge(file, entry, rulebook, today)
    if identified is None:
        return
    for spec, value in ids_named(entry.event):
        yield from (
            Judgement(rulebook[refusal.rule], entry, refusal)
            for refusal in _misnamed(file, spec, identified.get(value))
        )


def _misnamed(file: File, spec: Field, named: File | None) -> Refusals:
    """Refuse an id of another thing than its field asks for, or of an institution without a file.

    A child's or a family's file in another's charge is judged as one that is not there, so that no refusal
    tells of it.
    """
    kind = None if named is None else named.opened.kind
    if spec.id_of == ("institution",):
        if kind != "institution":
            yield breach("E15", at=f"/data/{spec.name}")
    elif named is not None and kind not in spec.id_of:
        ours, theirs = scope_of(file), scope_of(named)
        if kind == "institution" or (ours.institution, ours.place) == (theirs.institution, theirs.place):
            yield breach("E17", detail=other_id_asked(spec), at=f"/data/{spec.name}")


def judge_together(  # noqa: PLR0913 - what is judged, by what, and what was read elsewhere
    file: File,
    candidates: Sequence[Candidate],
    rulebook: Rulebook,
    today: date,
    checked: Check = allow_all,
    *,
    identified: Mapping[UUID, File] | None = None,
    beside: Mapping[UUID, Beside] = NOTHING_BESIDE,
) -> list[Candidate]:
    """Judge candidates of one file with all of them folded in; return those that may be recorded.

    `beside` is what their names stand for in other files.

    Each is `checked` with those before it in the file, and is not judged if the check denies it. If some are
    refused, the others are checked and judged again without them. `identified` are the files
    that their ids are of, None where nobody looked for them.
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
                for judgement in _judged(trial, entry, rulebook, today, identified)
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
    identified: Mapping[UUID, File] | None = None,
    beside: Mapping[UUID, Beside] = NOTHING_BESIDE,
) -> list[Candidate]:
    """Judge candidates of one file one after the other, each as if those before it had been recorded."""
    recordable: list[Candidate] = []
    for candidate in candidates:
        entries = recordable[-1].entries if recordable else ()
        # Entries that the file already has change nothing.
        file = file.extended(entries)
        recordable += judge_together(
            file, [candidate], rulebook, today, checked, identified=identified, beside=beside
        )
    return recordable
