"""PostgreSQL's own programs for backing up and restoring: choosing and running them."""

import asyncio
import os
import re
import shutil
from asyncio.subprocess import DEVNULL, PIPE, create_subprocess_exec
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from psycopg.pq import Conninfo

from ledger.postgres.cluster import ServerFailedError, wheel_programs

TOLD_EVERY_SECONDS: Final = 5.0
LEAVING_SECONDS: Final = 10.0
"""How long a program may take to end when terminated, and to print its version."""
_MAJOR: Final = re.compile(r"\(PostgreSQL\) (\d+)")


class ProgramError(Exception):
    """A program of PostgreSQL is missing, is too old, or failed."""


async def programs_for(server: int) -> Path:
    """Return the folder of programs for a server: of its own major version, or the next newer found.

    Those on PATH come first, then those that come with the embedded database. Raises ProgramError.
    """
    versions: dict[int, Path] = {}
    for folder in _folders():
        version = await major(folder / "pg_dump")
        versions.setdefault(version, folder)
    fitting = sorted(version for version in versions if version >= server)
    if not fitting:
        at_hand = ", ".join(map(str, sorted(versions))) or "–"
        message = (
            f"数据库是 PostgreSQL {server}，找不到同版本或更新的 pg_dump 和 pg_restore（现有：{at_hand}）。 "
            f"The database is PostgreSQL {server}, and no pg_dump and pg_restore as new as that were found "
            f"(there are: {at_hand}): put them on PATH."
        )
        raise ProgramError(message)
    return versions[fitting[0]]


async def run(
    program: Path, arguments: Sequence[str], url: str, tell: Callable[[float], None] | None = None
) -> None:
    """Run a program on the database at `url` until it ends; the password is never an argument.

    `tell` is called regularly with the seconds so far. Raises ProgramError with the program's output.
    """
    # Any user can list the arguments of processes, but not the environment.
    process = await create_subprocess_exec(
        program,
        "--no-password",
        *arguments,
        env=_environment(url),
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=PIPE,
    )
    ending = asyncio.create_task(process.communicate())
    began = asyncio.get_running_loop().time()
    try:
        while not (await asyncio.wait([ending], timeout=TOLD_EVERY_SECONDS))[0]:
            if tell:
                tell(asyncio.get_running_loop().time() - began)
    except BaseException:
        process.terminate()
        if not (await asyncio.wait([ending], timeout=LEAVING_SECONDS))[0]:
            process.kill()
            await ending
        raise
    _, printed = ending.result()
    if process.returncode:
        errors = [line for line in printed.decode(errors="replace").splitlines() if "error:" in line]
        said_of_it = errors[0] if errors else process.returncode
        message = f"{program.name} 未能完成。 {program.name} failed: {said_of_it}"
        raise ProgramError(message)


async def major(program: Path) -> int:
    """Return the major version of a program; 0 if it does not print one."""
    process = await create_subprocess_exec(program, "--version", stdout=PIPE, stderr=DEVNULL)
    try:
        async with asyncio.timeout(LEAVING_SECONDS):
            output, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        output, _ = await process.communicate()
    version = _MAJOR.search(output.decode(errors="replace"))
    return int(version[1]) if version else 0


def _folders() -> list[Path]:
    on_path = shutil.which("pg_dump")
    folders = [] if on_path is None else [Path(on_path).parent]
    try:
        return [*folders, wheel_programs()]
    except ServerFailedError:
        return folders


def _environment(url: str) -> dict[str, str]:
    given = {
        option.envvar.decode(): option.val.decode()
        for option in Conninfo.parse(url.encode())
        if option.envvar and option.val is not None
    }
    return os.environ | {"LC_ALL": "C"} | given
