"""A process that answers beside the first one of a service, on the same socket.

`WORKER STARTER SOCKET`: it ends with the process of that id; the socket is an open file that it is given.
"""

import socket
import sys

from api.app import create_app, running
from api.serving import run_beside, serve
from api.settings import Settings


async def work(listener: socket.socket) -> int:
    """Answer until cancelled."""
    app = create_app(Settings(), apart=True)
    async with running(app):
        await serve(app, listener)
    return 0


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[2])) as shared:
        sys.exit(run_beside(int(sys.argv[1]), lambda: work(shared)))
