"""The region of an imported register's institution: given, asked for on a terminal, or unknown."""

import sys
from dataclasses import replace

from api.cli.asking import read_line
from api.cli.output import note
from api.identity.directory import IdentityError
from api.imports.register_import import RegisterImport
from api.institutions import check_region, remark
from domain.label import Label
from domain.rulebook import Rulebook


async def located(handed_in: RegisterImport, stated: str | None, rulebook: Rulebook) -> RegisterImport:
    """Return the register with the given region of its institution, if that is unknown.

    Warnings about the region are printed.

    Raises IdentityError for a region that cannot be an institution's, and if the known region differs.
    """
    institution = handed_in.institution
    check_region(stated, rulebook)
    if institution.region is not None:
        if stated not in {None, institution.region}:
            message = Label(
                f"{institution.name}的所在地区为 {institution.region}，不是 {stated}；有变更的，请先以"
                " childledger institution change 登记。",
                f"It lies in {institution.region}, not in {stated};"
                " where that has changed, record it first by childledger institution change.",
            )
            raise IdentityError(message)
        return handed_in
    region = stated
    if region is None and sys.stdin.isatty() and sys.stderr.isatty() and not handed_in.dry_run:
        region = await _asked(institution.name, rulebook)
    for sentence in remark(replace(institution, region=region), rulebook):
        note(str(sentence))
    return replace(handed_in, region=region)


async def _asked(name: str, rulebook: Rulebook) -> str | None:
    """Ask for the region of an institution until the answer is valid or empty."""
    while True:
        note(
            f"{name}位于哪个县（市、区）？请输入六位行政区划代码（GB/T 2260）；不详的，直接回车。"
            " Which county does it lie in? Six digits of GB/T 2260; nothing where it is not known."
        )
        region = (await read_line()).strip()
        try:
            check_region(region, rulebook)
        except IdentityError as error:
            note(str(error))
            continue
        return region or None
