"""What was known when: a list asked as known then is the list that was answered then."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from httpx2 import AsyncClient
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from psycopg.rows import kwargs_row
from psycopg.sql import SQL, Identifier

from api.cli.upkeep_commands import rebuilding
from api.identity.permissions import Role
from domain.entry import AnyEntry
from domain.events.health import PhysicalExamined
from domain.events.intake import ChildReceived, IdentityRecorded
from projections import READ_MODELS
from projections.projector import followed_files, known_range
from projections.projector.known_rows import KnownRows
from projections.projector.projector import Projector
from projections.projector.verify import Difference
from tests.support.client import Served
from tests.support.exploring import examples
from tests.support.given import some
from tests.support.http_given import a_story
from tests.support.read_models import (
    a_projector,
    adopt_another_rulebook,
    comparable,
    differences,
    head,
    known_to_the_end,
    move,
    tamper,
    to_the_end,
)
from tests.support.stored import keep, moved
from tests.support.strategies import streams
from tests.support.waiting import PATIENCE

rare = trying(
    max_examples=examples(4), suppress_health_check=list(HealthCheck), phases=[Phase.generate], deadline=None
)
DAYS = (date(2019, 5, 31), date(2024, 6, 1), date(2026, 11, 22))
WHOLE = {"limit": 500}


async def known(served: Served) -> int:
    """Wait until every list can be asked as known at the head, which is returned."""
    position = await head(served)
    await served.projected()
    assert await served.container.projector.known_reached(position, PATIENCE)
    return position


async def known_tables(served: Served, projector: Projector | None = None) -> dict[str, list[Any]]:
    """Every row of what was known when, with what is sealed opened."""
    found: dict[str, list[Any]] = {}
    ranges: dict[str, list[tuple[int, int | None]]] = {}
    async with (projector or served.container.projector).reading() as connection:
        for model in READ_MODELS:
            columns = SQL(", ").join(map(Identifier, model.columns))
            order = SQL(", ").join(map(Identifier, (*model.identity, "known_from")))
            table = Identifier(model.known_table)
            cursor = connection.cursor(row_factory=kwargs_row(model.row))
            await cursor.execute(SQL("SELECT {} FROM {} ORDER BY {}").format(columns, table, order))
            found[model.name] = await cursor.fetchall()
            statement = SQL("SELECT known_from, known_until FROM {} ORDER BY {}").format(table, order)
            ranges[model.name] = await (await connection.execute(statement)).fetchall()
    opened = await comparable(served, found, ordered=False)
    return {name: [*zip(rows, ranges[name], strict=True)] for name, rows in opened.items()}


async def asked(client: AsyncClient, path: str, query: Mapping[str, Any]) -> list[Any]:
    """Every item of a list, page by page."""
    items: list[Any] = []
    more: Mapping[str, Any] = {}
    while True:
        answer = await client.get(path, params={**query, **more})
        assert answer.status_code == 200, answer.text
        items += map(as_of_then, answer.json()["items"])
        if answer.json()["next"] is None:
            return items
        more = {"cursor": answer.json()["next"]}


def as_of_then(item: dict[str, Any]) -> dict[str, Any]:
    """Return an item without what names now or the position: versions and addresses of lists."""
    now = {"version", "list"} if "decision" in item else {"list"}
    return {name: value for name, value in item.items() if name not in now}


def lists(day: date) -> list[tuple[str, dict[str, Any]]]:
    """Every list on a day."""
    on, states = {"as_of": day.isoformat()}, ["due", "overdue", "met", "met_late", "void"]
    return [
        ("/children", on),
        ("/obligations", {**on, "state": states}),
        ("/readiness", on),
        ("/findings", on),
        ("/exceptions", on),
    ]


async def found(client: AsyncClient, number: str, **query: Any) -> set[str]:
    """The children of a file number, by either way of searching for it."""
    by_filter = await asked(client, "/children", {"file_no": number, **query})
    searched = await client.post("/children/search", json={"q": number, "limit": 500, **query})
    assert searched.status_code == 200, searched.text
    exactly = {each["child"] for each in searched.json()["items"] if each["file_no"] == number}
    assert exactly == {each["child"] for each in by_filter}
    return exactly


@rare
@given(
    lives=st.lists(streams(), min_size=2, max_size=3),
    order=st.randoms(use_true_random=False),
    adopted=st.integers(0, 12),
)
async def test_a_list_as_known_then_is_the_list_that_was_answered_then(
    served: Served, lives: list[list[AnyEntry]], order: Any, adopted: int
) -> None:
    """Whatever was recorded since, whoever is in charge now, and whichever rulebook was adopted."""
    client = await served.as_(Role.ADMINISTRATOR)
    waiting = [moved(life, uuid4()) for life in lives]
    answered: dict[int, dict[tuple[str, date | None], list[Any]]] = {}
    while any(waiting):
        life = order.choice([each for each in waiting if each])
        count = order.randint(1, len(life))
        await keep(served.container.ledger, life[:count])
        del life[:count]
        if len(answered) == adopted:
            await adopt_another_rulebook(served)
        await served.projected()
        answered[await head(served)] = {
            (path, day): await asked(client, path, {**query, **WHOLE})
            for day in DAYS
            for path, query in lists(day)
        } | {("/children", None): await asked(client, "/children", WHOLE)}
    await known(served)
    for position, then in answered.items():
        for day in DAYS:
            for path, query in lists(day):
                now = await asked(client, path, {**query, "known_at": position, "limit": 7})
                assert now == then[path, day], (path, day, position)
        shown = await asked(client, "/children", {"known_at": position, **WHOLE})
        assert shown == then["/children", None]
    assert await differences(served) == set()


async def test_a_search_finds_what_was_known_then(served: Served) -> None:
    """By a name, by a part of it and by the file number."""
    staff = await served.as_(Role.STAFF)
    story = await a_story(served).given(("2024-03-05", some(ChildReceived, file_no="甲-7")))
    before = await known(served)
    await story.given(("2024-03-05", some(IdentityRecorded, name="王小明", birth_on=date(2008, 3, 5))))
    await served.a_child("李小红")
    await known(served)
    for query in ("王小明", "小明", "wxm", "李小红"):
        answer = await staff.post("/children/search", json={"q": query, "known_at": str(before)})
        assert (answer.json()["items"], answer.json()["known_position"]) == ([], before)
        assert len((await staff.post("/children/search", json={"q": query})).json()["items"]) == 1
    assert await found(staff, "甲-7", known_at=str(before)) == {story.child}
    assert await found(staff, "甲-7", known_at=str(before), as_of="2024-03-05") == {story.child}
    assert await found(staff, "甲-7", known_at=str(before), as_of="2024-03-04") == set()
    assert await found(staff, "甲-7", known_at="0") == set()


async def test_pages_neither_skip_nor_repeat_what_was_known_when_the_first_was_asked(served: Served) -> None:
    staff = await served.as_(Role.STAFF)
    children = [str(await served.a_child()) for _ in range(5)]
    await known(served)
    first = (await staff.get("/children", params={"known_at": "2031-01-01", "limit": 2})).json()
    await served.a_child()
    await known(served)
    query = {"known_at": "2031-01-01", "limit": 2, "cursor": first["next"]}
    second = (await staff.get("/children", params=query)).json()
    assert second["known_position"] == first["known_position"]
    third = (await staff.get("/children", params={**query, "cursor": second["next"]})).json()
    pages = [*first["items"], *second["items"], *third["items"]]
    assert [each["child"] for each in pages] == children
    assert third["next"] is None
    for query in ({"known_at": "1"}, {"as_of": "2024-03-05", "known_at": "2031-01-01"}, {}):
        answer = await staff.get("/children", params={**query, "limit": 2, "cursor": first["next"]})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_what_is_built_later_was_known_when_it_was_known_live(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In whichever batches, and whether what was computed is still at hand or not."""
    children = [await served.a_child(name) for name in ("王小明", "李小红")]
    await known(served)
    for child in children:
        await move(served, child)
        await known(served)
    await adopt_another_rulebook(served)
    await served.a_child("张三")
    await move(served, children[0])
    await known(served)
    live = await known_tables(served)
    assert any(until is not None for rows in live.values() for _, (_, until) in rows)
    built = await a_projector(served)
    await to_the_end(built)
    await known_to_the_end(built)
    assert await known_tables(served, built) == live

    monkeypatch.setattr(known_range, "BATCH", 1)
    monkeypatch.setattr(followed_files, "AT_HAND", 0)
    await move(served, children[1])
    await adopt_another_rulebook(served)
    await move(served, children[0])
    await known(served)
    both = [built, await a_projector(served, built.version)]
    await to_the_end(built)
    while built.known_through != await head(served):
        await asyncio.gather(*(each.step() for each in both))
        await asyncio.gather(*(each.step_known() for each in both))
    assert await known_tables(served, built) == await known_tables(served)
    assert await differences(served, built) == set()


async def test_what_entries_changed_is_not_computed_again_for_what_was_known_when(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of several batches at once; what one process did not write the next one computes from the entries."""
    projector = await a_projector(served)
    await to_the_end(projector)
    await known_to_the_end(projector)
    child = await served.a_child()
    await move(served, child)
    await to_the_end(projector, 1)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(followed_files.FollowedFiles, "follow", nothing)
        await known_to_the_end(projector)
    assert projector.known_through == await head(served)
    assert await differences(served, projector) == set()

    await move(served, child)
    await to_the_end(projector, 1)
    after = await a_projector(served, projector.version)
    await to_the_end(after)
    await known_to_the_end(after)
    assert after.known_through == await head(served)
    assert await differences(served, after) == set()


async def test_a_rebuilt_generation_has_what_was_known_when_it_is_switched_to(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    await move(served, await served.a_child())
    position = await known(served)
    live, before = await known_tables(served), served.container.projector.read_from.number
    monkeypatch.setattr(served.container.projector, "step_known", nothing)
    assert await rebuilding(served.container, 1) == 0
    async with asyncio.timeout(PATIENCE):
        while served.container.projector.read_from.number == before:
            await served.container.projector.step()
    assert (served.container.projector.known_through or 0) >= position
    assert await known_tables(served) == live


async def nothing(*_: object) -> int:
    """Do nothing, as if there were nothing to do."""
    return 0


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("register_known", "UPDATE {} SET stage = 'died' WHERE child = %s"),
        ("obligations_known", "UPDATE {} SET known_until = known_from WHERE child = %s"),
        ("findings_known", "DELETE FROM {} WHERE child = %s"),
        ("situations_known", "UPDATE {} SET until = since WHERE child = %s"),
    ],
)
async def test_rows_that_were_not_known_so_are_found(served: Served, table: str, statement: str) -> None:
    child, _ = await served.a_child(), await served.a_child("李小红")
    await move(served, child)
    await known(served)
    assert await differences(served) == set()
    await tamper(served, table, statement, child)
    assert await differences(served) == {Difference(table, child)}


async def test_a_file_whose_past_the_database_refuses_is_told_of_and_no_later_position_is_answered(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until it moves again: then it is written anew, from its first entry."""
    refused, projector = await served.a_child(), served.container.projector
    stood = await known(served)
    constraint = f"ADD CONSTRAINT no CHECK (child <> '{refused}') NOT VALID"
    await tamper(served, "obligations_known", f"ALTER TABLE {{}} {constraint}")
    await move(served, refused)
    other = await served.a_child()
    last = await head(served)
    await served.projected()
    async with asyncio.timeout(PATIENCE):
        while projector.read_from.known_position < last:
            await projector.step_known()
    assert (projector.stopped, projector.known_through) == ({"known_range": "CheckViolation"}, stood)
    ready = await (await served.client()).get("/health/ready")
    assert (ready.status_code, ready.json()["stopped"]) == (200, projector.stopped)
    monkeypatch.setattr("api.http.dependencies.PATIENCE_SECONDS", 0.01)
    staff = await served.as_(Role.STAFF)
    for path in ("/children", "/obligations", "/readiness", "/findings"):
        statuses = [(await staff.get(path, params={"known_at": at})).status_code for at in (stood, last)]
        assert statuses == [200, 503]
        assert (await staff.get(path, params={"at_least": last})).status_code == 200
    assert Difference("known_range", refused) in await differences(served)

    await tamper(served, "obligations_known", "ALTER TABLE {} DROP CONSTRAINT no")
    await move(served, other)
    await served.projected()
    assert (projector.stopped, projector.known_through) == ({"known_range": "CheckViolation"}, stood)
    await move(served, refused)
    await known(served)
    assert projector.stopped == {}
    assert await differences(served) == set()
    built = await a_projector(served)
    await to_the_end(built)
    await known_to_the_end(built)
    assert await known_tables(served, built) == await known_tables(served)


async def test_a_position_that_is_not_written_yet_is_waited_for_in_vain(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists of now go on answering meanwhile."""
    await known(served)
    staff = await served.as_(Role.STAFF)

    monkeypatch.setattr(known_range.KnownRange, "step", nothing)
    monkeypatch.setattr("api.http.dependencies.PATIENCE_SECONDS", 0.01)
    position = await known_position_after(served)
    assert (await staff.get("/children", params={"known_at": position})).status_code == 503
    assert (await staff.get("/children", params={"at_least": position})).status_code == 200


async def known_position_after(served: Served) -> int:
    await served.a_child()
    await served.projected()
    return await head(served)


def test_every_read_model_says_what_tells_its_rows_apart() -> None:
    assert {model.name: model.identity for model in READ_MODELS} == {
        "register": ("child",),
        "situations": ("child", "since"),
        "counted_values": ("child", "dimension", "since"),
        "obligations": ("child", "number"),
        "readiness": ("child", "since"),
        "findings": ("child", "number"),
        "found_differences": ("child", "entry"),
        "placements": ("child", "entry"),
        "spans": ("child", "attribute", "key", "since"),
        "family_children": ("child", "number"),
        "exceptions": ("child", "number"),
        "families": ("family",),
        "institution_obligations": ("child", "number"),
        "responsible_people": ("institution", "entry", "responsible_for"),
        "escalation_steps": ("institution", "entry", "step"),
        "statement_files": ("child", "statement"),
        "statement_lines": ("child", "number", "first_on"),
        "unlisted": ("child",),
        "likeness_terms": ("child", "rule", "term"),
    }


async def test_whoever_stops_the_service_does_not_wait_for_a_long_file(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    projector = await a_projector(served)
    await a_story(served).given(
        ("2024-03-05", some(ChildReceived)), *[("2024-03-06", some(PhysicalExamined))] * 9
    )
    await to_the_end(projector)
    await known(served)
    followed, follow, loop = list[AnyEntry](), KnownRows.follow, asyncio.get_running_loop()

    def watched(entries: Iterable[AnyEntry]) -> Iterator[AnyEntry]:
        for entry in entries:
            followed.append(entry)
            yield entry
            if len(followed) == 2:
                loop.call_soon_threadsafe(following.cancel)
                # What comes after it in the loop is done after it.
                asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(PATIENCE)

    monkeypatch.setattr(
        KnownRows, "follow", lambda rows, entries, *more: follow(rows, watched(entries), *more)
    )
    following = asyncio.create_task(projector.run_known())
    await asyncio.wait([following], timeout=PATIENCE)

    assert following.cancelled()
    assert len(followed) == 2
