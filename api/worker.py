"""A process that answers beside the first one of a service, on the same socket.

`WORKER STARTER SOCKET`: it ends with the process of that id; the socket is an open file that it is given.
"""

import socket
import sys

from api import logs
from api.app import create_app, running
from api.serving import leave_when_told, run, serve
from api.settings import Settings
from api.supervised import ended_with_starter


async def work(listener: socket.socket) -> int:
    """Answer until cancelled."""
    app = create_app(Settings(), apart=True)
    async with running(app):
        await serve(app, listener)
    return 0


if __name__ == "__main__":
    leave_when_told()
    logs.configure()
    ended_with_starter(int(sys.argv[1]))
    with socket.socket(fileno=int(sys.argv[2])) as shared:
        sys.exit(run(work(shared)))
