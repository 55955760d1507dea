"""The rows of one file, position by position: what each entry changed in them.

Only the parts of a read model are computed again that read what an entry touched, or all of them if another
rulebook is adopted. What was computed is compared opened, since two seals of one value differ.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import Category
from domain.file import ANYTHING, RULINGS, File, amended, brings_papers
from domain.joined_files import JOINED
from domain.observing import BEGUN, PAPERS, REGION, STANDING, observed
from domain.rulebook import Rulebook
from domain.scope import scope_of
from ledger.sealing.cipher import Seal
from projections.markers import Unversioned, marked
from projections.model import ReadModel, RowContext, RowParts
from projections.projector.adopted_rulebooks import Adoptions, counting

RowIdentity: TypeAlias = tuple[object, ...]
"""The values of a row's primary key."""
_BY_ITSELF: Final[Mapping[int, File]] = MappingProxyType({})
"""No states of a file but those that its own entries make."""
REMEMBERED: Final = 2_000
"""What is remembered of a file at most, of some 1 kB each, before it is forgotten."""
_WHOLE: Final = "whole"
"""The one part of a read model that has no others."""


@dataclass(slots=True)
class KnownChanges:
    """What changed in the rows of a file: rows that came, and earlier ones that went.

    `came` are rows with the positions from and until which they were known, `went` the identities of rows
    that were known before, with the position until which.
    """

    came: list[tuple[str, Any, int, int | None]] = field(default_factory=list)
    went: list[tuple[str, RowIdentity, int]] = field(default_factory=list)

    @property
    def first(self) -> int | None:
        """The first position at which something changed."""
        positions = (*(since for _, _, since, _ in self.came), *(until for _, _, until in self.went))
        return min(positions, default=None)

    def then(self, later: "KnownChanges", models: Iterable[ReadModel[Any]]) -> "KnownChanges":
        """Return what changed by this and by what followed it."""
        identity_of = {model.name: row_identity(model) for model in models}
        came, went = [*self.came], [*self.went]
        still = {
            (name, identity_of[name](row)): place
            for place, (name, row, _, until) in enumerate(came)
            if until is None
        }
        for name, identity, until in later.went:
            place = still.get((name, identity))
            if place is None:
                went.append((name, identity, until))
            else:
                came[place] = (*came[place][:3], until)
        return KnownChanges(came + later.came, went)


@dataclass(slots=True)
class _Known:
    """A row as known: from a position, or since before the file was followed (None)."""

    row: Any
    compared: Any
    since: int | None


@dataclass(slots=True)
class _Computed:
    """The rows of a part by their identity, and what was read of the file to compute them."""

    rows: dict[RowIdentity, Any]
    reads: frozenset[object]


_Part: TypeAlias = tuple[ReadModel[Any], Hashable]


class KnownRows:
    """A file as known at a position, with its rows, to be followed entry by entry.

    The seal must have the keys of what the file says up to the position to which it is followed, those of the
    categories `sealed`; and `institutions` are those that may have been in charge.
    """

    def __init__(self, stream: UUID, models: Sequence[ReadModel[Any]]) -> None:
        self.position = 0
        self.sealed: set[Category] = set()
        self.institutions: set[UUID | None] = set()
        self._stream = stream
        self._file = File(stream)
        self._models = models
        self._rulebook: Rulebook | None = None
        self._institution: UUID | None = None
        self._charged_by: set[object] = set()
        self._parts: dict[_Part, _Computed] = {}
        self._readers: defaultdict[object, set[_Part]] = defaultdict(set)
        self._rows: dict[tuple[str, RowIdentity], _Known] = {}
        self._region: str | None = None
        self._begun: date | None = None
        self._remembered: dict[Hashable, Any] = {}
        self._remembered_by: Rulebook | None = None
        self._failing: set[_Part] = set()

    @property
    def version(self) -> int:
        """The version of the file at its position."""
        return self._file.version

    @property
    def failing(self) -> bool:
        """Whether rows cannot be computed, so that those from before stand."""
        return bool(self._failing)

    @property
    def by_itself(self) -> bool:
        """Whether no other file is or was joined to it, nor it to another."""
        return not self._file.facts(JOINED)

    def __len__(self) -> int:
        """Return the number of its entries."""
        return len(self._file.entries)

    def begin(
        self,
        entries: Iterable[AnyEntry],
        position: int,
        adoptions: Adoptions,
        seal: Seal,
        states: Mapping[int, File] = _BY_ITSELF,
    ) -> None:
        """Start at a position with the entries up to there, whose rows are known already."""
        for entry in entries:
            if states:
                self._file = states[entry.position]
            else:
                self._file.add(entry)
        self.position = position
        if self._file.entries:
            self._charge()
            self._rulebook = counting(adoptions[self._institution], position)
            self._region, self._begun = self._file.region, self._file.begun
            self._compute(self._all(self._file.changed), seal, None)

    def follow(
        self,
        entries: Iterable[AnyEntry],
        through: int,
        adoptions: Adoptions,
        seal: Seal,
        states: Mapping[int, File] = _BY_ITSELF,
    ) -> KnownChanges:
        """Go on with the entries from there through a position; return what changed.

        `states` are those of the file at its entries, where others are or were joined to it: then all is
        computed again at each.
        """
        changes, before = KnownChanges(), self.position

        def end(key: tuple[str, RowIdentity], known: _Known, at: int) -> None:
            if known.since is None or known.since <= before:
                changes.went.append((*key, at))
            else:
                changes.came.append((key[0], known.row, known.since, at))

        for entry in entries:
            self._adopt(entry.position - 1, adoptions, seal, end)
            self._add(entry, adoptions, seal, end, states.get(entry.position))
        self._adopt(through, adoptions, seal, end)
        self.position = through
        changes.came += [
            (name, known.row, known.since, None)
            for (name, _), known in self._rows.items()
            if known.since is not None and known.since > before
        ]
        return changes

    def _add(
        self, entry: AnyEntry, adoptions: Adoptions, seal: Seal, end: "_End", state: File | None
    ) -> None:
        self.position = entry.position
        if state is not None:
            self._file = state
            self._charge()
            self._rulebook = counting(adoptions[self._institution], entry.position)
            self._compute(self._all(state.changed) | self._parts.keys(), seal, end)
            return
        self._file.add(entry)
        touched = self._file.touched | set(self._touched_besides(entry))
        if self._rulebook is None or not self._charged_by.isdisjoint(touched):
            self._charge()
        rulebook = counting(adoptions[self._institution], entry.position)
        if rulebook is not self._rulebook:
            self._rulebook = rulebook
            stale = self._all(self._file.changed)
        else:
            stale = set().union(*(self._readers[key] for key in touched if key in self._readers))
            stale |= {part for part in self._all(touched) if part not in self._parts}
        self._compute(stale, seal, end)

    def _touched_besides(self, entry: AnyEntry) -> Iterator[object]:
        # One that was corrected before it came in stands as it was corrected.
        corrected = bool(self._file.amendments(entry.entry_id))
        acts = corrected or amended(entry) is not None or entry.type in RULINGS
        if acts or brings_papers(entry):
            yield PAPERS
        region, begun = self._file.region, entry.days.last
        if acts or self._begun is None:
            yield BEGUN
            self._begun = self._file.begun
        elif begun < self._begun:
            yield BEGUN
            self._begun = begun
        if region != self._region:
            yield REGION
            self._region = region

    def _adopt(self, through: int, adoptions: Adoptions, seal: Seal, end: "_End") -> None:
        """Apply what the institution in charge adopted after the position so far."""
        if self._rulebook is None:
            return
        for position, rulebook in adoptions[self._institution]:
            if self.position < position <= through and rulebook is not self._rulebook:
                self.position, self._rulebook = position, rulebook
                self._compute(self._all(self._file.changed), seal, end)

    def _charge(self) -> None:
        self._charged_by = set()
        self._institution = scope_of(observed(self._file, self._charged_by)).institution

    def _all(self, keys: Iterable[object]) -> set[_Part]:
        """Return the parts that keys of the file bring, besides those that every file has."""
        return {(model, part) for model in self._models for part in parts_of(model).of(keys)}

    def _compute(self, parts: Iterable[_Part], seal: Seal, end: "_End | None") -> None:
        assert self._rulebook is not None  # noqa: S101 - said by who calls
        if self._remembered_by is not self._rulebook or len(self._remembered) > REMEMBERED:
            self._remembered, self._remembered_by = {}, self._rulebook
        context = RowContext(self._stream, self._rulebook, seal, self._remembered)
        for model, part in parts:
            reads: set[object] = set()
            earlier = self._parts.get((model, part), _NOTHING)
            try:
                view = observed(self._file, reads)
                rows = [*parts_of(model).rows(view, context, part)] if model.has(view) else []
                computed = {row_identity(model)(row): row for row in rows}
            except Exception:  # noqa: BLE001 - stops the read model where it stands as now; the rows stay
                reads.add(ANYTHING)
                computed = earlier.rows
                self._failing.add((model, part))
            else:
                self._failing.discard((model, part))
                self._change(model, earlier.rows, computed, seal, end)
            reads.discard(STANDING)
            for key in earlier.reads - reads:
                self._readers[key].discard((model, part))
            for key in reads - earlier.reads:
                self._readers[key].add((model, part))
            self._parts[model, part] = _Computed(computed, frozenset(reads))

    def _change(
        self,
        model: ReadModel[Any],
        earlier: Mapping[RowIdentity, Any],
        rows: Mapping[RowIdentity, Any],
        seal: Seal,
        end: "_End | None",
    ) -> None:
        for identity in earlier:
            if identity not in rows and end is not None:
                key = (model.name, identity)
                end(key, self._rows.pop(key), self.position)
        for identity, row in rows.items():
            key = (model.name, identity)
            before = self._rows.get(key)
            if before is not None and before.row is row:
                continue
            compared = comparable(model, row, seal)
            if before is not None and before.compared == compared:
                continue
            if before is not None and end is not None:
                end(key, before, self.position)
            self._rows[key] = _Known(row, compared, None if end is None else self.position)


_End: TypeAlias = Callable[[tuple[str, RowIdentity], _Known, int], None]
_NOTHING: Final = _Computed({}, frozenset())


@cache
def parts_of(model: ReadModel[Any]) -> RowParts[Any]:
    """Return the parts of a read model; of one that declares none, all its rows are one part."""
    return model.parts or RowParts(lambda _: (_WHOLE,), lambda file, context, _: model.rows(file, context))


@cache
def row_identity(model: ReadModel[Any]) -> Callable[[Any], RowIdentity]:
    """Return the function that gives a row's identity."""
    get = attrgetter(*model.identity)
    return get if len(model.identity) > 1 else lambda row: (get(row),)


@cache
def unversioned(model: ReadModel[Any]) -> Mapping[str, None]:
    """Return the columns of a read model that hold the version of the file."""
    return dict.fromkeys(marked(model.row, Unversioned))


def comparable(model: ReadModel[Any], row: Any, seal: Seal) -> Any:  # noqa: ANN401 - of whatever model
    """Return a row with its sealed values opened, without what moves with every entry."""
    opened, moving = model.opened(row, seal), unversioned(model)
    return replace(opened, **moving) if moving and opened is not None else opened
