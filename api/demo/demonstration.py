"""A demonstration: an embedded database, a fictional institution's register, and a sign-in for each role."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from socket import socket
from typing import Final, TextIO
from uuid import uuid5

from api.app import create_app, running
from api.bootstrap import Container
from api.demo.life_recording import record_lives
from api.demo.members import ROLES, demo_members, tokens_for_every_role
from api.demo.people import REGION, TOWNSHIP
from api.demo.register_workbook import INSTITUTION, register
from api.identity.directory import Institution
from api.identity.permissions import Actor, Role
from api.identity.reading_reasons import HEADER, ReadingReason
from api.imports.reading.kinds import read_workbook
from api.imports.register_import import prepare, run_import, up_to_date
from api.imports.report.terminal import bar
from api.institutions import open_institution
from api.issuing.computed_report import REPORTS, ReportAsked, computed_report, kept_event
from api.issuing.declared_report import DeclaredReport, ReportPeriod
from api.issuing.report_issuer import Issuer
from api.serving import address_of, leave_when_told, listen, run, serve
from api.serving_processes import beside
from api.settings import Settings
from domain.entry import DIRECT
from domain.when import Days
from ledger.postgres.cluster import locate
from ledger.recording.request import Draft, Recording

HOST: Final = "127.0.0.1"
PURPOSE: Final = "demo"
WHY: Final = f"{HEADER}: {ReadingReason.SUPERVISION}"
TOKEN_DAYS: Final = 30
PASSWORD: Final = "fictional-people"  # noqa: S105 - of people who do not exist
"""The password of everybody in it: they are made up, and it is served to this machine alone."""
KEEPER: Final = "示例档案管理员"
"""Who keeps the register on paper, and handed it in."""
_PATIENCE_SECONDS: Final = 120.0
"""Seconds for which a start waits until numbers can be asked as known at a position."""
_LOCK: Final = "demo.lock"
_FILLED: Final = "demo.filled"


class AlreadyRunningError(Exception):
    """Another demonstration runs on the same DATA."""


def demonstrate(port: int, data: Path) -> int:
    """Serve a demonstration on 127.0.0.1 until stopped, and return the exit code.

    Raises PortTakenError and AlreadyRunningError before DATA is touched.
    """
    leave_when_told()
    _refuse_second(data)
    listener = listen(HOST, port)
    locate(data, None, durable=True)  # makes the folder, owned as the database's user requires
    with listener, _hold(data / _LOCK, address_of(listener)):
        return run(_demonstrate(Settings(data=data, port=port, public_url=address_of(listener)), listener))


async def _demonstrate(settings: Settings, listener: socket) -> int:
    # A database named in the environment is not for fictional people, and a password that is printed needs no
    # hash that takes long.
    quick = {"password_memory_kib": 32, "password_passes": 1, "second_factor": "off", "oidc_issuer": None}
    settings = settings.model_copy(
        update={"database_url": None, "writer_url": None, "reader_url": None, "ledgers": (), **quick}
    )
    app = create_app(settings, apart=True)
    async with running(app) as container, beside(app.state.tenants.settings, listener):
        institution = await _filled(container)
        await container.identity.revoke_purpose(PURPOSE)
        tokens = await tokens_for_every_role(
            container.identity, institution, purpose=PURPOSE, days=TOKEN_DAYS, township=TOWNSHIP
        )
        await _with_passwords(container, institution)
        print(_welcome(address_of(listener), tokens), flush=True)  # noqa: T201 - what it is for
        await serve(app, listener)
    return 0


async def _filled(container: Container) -> Institution:
    """Return the fictional institution with all its people, made once, possibly over several starts."""
    identity, mark = container.identity, container.settings.data / _FILLED
    institution = await identity.institution_named(INSTITUTION)
    if institution is None:
        institution = await open_institution(container, INSTITUTION, region=REGION)
    if not mark.exists():
        # The day of the first start stays the present, even if a later start completes the people.
        file = await container.ledger.file(institution.institution)
        today = container.today() if file is None else next(file.standing()).days.last
        handed_in = await prepare(container, read_workbook(register(today), INSTITUTION), only=institution)
        keeper = await _keeper(container, institution)
        with bar() as progress:
            await run_import(container, handed_in, keeper.recorder, progress)
        await record_lives(container, institution, today, purpose=PURPOSE)
        await up_to_date(container)
        if await issue_reports(container, institution, today):
            mark.touch()
    await up_to_date(container)
    return institution


async def issue_reports(container: Container, institution: Institution, today: date) -> bool:
    """Issue each report of its last period before a day; return whether the numbers were at hand."""
    keeper = await _keeper(container, institution)
    for report in REPORTS.values():
        # Each knows those that were issued before it.
        head = await container.ledger.head()
        if not await container.projector.known_reached(head.position, _PATIENCE_SECONDS):
            return False
        period = _last_before(report, today)
        issuer = Issuer(institution.institution)
        asked = ReportAsked(report, issuer, period, period.until, head.position, head.epoch)
        computed = await computed_report(
            container.ledger, container.projector, container.kept_reports, asked, [issuer.file]
        )
        issued = await kept_event(container.kept_reports, asked, computed)
        recording = Recording(
            stream=institution.institution,
            kind="institution",
            drafts=(Draft(event=issued, days=Days.on(today)),),
            region=institution.region,
            origin=DIRECT,
            recorder=keeper.recorder,
            key=f"{PURPOSE} report {report.code} {period.since}",
        )
        await container.ledger.record(recording, now=container.clock())
    return True


def _last_before(report: DeclaredReport, today: date) -> ReportPeriod:
    years, parts = (today.year, today.year - 1), (None, 1, 2, 3, 4)
    periods = [report.period(year, part) for year in years for part in parts]
    return max((each for each in periods if each and each.until < today), key=lambda each: each.until)


async def _keeper(container: Container, institution: Institution) -> Actor:
    """Return who handed the register in: a supervisor, so that another one decides on what it corrects."""
    name = uuid5(institution.institution, f"{PURPOSE} keeper")
    return await container.identity.add_member(
        KEEPER, Role.SUPERVISOR, institution=institution.institution, member=name
    )


async def _with_passwords(container: Container, institution: Institution) -> None:
    """Give the member of each role the role as a user name, and all of them the same password again."""
    members = await demo_members(container.identity, institution, purpose=PURPOSE, township=TOWNSHIP)
    for role, actor in members.items():
        await container.logins.give(actor.user, role)
        await container.logins.set_password(actor.user, PASSWORD)


def _welcome(address: str, tokens: dict[Role, str]) -> str:
    return "\n".join(
        (
            f"{INSTITUTION} · {address}",
            "Everybody in it is fictional. Stop with Ctrl-C.",
            "",
            f"在浏览器中打开 {address}/console ，以下列任一用户名登录，口令均为 {PASSWORD} 。",
            f"Open {address}/console in a browser and sign in by one of these user names,",
            f"each with the password {PASSWORD}",
            "",
            *(f"  {role:20}{ROLES[role]}" for role in tokens),
            "",
            "访问接口所用的令牌：",
            "Tokens for the API:",
            *(f"{role}: {token}" for role, token in tokens.items()),
            "",
            "Try:",
            f"  TOKEN={tokens[Role.SUPERVISOR]}",
            *(
                f'  curl -H "Authorization: Bearer $TOKEN" -H "{WHY}" "{address}{path}"'
                for path in (
                    "/children?limit=3",
                    "/obligations?state=overdue&limit=3",
                    "/readiness?within_months=12",
                    "/findings?limit=3",
                )
            ),
        )
    )


def _refuse_second(data: Path) -> None:
    """Raise AlreadyRunningError if the lock of DATA is held, without changing anything."""
    with suppress(FileNotFoundError), (data / _LOCK).open() as lock:
        _try(lock, data)


@contextmanager
def _hold(path: Path, address: str) -> Iterator[None]:
    """Hold the lock of DATA, which contains the address for other processes."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as lock:
        _try(lock, path.parent)
        lock.truncate(0)
        lock.write(address)
        lock.flush()
        yield


def _try(lock: TextIO, data: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        address = lock.read()
        message = f"{data} 上已有演示在运行：{address}。 A demonstration runs on {data} already: {address}"
        raise AlreadyRunningError(message) from None
