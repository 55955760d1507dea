"""Processes that compute beside another one end with it, however that ends."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import PIPE
from contextlib import suppress

from ledger.processes import forked_process

STARTS_ONE = """
import os, time
from ledger.processes import forked_process
with forked_process() as process:
    print(process.submit(os.getpid).result(), flush=True)
    time.sleep(600)
"""


def test_a_process_beside_another_keeps_none_of_its_connections_open() -> None:
    ours, theirs = socket.socketpair()
    with theirs, forked_process() as process:
        assert process.submit(os.getpid).result() != os.getpid()
        ours.close()
        theirs.settimeout(60)

        assert theirs.recv(1) == b""


async def test_a_process_beside_another_ends_when_that_is_killed() -> None:
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", STARTS_ONE, stdout=PIPE)
    assert parent.stdout is not None
    beside = os.pidfd_open(int(await parent.stdout.readline()))
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(beside, ended.set)
    try:
        assert not ended.is_set()
        parent.kill()
        await asyncio.wait_for(ended.wait(), 60)
    finally:
        asyncio.get_running_loop().remove_reader(beside)
        os.close(beside)
        with suppress(ProcessLookupError):
            parent.kill()
        await parent.wait()
