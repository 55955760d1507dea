"""Census: a count across files is what each file says by itself, on any day and as known at any position."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from api.identity.permissions import Actor, Role, counted_sql
from domain.changes import changes
from domain.entry import AnyEntry
from domain.event import Erased, Event, Unknown
from domain.events.filing import FileOpenedByMistake, FilesJoined, FilesSeparated
from domain.events.record import EntryWithdrawn
from domain.file import File, fold
from domain.joined_files import is_listed, whole
from domain.life import BIRTH, DEPARTED, STAGE, Life
from domain.rulebook import Rulebook
from domain.scope import CHARGE, PLACE, charges
from domain.when import age
from projections.child_counts import CountedCell, CountedScope, flows, series, stock
from projections.counted_children import STAGES, Population
from projections.dimensions import (
    DIMENSIONS,
    NOTHING,
    SETS_OF_BANDS,
    UNCERTAIN,
    UNKNOWN,
    Dimension,
    band_names,
)
from tests.support.client import Served
from tests.support.exploring import examples
from tests.support.given import given as given_life
from tests.support.ledgers import all_entries
from tests.support.read_models import head
from tests.support.stored import keep, moved
from tests.support.strategies import KINDS, streams
from tests.support.waiting import PATIENCE

EVERYBODY = Actor(UUID(int=1), Role.ADMINISTRATOR)
TODAY = date(2026, 11, 22)
DAYS = (date(2021, 6, 1), date(2024, 6, 1), TODAY)
BANDS = SETS_OF_BANDS["national_system"]

COUNTED_BY = {each.attribute for each in DIMENSIONS.values()} | {STAGE, CHARGE, PLACE, BIRTH, DEPARTED}
DERIVED_FROM = {each for by in DIMENSIONS.values() if by.derived for each in by.derived.changes_with}

few = trying(
    max_examples=examples(3), suppress_health_check=list(HealthCheck), phases=[Phase.generate], deadline=None
)


@st.deferred
def lives_counted() -> st.SearchStrategy[list[AnyEntry]]:
    """Lives of events that change what is counted by."""
    counted = [
        kind
        for kind in KINDS
        if kind in DERIVED_FROM
        or any(change.attribute in COUNTED_BY | DERIVED_FROM for change in changes(kind))
    ]
    return streams(tuple(counted), most=11)


def of(actor: Actor) -> CountedScope:
    """Whom an actor counts."""
    return lambda day, sixteen_on: counted_sql(actor, today=TODAY, day=day, sixteen_on=sixteen_on)


def said_by(file: File, dimension: Dimension, day: date) -> str:
    """What one file says of itself on a day, read from the file alone."""
    if dimension.derived is not None:
        return dimension.derived.of(Life(file, day, Rulebook.shipped())) or NOTHING
    if dimension.column is not None:
        return _situation(file, dimension.column, day)
    if dimension.attribute is None:
        return band(file, day)
    holding = [
        span
        for span in file.spans(dimension.attribute)
        if span.since <= day <= span.until and not isinstance(span.value, Erased)
    ]
    if not holding:
        return NOTHING
    value: Any = max(holding, key=lambda span: (span.since, span.fact.held.key)).value
    if dimension.part is not None and not isinstance(value, Unknown):
        value = getattr(value, dimension.part)
    if value is None or isinstance(value, Unknown):
        return UNKNOWN
    return str(value)[: dimension.digits]


def _situation(file: File, column: str, day: date) -> str:
    if column == "stage":
        return next(
            (str(each.value) for each in file.spans(STAGE) if each.since <= day <= each.until), NOTHING
        )
    whose = [each for since, each in charges(file) if since <= day][-1]
    if isinstance(whose, UUID):
        return str(whose) if column == "institution" else NOTHING
    return NOTHING if whose is None or column == "institution" else whose[:6]


def band(file: File, day: date) -> str:
    """The band of a child's age, of the days between which it was born."""
    facts = file.facts(BIRTH).get("", [])
    if not facts:
        return NOTHING
    born = facts[-1].held.value
    assert born is not None
    ages = [age(born.last, day), 100 if born.first is None else age(born.first, day)]
    places = {sum(years >= begin for begin in BANDS[1:]) for years in ages}
    return band_names(BANDS)[places.pop()] if len(places) == 1 else UNCERTAIN


def counted(files: Iterable[File], by: Iterable[str], day: date) -> Mapping[CountedCell, int]:
    """Those who are cared for on a day, file by file."""
    return Counter(
        tuple(said_by(file, DIMENSIONS[name], day) for name in by)
        for file in files
        if is_listed(file) and (file.begun or date.max) <= day
        if said_by(file, DIMENSIONS["stage"], day) in STAGES
    )


async def files_known(served: Served, position: int) -> list[File]:
    """Every child's file as known at a position, folded from its entries and those of files joined to it."""
    lives: dict[UUID, list[AnyEntry]] = {}
    for entry in await all_entries(served.container.ledger):
        if entry.kind == "child" and entry.position <= position:
            lives.setdefault(entry.stream, []).append(entry)
    alone = {stream: fold(entries) for stream, entries in lives.items()}
    return [whole(file, alone) for file in alone.values()]


class Recorded:
    """A life that is recorded part by part, judged by nobody, with what is said of its file in between."""

    def __init__(self, served: Served, life: list[AnyEntry]) -> None:
        self.stream = uuid4()
        self._served, self._waiting, self._version = served, moved(life, self.stream), 0

    async def next(self, entries: int | None = None) -> None:
        """Record so many further entries, by default all that are left."""
        told, self._waiting = self._waiting[:entries], self._waiting[entries or len(self._waiting) :]
        await self._keep(told)

    async def says(self, event: Event) -> UUID:
        """Record what is said of the file, and return the id of the entry."""
        (entry,) = given_life((str(TODAY), event)).entries
        entry = replace(entry, entry_id=uuid4(), stream=self.stream)
        await self._keep([entry])
        return entry.entry_id

    async def _keep(self, entries: list[AnyEntry]) -> None:
        numbered = [replace(each, version=self._version + n) for n, each in enumerate(entries, 1)]
        self._version += len(entries)
        if numbered:
            await keep(self._served.container.ledger, numbered)


async def joined(one: Recorded, other: Recorded, how: type[FilesJoined | FilesSeparated]) -> None:
    """Say in both files that they are joined, or separated."""
    for each in (one, other):
        await each.says(how(kept=one.stream, joined=other.stream, explanation="同一儿童"))


@few
@given(
    lives=st.lists(lives_counted, min_size=4, max_size=5),
    crossed=st.lists(st.sampled_from([*DIMENSIONS]), min_size=2, max_size=2, unique=True),
)
async def test_a_census_counts_what_each_file_says_by_itself_and_what_flows_adds_up(
    served: Served, lives: list[list[AnyEntry]], crossed: list[str]
) -> None:
    """Also of files that are joined and separated, or opened by mistake; as known before and after it."""
    one, other, mistaken, *further = recorded = [Recorded(served, life) for life in lives]
    for each, life in zip(recorded, lives, strict=True):
        await each.next(max(1, len(life) // 2))
    before = await head(served)
    await joined(one, other, FilesJoined)
    mistake = await mistaken.says(FileOpenedByMistake(explanation="误建"))
    for each in (one, *further):
        await each.next()
    while_joined = await head(served)
    await joined(one, other, FilesSeparated)
    await mistaken.says(EntryWithdrawn(entry=mistake, explanation="确有其人"))
    for each in (other, mistaken):
        await each.next()
    last = await head(served)
    await served.projected()
    assert await served.container.projector.known_reached(last, PATIENCE)
    async with served.container.projector.reading() as connection:
        for position, known in ((before, before), (while_joined, while_joined), (last, last), (last, None)):
            files = await files_known(served, position)
            all_of_them = known in {while_joined, None}
            for by in [*([each] for each in DIMENSIONS), crossed] if all_of_them else [crossed]:
                population = Population(by=by, known=known, keyed=served.container.ledger.term)
                stocks = {day: await stock(connection, of(EVERYBODY), population, day) for day in DAYS}
                for day in DAYS:
                    assert stocks[day] == counted(files, by, day), (by, day, known)
                if by in (crossed, ["adoption_stage"]):
                    over_time = await series(connection, of(EVERYBODY), population, DAYS)
                    assert over_time == [*stocks.values()], (by, known)
                adds_up(
                    await flows(connection, of(EVERYBODY), population, DAYS[0], TODAY),
                    stocks[DAYS[0]],
                    stocks[TODAY],
                )


def adds_up(
    flowing: Iterable[Any], first: Mapping[CountedCell, int], last: Mapping[CountedCell, int]
) -> None:
    """Check that what was there and what came and went is what is there, cell by cell."""
    numbers: dict[str, Counter[CountedCell]] = {}
    for flow in flowing:
        numbers.setdefault(flow.kind, Counter())[flow.cell] += flow.count
    assert dict(numbers.pop("stock_from", Counter())) == first
    assert dict(numbers.pop("stock_to", Counter())) == last
    none: Counter[CountedCell] = Counter()
    came = Counter(first) + numbers.get("entered", none) + numbers.get("moved_in", none)
    assert came - numbers.get("left", none) - numbers.get("moved_out", none) == last
    # Of all children whoever moved out of one cell moved into another.
    assert sum(numbers.get("moved_in", none).values()) == sum(numbers.get("moved_out", none).values())
