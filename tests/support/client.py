"""A served ledger for tests: an app with its own real database, an institution, and a token for each role.

The database is a copy of one that was furnished once a test process, so that each test has its own.
"""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

import psycopg
import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from psycopg import sql
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from api.app import create_app, running
from api.bootstrap import Container
from api.demo.members import tokens_for_every_role
from api.identity.directory import Institution
from api.identity.permissions import Actor, Role
from api.institutions import open_institution
from api.settings import Settings
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.when import Days
from ledger.postgres import credentials
from ledger.recording.outcome import Recorded
from ledger.recording.request import Draft, Recording
from projections.projector.projector import Projector
from tests.support.asking_headers import asking
from tests.support.given import some
from tests.support.postgres import EMPTY, copied
from tests.support.waiting import PATIENCE

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
"""The present of every test: midday of 22 November 2026 in Asia/Shanghai."""
TOWNSHIP, TOWNSHIP_ELSEWHERE = "371099001", "990101001"
HOME, ELSEWHERE = "望海市儿童福利院（测试）", "山南市儿童福利院（测试）"
DONE_ONCE: Final = (
    "api.database.check_text",
    "api.database.check_schema",
    "api.database.migrate",
    "api.database._lost",
    "api.database._refuse_owner",
    "api.bootstrap.prepare",
    "projections.activity.make_table",
)
"""What a start checks and makes, and checked and made in the database that others are copies of."""


@dataclass(frozen=True)
class Furnished:
    """A database to copy: how it is found, and the tokens of two institutions."""

    settings: Settings
    home: Institution
    elsewhere: Institution
    tokens: dict[Role, str]
    tokens_elsewhere: dict[Role, str]


@pytest.fixture(scope="session")
def furnished(postgres: str) -> Iterator[Furnished]:
    """Furnish a database: two institutions in different provinces, and somebody of each role in each."""
    # Roles belong to the cluster, which test processes may share.
    ledger = f"test_{uuid4().hex[:12]}"
    with tempfile.TemporaryDirectory() as folder, psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(ledger)))
        settings = Settings(
            database_url=SecretStr(make_conninfo(postgres, dbname=ledger)),
            data=Path(folder),
            ledger=ledger,
            password_memory_kib=32,
            password_passes=1,
        )

        async def furnish() -> Furnished:
            async with running(create_app(settings, clock=lambda: NOW)) as container:
                identity = container.identity
                home = await open_institution(container, HOME, region="371099")
                elsewhere = await open_institution(container, ELSEWHERE, region="990101")
                furnished = Furnished(
                    settings,
                    home,
                    elsewhere,
                    await tokens_for_every_role(identity, home, purpose="test", days=365, township=TOWNSHIP),
                    await tokens_for_every_role(
                        identity, elsewhere, purpose="test elsewhere", days=365, township=TOWNSHIP_ELSEWHERE
                    ),
                )
                # What follows the ledger is done here, and not again in every copy.
                head = await container.ledger.head()
                assert await container.projector.known_reached(head.position, PATIENCE)
                for log in (container.transparency_log, container.log_of_accesses):
                    await log.catch_up()
                return furnished

        yield asyncio.run(furnish())
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(ledger)))


@dataclass(frozen=True)
class Served:
    """A running app with its container; `as_(role)` is a client who asks with that role's token."""

    app: FastAPI
    container: Container
    home: Institution
    elsewhere: Institution
    tokens: dict[Role, str]
    tokens_elsewhere: dict[Role, str]
    stack: AsyncExitStack

    async def client(self, token: str | None = None, role: Role | None = None) -> AsyncClient:
        """Return a client with any token, or with none; closed at the end of the test.

        Of a `role` that sees sealed sets, it says why it reads.
        """
        headers = {} if token is None else asking(token, role or Role.STAFF)
        transport = ASGITransport(app=self.app)
        client = AsyncClient(transport=transport, base_url="http://childledger.test", headers=headers)
        return await self.stack.enter_async_context(client)

    async def as_(self, role: Role | str, *, elsewhere: bool = False) -> AsyncClient:
        """Return a client of a role, of the institution at home or of the one elsewhere."""
        tokens = self.tokens_elsewhere if elsewhere else self.tokens
        return await self.client(tokens[Role(role)], Role(role))

    async def another(self, role: Role | str) -> AsyncClient:
        """Return a client of somebody else of that role, at home."""
        identity = self.container.identity
        member = await identity.add_member("另一人", Role(role), institution=self.home.institution)
        token = await identity.issue(member.user, days=1, purpose="another")
        return await self.client(token, Role(role))

    async def a_child(
        self, name: str = "王小明", born: str = "2009-03-05", *, elsewhere: bool = False
    ) -> UUID:
        """Open a file at home or elsewhere: who the child is, received on 5 March 2024."""
        institution = self.elsewhere if elsewhere else self.home
        birth = date.fromisoformat(born)
        on = Days.on(date(2024, 3, 5))
        supervisor = await self.actor(Role.SUPERVISOR, elsewhere=elsewhere)
        outcome = await self.container.ledger.record(
            Recording(
                stream=None,
                drafts=(
                    Draft(event=some(ChildReceived), days=on),
                    Draft(event=some(IdentityRecorded, name=name, birth_on=birth), days=on),
                ),
                region=institution.region,
                origin="api",
                recorder=supervisor.recorder,
                key=uuid4().hex,
            ),
            now=NOW,
        )
        assert isinstance(outcome, Recorded), outcome
        return outcome.stream

    async def actor(self, role: Role | str, *, elsewhere: bool = False) -> Actor:
        """Return who asks with a role's token."""
        tokens = self.tokens_elsewhere if elsewhere else self.tokens
        actor = await self.container.identity.authenticate(tokens[Role(role)])
        assert actor is not None
        return actor

    async def projected(self) -> None:
        """Wait until the read models have caught up with the ledger."""
        head = await self.container.ledger.head()
        assert await self.container.projector.reached(head.position, PATIENCE)


@pytest.fixture
def settings(postgres: str, furnished: Furnished, tmp_path: Path) -> Iterator[Settings]:
    """Give the settings of a furnished database of the test's own."""
    # The database has the name of its ledger.
    with copied(postgres, furnished.settings.ledger) as url:
        data = tmp_path / "data"
        shutil.copytree(furnished.settings.data, data)  # what was last seen is seen of this copy alone
        yield furnished.settings.model_copy(update={"database_url": SecretStr(url), "data": data})


@pytest.fixture
def counting() -> None:
    """Let `served` count beside what is recorded, as a service does, and as few tests ask for."""


@pytest.fixture
async def served(
    settings: Settings,
    furnished: Furnished,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Served]:
    """Give a running app with an empty register, an institution and a token for each role.

    To start costs more than most tests ask for, so what was done once is not done again for each. Nor does it
    write what was known when before somebody asks for that.
    """
    app = create_app(settings, clock=lambda: NOW)
    async with AsyncExitStack() as stack:
        with pytest.MonkeyPatch.context() as starting:
            for name in DONE_ONCE:
                starting.setattr(name, _nothing)
            if "counting" not in request.fixturenames:
                starting.setattr("projections.activity.counting", lambda *_: nullcontext())
            asked_for_known = asyncio.Event()
            starting.setattr(Projector, "run_known", _once(asked_for_known, Projector.run_known))
            container = await stack.enter_async_context(running(app))
        monkeypatch.setattr(
            container.projector, "known_reached", _telling(asked_for_known, container.projector.known_reached)
        )
        head = await container.ledger.head()
        assert await container.projector.reached(head.position, PATIENCE)
        yield Served(
            app,
            container,
            furnished.home,
            furnished.elsewhere,
            furnished.tokens,
            furnished.tokens_elsewhere,
            stack,
        )


@pytest.fixture
def elsewhere(postgres: str, settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    """An empty database and a DATA that has but the key file, as on a new machine."""
    data = tmp_path / "elsewhere"
    data.mkdir(mode=0o700)
    (data / "master.key").write_bytes((settings.data / "master.key").read_bytes())
    (data / "master.key").chmod(0o600)
    # The server, and so its roles, are the same here: their passwords are too.
    (data / credentials.FILE).write_bytes((settings.data / credentials.FILE).read_bytes())
    (data / credentials.FILE).chmod(0o600)
    with copied(postgres, EMPTY) as url:
        yield settings.model_copy(update={"database_url": SecretStr(url), "data": data})


@pytest.fixture
def restricting_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an adoption restrict nothing, where a test asks what else is told of one."""
    monkeypatch.setattr("domain.scope._restricted_through", lambda _: None)


async def _nothing(*_: object, **__: object) -> None:
    """Do nothing."""


def _once(
    asked: asyncio.Event, work: Callable[[Projector], Awaitable[None]]
) -> Callable[..., Awaitable[None]]:
    """Return work of a projector that begins once it is asked for."""

    async def once_asked(projector: Projector) -> None:
        await asked.wait()
        await work(projector)

    return once_asked


def _telling(asked: asyncio.Event, wait: Callable[..., Awaitable[bool]]) -> Callable[..., Awaitable[bool]]:
    """Return a wait that tells that somebody asks."""

    async def telling(position: int, patience: float) -> bool:
        asked.set()
        return await wait(position, patience)

    return telling


def new_key() -> dict[str, str]:
    """Return the header of a new idempotency key."""
    return {"Idempotency-Key": uuid4().hex}
