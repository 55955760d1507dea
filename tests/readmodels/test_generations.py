"""Read models are built beside those that are read, by whoever comes, and one that fails stops alone."""

import asyncio
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from multiprocessing import active_children
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier
from structlog.testing import capture_logs

import api.bootstrap
import api.http.dependencies
from domain.event import Category
from domain.events.household import CitizenIdAssigned
from domain.file import File
from ledger.ledger import Ledger
from ledger.sealing.cipher import Seal
from ledger.sealing.wrapping import KeyUnavailableError, UnwrapError
from ledger.tasks import cancel_all
from projections import READ_MODELS
from projections.findings import FINDINGS
from projections.model import ReadModel, RowContext
from projections.projector import building_beside, generations, walking, writer
from projections.projector.generations import Generation, drop_older, make
from projections.projector.projector import Projector
from projections.projector.rebuild import Rebuild
from projections.projector.verify import Difference
from projections.spans import SPANS
from tests.support.client import Served
from tests.support.given import some
from tests.support.places import ROOT
from tests.support.read_models import (
    a_projector,
    adopt_another_rulebook,
    differences,
    expected,
    head,
    move,
    tables,
    to_the_end,
)
from tests.support.waiting import PATIENCE, until

pytestmark = pytest.mark.usefixtures("one_file_at_a_time")


@pytest.fixture
def all_files_at_once(monkeypatch: pytest.MonkeyPatch, one_file_at_a_time: None) -> None:
    """Let all files be one piece of the work."""
    monkeypatch.setattr(writer, "ENTRIES_AT_ONCE", 10_000)


OF_CHILDREN = [model for model in READ_MODELS if model.kind == "child"]
NAMES = ("王小明", "李小红", "张三", "甲一", "乙二")


class Killed(BaseException):
    """The end of a process, wherever it is."""


class Watched:
    """The read models, which note whose rows are asked for, and fail for whom they are told to."""

    def __init__(self) -> None:
        self.asked: list[UUID] = []
        self.poison: dict[str, BaseException] = {}
        self.models = [self._watched(model) for model in READ_MODELS]

    def _watched(self, model: ReadModel[Any]) -> ReadModel[Any]:
        def rows(file: File, reading: RowContext) -> Iterator[Any]:
            if model is FINDINGS:
                self.asked.append(reading.stream)
            if model.name in self.poison:
                raise self.poison[model.name]
            yield from model.rows(file, reading)

        return replace(model, rows=rows, parts=None)


async def some_children(served: Served, names: tuple[str, ...] = NAMES) -> list[UUID]:
    """Files with entries, which the container's own read models show."""
    children = [await served.a_child(name) for name in names]
    await served.projected()
    return children


async def every_generation(served: Served) -> list[Generation]:
    """All generations as they are registered, the newest first."""
    async with served.container.readers.connection() as connection:
        return await generations.generations(connection, served.container.ledger.name)


async def test_a_builder_that_is_killed_is_gone_on_from_where_it_stood(served: Served) -> None:
    children = await some_children(served)
    watched = Watched()
    first = await a_projector(served, models=watched.models)
    while len(watched.asked) < 2:
        assert await first.step()
    watched.poison["spans"] = Killed()
    with pytest.raises(Killed):
        await to_the_end(first)
    # What was begun when it was killed is undone, and what was done before stays.
    assert watched.asked == sorted(children)[:3]
    watched.poison.clear()
    second = await a_projector(served, first.version, watched.models)
    await to_the_end(second)
    assert watched.asked == [*sorted(children)[:3], *sorted(children)[2:]]
    assert await tables(served, second) == await expected(served)


async def test_two_who_build_at_once_write_different_files(served: Served) -> None:
    children = await some_children(served)
    watched = Watched()
    first = await a_projector(served, models=watched.models)
    second = await a_projector(served, first.version, watched.models)
    number = (await every_generation(served))[0].number
    await asyncio.gather(first.build(number, lambda _: None), second.build(number, lambda _: None))
    # Then they are asked for what was known when.
    assert watched.asked[: len(children)] == sorted(children)
    await to_the_end(first)
    assert await tables(served, first) == await expected(served)


async def test_parts_of_a_large_ledger_are_written_at_once(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file by one of those who build; that two files share a number is noted all the same."""
    monkeypatch.setattr(walking, "IN_PARTS", 0)
    children = await some_children(served)
    for child in children[:2]:
        await move(served, child, some(CitizenIdAssigned, citizen_id="371099201803050013"))
    watched = Watched()
    first = await a_projector(served, models=watched.models)
    second = await a_projector(served, first.version, watched.models)
    number = (await every_generation(served))[0].number
    told: list[float] = []
    await asyncio.gather(first.build(number, told.append), second.build(number, lambda _: None))
    assert sorted(set(watched.asked)) == sorted(children)
    assert (told[-1], told) == (1, sorted(told))
    await to_the_end(first)
    assert await tables(served, first) == await expected(served)
    assert await differences(served, first) == set()


@pytest.mark.usefixtures("all_files_at_once")
async def test_a_part_has_more_files_than_are_looked_up_at_once(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All are written, for now and for then, where each time all that were looked up are written."""
    monkeypatch.setattr(walking, "FILES_AT_ONCE", 2)
    children = await some_children(served)
    projector = await a_projector(served)
    await projector.build((await every_generation(served))[0].number, lambda _: None)
    await to_the_end(projector)
    assert len((await tables(served, projector))["register"]) == len(children) > 2
    assert await differences(served, projector) == set()


@pytest.mark.parametrize("killed", [False, True])
async def test_another_process_builds_too_and_nothing_is_left_out_if_it_dies(
    served: Served, monkeypatch: pytest.MonkeyPatch, *, killed: bool
) -> None:
    for module in (walking, building_beside):
        monkeypatch.setattr(module, "IN_PARTS", 0)
    monkeypatch.setattr(building_beside, "processors", lambda: 2)
    children = await some_children(served)
    projector, step = await a_projector(served), Rebuild.step
    number = (await every_generation(served))[0].number
    here, beside = os.getpid(), asyncio.Event()

    async def by_the_other(rebuild: Rebuild, generation: Generation) -> bool:
        """Leave the files to the other process, until it has written some and is to die."""
        writes = generation.walked is not None and generation.walked != generations.EVERYWHERE
        if os.getpid() == here and writes and not beside.is_set():
            if killed and generation.progress:
                for process in active_children():
                    process.kill()
                beside.set()
            return False
        return await step(rebuild, generation)

    monkeypatch.setattr(Rebuild, "step", by_the_other)
    async with asyncio.timeout(PATIENCE):
        await projector.build(number, lambda _: None)
    await to_the_end(projector)
    assert await tables(served, projector) == await expected(served)
    assert await differences(served, projector) == set()
    assert len((await tables(served, projector))["register"]) == len(children)


async def test_whoever_stops_building_leaves_no_process_that_goes_on(
    served: Served, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Given a process that builds too and is at a long file, when building is stopped, then it ends."""
    for module in (walking, building_beside):
        monkeypatch.setattr(module, "IN_PARTS", 0)
    monkeypatch.setattr(building_beside, "processors", lambda: 2)
    await some_children(served)
    projector = await a_projector(served)
    number, here, at_it = (await every_generation(served))[0].number, os.getpid(), tmp_path / "at it"

    async def a_long_file(_: Rebuild, __: Generation) -> bool:
        """Take as long as the other process lives, and leave everything to it."""
        if os.getpid() != here:
            at_it.touch()
            await asyncio.sleep(2 * PATIENCE)
        return False

    monkeypatch.setattr(Rebuild, "step", a_long_file)
    building = asyncio.create_task(projector.build(number, lambda _: None))
    await until(at_it.exists)
    await cancel_all([building])
    await until(lambda: not active_children())


async def test_what_is_recorded_while_building_is_there_in_the_end(served: Served) -> None:
    await some_children(served)
    building = await a_projector(served)
    progress = []
    while not (await every_generation(served))[0].built:
        await building.step()
        progress.append(building.progress)
        if len(progress) < 4:
            await served.a_child()
    assert progress == sorted(progress)
    assert progress[0] == 0
    assert progress[-1] == 1
    await to_the_end(building)
    assert await tables(served, building) == await expected(served)


async def test_lists_are_answered_all_through_a_switch(served: Served) -> None:
    """Whoever asks for what they have recorded sees it, whichever generation is read from."""
    await some_children(served)
    staff = await served.as_("staff")
    before = served.container.projector.read_from.number
    owner = served.container.addresses.owner
    assert owner is not None
    number = await make(
        owner, served.container.ledger.name, READ_MODELS, served.container.projector.version, anew=True
    )
    positions, count = [], len(NAMES)

    async def ask() -> None:
        nonlocal count
        while served.container.projector.read_from.number == before:
            await served.a_child()
            count += 1
            position = await head(served)
            answer = await staff.get("/children", params={"at_least": position, "limit": 500})
            assert answer.status_code == 200
            assert len(answer.json()["items"]) == count
            positions.append(int(answer.headers["Ledger-Position"]))

    builder = Projector(served.container.ledger, served.container.readers, READ_MODELS)
    await asyncio.wait_for(asyncio.gather(ask(), builder.build(number, lambda _: None)), PATIENCE)
    assert served.container.projector.read_from.number == number
    assert positions == sorted(positions)
    await served.projected()
    assert await tables(served) == await expected(served)


async def test_an_older_version_that_comes_back_takes_up_its_own_tables(served: Served) -> None:
    """Going back needs nothing built: what came in since is caught up with."""
    await some_children(served)
    older = await a_projector(served)
    await to_the_end(older)
    newer = await a_projector(served)
    await to_the_end(newer)
    await some_children(served)
    await to_the_end(newer)

    watched = Watched()
    back = await a_projector(served, older.version, watched.models)
    assert back.read_from.number == older.read_from.number
    await to_the_end(back)
    assert len(set(watched.asked)) == len(NAMES)
    assert await tables(served, back) == await tables(served, newer) == await expected(served)


async def test_a_version_without_tables_of_its_own_reads_those_like_them(served: Served) -> None:
    """Until its own are built, which takes a while after an upgrade."""
    await some_children(served)
    newer = await a_projector(served)
    assert newer.read_from.number == served.container.projector.read_from.number
    assert newer.position == await head(served)
    # It does not write into them: they are another version's.
    await served.a_child()
    await served.projected()
    await newer.step()
    assert await tables(served, newer) == await tables(served)
    await to_the_end(newer)
    assert newer.read_from.number > served.container.projector.read_from.number
    assert await tables(served, newer) == await expected(served)


async def test_where_there_are_no_tables_to_read_lists_say_when_to_ask_again(served: Served) -> None:
    child = await served.a_child()
    owner, ledger = served.container.addresses.owner, served.container.ledger.name
    assert owner is not None
    async with await AsyncConnection.connect(owner) as connection:
        others = SQL("UPDATE {} SET version = 'another', shape = 'another'")
        await connection.execute(others.format(Identifier(ledger, "generation")))
    async with asyncio.timeout(PATIENCE):
        while served.container.projector.ready:
            await served.container.projector.step()
    staff = await served.as_("staff")
    for path in ("/children", "/obligations", "/readiness", "/findings", "/exceptions"):
        answer = await staff.get(path)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert "0%" in answer.json()["detail"]
        assert "正在重建" in answer.json()["detail_zh"]
    assert (await staff.get(f"/children/{child}")).status_code == 200
    ready = await (await served.client()).get("/health/ready")
    assert ready.status_code == 503
    assert ready.json()["missing"] == ["read models"]

    # Once the owner has made the tables, this process builds them by itself.
    await make(owner, ledger, READ_MODELS, served.container.projector.version)
    await served.projected()
    assert (await staff.get("/children")).json()["items"][0]["child"] == str(child)


async def test_the_owner_keeps_what_may_be_gone_back_to_and_drops_the_rest(served: Served) -> None:
    await served.projected()
    first = await a_projector(served)
    numbers = [served.container.projector.read_from.number]
    for _ in range(3):
        projector = await a_projector(served)
        await to_the_end(projector)
        numbers.append(projector.read_from.number)
    owner, ledger = served.container.addresses.owner, served.container.ledger.name
    assert owner is not None
    assert len(await every_generation(served)) == 5
    await drop_older(owner, ledger, 1)
    assert [each.number for each in await every_generation(served)] == [numbers[3], numbers[2]]
    async with await AsyncConnection.connect(owner) as connection:
        cursor = await connection.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '_views_'")
        schemas = {name for (name,) in await cursor.fetchall()}
    assert schemas == {generations.schema(ledger, number) for number in numbers[2:]}
    # Whose tables were dropped reads from others like them.
    assert await first.step() == 0
    assert first.read_from.number == numbers[3]


async def a_poisoned(served: Served) -> tuple[Watched, Projector]:
    """A projector whose `findings` fail from now on."""
    watched = Watched()
    projector = await a_projector(served, models=watched.models)
    await to_the_end(projector)
    watched.poison["findings"] = ZeroDivisionError("王小明")
    return watched, projector


async def test_a_read_model_that_fails_stops_alone(served: Served) -> None:
    await some_children(served)
    stood = await head(served)
    _, projector = await a_poisoned(served)
    child = await served.a_child("丙三")
    with capture_logs() as logs:
        await to_the_end(projector)
    assert projector.stopped == {"findings": "ZeroDivisionError"}
    assert projector.position == await head(served)
    assert projector.position_of("findings") == stood
    found, whole = await tables(served, projector), await expected(served)
    for model in READ_MODELS:
        others = [row for row in whole[model.name] if getattr(row, model.key) != child]
        assert found[model.name] == (others if model is FINDINGS else whole[model.name])
    # Said once, with the file that failed, and nothing else of it but the class of the error.
    assert [(log["event"], log["model"], log["file"], log["error"]) for log in logs] == [
        ("read model stopped", "findings", str(child), "ZeroDivisionError")
    ]
    assert "王小明" not in repr(logs)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    """Let a container that is opened from now on have read models that can be made to fail."""
    watched = Watched()
    monkeypatch.setattr(api.bootstrap, "READ_MODELS", watched.models)
    monkeypatch.setattr(api.http.dependencies, "PATIENCE_SECONDS", 0.5)
    return watched


@pytest.mark.parametrize("failing", ["findings", "family_children"])
async def test_a_stopped_read_model_is_visible_and_its_lists_answer_what_they_have(
    watched: Watched, served: Served, failing: str
) -> None:
    """Findings are of two read models, and wait for both."""
    await some_children(served)
    stood = await head(served)
    watched.poison[failing] = ZeroDivisionError("王小明")
    child = await served.a_child("丙三")
    await served.projected()

    supervisor, client = await served.as_("supervisor"), await served.client()
    late = {"at_least": await head(served)}
    for path in ("/children", "/obligations", "/readiness"):
        assert (await supervisor.get(path, params=late)).status_code == 200
    assert (await supervisor.get("/findings", params=late)).status_code == 503
    answer = await supervisor.get("/findings")
    assert answer.status_code == 200
    assert int(answer.headers["Ledger-Position"]) == stood
    ready = await client.get("/health/ready")
    assert ready.status_code == 200
    # Nobody says there who they are, so the file is named to nobody.
    assert ready.json()["stopped"] == {failing: "ZeroDivisionError"}
    assert str(child) not in ready.text
    measures = (await client.get("/metrics")).text
    stopped = dict(
        re.findall(r'^childledger_projection_stopped{.*model="(\w+)"} (\S+)$', measures, re.MULTILINE)
    )
    others = {model.name: "0.0" for model in READ_MODELS} | {"known_range": "0.0"}
    assert stopped == others | {failing: "1.0"}


async def test_a_stopped_read_model_is_tried_again_when_the_file_that_stopped_it_moves(
    served: Served,
) -> None:
    await some_children(served)
    stood = await head(served)
    watched, projector = await a_poisoned(served)
    child = await served.a_child("丙三")
    await to_the_end(projector)
    watched.poison.clear()
    watched.asked.clear()

    # Neither a start nor another file is a reason to try it again, and the others are not held up.
    await projector.start()
    other = await served.a_child()
    await to_the_end(projector)
    assert {*watched.asked} == {other}
    assert projector.stopped == {"findings": "ZeroDivisionError"}
    assert projector.position_of("findings") == stood
    assert projector.position == await head(served)

    await move(served, child)
    await to_the_end(projector)
    assert projector.stopped == {}
    assert projector.position_of("findings") == await head(served)
    assert await tables(served, projector) == await expected(served)


async def test_a_read_model_that_fails_in_vain_again_stands_where_it_stood_first(served: Served) -> None:
    await some_children(served)
    stood = await head(served)
    _, projector = await a_poisoned(served)
    child = await served.a_child("丙三")
    await to_the_end(projector)
    await move(served, child)
    await to_the_end(projector)
    assert projector.stopped == {"findings": "ZeroDivisionError"}
    assert projector.position_of("findings") == stood


async def test_a_stopped_read_model_is_tried_again_when_its_institution_adopts_a_rulebook(
    served: Served,
) -> None:
    watched, projector = await a_poisoned(served)
    await served.a_child("丙三")
    await to_the_end(projector)
    watched.poison.clear()
    await adopt_another_rulebook(served)
    await to_the_end(projector)
    assert projector.stopped == {}
    assert await tables(served, projector) == await expected(served)


async def test_a_stopped_read_model_is_tried_again_by_a_rebuild(served: Served) -> None:
    watched, projector = await a_poisoned(served)
    await served.a_child("丙三")
    await to_the_end(projector)
    watched.poison.clear()
    owner = served.container.addresses.owner
    assert owner is not None
    number = await make(owner, served.container.ledger.name, watched.models, projector.version, anew=True)
    await projector.build(number, lambda _: None)
    await to_the_end(projector)
    assert projector.stopped == {}
    assert await tables(served, projector) == await expected(served)


@pytest.mark.usefixtures("all_files_at_once")
async def test_a_file_that_cannot_be_read_holds_up_no_other(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one whose key was wrapped by another key, which does not come back by waiting."""
    projector = await a_projector(served)
    await to_the_end(projector)
    children = await some_children(served)
    unreadable = children[2]
    whole = Ledger.seal_under

    async def unwrapped(self: Ledger, categories: Mapping[UUID, Iterable[Category]]) -> Seal:
        if unreadable in categories:
            raise UnwrapError
        return await whole(self, categories)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Ledger, "seal_under", unwrapped)
        with capture_logs() as logs:
            await to_the_end(projector)
        assert await differences(served, projector) == {
            Difference(model.name, unreadable) for model in OF_CHILDREN
        }
    assert projector.stopped == {model.name: "UnwrapError" for model in OF_CHILDREN}
    # Nobody can record in it, and nobody waits in vain to see what was recorded elsewhere.
    assert projector.position_of(*projector.models) == await head(served)
    assert {log["file"] for log in logs} == {str(unreadable)}
    everything = await expected(served)
    assert await tables(served, projector) == {
        name: [row for row in rows if row.child != unreadable] for name, rows in everything.items()
    }

    await move(served, unreadable)
    await to_the_end(projector)
    assert projector.stopped == {}
    assert await tables(served, projector) == await expected(served)


async def test_while_the_key_service_is_away_no_read_model_is_stopped(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    projector = await a_projector(served)
    await to_the_end(projector)
    await served.a_child()

    async def away(*_: object) -> None:
        raise KeyUnavailableError

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Ledger, "seal_under", away)
        with pytest.raises(KeyUnavailableError):
            await projector.step()
    assert projector.stopped == {}

    await to_the_end(projector)
    assert projector.stopped == {}
    assert await tables(served, projector) == await expected(served)


@pytest.mark.parametrize(
    ("changed", "counts"),
    [
        ("domain/file.py", True),
        ("domain/rules/health.toml", True),
        ("ledger/codec/mapping.py", True),
        ("projections/findings.sql", True),
        ("ledger/postgres/backup.py", False),
        ("ledger/recorder/factory.py", False),
        ("projections/projector/verify.py", False),
    ],
)
def test_read_models_are_made_anew_where_what_rows_are_made_of_has_changed(
    tmp_path: Path, changed: str, *, counts: bool
) -> None:
    for layer in ("domain", "ledger", "projections"):
        shutil.copytree(ROOT / layer, tmp_path / layer)
    before = generations.digest_of(tmp_path)
    with (tmp_path / changed).open("a") as file:
        file.write("\n# changed\n")
    assert (generations.digest_of(tmp_path) != before) == counts


async def test_a_read_model_that_fails_while_building_goes_on_when_its_files_move(served: Served) -> None:
    children = await some_children(served)
    watched = Watched()
    watched.poison["readiness"] = ValueError()
    projector = await a_projector(served, models=watched.models)
    await to_the_end(projector)
    assert projector.stopped == {"readiness": "ValueError"}
    assert projector.position_of("readiness") == 0
    assert projector.position == await head(served)
    watched.poison.clear()
    for child in children:
        assert projector.stopped
        await move(served, child)
        await to_the_end(projector)
    assert projector.stopped == {}
    assert await tables(served, projector) == await expected(served)


async def test_a_rulebook_that_is_adopted_counts_although_the_register_is_stopped(served: Served) -> None:
    """It does not know in whose charge the files are that stopped it, so they are judged anew."""
    await some_children(served)
    watched = Watched()
    projector = await a_projector(served, models=watched.models)
    await to_the_end(projector)
    watched.poison["register"] = ValueError()
    await served.a_child()
    await to_the_end(projector)
    await adopt_another_rulebook(served)
    await to_the_end(projector)
    assert set(projector.stopped) == {"register"}
    found, whole = await tables(served, projector), await expected(served)
    for model in READ_MODELS[1:]:
        assert found[model.name] == whole[model.name]


@pytest.mark.usefixtures("all_files_at_once")
async def test_rows_that_a_table_refuses_stop_their_read_model_for_that_file(served: Served) -> None:
    children = await some_children(served)
    refused = children[1]

    def rows(file: File, reading: RowContext) -> Iterator[Any]:
        for row in SPANS.rows(file, reading):
            yield replace(row, value="\0") if row.child == refused else row

    models = [replace(SPANS, rows=rows) if model is SPANS else model for model in READ_MODELS]
    projector = await a_projector(served, models=models)
    await to_the_end(projector)
    assert projector.stopped == {"spans": "DataError"}
    found, whole = await tables(served, projector), await expected(served)
    assert found == whole | {"spans": [row for row in whole["spans"] if row.child != refused]}
