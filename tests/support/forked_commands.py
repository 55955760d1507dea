"""Commands of the ledger in forks of a process that has imported them, which is most of what a command does.

What serves is started as anywhere else. Run as a program, this is that process, and answers at a socket.
"""

import gc
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NoReturn

import pytest

from api import cli
from tests.support.folders import a_folder
from tests.support.places import ROOT
from tests.support.processes import CHILDLEDGER, clean_environment
from tests.support.waiting import until_now

SERVING: Final = ("serve", "demo", "witness")
"""Commands that go on until they are told to end."""
_MOST_BYTES: Final = 2**20
_ASKING: Final = Path(__file__).with_name("asking_for_a_fork.py")


@pytest.fixture(scope="session")
def childledger() -> Iterator[Path]:
    """Give a program like `childledger`, in a folder of its own, that is quicker to start."""
    with a_folder() as folder:
        place, program = folder / "socket", folder / "childledger"
        asking = [sys.executable, "-IS", _ASKING, place, CHILDLEDGER, ",".join(SERVING)]
        program.write_text(f'#!/bin/sh\nexec {shlex.join(map(str, asking))} "$@"\n', "utf-8")
        program.chmod(0o755)
        command = [sys.executable, "-m", __name__, str(place)]
        with subprocess.Popen(
            command, cwd=ROOT, env=clean_environment(), stdin=subprocess.DEVNULL
        ) as forking:
            try:
                until_now(lambda: place.exists() or forking.poll() is not None)
                yield program
            finally:
                forking.terminate()


def answer_at(place: str) -> NoReturn:
    """Import the commands, and run each that is asked for at a socket, in a process of its own."""
    gc.disable()
    for name, function in cli.COMMANDS.items():
        if name not in SERVING:
            import_module(f"{cli.__name__}.{function.partition(':')[0]}")
    import_module(f"{cli.__name__}.trouble")
    gc.freeze()
    gc.enable()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(f"{place}.new")
        listener.listen()
        Path(f"{place}.new").rename(place)
        while True:
            asked, _ = listener.accept()
            with asked:
                if os.fork() == 0:
                    _answer(asked)


def _answer(asked: socket.socket) -> NoReturn:
    """Run what is asked for, and answer its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    said, streams, _, _ = socket.recv_fds(asked, _MOST_BYTES, 3)
    command = os.fork()
    if command == 0:
        _run(json.loads(said), streams)
    for stream in streams:
        os.close(stream)
    _, status = os.waitpid(command, 0)
    asked.send(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _run(said: dict[str, Any], streams: Sequence[int]) -> NoReturn:
    """Become the process of a command, with its words, surroundings and streams."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(len(streams), 64)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, encoding="utf-8") for number, mode in enumerate("rww")
    )
    os.chdir(said["folder"])
    os.environ.clear()
    os.environ.update(said["surroundings"])
    sys.argv = [str(CHILDLEDGER), *said["words"]]
    code: Any = 0
    try:
        cli.main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 - as the interpreter does
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)


if __name__ == "__main__":
    answer_at(sys.argv[1])
