"""Read models say across files what each file says itself, whatever was recorded and in whichever batches."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from psycopg.sql import SQL, Identifier

from api.app import create_app, running
from api.settings import Settings
from domain.entry import AnyEntry
from domain.event import Erased, fields_of
from domain.file import File, fold
from domain.judging import findings as judged
from domain.life import STAGE, Life
from domain.obligations import clocks
from domain.readiness import next_due, readiness
from domain.rulebook import Rulebook
from domain.standing import STANDING
from domain.when import LAST_DAY, SHANGHAI
from projections import READ_MODELS
from projections.findings import Finding, findings_of, findings_on
from projections.model import ReadModel, RowContext
from projections.obligations import obligations_of
from projections.projector import catch_up
from projections.readiness import READINESS, ready_on
from projections.register import REGISTER
from projections.spans import SPANS
from tests.support.client import NOW, Furnished, Served
from tests.support.exploring import examples
from tests.support.read_models import (
    OpenSeal,
    a_projector,
    adopt_another_rulebook,
    expected,
    head,
    move,
    tables,
    to_the_end,
)
from tests.support.stored import keep, moved
from tests.support.strategies import EARLIEST, streams

RULEBOOK = Rulebook.shipped()
FINISHED = date(2031, 1, 1)
days_asked = st.dates(EARLIEST, FINISHED)

thorough = trying(max_examples=examples(80), suppress_health_check=list(HealthCheck))
rare = trying(max_examples=examples(6), suppress_health_check=list(HealthCheck), phases=[Phase.generate])


def rows_of(model: ReadModel[Any], file: File) -> list[Any]:
    """The rows that a file has in a read model."""
    seal: Any = OpenSeal()
    return list(model.rows(file, RowContext(child_of(file), RULEBOOK, seal)))


def child_of(file: File) -> UUID:
    assert file.stream is not None
    return file.stream


@thorough
@given(entries=streams(), day=days_asked)
def test_the_spans_that_cover_a_day_are_what_holds_then(entries: list[AnyEntry], day: date) -> None:
    file = fold(entries)
    covering = {
        (row.attribute, row.key, row.entry)
        for row in rows_of(SPANS, file)
        if row.since <= day <= row.until and row.entry is not None
    }
    life = Life(file, day, RULEBOOK)
    assert covering == {
        (f"{attribute.chapter}.{attribute.name}", fact.held.key, fact.entry.entry_id)
        for attribute in file.attributes()
        if attribute.personal is None
        for fact in life.each(attribute)
    }


@thorough
@given(entries=streams(), day=days_asked)
def test_the_readiness_that_covers_a_day_is_that_of_the_day(entries: list[AnyEntry], day: date) -> None:
    file = fold(entries)
    covering = [row for row in rows_of(READINESS, file) if row.since <= day <= row.until]
    asked = ready_on(file, child_of(file), RULEBOOK, day)
    life = Life(file, day, RULEBOOK)
    grown = life.aged(17.5) is True
    assert len(covering) == (1 if life.in_care and grown else 0)
    for row in covering:
        status = "deferred" if row.deferred_by else "not_ready" if row.not_ready_by else "ready"
        assert (status, row.route, row.turns_18_on) == (asked.status, asked.route, asked.turns_18_on)
        assert row.gates == asked.gates
    assert asked.status == readiness(life, RULEBOOK, lambda _: None).status


@thorough
@given(entries=streams(), day=days_asked)
def test_an_obligation_stands_on_a_day_as_its_clock(entries: list[AnyEntry], day: date) -> None:
    file = fold(entries)
    obligations = list(obligations_of(file, child_of(file), RULEBOOK))
    assert [each.state(day) for each in obligations] == [clock.state(day) for clock in clocks(file, RULEBOOK)]
    following = next_due(clocks(file, RULEBOOK), day)
    waiting = [each for each in obligations if each.state(day) in {"due", "overdue"}]
    nearest = min(((each.due_on, each.rule) for each in waiting), default=None)
    assert nearest == (None if following is None else (following.due.last, following.rule))


@thorough
@given(entries=streams(), day=days_asked)
def test_what_speaks_on_a_day_is_judged_or_lacking_then(entries: list[AnyEntry], day: date) -> None:
    file = fold(entries)
    speaking = [each for each in findings_of(file, child_of(file), RULEBOOK) if each.speaks(day)]
    of_entries = [each for each in judged(file, RULEBOOK) if each.entry.days.last <= day]
    begun = min((entry.days.last for entry in file.standing()), default=LAST_DAY)
    life = Life(file, day, RULEBOOK)
    of_the_day = {refusal for ask in STANDING.values() for refusal in (ask(life) if begun <= day else ())}
    assert sorted(each.rule for each in speaking) == sorted(
        [*(each.rule.id for each in of_entries), *(refusal.rule for refusal in of_the_day)]
    )


@thorough
@given(entries=streams(), day=days_asked)
def test_who_asks_for_a_day_is_told_what_speaks_on_it_of_all(entries: list[AnyEntry], day: date) -> None:
    all_judged, asked = fold(entries), fold(entries)
    every = [*findings_of(all_judged, child_of(all_judged), RULEBOOK)]
    on_the_day = [*findings_on(asked, child_of(asked), RULEBOOK, day)]
    assert [_lasting(each) for each in on_the_day] == [_lasting(each) for each in every if each.speaks(day)]
    # What was left out then is found by whoever asks for all of it afterwards.
    assert [*findings_of(asked, child_of(asked), RULEBOOK)] == every


def _lasting(finding: Finding) -> Finding:
    """A finding without the day on which it ends."""
    return replace(finding, until=None)


@thorough
@given(entries=streams())
def test_every_row_is_told_apart_by_its_key(entries: list[AnyEntry]) -> None:
    file = fold(entries)
    for model in READ_MODELS:
        rows = rows_of(model, file)
        assert len({tuple(getattr(row, name) for name in model.identity) for row in rows}) == len(rows)


@thorough
@given(entries=streams())
def test_the_register_says_what_holds_in_the_end(entries: list[AnyEntry]) -> None:
    file = fold(entries)
    (row,) = rows_of(REGISTER, file)
    life = Life(file, LAST_DAY, RULEBOOK)
    stage = life.now(STAGE)
    assert row.stage == (None if stage is None else stage.held.value)
    assert not life.in_care or row.departed_on is None
    if stage is not None and life.gone:
        assert row.departed_on is not None
        assert row.departed_on <= stage.held.since
    assert row.version == len(entries)


@thorough
@given(entries=streams())
def test_a_file_that_has_lost_its_keys_still_has_its_rows(entries: list[AnyEntry]) -> None:
    file = fold(without_keys(entry) for entry in entries)
    (row,) = rows_of(REGISTER, file)
    assert (row.name, row.file_no, row.file_no_term, row.terms) == (None, None, None, [])
    for model in READ_MODELS:
        assert "Erased" not in repr(rows_of(model, file))


def without_keys(entry: AnyEntry) -> AnyEntry:
    """An entry of which everything personal was erased."""
    personal = {spec.name: spec.personal.category for spec in fields_of(type(entry.event)) if spec.personal}
    gone = {name: Erased(category) for name, category in personal.items()}
    return replace(entry, event=replace(entry.event, **gone))


@rare
@given(
    lives=st.lists(streams(), min_size=3, max_size=3),
    cuts=st.lists(st.integers(1, 9), min_size=30, max_size=30),
    order=st.randoms(use_true_random=False),
)
async def test_any_split_into_batches_ends_in_the_same_rows_as_a_rebuild(
    served: Served, lives: list[list[AnyEntry]], cuts: list[int], order: Any
) -> None:
    """Also while entries keep coming in, and the rows are those that each file has by itself.

    Files are followed, or written whole.
    """
    ledger = served.container.ledger
    split = await a_projector(served)
    await to_the_end(split)
    waiting = [moved(life, uuid4()) for life in lives]
    queue = iter(cuts)
    while any(waiting):
        life = order.choice([each for each in waiting if each])
        some = min(next(queue, 9), len(life))
        await keep(ledger, life[:some])
        del life[:some]
        with patch.object(catch_up, "FOLLOWED", order.choice([0, 1_000])):
            await split.step(next(queue, 9))
    await to_the_end(split, 3)
    by_and_by = await tables(served, split)

    rebuilt = await a_projector(served)
    await to_the_end(rebuilt)
    assert await tables(served, rebuilt) == by_and_by
    assert await expected(served) == by_and_by


async def test_two_projectors_write_each_batch_once(served: Served) -> None:
    first = await a_projector(served)
    second = await a_projector(served, first.version)
    await to_the_end(first)
    for name in ("王小明", "李小红", "张三"):
        await served.a_child(name)
    taken = 0
    while first.position < await head(served) or second.position < await head(served):
        taken += sum(await asyncio.gather(first.step(1), second.step(1)))
    assert taken == 6
    assert await tables(served, first) == await tables(served, second) == await expected(served)


async def test_a_projector_takes_up_where_the_one_before_stopped(served: Served) -> None:
    first = await a_projector(served)
    await to_the_end(first)
    before = await head(served)
    await served.a_child()
    await first.step(1)
    second = await a_projector(served, first.version)
    assert (first.position, second.position) == (before + 1, before + 1)
    # What the other one has written on from here is not written twice.
    assert await second.step(1) == 1
    assert await first.step(1) == 0
    assert first.position == second.position == await head(served)


async def test_a_small_batch_shows_a_file_as_of_its_end_and_writes_no_row_that_stays(served: Served) -> None:
    projector = await a_projector(served)
    child = await served.a_child()
    await to_the_end(projector)
    await move(served, child)
    await move(served, child)
    first = await tables(served, projector)
    assert await projector.step(1) == 1
    moved = await tables(served, projector)
    (before,), (after,) = ([row for row in each["register"] if row.child == child] for each in (first, moved))
    assert after.version == before.version + 1
    async with served.container.readers.connection() as connection:
        statement = SQL("DELETE FROM {}").format(Identifier(projector.read_from.schema, "situations"))
        await connection.execute(statement)
    await to_the_end(projector)
    assert await tables(served, projector) == await expected(served) | {"situations": []}


async def test_a_file_that_moves_on_while_it_is_read_is_written_once(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A larger batch reads each file as it is now, so the next one may find its entries shown."""
    monkeypatch.setattr(catch_up, "FOLLOWED", 0)
    projector = await a_projector(served)
    await to_the_end(projector)
    await served.a_child()
    assert await projector.step(1) == 1
    found = await tables(served, projector)
    assert found == await expected(served)
    async with served.container.readers.connection() as connection:
        statement = SQL("DELETE FROM {}").format(Identifier(projector.read_from.schema, "register"))
        await connection.execute(statement)
    assert await projector.step(1) == 1
    assert (await tables(served, projector))["register"] == []


async def test_only_children_stand_in_read_models_of_children(served: Served) -> None:
    child = await served.a_child()
    await served.projected()
    found = await tables(served)
    of_institutions = found.pop("institution_obligations")
    assert {row.child for rows in found.values() for row in rows} == {child}
    institutions = {served.home.institution, served.elsewhere.institution}
    assert {row.child for row in of_institutions} == institutions


async def test_a_rulebook_that_an_institution_adopts_counts_for_all_its_children(served: Served) -> None:
    own, other = await served.a_child(), await served.a_child(elsewhere=True)
    await served.projected()
    await adopt_another_rulebook(served)
    await served.projected()
    supervisor = await served.as_("supervisor")
    elsewhere = await served.as_("supervisor", elsewhere=True)
    titles = {}
    for client in (supervisor, elsewhere):
        for item in (await client.get("/obligations", params={"rule": "D10"})).json()["items"]:
            titles[UUID(item["child"])] = item["zh"]
    assert "当日核实参保状态" in titles[own]
    assert "及时核实基本医保参保状态" in titles[other]
    assert await tables(served) == await expected(served)


async def test_a_file_is_read_as_it_is_after_what_was_waited_for(served: Served) -> None:
    """Whoever has recorded and asks for at least that position sees it in every list."""
    client = await served.as_("staff")
    for name in ("甲一", "乙二", "丙三", "丁四"):
        child = await served.a_child(name)
        position = await head(served)
        found = await client.post("/children/search", json={"q": name}, params={"at_least": position})
        assert [item["child"] for item in found.json()["items"]] == [str(child)]
        assert int(found.headers["Ledger-Position"]) >= position


async def test_midnight_changes_answers_without_an_entry(settings: Settings, furnished: Furnished) -> None:
    """What is due becomes overdue as the day passes in Shanghai; nothing is written for it."""
    now = NOW
    app = create_app(settings, clock=lambda: now)
    async with running(app) as container, AsyncExitStack() as stack:
        home, elsewhere = furnished.home, furnished.elsewhere
        served = Served(app, container, home, elsewhere, furnished.tokens, furnished.tokens_elsewhere, stack)
        await served.a_child()
        await served.projected()
        staff = await served.as_("staff")
        every = (await staff.get("/obligations", params={"day": "2024-03-05"})).json()["items"]
        due = next(each for each in every if "due_on" in each)
        now = datetime.combine(date.fromisoformat(due["due_on"]), time(23, 59, 59), SHANGHAI)
        before = await staff.get("/obligations", params={"rule": due["rule"]})
        now += timedelta(seconds=1)
        after = await staff.get("/obligations", params={"rule": due["rule"]})
    assert [each["state"] for each in before.json()["items"]] == ["due"]
    assert [each["state"] for each in after.json()["items"]] == ["overdue"]
    assert before.headers["Ledger-Position"] == after.headers["Ledger-Position"]
