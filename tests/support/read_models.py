"""Read models beside those that the app reads: built, followed, and compared with a recomputation."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import AsyncConnection
from psycopg.rows import kwargs_row
from psycopg.sql import SQL, Identifier

from domain.event import Category, Event, Kind
from domain.events.health import PhysicalExamined
from domain.events.institution.particulars import RulebookAdopted
from domain.rulebook import Rulebook
from domain.when import Days
from ledger.recording.outcome import Recorded
from ledger.recording.request import Draft, Recording
from projections import READ_MODELS
from projections.model import ReadModel, RowContext
from projections.projector import writer
from projections.projector.catch_up import BATCH
from projections.projector.generations import make
from projections.projector.projector import Projector
from projections.projector.verify import Difference, Verification
from tests.support.client import NOW, Served
from tests.support.given import some
from tests.support.ledgers import all_entries


class OpenSeal:
    """A seal that seals nothing, so that rows can be compared."""

    def holds(self, _subject: UUID, _category: Category) -> bool:
        """Say that there is every key."""
        return True

    def seal(self, subject: UUID, category: Category, value: str, context: str = "") -> bytes:
        """Return the value with what it is bound to."""
        return f"{subject} {category} {context} {value}".encode()

    def open(self, subject: UUID, category: Category, value: bytes, context: str = "") -> str:
        """Return the value."""
        return value.decode().removeprefix(f"{subject} {category} {context} ")

    def term(self, text: str) -> bytes:
        """Return the text itself."""
        return text.encode()


async def tables(served: Served, projector: Projector | None = None) -> dict[str, list[Any]]:
    """Every row of every read model, with what is sealed opened, as a projector or the container reads it."""
    found: dict[str, list[Any]] = {}
    async with (projector or served.container.projector).reading() as connection:
        for model in READ_MODELS:
            cursor = connection.cursor(row_factory=kwargs_row(model.row))
            columns = SQL(", ").join(map(Identifier, model.columns))
            await cursor.execute(SQL("SELECT {} FROM {}").format(columns, Identifier(model.name)))
            found[model.name] = await cursor.fetchall()
    return await comparable(served, found)


async def comparable(
    served: Served, found: dict[str, list[Any]], *, ordered: bool = True
) -> dict[str, list[Any]]:
    """The same rows, what is sealed opened, `ordered` by nothing but themselves."""
    named = [row.child for row in found["register"]] + [row.family for row in found["families"]]
    seal = await served.container.ledger.seal_for(named)
    opened = {model.name: [model.opened(row, seal) for row in found[model.name]] for model in READ_MODELS}
    return {name: sorted(rows, key=repr) if ordered else rows for name, rows in opened.items()}


async def a_projector(
    served: Served, version: str | None = None, models: Sequence[ReadModel[Any]] = READ_MODELS
) -> Projector:
    """A projector of its own, of another version than the container's unless said, whose tables are made."""
    owner, ledger = served.container.addresses.owner, served.container.ledger
    assert owner is not None
    projector = Projector(ledger, served.container.readers, models, version=version or str(uuid4()))
    await make(owner, ledger.name, models, projector.version)
    await projector.start()
    return projector


async def to_the_end(projector: Projector, limit: int = BATCH) -> None:
    """Let it build and follow until there is nothing more to do."""
    while await projector.step(limit):
        pass


async def known_to_the_end(projector: Projector) -> None:
    """Let it write what was known when until there is nothing more to do."""
    while await projector.step_known():
        pass


async def expected(served: Served) -> dict[str, list[Any]]:
    """The rows that files have by themselves, as `tables` gives them."""
    ledger = served.container.ledger
    found: dict[str, list[Any]] = {model.name: [] for model in READ_MODELS}
    streams = {entry.stream for entry in await all_entries(ledger)}
    for stream, file in (await ledger.files(streams)).items():
        reading = RowContext(stream, await ledger.rulebook_of(file), await ledger.seal_for([stream]))
        for model in READ_MODELS:
            if model.kind == file.opened.kind:
                found[model.name] += model.rows_of(file, reading)
    return await comparable(served, found)


async def differences(
    served: Served,
    projector: Projector | None = None,
    models: Sequence[ReadModel[Any]] = READ_MODELS,
) -> set[Difference]:
    """What differs in the tables that the container reads from, or another projector."""
    verifier = Verification(served.container.ledger, served.container.readers, models)
    number = (projector or served.container.projector).read_from.number
    told: list[float] = []
    found = [each async for each in verifier.differences(number, told.append)]
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(found) == len(set(found))
    return set(found)


def adopted_rulebook(rulebook: Rulebook) -> Rulebook:
    """A rulebook in which one title reads differently."""
    texts = dict(rulebook.texts)
    texts["insurance.toml"] = texts["insurance.toml"].replace("及时核实基本医保参保状态", "当日核实参保状态")
    return Rulebook(texts)


async def tamper(served: Served, table: str, statement: str, *parameters: object) -> None:
    """Change a table as nobody should."""
    owner = served.container.addresses.owner
    assert owner is not None
    async with await AsyncConnection.connect(owner) as connection:
        name = Identifier(served.container.projector.read_from.schema, table)
        assert (await connection.execute(SQL(statement).format(name), parameters)).rowcount != 0


async def adopt_another_rulebook(served: Served) -> None:
    """Let the institution at home adopt a rulebook in which one title reads differently."""
    adopted = adopted_rulebook(served.container.ledger.rulebook)
    event = RulebookAdopted(digest=adopted.digest, content=adopted.texts)
    await move(served, served.home.institution, event, kind="institution")


async def move(served: Served, stream: UUID, event: Event | None = None, *, kind: Kind = "child") -> None:
    """Record an event, by default an examination, in a file at home."""
    outcome = await served.container.ledger.record(
        Recording(
            stream=stream,
            kind=kind,
            drafts=(Draft(event=event or some(PhysicalExamined), days=Days.on(NOW.date())),),
            region=served.home.region,
            origin="api",
            recorder=(await served.container.identity.operator()).recorder,
            key=uuid4().hex,
        ),
        now=NOW,
    )
    assert isinstance(outcome, Recorded), outcome


async def head(served: Served) -> int:
    """The last position of the ledger."""
    return (await served.container.ledger.head()).position


@pytest.fixture
def one_file_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every file be a piece of the work by itself."""
    monkeypatch.setattr(writer, "ENTRIES_AT_ONCE", 1)
