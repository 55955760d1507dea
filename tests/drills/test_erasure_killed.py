"""A process that erases may be killed at any step: the next one goes on, and each thing is done once."""

import asyncio
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final
from uuid import UUID

import orjson
import pytest

from api.cli.backup_commands import backing_up
from api.identity.kept_forms import KeptForm
from api.identity.permissions import Role
from api.settings import Settings
from domain.event import Category
from domain.events.erasure import ErasureCompleted, ErasureStarted
from domain.events.intake import ChildReceived, IdentityRecorded
from ledger.verification import flaws
from tests.support.client import Served
from tests.support.drills import KILLS
from tests.support.erasures import COOLED, approved, erased, later
from tests.support.given import given, some
from tests.support.processes import environment_of
from tests.support.scans import lying, stored
from tests.support.stored import kept, noted

NAME: Final = "欧阳小明"
PAPER: Final = {"documents": ["found_child_certificate"]}
ERASER: Final = """
import asyncio, os, signal, sys
from datetime import datetime
from pathlib import Path
from pkgutil import resolve_name
from uuid import UUID
from api.bootstrap import open_container
from api.settings import Settings
from tests.support.erasures import erased

owner, step, when, child, moment, backups = sys.argv[1:]
whose = resolve_name(owner)
was = getattr(whose, step)

async def dying(*asked, **more):
    if when == "after":
        await was(*asked, **more)
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
    later = datetime.fromisoformat(moment)
    async with open_container(Settings(), lambda: later, follow=False) as container:
        setattr(whose, step, dying)
        await erased(container, UUID(child), [Path(backups)])

asyncio.run(main())
"""
RECORDS: Final = ("ledger.ledger:Ledger", "record")
DESTROYS: Final = ("ledger.postgres.key_store:KeyStore", "destroy")
PURGES: Final = ("ledger.papers.kept_papers:KeptPapers", "purge")
FORGETS: Final = ("api.identity.kept_forms:KeptForms", "forget_about")
DROPS: Final = ("api.erasing", "drop_older")
RENEWS: Final = ("ledger.postgres.backup", "renew_keys")
MOMENTS: Final = (
    (*RECORDS, "before"),
    (*RECORDS, "after"),  # that it has started
    *((*step, when) for step in (DESTROYS, PURGES, FORGETS, DROPS, RENEWS) for when in ("before", "after")),
    (*RECORDS, "before"),
    (*RECORDS, "after"),  # that it is completed
)
"""When it is killed: one after the other, each by the next process."""


async def killed(settings: Settings, moment: tuple[str, str, str], *asked: str) -> None:
    """Erase in a process of its own, which is killed at that moment."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        ERASER,
        *moment,
        *asked,
        env=environment_of(settings),
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    assert process.returncode == -signal.SIGKILL, said.decode()


async def a_child(served: Served) -> UUID:
    """A child with a name, a scan of a paper, and a form about it that somebody began."""
    received = ("2016-03-01", some(ChildReceived, file_no="甲-7"), PAPER)
    child = await kept(served, given(received, ("2016-03-01", some(IdentityRecorded, name=NAME))))
    staff = await served.as_(Role.STAFF)
    entries = await staff.get(f"/children/{child}/entries")
    await stored(staff, child, entries.json()["items"][0]["papers"][0]["document"])
    form = KeptForm("/console", [("name", NAME)])
    await served.container.kept_forms.keep((await served.actor(Role.STAFF)).user, form, about=child)
    return child


@pytest.mark.drill
async def test_an_erasure_goes_on_from_whatever_a_killed_process_had_done(
    served: Served, settings: Settings, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    child, backups, ledger = await a_child(served), tmp_path / "backups", served.container.ledger
    assert await backing_up(settings, backups) == 0
    (copy,) = backups.glob("keys-*.dump")
    await approved(served, child)
    file = await ledger.file(child)
    assert file is not None
    assert file.newest.recorded_at is not None
    moment = (file.newest.recorded_at + COOLED).isoformat()
    # In short: once the key is destroyed, and once there is a new copy of the key store.
    moments = MOMENTS if len(MOMENTS) <= KILLS else ((*DESTROYS, "after"), (*RENEWS, "after"))
    for each in moments:
        await killed(settings, each, str(child), moment, str(backups))
    async with later(served, child) as container:
        done = await erased(container, child, [backups])
        assert [(each.keys, each.scans) for each in done] in ([(1, 1)], [])
        assert [each async for each in flaws(container.ledger, lambda _: None)] == []

    await served.projected()
    assert await lying(served) == []
    assert await noted(served, "SELECT FROM kept_form") == []
    assert not copy.exists()
    assert len([*backups.glob("keys-*.dump")]) == 1
    assert (child, Category.IDENTITY) not in await ledger.keys.ring([(child, Category.IDENTITY)])
    auditor = await served.as_(Role.AUDITOR)
    told = (await auditor.get(f"/children/{child}/entries")).text
    assert NAME not in told
    said = [each["type"] for each in orjson.loads(told)["items"]]
    assert said[-2:] == [ErasureStarted.__name__, ErasureCompleted.__name__]
    completed = orjson.loads(told)["items"][-1]["data"]
    assert (completed["keys"], completed["scans"], completed["copies"]) == (1, 1, 1)
    tell(f"killed {len(moments)} times, erased once")
