"""Where tests hand registers in: a real ledger, a clerk, and what came of it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from api.imports.reading.kinds import read_workbook
from api.imports.register_import import prepare, run_import
from api.imports.report.import_report import Report
from api.imports.streams import Streams
from api.settings import Settings
from domain.entry import AnyEntry, Recorder
from domain.event import Event
from domain.file import File
from tests.support.client import Served
from tests.support.registers.paper import Grid, Paper, workbook


@dataclass(frozen=True)
class Counter:
    """Takes registers in at home, as somebody of a role."""

    served: Served

    async def take(
        self, *sheets: Paper | tuple[str, Grid], role: str = "staff", dry_run: bool = False
    ) -> Report:
        """Import a register made of these sheets."""
        return await self.take_bytes(workbook(*sheets), role=role, dry_run=dry_run)

    async def take_bytes(self, content: bytes, *, role: str = "staff", dry_run: bool = False) -> Report:
        """Import a workbook."""
        return await self.take_as((await self.served.actor(role)).recorder, content, dry_run=dry_run)

    async def take_table(self, content: bytes) -> Report:
        """Import a roster that is a table as text."""
        return await self.take_as((await self.served.actor("staff")).recorder, content, name="花名册.csv")

    async def take_as(
        self, recorder: Recorder, content: bytes, *, dry_run: bool = False, name: str = "台账.xlsx"
    ) -> Report:
        """Import a file as somebody, such as the operating system's administrator."""
        container = self.served.container
        handed_in = await prepare(
            container, read_workbook(content, name), only=self.served.home, dry_run=dry_run
        )
        return await run_import(container, handed_in, recorder, lambda _done, _rows: None)

    def stream(self, number: str) -> UUID:
        """The file that an import opens for a child."""
        container = self.served.container
        return Streams(container.ledger, container.projector, self.served.home.institution).new(number)

    async def file(self, number: str) -> File:
        """A child's file, empty when there is none."""
        stream = self.stream(number)
        return await self.served.container.ledger.file(stream) or File(stream)

    async def told(self, number: str, kind: type[Event]) -> list[Any]:
        """The standing entries of one kind in a child's file."""
        return list((await self.file(number)).of(kind))

    async def only(self, number: str, kind: type[Event]) -> AnyEntry:
        """The one standing entry of a kind in a child's file."""
        (entry,) = await self.told(number, kind)
        found: AnyEntry = entry
        return found

    async def head(self) -> int:
        """The ledger's last position."""
        return (await self.served.container.ledger.head()).position


@pytest.fixture
def counter(served: Served) -> Counter:
    """Give an empty ledger to import into."""
    return Counter(served)


@pytest.fixture
def surroundings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Let the command find the test's own database."""
    assert settings.database_url is not None
    monkeypatch.setenv("CHILDLEDGER_DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.setenv("CHILDLEDGER_DATA", str(settings.data))
    monkeypatch.setenv("CHILDLEDGER_LEDGER", settings.ledger)
    return settings
