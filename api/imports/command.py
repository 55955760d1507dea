"""`childledger import`: a register from a file, by the operating system's own administrator."""

import sys
from pathlib import Path
from typing import Final

import orjson
from rich.console import Console

from api.crew import tokens_for_every_role
from api.house import House, opened
from api.identity import IdentityError
from api.imports.clerks_copy import write_clerks_copy
from api.imports.locating import located
from api.imports.office import hand_in, take_in
from api.imports.reading.kinds import read_workbook
from api.imports.reading.trouble import UnreadableError
from api.imports.recording import InterruptedImportError
from api.imports.report import Report
from api.imports.terminal import bar, tell
from api.settings import Settings
from api.speaking import say
from ledger.store import StoreError

INTERRUPTED: Final = 1
NOTHING_READ: Final = 2
"""The exit code when nothing of a file could be read."""
PURPOSE: Final = "import"
CALLED: Final = "导入验看（{}）"
TOKEN_DAYS: Final = 1


async def import_file(
    file: Path,
    *,
    region: str | None = None,
    dry_run: bool = False,
    report: Path | None = None,
    json: bool = False,
    tokens: bool = False,
) -> int:
    """Import a register and tell what came of it; return the exit code.

    0 when nothing was rejected, 1 when something was, 2 when nothing could be read. With `json` stdout holds
    the report's object only, and all else goes to stderr.
    """
    try:
        workbook = read_workbook(file)
        async with opened(Settings(), follow=False) as house:
            recorder = (await house.identity.operator()).recorder
            handed_in = await hand_in(house, workbook, dry_run=dry_run)
            handed_in = await located(handed_in, region, house.ledger.rulebook)
            with bar() as progress:
                told = await take_in(house, handed_in, recorder, progress)
            await _tell(house, told, report, json=json)
            if tokens and not dry_run:
                await _print_tokens(house, told, json=json)
            return told.code
    except (InterruptedImportError, StoreError):
        again = (
            "中断：已录入的保留，请重新导入。 Interrupted: what was recorded stands; import the file again."
        )
        print(again, file=sys.stderr)  # noqa: T201 - a command speaks
        return INTERRUPTED
    except IdentityError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command speaks
        return NOTHING_READ
    except UnreadableError as error:
        print(f"{file.name}: 无法读取 nothing could be read: {error}", file=sys.stderr)  # noqa: T201 - a command speaks
        return NOTHING_READ


async def _tell(house: House, told: Report, report: Path | None, *, json: bool) -> None:
    rulebook = house.ledger.rulebook
    if report is not None:
        write_clerks_copy(told, report, rulebook)
    tell(told, rulebook, Console(stderr=json, highlight=False))
    if json:
        sys.stdout.write(orjson.dumps(told.json(), option=orjson.OPT_INDENT_2).decode() + "\n")
        sys.stdout.flush()


async def _print_tokens(house: House, told: Report, *, json: bool) -> None:
    """Print a token for each role, for looking at what was imported and for nothing that another decides."""
    made = await tokens_for_every_role(
        house.identity,
        told.institution,
        purpose=PURPOSE,
        days=TOKEN_DAYS,
        called=CALLED,
        may_approve=False,
    )
    for role, token in made.items():
        print(f"{role}: {token}", file=sys.stderr if json else sys.stdout)
    say("令牌一天内有效，不能批准例外。 The tokens are good for a day, and approve no exception.")
    if told.institution.region is None:
        say(
            "所在地区未知，安置专员和民政局的令牌看不到任何人；可用 --region 写明地区再导入。"
            " While the region is unknown, those of placement officer and bureau see nobody; import again"
            " with --region, and they do."
        )
