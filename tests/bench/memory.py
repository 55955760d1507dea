"""The peak memory of an import and of read models written from empty, each in a process of its own."""

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from api.settings import Settings
from tests.bench.bench import Bench
from tests.bench.table import progress
from tests.support.processes import environment_of
from tests.support.registers.crowd import crowd
from tests.support.registers.paper import workbook

ENTRIES_OF_A_CHILD: Final = 38
"""What the rows of one child of the crowd become."""
PEAK: Final = """
import re
from pathlib import Path
# Not ru_maxrss, which a process inherits from whoever started it.
print("peak", re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""
IMPORT: Final = """
import sys
from pathlib import Path
from api.cli.import_command import import_file
from api.serving import run
run(import_file(Path(sys.argv[1]), json=True))
"""
REBUILD: Final = """
from api.cli.upkeep_commands import rebuild
assert rebuild() == 0
"""


async def measured(bench: Bench, entries: int) -> str:
    """Import a register of about so many entries, then rebuild read models; return a line of the table."""
    async with bench.database() as settings:
        with TemporaryDirectory() as folder:
            register = Path(folder) / "register.xlsx"
            register.write_bytes(workbook(*crowd(max(1, entries // ENTRIES_OF_A_CHILD))))
            size = register.stat().st_size
            progress(f"importing {entries:,} entries from {size / 1e6:.1f} MB")
            importing = await _alone(settings, IMPORT, str(register))
        progress(f"rebuilding the read models of {entries:,} entries")
        rebuilding = await _alone(settings, REBUILD)
    imported = f"{importing[0]:>15.0f} {importing[1]:>8.0f} {size / 1e6:>12.1f}"
    return f"{imported}   {rebuilding[0]:>16.0f} {rebuilding[1]:>8.0f}"


async def _alone(settings: Settings, script: str, *arguments: str) -> tuple[float, float]:
    """Run a script in a process of its own; return its seconds and its peak memory in MB."""
    began = perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        script + PEAK,
        *arguments,
        env=environment_of(settings),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, "a measured process failed"
    return perf_counter() - began, int(said.split()[-1]) * 1024 / 1e6
