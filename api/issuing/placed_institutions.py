"""Institutions by the regions that they lie in, as known at a position, with what they told in reports."""

from collections.abc import Collection, Mapping
from uuid import UUID

from api.issuing.declared_report import DeclaredReport, ReportSource
from api.issuing.earlier_reports import told_tables
from api.issuing.kept_reports import KeptReports
from api.issuing.region_and_parts import ToldAround
from api.issuing.report_issuer import places_in, region_file, regions_around
from domain.events.institution.particulars import OPENED, REGION
from domain.events.institution.reporting import ReportIssued
from domain.file import Attribute, File
from ledger.ledger import Ledger


def region_in(file: File) -> str | None:
    """Return where an institution lies, by all that its file says."""
    return _last(file, REGION)


def name_in(file: File) -> str | None:
    """Return what an institution is called, likewise."""
    return _last(file, OPENED)


class PlacedInstitutions:
    """The institutions of a ledger, as known at a position."""

    def __init__(self, ledger: Ledger, known: int, every: Collection[UUID]) -> None:
        self._ledger, self._known, self._every = ledger, known, every
        self._files: Mapping[UUID, File] | None = None

    async def within(self, region: str) -> dict[UUID, File]:
        """Return the files of those that lie in a region."""
        if self._files is None:
            self._files = await self._ledger.files(sorted(self._every), self._known, keep="none")
        begins = places_in(region)
        return {
            each: file
            for each, file in self._files.items()
            if (lies_in := region_in(file)) is not None and lies_in.startswith(begins)
        }

    async def reported_around(self, region: str) -> dict[str, File]:
        """Return the files of the regions in which a place lies, of those that have issued reports."""
        around = {region_file(self._ledger.named, each): each for each in regions_around(region)}
        files = await self._ledger.files([*around], self._known, keep="none")
        return {around[each]: file for each, file in files.items() if file.of(ReportIssued)}


async def told_around(
    kept: KeptReports,
    reports: Mapping[str, DeclaredReport],
    source: ReportSource,
    places: PlacedInstitutions,
) -> ToldAround:
    """Return what others told of the children that a report counts, of days that meet its own."""
    if source.issuer.region is not None:
        parts = [await told_tables(kept, reports, each, source) for each in source.institutions.values()]
        return ToldAround([each for each in parts if each])
    around = []
    for region, file in (await places.reported_around(source.region)).items() if source.region else ():
        told = await told_tables(kept, reports, file, source)
        others = await places.within(region)
        others.pop(source.issuer.file, None)
        if told:
            around.append(
                (told, [await told_tables(kept, reports, each, source) for each in others.values()])
            )
    return ToldAround(around=around)


def _last(file: File, attribute: Attribute[str]) -> str | None:
    spans = file.spans(attribute)
    return spans[-1].value if spans else None
