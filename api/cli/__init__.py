"""The command line. Commands that change something act as the operating system's own administrator."""

import io
import os
import signal
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

import structlog
from cyclopts import App, CycloptsError, Parameter, validators

from api import logs
from api.app import create_app, running
from api.bootstrap import Container
from api.cli import trouble
from api.cli.backup_commands import back_up, recover, restore
from api.cli.directory_commands import institution, token, user
from api.cli.import_command import import_file
from api.cli.output import (
    STOPPED,
    Flag,
    answer,
    note,
    with_container,
)
from api.cli.upkeep_commands import rebuild, verify
from api.demo.demonstration import AlreadyRunningError, demonstrate
from api.serving import LOOPBACK, address_of, leave_when_told, listen, run
from api.serving import serve as serve_on
from api.settings import Settings
from domain.rulebook import Rulebook

log = structlog.get_logger()

app = App(
    name="childledger", help="A ledger of children's lives in state care.", version=version("childledger")
)
for group in (institution, user, token):
    app.command(group)
app.command(back_up, name="backup")
app.command(restore)
app.command(recover)
app.command(rebuild)
app.command(verify)

USAGE: Final = 2
"""The exit code of a command that was not given as it is to be."""
PIPE_CLOSED: Final = 128 + signal.SIGPIPE
"""The exit code when nobody reads on, as after `| head`."""


def main() -> None:
    """Run the command line and exit."""
    for stream in (sys.stdout, sys.stderr):
        # What a terminal's encoding lacks, such as GBK, is shown by its number, and ends no command.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    logs.configure()
    for told in trouble.mistyped_settings(os.environ):
        note(told)
    sys.exit(run_command(sys.argv[1:]))


def run_command(words: Sequence[str]) -> int:
    """Run a command, tell what kept it from being done, and return the exit code."""
    try:
        code: int = app(words, result_action="return_value", exit_on_error=False, print_error=False)
    except AlreadyRunningError as error:
        answer(str(error))
        code = 1
    except KeyboardInterrupt:
        code = STOPPED
    except BrokenPipeError:
        # Python would try once more to write what is left, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = PIPE_CLOSED
    except Exception as error:
        code = USAGE if isinstance(error, CycloptsError) else 1
        said = trouble.sentences(error)
        if not said:
            log.exception("unexpected", exc_info=error)
            said = [f"{trouble.UNEXPECTED.zh} {trouble.UNEXPECTED.en}"]
        note("\n".join(said))
    return code


Port: TypeAlias = Annotated[int, Parameter(validator=validators.Number(gte=0, lte=65535))]


@app.command
def serve() -> int:
    """Serve on CHILDLEDGER_HOST and CHILDLEDGER_PORT until stopped."""
    leave_when_told()
    settings = Settings()
    if settings.host not in LOOPBACK and not settings.tls_handled:
        note(
            f"{settings.host} 不是本机地址：前面有 TLS 时请设置 CHILDLEDGER_TLS_HANDLED=yes。"
            f" {settings.host} is no loopback address: say CHILDLEDGER_TLS_HANDLED=yes where TLS is handled."
        )
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
def demo(*, port: Port = 8000, data: Path = Path(".data")) -> int:
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

    async def asked(container: Container) -> int:
        address = container.addresses.of(role)
        if address is None:
            note(
                "此处不知道所有者的地址：请设置 CHILDLEDGER_DATABASE_URL。"
                " The owner's address is not known here: set CHILDLEDGER_DATABASE_URL."
            )
            return 1
        answer(address)
        return 0

    return with_container(asked)


@app.command(name="import")
def import_register(
    file: Path,
    /,
    *,
    institution: str | None = None,
    region: str | None = None,
    dry_run: Flag = False,
    report: Path | None = None,
    json: Flag = False,
    tokens: Flag = False,
) -> int:
    """Import an institution's register; the same one again adds nothing.

    Args:
        file: The workbook (.xlsx, .xls, .ods) or table of text (.csv).
        institution: Whose it is, by name or id: for a file that does not say so, as CSV never does.
        region: Where the institution lies (GB/T 2260, six digits), where that is not known yet.
        dry_run: Tell what would come of it, and record nothing.
        report: Write a workbook for the clerk, with every row and value that was not used.
        json: Print the report as JSON, and all else to standard error.
        tokens: Make and print a token for each role, for looking at what came of it: good for a day.
    """
    importing = import_file(
        file,
        institution=institution,
        region=region,
        dry_run=dry_run,
        report=report,
        json=json,
        tokens=tokens,
    )
    return run(importing, stopped_with=STOPPED)


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
