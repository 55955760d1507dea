"""`childledger import`: a register from a file, imported by the operating system's administrator."""

import asyncio
import sys
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import Final
from uuid import UUID

from rich.console import Console

from api.bootstrap import Container, open_container
from api.cli.container import stoppable
from api.cli.locating import located
from api.cli.output import Flag, note
from api.contract.problems import Problem
from api.demo.members import tokens_for_every_role
from api.identity.access_log import IMPORT_REPORT
from api.identity.directory import IdentityError, Institution
from api.identity.permissions import Actor
from api.imports.reading.apart import Apart
from api.imports.reading.unreadable import UnreadableFileError
from api.imports.register_import import OtherInstitutionError, not_opened, prepare, prepare_roll, run_import
from api.imports.report.import_report import Report
from api.imports.report.report_lines import ReportLines
from api.imports.report.report_workbook import prove_writable, write_clerks_copy
from api.imports.report.terminal import bar, tell
from api.imports.sink import InterruptedImportError
from api.settings import Settings
from domain.label import Label
from domain.text import is_place_code
from ledger.sealing.wrapping import KeyUnavailableError
from ledger.store.append import StoreError

INTERRUPTED: Final = 1
NOTHING_READ: Final = 2
"""The exit code if none of a file could be read."""
PURPOSE: Final = "import"
CALLED: Final = "导入查看：{}"
TOKEN_DAYS: Final = 1


async def import_file(
    file: Path,
    /,
    *,
    institution: str | None = None,
    region: str | None = None,
    place: str | None = None,
    dry_run: Flag = False,
    report: Path | None = None,
    json: Flag = False,
    tokens: Flag = False,
) -> int:
    """导入机构台账；重复导入不增加内容。 Import a register; the same one again adds nothing.

    Args:
        file: 工作簿（.xlsx、.xls、.ods）或者文本表格（.csv）。
            The workbook (.xlsx, .xls, .ods) or table of text (.csv).
        institution: 填报单位的名称或者编号；文件未写明的，应当填写（CSV 均未写明）。
            The institution's name or id, for a file that does not name it, as CSV never does.
        region: 机构所在地区的六位行政区划代码（GB/T 2260）；尚不详的，应当填写。
            The county of the institution (GB/T 2260, six digits), if it is not known yet.
        place: 机构外儿童名册的属地代码：县（市、区）六位，或者乡镇（街道）九位；导入机构台账的，不填。
            The place of a roll of children outside institutions (a county's six digits or a township's nine);
            not for an institution's register.
        dry_run: 试运行：只显示导入结果，不作登记。 Report the same, and record nothing.
        report: 将未采用的各行和各项内容写入工作簿，供经办人核对。
            Write a workbook for the clerk, with every row and value that was not used.
        json: 以 JSON 显示导入结果，其余显示于标准错误。
            Print the report as JSON, and all else to standard error.
        tokens: 签发并显示各角色的令牌，用于查看导入结果，一天内有效。
            Make and print a token for each role, valid for a day, to look at the result.
    """
    # The exit code is 0 if nothing was rejected, 1 if something was, 2 if nothing could be read. Nothing is
    # imported if the report could not be written, or would replace the register.
    if report is not None:
        if await asyncio.to_thread(_one_file, report, file):
            same = f"--report {report}：该文件即为导入的文件，请另选。 It is the very file to be imported."
            note(same)
            return NOTHING_READ
        await asyncio.to_thread(prove_writable, report)
    if place is not None and (not is_place_code(place) or institution is not None or region is not None):
        no_place = (
            "--place 须为六位或者九位区划代码，且不与 --institution、--region 同用。"
            " --place is a code of six or nine digits, and stands without --institution and --region."
        )
        note(no_place)
        return NOTHING_READ
    settings = Settings()
    try:
        workbook = await Apart(settings).read_file(file)
        async with AsyncExitStack() as stack:
            container = await stack.enter_async_context(open_container(settings, follow=False))
            missing = stack.enter_context(closing(ReportLines(settings.data)))
            operator = await container.identity.operator()
            if place is None:
                only = None if institution is None else await _institution(container, institution)
                handed_in = await prepare(container, workbook, only=only, dry_run=dry_run)
                handed_in = await located(handed_in, region, container.ledger.rulebook)
            else:
                handed_in = await prepare_roll(container, workbook, place, dry_run=dry_run)
            with bar() as progress:
                outcome = await run_import(container, handed_in, operator.recorder, progress, missing=missing)
            await _note_shown(container, operator, outcome)
            await _tell(container, outcome, report, json=json)
            if tokens and not dry_run and place is None:
                await _print_tokens(container, outcome, json=json)
            return outcome.code
    except (InterruptedImportError, KeyUnavailableError, StoreError, Problem):
        # A problem means that the access log cannot be written.
        again = (
            "导入中断，已录入的内容保留，请重新导入。"
            " Interrupted: what was recorded stands; import the file again."
        )
        note(again)
        return INTERRUPTED
    except OtherInstitutionError as error:
        other = (
            f"{file.name}：文件写明的填报单位为{error}，与 --institution 不一致。"
            " It says that it is another's than --institution."
        )
        note(other)
        return NOTHING_READ
    except IdentityError as error:
        note(str(error))
        return NOTHING_READ
    except UnreadableFileError as error:
        note(f"{file.name}：无法读取。 Nothing could be read: {error}")
        return NOTHING_READ


import_register: Final = stoppable(import_file)


def _one_file(first: Path, second: Path) -> bool:
    return first.exists() and second.exists() and first.samefile(second)


async def _institution(container: Container, name_or_id: str) -> Institution:
    """Return the institution of a name, which may be unknown, or of an id, which must be known."""
    try:
        known = await container.identity.institution(UUID(name_or_id))
    except ValueError:
        return await container.identity.institution_named(name_or_id) or not_opened(name_or_id)
    if known is None:
        message = Label(
            f"没有编号为 {name_or_id} 的机构。", f"There is no institution of the id {name_or_id}."
        )
        raise IdentityError(message)
    return known


async def _note_shown(container: Container, operator: Actor, outcome: Report) -> None:
    for shown in outcome.shown:
        # Lines listed without a file are noted under the id of the institution.
        read = {child or outcome.institution.institution: outcome.sees for child in shown}
        await container.access.note(operator, read, IMPORT_REPORT)


async def _tell(container: Container, outcome: Report, report: Path | None, *, json: bool) -> None:
    rulebook = container.ledger.rulebook
    tell(outcome, rulebook, Console(stderr=json, highlight=False))
    if json:
        sys.stdout.writelines(outcome.json_text())
        sys.stdout.flush()
    if report is not None:
        # Last, so that the outcome is printed even if the disk has no room for a copy.
        write_clerks_copy(outcome, report, rulebook)


async def _print_tokens(container: Container, outcome: Report, *, json: bool) -> None:
    """Print a token for each role, which can read what was imported but decide nothing."""
    made = await tokens_for_every_role(
        container.identity,
        outcome.institution,
        purpose=PURPOSE,
        days=TOKEN_DAYS,
        called=CALLED,
        may_approve=False,
    )
    for role, token in made.items():
        print(f"{role}: {token}", file=sys.stderr if json else sys.stdout)
    note("令牌一天内有效，不能用于批准和并档。 The tokens are good for a day, and decide on nothing.")
    if outcome.institution.region is None:
        note(
            "机构所在地区不详，成年安置工作人员和民政部门人员的令牌查看不到任何儿童；"
            "请以 --region 填写所在地区后重新导入。"
            " While the region is unknown, those of placement officer and bureau see nobody; import again"
            " with --region, and they do."
        )
