"""What is personal lies nowhere in clear: in no table, log, problem, measure, backup or export."""

import asyncio
import logging
from pathlib import Path
from typing import Any

import orjson
import pytest
from httpx2 import AsyncClient

from api.cli.backup_commands import backing_up
from api.contract.acting_answers import ACTED, ESCALATED
from api.contract.masking import NAMED
from api.identity.permissions import Role
from api.settings import Settings
from api.witnesses import policy_of
from domain.envelope import Document
from domain.event import CATALOGUE
from ledger.log.publishing import publish
from ledger.postgres.tools import programs_for
from tests.support.clear_text import (
    MARKER,
    data_of_the_server,
    every_value,
    files_below,
    markers_in,
    unpacked,
)
from tests.support.client import Served, new_key
from tests.support.http_given import sent
from tests.support.logged import logged
from tests.support.whole_events import free_texts, full, marker

PAPER = "5eed" * 16
"""The hash of a paper, by which whoever has it knows it again."""


def planted(name: str) -> tuple[dict[str, Any], list[str]]:
    """An event with a marker in every text, as it is sent, and all of them."""
    event = full(CATALOGUE[name])
    said = sent(
        "2024-03-05",
        event,
        documents=[Document(kind="photo", number=marker())],
        note=marker(),
        noted_by=marker(),
        exception="I01",
    )
    said["documents"][0] |= {"issuer": marker(), "sha256": PAPER}
    said["exception"]["reason"] = marker()
    envelope = [said["note"], said["noted_by"], said["exception"]["reason"]]
    papers = [said["documents"][0]["number"], said["documents"][0]["issuer"]]
    return said, [*free_texts(event), *envelope, *papers]


def test_a_marker_is_found_however_it_is_written() -> None:
    said = marker()
    written = [said.encode(), said.encode().hex().encode(), orjson.dumps(said), ascii(said).encode()]
    assert [markers_in(each) for each in written] == [{said}] * len(written)


@pytest.mark.usefixtures("restricting_nothing")
@pytest.mark.long
async def test_what_is_recorded_over_http_lies_nowhere_in_clear(
    served: Served, settings: Settings, tmp_path: Path
) -> None:
    markers: list[str] = []
    with logged(logging.DEBUG) as spoken:
        supervisor = await served.as_(Role.SUPERVISOR)
        recorded = {
            name for turn, name in enumerate(CATALOGUE) if await tried(supervisor, name, markers, turn)
        }
        # Most can open a child's file by themselves, and what is asked of them is said in all of them.
        of_children = {name for name, kind in CATALOGUE.items() if kind.kind == "child"}
        assert len(recorded & of_children) > len(of_children) // 2, sorted(of_children - recorded)
        assert len(set(markers)) == len(markers) > 3 * len(recorded)
        await served.projected()
        # What was recorded can be read by whoever may see it, so it is there to be found.
        seen = set(MARKER.findall((await supervisor.get("/entries")).text))
        assert len(seen) > len(markers) * 2 // 5
        assert seen <= set(markers)
        assert not MARKER.search((await supervisor.get("/metrics")).text)
        for path in ("/obligations", "/readiness", "/findings"):
            for item in (await supervisor.get(path, params={"limit": 500})).json()["items"]:
                # Lists name the child, and what a finding rests on, to who may see it, and nothing else.
                told = {*NAMED, *ACTED, *ESCALATED, "evidence"}
                unnamed = {name: value for name, value in item.items() if name not in told}
                assert not MARKER.search(orjson.dumps(unnamed).decode()), path
        await everything_read(served)
        everything = await every_value(settings)
        exported, backups = tmp_path / "exported", tmp_path / "backups"
        log = served.container.transparency_log
        await log.catch_up()
        assert await publish(log, exported, await policy_of(settings, log), lambda _: None) > 0
        assert await backing_up(settings, backups) == 0
    assert "HouseholdRegistered" in everything
    assert MARKER.findall(everything) == []
    assert PAPER not in everything
    assert '"route":"/children"' in spoken.getvalue()
    assert MARKER.findall(spoken.getvalue()) == []
    backed_up = await asyncio.to_thread(unpacked, backups, await programs_for(18))
    assert b"HouseholdRegistered" in backed_up
    assert markers_in(backed_up) == set()
    server = await data_of_the_server(settings)
    changes = files_below(server / "pg_wal")
    spoken_by_it = [*server.parent.glob("*.log")]
    assert changes
    assert spoken_by_it
    for file in (*files_below(exported, backups, settings.data), *changes, *spoken_by_it):
        assert not markers_in(file.read_bytes()) & set(markers), file.name


async def tried(client: AsyncClient, name: str, markers: list[str], turn: int) -> bool:
    """Record an event with markers rightly, and wrongly or not at all; tell whether it was recorded.

    How it is wrong and what is asked with its markers changes from one event to the next.
    """
    event, own = planted(name)
    markers += own
    wrongly = [event | {"type": "Nothing"}, event | {own[0]: own[0]}, event | {"occurred_on": own[0]}]
    answers = [
        await client.post("/children", json={"events": [each]}, headers=new_key())
        for each in (event, wrongly[turn % len(wrongly)])
    ]
    if turn % 2:
        answers.append(await client.post("/children/search", json={"q": [own[0]], own[0]: own[0]}))
        await client.post("/children/search", json={"q": own[0]})
    else:
        answers.append(await client.get("/children", params={own[0]: own[0], "stage": own[0]}))
        await client.post("/children?dry_run=true", json={"events": [event]})
    for answer in answers:
        assert answer.status_code == 201 or not MARKER.search(answer.text), name
    return answers[0].status_code == 201


async def everything_read(served: Served) -> None:
    """Read every file in every way, as somebody who may and as somebody who may not see what is personal."""
    for role in (Role.SUPERVISOR, Role.ADMINISTRATOR):
        client = await served.as_(role)
        children = (await client.get("/children", params={"limit": 500})).json()["items"]
        for row in children:
            for path in ("", "/entries", "/obligations", "/readiness"):
                answer = await client.get(f"/children/{row['child']}{path}")
                assert answer.status_code == 200
                assert role is Role.SUPERVISOR or not MARKER.search(answer.text)
