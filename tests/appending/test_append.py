"""Appending: positions without gaps in the order of commits, and a verdict on every append by itself."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import AsyncConnection

from ledger.store import arrays
from ledger.store.append import Accepted, Append, HeldBack, Mismatch, Repeated, Stale
from ledger.store.append_batch import append_batch
from ledger.store.store import Store
from tests.support.drills import BATCHES
from tests.support.exploring import examples
from tests.support.ledgers import Urls, an_append, make_ledger, store_of


async def test_entries_stand_one_after_the_other(store: Store) -> None:
    child = uuid4()
    first = await store.append(an_append(child, entries=3))
    second = await store.append(an_append(uuid4()))
    third = await store.append(an_append(child, expected=3, entries=2))

    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert isinstance(third, Accepted)
    assert [first.first_position, second.first_position, third.first_position] == [1, 4, 5]
    assert (await store.head()).position == 6
    moments = [*first.recorded_at, *second.recorded_at, *third.recorded_at]
    assert moments == [entry.recorded_at for entry in await store.read(0, 10)]
    assert all(before < after for before, after in pairwise(moments))
    assert (await store.head()).recorded_at == moments[-1]


async def test_an_append_that_is_behind_its_stream_learns_the_version(store: Store) -> None:
    child = uuid4()
    await store.append(an_append(child, entries=2))

    assert await store.append(an_append(child, expected=1)) == Stale(2)
    assert await store.append(an_append(child, expected=5)) == Stale(2)
    assert (await store.head()).position == 2


async def test_an_append_is_stale_when_a_stream_it_read_has_moved(store: Store) -> None:
    family, child = uuid4(), uuid4()
    await store.append(an_append(family))

    assert await store.append(an_append(child, reads=((family, 0),))) == Stale(0)
    assert isinstance(await store.append(an_append(child, reads=((family, 1),))), Accepted)


async def test_a_repeated_append_gives_back_what_it_stored(store: Store) -> None:
    append = an_append(entries=2)
    await store.append(append)
    await store.append(an_append(append.stream, expected=2))

    repeated = await store.append(append)

    assert isinstance(repeated, Repeated)
    assert [entry.body for entry in repeated.entries] == [entry.body for entry in append.entries]
    assert [entry.position for entry in repeated.entries] == [1, 2]


@pytest.mark.parametrize("other", ["fingerprint", "stream", "entries"])
async def test_another_request_under_the_same_key_is_a_mismatch(store: Store, other: str) -> None:
    append = an_append()
    await store.append(append)
    ids = [append.entries[0].entry_id]
    requests = {
        "fingerprint": an_append(append.stream, ids=ids, fingerprint=b"another request"),
        "stream": an_append(uuid4(), ids=ids),
        "entries": an_append(append.stream, ids=[*ids, uuid4()]),
    }

    assert await store.append(requests[other]) == Mismatch()


async def test_all_or_nothing(store: Store) -> None:
    here, there = uuid4(), uuid4()
    await store.append(an_append(there))

    moved = [an_append(here), an_append(there)]
    assert await store.append_all(moved, atomic=True) == [HeldBack(), Stale(1)]
    assert await store.stream(here) == []

    moved = [an_append(here), an_append(there, expected=1)]
    assert [type(verdict) for verdict in await store.append_all(moved, atomic=True)] == [Accepted, Accepted]
    assert [type(verdict) for verdict in await store.append_all(moved, atomic=True)] == [Repeated, Repeated]


async def test_all_or_nothing_on_one_stream(store: Store) -> None:
    child = uuid4()
    both = [an_append(child), an_append(child, expected=7)]

    assert await store.append_all(both, atomic=True) == [HeldBack(), Stale(1)]
    assert await store.stream(child) == []
    assert (await store.head()).position == 0


@dataclass
class Model:
    """What an append is answered, in ten lines, and the version its stream had."""

    streams: dict[UUID, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    named: Counter[UUID] = field(default_factory=Counter)
    recorded: dict[UUID, tuple[UUID, bytes]] = field(default_factory=dict)
    order: list[UUID] = field(default_factory=list)

    def judge(self, append: Append) -> tuple[str, int]:
        """Judge and record one append."""
        ids = [entry.entry_id for entry in append.entries]
        known = [self.recorded.get(entry_id) for entry_id in ids]
        version = len(self.streams[append.stream])
        if all(each == (append.stream, append.fingerprint) for each in known):
            return "repeated", version
        if any(known):
            return "mismatch", version
        if version != append.expected or any(self.of(s, append) != v for s, v in append.reads):
            return "stale", version
        self.streams[append.stream] += ids
        self.recorded |= dict.fromkeys(ids, (append.stream, append.fingerprint))
        self.order += ids
        self.named.update(set(append.names))
        return "accepted", version

    def of(self, stream: UUID, append: Append) -> int:
        """Return the version of a stream as an append reads it, which may name it, too."""
        return len(self.streams[stream]) + (self.named[stream] if stream in append.names else 0)

    def judge_all(self, appends: list[Append], *, atomic: bool) -> list[tuple[str, int]]:
        """Judge and record a batch."""
        before = deepcopy(self)
        verdicts = [self.judge(append) for append in appends]
        if atomic and {"stale", "mismatch"} & {word for word, _ in verdicts}:
            self.__dict__.update(before.__dict__)
            return [("withheld" if word == "accepted" else word, version) for word, version in verdicts]
        return verdicts


@st.composite
def batches(draw: st.DrawFn) -> list[tuple[list[Append], bool]]:
    """Fresh, repeated, conflicting, stale and mismatching appends, crossing each other in a batch or not."""
    streams = [uuid4() for _ in range(6)]
    model = Model()
    made: list[Append] = []

    def any_append(among: list[UUID]) -> Append:
        sort = draw(st.sampled_from(["fresh", "fresh", "fresh", "repeated", "other", "mixed"]))
        stream = draw(st.sampled_from(among))
        ids = [uuid4() for _ in range(draw(st.integers(1, 3)))]
        earlier = [append for append in made if append.stream in among]
        if earlier and sort != "fresh":
            chosen = draw(st.sampled_from(earlier))
            if sort == "repeated":
                return chosen
            known = [entry.entry_id for entry in chosen.entries]
            ids = known if sort == "other" else [*ids, *known]
        offset = draw(st.sampled_from([0, 0, 0, 0, -1, 1]))
        read = draw(st.lists(st.sampled_from(streams), max_size=2)) if draw(st.integers(0, 5)) == 0 else []
        names = draw(st.lists(st.sampled_from(streams), max_size=3)) if draw(st.integers(0, 5)) == 0 else []
        append = an_append(
            stream,
            max(0, len(model.streams[stream]) + offset),
            ids=ids,
            fingerprint=draw(st.sampled_from([b"a request", b"another request"])),
            names=tuple(names),
        )
        versions = [model.of(other, append) + draw(st.sampled_from([0, 0, 0, 1])) for other in read]
        return replace(append, reads=tuple(zip(read, versions, strict=True)))

    drawn = []
    for _ in range(draw(st.integers(1, 5))):
        crossing = draw(st.booleans())
        among = streams[: draw(st.integers(1, len(streams)))]
        batch = []
        for _ in range(draw(st.integers(1, 8)) if crossing else len(among)):
            append = any_append(among)
            if not crossing:
                among = [stream for stream in among if stream != append.stream]
            model.judge(append)
            made.append(append)
            batch.append(append)
        drawn.append((batch, draw(st.integers(0, 3)) == 0))
    return drawn


@asynccontextmanager
async def writing(urls: Urls) -> AsyncIterator[AsyncConnection]:
    async with await AsyncConnection.connect(urls.writer, autocommit=True) as connection:
        arrays.register(connection)
        yield connection


@dataclass
class Judge:
    """A ledger that judges batches; `looping`, one append after the other also where all at once would do."""

    store: Store
    writer: AsyncConnection
    looping: Append | None = None

    async def judge_all(self, appends: list[Append], *, atomic: bool) -> list[tuple[str, int]]:
        """Judge and record a batch."""
        own = [self.looping] if self.looping else []
        judgements = await append_batch(self.writer.cursor(), [*appends, *own], atomic=atomic)
        assert [judgement.verdict for judgement in judgements[len(appends) :]] == ["repeated"] * len(own)
        return [(judgement.verdict, judgement.version) for judgement in judgements[: len(appends)]]


@pytest.fixture
async def judges(urls: Urls, store: Store) -> AsyncIterator[list[Judge]]:
    """Give two ledgers; what the second is told at the end of each batch forbids it to judge all at once."""
    second = await make_ledger(urls.superuser, "looping")
    first_of_all = an_append(reads=((uuid4(), 0),))
    async with writing(urls) as writer, writing(second) as other, store_of(second, "looping") as looping:
        await looping.append(first_of_all)
        yield [Judge(store, writer), Judge(looping, other, first_of_all)]


@pytest.fixture
def ways(tell: Callable[[str], None]) -> Iterator[Counter[bool]]:
    """Count the batches that can be judged all at once, and the others: both have to come."""
    counted: Counter[bool] = Counter()
    yield counted
    tell(f"{counted.total()} batches, {counted[True]} of them judged all at once and one by one alike")
    assert set(counted) == {True, False}


def independent(appends: list[Append]) -> bool:
    """Tell whether none can touch another."""
    ids = [entry.entry_id for append in appends for entry in append.entries]
    apart = len({append.stream for append in appends}) == len(appends) and len(set(ids)) == len(ids)
    return len(ids) > 1 and apart and not any(append.reads or append.names for append in appends)


@pytest.mark.drill
@settings(max_examples=examples(BATCHES), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=batches())
async def test_a_batch_is_judged_as_if_each_append_had_come_alone(
    judges: list[Judge], ways: Counter[bool], drawn: list[tuple[list[Append], bool]]
) -> None:
    ways.update(independent(appends) for appends, _ in drawn)
    for judge in judges:
        model = Model()
        before = await judge.store.head()
        for appends, atomic in drawn:
            expected = model.judge_all(appends, atomic=atomic)
            assert await judge.judge_all(appends, atomic=atomic) == expected

        stored = await judge.store.read(before.position, 1000)
        assert [entry.entry_id for entry in stored] == model.order
        assert [entry.position - before.position for entry in stored] == list(range(1, len(stored) + 1))
        assert all(one.recorded_at < other.recorded_at for one, other in pairwise(stored))
        if before.recorded_at and stored:
            assert before.recorded_at < stored[0].recorded_at
