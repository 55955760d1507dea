"""The command line. Commands that change data act as the operating system's administrator."""

import gc
import io
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from types import MappingProxyType
from typing import Final

import structlog
from cyclopts import CycloptsError

from api import logs
from api.cli.output import STOPPED, commands, note
from api.settings import mistyped

log = structlog.get_logger()

app = commands(
    "childledger",
    "国家监护儿童登记账本。 A ledger of children's lives in state care.",
    version("childledger"),
)
app["--help"].help = "显示本说明。 Display this message and exit."
app["--version"].help = "显示版本。 Display application version."
COMMANDS: Final = MappingProxyType(
    {
        "serve": "serving_commands:serve",
        "demo": "serving_commands:demo",
        "import": "import_command:import_register",
        "show": "show_command:show",
        "institution": "directory_commands:institution",
        "user": "directory_commands:user",
        "token": "directory_commands:token",
        "backup": "backup_commands:back_up",
        "restore": "backup_commands:restore",
        "recover": "backup_commands:recover",
        "keys": "key_commands:keys",
        "rebuild": "upkeep_commands:rebuild",
        "verify": "upkeep_commands:verify",
        "sweep": "upkeep_commands:sweep",
        "erase": "erasure_command:erase_due",
        "log": "log_commands:log",
        "export": "export_command:export",
        "witness": "witness_command:witness",
        "database-url": "upkeep_commands:database_url",
        "rules": "rules_commands:rules",
        "coverage": "coverage_command:show_coverage",
    }
)
"""The module and function of each command, which is imported, with its dependencies, only if it is run."""
for command, path in COMMANDS.items():
    app.command(f"{__name__}.{path}", name=command)

USAGE: Final = 2
"""The exit code for a wrong command line."""
PIPE_CLOSED: Final = 128 + signal.SIGPIPE
"""The exit code for a closed pipe, as after `| head`."""


def main() -> None:
    """Run the command line and exit."""
    for stream in (sys.stdout, sys.stderr):
        # A character that the terminal's encoding, such as GBK, lacks is escaped, and stops no command.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    logs.configure()
    for warning in mistyped(os.environ):
        note(warning)
    sys.exit(run_command(sys.argv[1:]))


def run_command(words: Sequence[str]) -> int:
    """Run a command, print its errors, and return the exit code."""
    try:
        if not words or words[0] in app.help_flags:
            # The help page lists each command's first sentence, from its docstring.
            for command in COMMANDS:
                app[command]
        elif words[0] in COMMANDS:
            _import(COMMANDS[words[0]].partition(":")[0])
        code: int = app(words, result_action="return_value", exit_on_error=False, print_error=False)
    except KeyboardInterrupt:
        code = STOPPED
    except BrokenPipeError:
        # Python would try again to write the rest, and report an error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = PIPE_CLOSED
    except Exception as error:
        # It imports the errors of all components.
        from api.cli import trouble  # noqa: PLC0415 - imported only after an error

        code = USAGE if isinstance(error, CycloptsError) else 1
        sentences = trouble.sentences(error)
        if not sentences:
            log.exception("unexpected", exc_info=error)
            sentences = [str(trouble.UNEXPECTED)]
        note("\n".join(sentences))
    return code


def _import(module: str) -> None:
    """Import a command's module, and let the garbage collector spare it: all of it stays to the end.

    To look for garbage in it, meanwhile and at the end, took a third of a command's time.
    """
    if f"{__name__}.{module}" not in sys.modules:
        gc.disable()
        try:
            import_module(f"{__name__}.{module}")
        finally:
            gc.freeze()
            gc.enable()
