"""An import may be killed at any moment, and started again: the end is the same ledger, in bounded memory."""

import asyncio
import json
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from api.bootstrap import Container, open_container
from api.imports.accounting import Account
from api.imports.batch import ledger_key
from api.imports.comparison.plan import plan
from api.imports.facts.child_facts import facts_of
from api.imports.reading.kinds import read_workbook
from api.imports.recognition.register_reading import read_register
from api.imports.streams import Streams
from api.settings import Settings
from domain.entry import AnyEntry
from domain.file import File
from ledger.recording.candidates import entry_id
from ledger.recording.request import Draft
from tests.support.client import HOME
from tests.support.drills import KILLS
from tests.support.processes import environment_of
from tests.support.registers.crowd import ROWS_OF_A_CHILD, crowd
from tests.support.registers.paper import workbook

CHILDREN = max(60, 15 * KILLS)
IMPORT = """
import asyncio, re, sys
from pathlib import Path
from api.cli.import_command import import_file
code = asyncio.run(import_file(Path(sys.argv[1]), json=True))
# Not ru_maxrss, which a process inherits from whoever started it.
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1], file=sys.stderr)
sys.exit(code)
"""
TENFOLD = 400
MEGABYTE = 1024 * 1024


async def started(settings: Settings, file: Path) -> asyncio.subprocess.Process:
    """Start an import in a process of its own."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        IMPORT,
        str(file),
        env=environment_of(settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def ended(process: asyncio.subprocess.Process) -> tuple[bytes, bytes]:
    """Wait for its end, and see that it went well."""
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out, err


async def position(container: Container) -> int:
    """How many entries the ledger has."""
    return (await container.ledger.head()).position


@pytest.mark.drill
async def test_an_import_that_was_killed_again_and_again_ends_in_the_same_ledger(
    settings: Settings, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    file = tmp_path / "台账.xlsx"
    file.write_bytes(workbook(*crowd(CHILDREN)))
    chance = random.Random(20261122)  # noqa: S311 - a drill is repeated as it was
    async with open_container(settings, follow=False) as container:
        expected = await told(container, file)
        before, every = await position(container), sum(map(len, expected.values()))
        midway = 0
        for left in range(KILLS, 0, -1):
            at = await position(container)
            target = at + chance.randrange(1, max(2, (before + every - at) // (left + 1)))
            process = await started(settings, file)
            # Only the database knows how far it is.
            while process.returncode is None and await position(container) < target:  # noqa: ASYNC110 - the same
                await asyncio.sleep(0.001)
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
            await process.communicate()
            midway += before < await position(container) < before + every

        await ended(await started(settings, file))

        assert midway >= KILLS / 2
        assert await position(container) == before + every
        for stream, drafts in expected.items():
            recorded = await container.ledger.file(stream)
            assert recorded is not None
            assert [drafted(entry) for entry in recorded.entries.values()] == drafts
        tell(f"{KILLS} kills, {midway} of them midway, {every} entries, each there once")


async def told(container: Container, file: Path) -> dict[UUID, list[Draft]]:
    """What an import records that nobody kills, child by child."""
    home = await container.identity.institution_named(HOME)
    assert home is not None
    register = read_register(read_workbook(file), container.today())
    streams, account = (
        Streams(container.ledger, container.projector, home.institution),
        Account(register.tables),
    )

    def named(key: str) -> UUID:
        return entry_id(container.ledger.named, home.institution, ledger_key(key))

    return {
        streams.new(number): [
            step.draft for step in plan(facts_of(register, number, account), File(), register, named).steps
        ]
        for number in register.children
    }


def drafted(entry: AnyEntry) -> Draft:
    """An entry as it was given to be recorded."""
    return Draft(event=entry.event, days=entry.days, documents=entry.documents, note=entry.note)


async def test_ten_times_the_rows_stay_within_the_memory_bound(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "台账.xlsx"
    file.write_bytes(workbook(*crowd(TENFOLD)))

    out, err = await ended(await started(settings, file))

    assert json.loads(out)["recorded"] == TENFOLD * ROWS_OF_A_CHILD
    kilobytes = int(err.splitlines()[-1])
    assert kilobytes * 1024 < 200 * MEGABYTE + 10 * file.stat().st_size
