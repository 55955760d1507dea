"""The command line. Commands that change something act as the operating system's own administrator."""

import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

from cyclopts import App, Parameter
from psycopg import OperationalError
from pydantic import ValidationError

from api import logs
from api.app import create_app, running
from api.database import OwnerError
from api.demo import AlreadyRunningError, demonstrate
from api.house import House
from api.identity import IdentityError
from api.imports.command import import_file
from api.permissions import Role
from api.serving import LOOPBACK, PortTakenError, address_of, leave_when_told, listen, run
from api.serving import serve as serve_on
from api.settings import Settings
from domain.rulebook import Rulebook
from ledger.cluster import ServerFailedError
from ledger.migrate import MigrationError
from ledger.wrapping import KeyFileError, KeyUnavailableError

app = App(
    name="childledger", help="A ledger of children's lives in state care.", version=version("childledger")
)
institution = App(name="institution", help="Institutions.")
user = App(name="user", help="The staff directory.")
token = App(name="token", help="Bearer tokens.")
for group in (institution, user, token):
    app.command(group)

STOPPED: Final = 130
"""The exit code of a command that was stopped before its end."""
Flag: TypeAlias = Annotated[bool, Parameter(negative=())]
TOLD: Final = (
    IdentityError,
    KeyFileError,
    KeyUnavailableError,
    MigrationError,
    OperationalError,
    OwnerError,
    PortTakenError,
    ServerFailedError,
)
"""What a command can not help: it is told in one line."""


def main() -> None:
    """Run the command line and exit."""
    logs.configure()
    try:
        code = app(result_action="return_value")
    except AlreadyRunningError as error:
        answer(str(error))
        code = 1
    except TOLD as error:
        say(str(error))
        code = 1
    except ValidationError as error:
        for each in error.errors(include_input=False, include_context=False, include_url=False):
            say(f"CHILDLEDGER_{'_'.join(map(str, each['loc'])).upper()}: {each['msg']}")
        code = 1
    sys.exit(code)


def say(text: str) -> None:
    """Tell whoever gave the command, apart from what it answers."""
    print(text, file=sys.stderr)  # noqa: T201 - a command speaks


def answer(text: str) -> None:
    """Print what was asked for."""
    print(text, flush=True)  # noqa: T201 - the same


@app.command
def serve() -> int:
    """Serve on CHILDLEDGER_HOST and CHILDLEDGER_PORT until stopped."""
    leave_when_told()
    settings = Settings()
    if settings.host not in LOOPBACK and not settings.tls_handled:
        say(f"{settings.host} is no loopback address: say CHILDLEDGER_TLS_HANDLED=yes where TLS is handled.")
        return 1
    with listen(settings.host, settings.port) as listener:

        async def serving() -> int:
            served = create_app(settings)
            async with running(served):
                answer(f"Serving on {address_of(listener)}")
                await serve_on(served, listener)
            return 0

        return run(serving())


@app.command
def demo(*, port: int = 8000, data: Path = Path(".data")) -> int:
    """Serve a fictional institution's register, with the database in DATA.

    Args:
        port: Where on 127.0.0.1.
        data: The folder of the database and the keys, made where there is none.
    """
    return demonstrate(port, data)


@app.command
def database_url(*, role: Literal["owner", "writer", "reader"] = "owner") -> int:
    """Print the database's address for a role; the embedded one runs while something serves.

    Args:
        role: As whom to enter. Only the owner may migrate; only the writer may append.
    """

    async def asked(house: House) -> int:
        address = house.addresses.of(role)
        if address is None:
            say("The owner's address is not known here: set CHILDLEDGER_DATABASE_URL.")
            return 1
        answer(address)
        return 0

    return _within(asked)


@app.command(name="import")
def import_register(
    file: Path,
    /,
    *,
    dry_run: Flag = False,
    report: Path | None = None,
    json: Flag = False,
    tokens: Flag = False,
) -> int:
    """Import an institution's register; the same one again adds nothing.

    Args:
        file: The workbook.
        dry_run: Tell what would come of it, and record nothing.
        report: Write a workbook for the clerk, with every row and value that was not used.
        json: Print the report as JSON, and all else to standard error.
        tokens: Make and print a token for each role, for asking what came of it.
    """
    importing = import_file(file, dry_run=dry_run, report=report, json=json, tokens=tokens)
    return run(importing, stopped_with=STOPPED)


@institution.command(name="add")
def add_institution(name: str, /, *, uscc: str | None = None, region: str = "000000") -> int:
    """Open an institution and print its id.

    Args:
        name: Its full name.
        uscc: Its unified social credit code (统一社会信用代码).
        region: The county it lies in (GB/T 2260, six digits).
    """

    async def asked(house: House) -> int:
        answer(str((await house.identity.open_institution(name, uscc=uscc, region=region)).institution))
        return 0

    return _within(asked)


@user.command(name="add")
def add_user(name: str, /, *, role: Role, institution: str | None = None, region: str | None = None) -> int:
    """Enter somebody in the staff directory and print their id.

    Args:
        name: As they are called; kept sealed.
        role: What they are on this ledger.
        institution: Of staff, supervisor and auditor: its id or its name.
        region: Of placement-officer and bureau: 2, 4 or 6 digits of GB/T 2260.
    """

    async def asked(house: House) -> int:
        home = None if institution is None else await _institution(house, institution)
        answer(str((await house.identity.add_member(name, role, institution=home, prefix=region)).user))
        return 0

    return _within(asked)


@token.command(name="new")
def new_token(user: UUID, /, *, days: int | None = None, purpose: str = "command line") -> int:
    """Make a token and print it; it is shown only now.

    Args:
        user: The id of whose token it is.
        days: For how long; CHILDLEDGER_TOKEN_DAYS when not said.
        purpose: What it is for.
    """

    async def asked(house: House) -> int:
        if user not in await house.identity.names([user]):
            say("There is nobody with this id.")
            return 1
        lives = house.settings.token_days if days is None else days
        answer(await house.identity.issue(user, days=lives, purpose=purpose))
        return 0

    return _within(asked)


@token.command(name="list")
def list_tokens() -> int:
    """List all tokens by id, with whose they are and until when; never the tokens themselves."""

    async def asked(house: House) -> int:
        members = {each.member: each for each in await house.identity.members()}
        for each in await house.identity.tokens():
            member = members[each.member]
            ended = "revoked" if each.revoked_at else f"until {_day(each.expires_at)}"
            used = f"used {_day(each.used_at)}" if each.used_at else "never used"
            answer(f"{each.token}  {member.role}  {member.name or '–'}  {each.purpose}  {ended}  {used}")
        return 0

    return _within(asked)


@token.command(name="revoke")
def revoke_token(token: UUID, /) -> int:
    """Revoke a token; whoever serves refuses it within a second.

    Args:
        token: Its id, as `token list` shows it.
    """

    async def asked(house: House) -> int:
        if await house.identity.revoke(token):
            return 0
        say("There is no such token that is not revoked.")
        return 1

    return _within(asked)


@app.command
def rules(*, unverified: Flag = False) -> int:
    """List the rules with their sources.

    Args:
        unverified: Only those whose text could not be checked, which never refuse.
    """
    for rule in Rulebook.shipped().rules.values():
        if not (unverified and rule.verified):
            state = "verified" if rule.verified else "unverified"
            answer(f"{rule.id}  {rule.strength}  {state}\n  {rule.zh}\n  {rule.en}\n  {rule.source}")
    return 0


def _within(asked: Callable[[House], Awaitable[int]]) -> int:
    """Answer a command within an open house."""

    async def work() -> int:
        async with running(create_app(Settings())) as house:
            return await asked(house)

    return run(work(), stopped_with=STOPPED)


async def _institution(house: House, said: str) -> UUID:
    for each in await house.identity.institutions():
        if said in {each.name, str(each.institution)}:
            return each.institution
    message = f"there is no institution {said}"
    raise IdentityError(message)


def _day(instant: datetime) -> str:
    return instant.date().isoformat()
