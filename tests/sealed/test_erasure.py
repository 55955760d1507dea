"""Erasing: asked for, approved by two others, cooled, done, and said to be done; for ever, everywhere."""

import inspect
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Final
from unittest.mock import AsyncMock
from uuid import UUID

import orjson
import pytest

from api.cli.backup_commands import backing_up
from api.cli.erasure_command import erase_due
from api.identity.kept_forms import KeptForm
from api.identity.permissions import Role
from api.settings import Settings
from domain.event import Category
from domain.events.erasure import ErasureHoldImposed
from domain.events.health import PhysicalExamined
from domain.events.intake import ChildReceived, IdentityRecorded
from ledger.postgres.key_store import KeyStore
from ledger.sealing.cipher import Pair
from projections.name_search import whole_name
from projections.register import REGISTER
from tests.support.client import Served, new_key
from tests.support.erasures import approved, erased, later
from tests.support.given import given, some
from tests.support.http_given import sent
from tests.support.read_models import differences
from tests.support.scans import lying, stored
from tests.support.stored import kept, noted
from tests.support.waiting import PATIENCE, until

NAME: Final = "欧阳小明"
EXAMINED: Final = "标记体检内容"


async def a_child(served: Served) -> UUID:
    return await kept(
        served,
        given(
            (
                "2016-03-01",
                some(ChildReceived, file_no="甲-7"),
                {"documents": ["found_child_certificate"]},
            ),
            ("2016-03-01", some(IdentityRecorded, name=NAME)),
            ("2024-05-01", some(PhysicalExamined, summary=EXAMINED)),
        ),
    )


async def told(served: Served, child: UUID, path: str = "/entries") -> str:
    """Return what an auditor is told of a child now."""
    answer = await (await served.as_(Role.AUDITOR)).get(f"/children/{child}{path}")
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_what_is_asked_for_approved_by_two_and_cooled_is_erased_and_the_file_says_so(
    served: Served,
) -> None:
    """By another process than the one that serves, which has read the file before."""
    child, other = await a_child(served), await served.a_child("李小花")
    assert NAME in await told(served, child, "")
    request = await approved(served, child)
    assert await erased(served.container, child) == []
    async with later(served, child) as container:
        (done,) = await erased(container, child)
        assert (done.request, done.categories, done.keys) == (request, (Category.IDENTITY,), 1)
        assert await erased(container, child) == []

    await served.projected()
    auditor = await served.as_(Role.AUDITOR)
    file = await auditor.get(f"/children/{child}")
    assert file.json()["identity"]["name"]["value"] == {"erased": "identity"}
    entries = await told(served, child)
    assert EXAMINED in entries
    assert NAME not in entries
    said = [each["type"] for each in orjson.loads(entries)["items"]]
    assert said[-2:] == ["ErasureStarted", "ErasureCompleted"]
    for words, found in ((NAME, []), ("李小花", [str(other)])):
        rows = (await auditor.post("/children/search", json={"q": words})).json()["items"]
        assert [each["child"] for each in rows] == found


async def test_no_row_of_now_or_of_then_tells_what_was_erased(served: Served) -> None:
    """Given a child under two names, no hash of either is left, of what was known before either."""
    child = await a_child(served)
    staff = await served.as_(Role.STAFF)
    again = sent("2024-06-01", some(IdentityRecorded, name="司马小明"))
    assert (await staff.post(f"/children/{child}/events", json=again, headers=new_key())).status_code == 201
    await served.projected()
    seal = await served.container.ledger.seal_for([])
    hashes = [seal.term(whole_name(name)) for name in (NAME, "司马小明")]
    asked = [f"SELECT FROM {table} WHERE terms && %s" for table in (REGISTER.name, REGISTER.known_table)]
    assert await noted(served, asked[0], hashes)
    await approved(served, child)
    async with later(served, child) as container:
        await erased(container, child)
    head = (await served.container.ledger.head()).position
    assert await served.container.projector.known_reached(head, PATIENCE)
    await served.projected()
    assert [await noted(served, each, hashes) for each in asked] == [[], []]
    assert await differences(served) == set()


async def test_nothing_that_serves_holds_a_key_once_it_is_destroyed(served: Served) -> None:
    """Nor a file that was opened with it, though nobody has asked for the child since."""
    child, ledger = await a_child(served), served.container.ledger
    await approved(served, child)
    await told(served, child)
    pair = (child, Category.IDENTITY)
    assert pair in await ledger.keys.ring([pair])
    async with later(served, child) as container:
        await erased(container, child)
    await until(lambda: not ledger.keys.holds(pair) and child not in ledger.repository.cache)
    assert pair not in await ledger.keys.ring([pair])


async def test_a_key_opened_again_while_an_erasure_goes_on_opens_nothing_once_it_is_done(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given somebody reads a file after its erasure started and before its key is destroyed."""
    child = await a_child(served)
    await approved(served, child)
    destroys = KeyStore.destroy

    async def read_before(store: KeyStore, pairs: Iterable[Pair]) -> int:
        assert NAME in await told(served, child)
        return await destroys(store, pairs)

    async with later(served, child) as container:
        with monkeypatch.context() as meanwhile:
            # What is noticed once a second is not waited for.
            meanwhile.setattr(served.container.ledger.keys, "notice_destroyed", AsyncMock(return_value=False))
            meanwhile.setattr(KeyStore, "destroy", read_before)
            await erased(container, child)
            assert NAME not in await told(served, child)
            assert not served.container.ledger.keys.holds((child, Category.IDENTITY))


async def test_nothing_is_sealed_for_whom_an_erasure_has_started(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also between the entry that says so and the destruction of the key, in a process that holds the key."""
    child = await a_child(served)
    await approved(served, child)
    await told(served, child)
    async with later(served, child) as container:
        with monkeypatch.context() as dying:
            dying.setattr(KeyStore, "destroy", _dies)
            with pytest.raises(KilledError):
                await erased(container, child)
        staff = await served.as_(Role.STAFF)
        named = sent("2026-11-20", some(IdentityRecorded, name="欧阳明"))
        for query in ("", "?dry_run=true"):
            answer = await staff.post(f"/children/{child}/events{query}", json=named, headers=new_key())
            assert (answer.status_code, answer.json()["code"]) == (410, "erased")
        health = sent("2026-11-20", some(PhysicalExamined, summary="健康"))
        answer = await staff.post(f"/children/{child}/events", json=health, headers=new_key())
        assert answer.status_code == 201
        assert len(await erased(container, child)) == 1


STEPS: Final = (
    "ledger.postgres.key_store.KeyStore.destroy",
    "ledger.papers.kept_papers.KeptPapers.purge",
    "api.identity.kept_forms.KeptForms.forget_about",
    "api.erasing.drop_older",
    "ledger.postgres.backup.renew_keys",
)


async def test_an_erasure_that_is_killed_at_any_step_goes_on_and_is_recorded_once(
    served: Served, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child, backups = await a_child(served), tmp_path / "backups"
    staff = await served.as_(Role.STAFF)
    entry = orjson.loads(await told(served, child))["items"][0]
    await stored(staff, child, entry["papers"][0]["document"])
    await served.container.kept_forms.keep(
        (await served.actor(Role.STAFF)).user, KeptForm("/console", [("name", NAME)]), about=child
    )
    assert await backing_up(settings, backups) == 0
    (copy,) = backups.glob("keys-*.dump")
    await approved(served, child)
    async with later(served, child) as container:
        for step in STEPS:
            with monkeypatch.context() as dying:
                dying.setattr(step, _dies)
                with pytest.raises(KilledError):
                    await erased(container, child, [backups])
        (done,) = await erased(container, child, [backups])
    assert (done.keys, done.scans) == (1, 1)
    assert await lying(served) == []
    assert await noted(served, "SELECT FROM kept_form") == []
    assert not copy.exists()
    said = [each["type"] for each in orjson.loads(await told(served, child))["items"]]
    assert said.count("ErasureStarted") == said.count("ErasureCompleted") == 1


async def test_the_command_lists_what_is_due_erases_it_and_leaves_the_rest(
    served: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Given two children of whom an erasure was approved, and a hold on one, then the other's is done."""
    held, child = await a_child(served), await a_child(served)
    for each in (held, child):
        await approved(served, each)
    hold = sent("2026-11-20", some(ErasureHoldImposed, ground="lawsuit"))
    supervisor = await served.as_(Role.SUPERVISOR)
    answer = await supervisor.post(f"/children/{held}/events", json=hold, headers=new_key())
    assert answer.status_code == 201
    async with later(served, child) as container:
        monkeypatch.setattr("api.cli.erasure_command.command_container", lambda: nullcontext(container))
        command: Any = inspect.unwrap(erase_due)
        for dry_run, left in ((True, 2), (False, 1)):
            assert await command(dry_run=dry_run) == 0
            said = capsys.readouterr()
            assert str(child) in said.out
            assert str(held) not in said.out
            assert NAME not in said.out + said.err
            telling = [each for each in (held, child) if NAME in await told(served, each)]
            assert len(telling) == left
        assert "childledger backup" in said.err
        assert await command() == 0
        assert "Nothing is due" in capsys.readouterr().err
        # By the command, or by whoever serves meanwhile: one of them at a time.
        await served.projected()


class KilledError(Exception):
    """The process ended here."""


async def _dies(*_: object, **__: object) -> None:
    raise KilledError
