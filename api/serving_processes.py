"""The processes of one service: the first answers, one follows the ledgers, more may answer beside it."""

import socket
from contextlib import AbstractAsyncContextManager
from typing import Final

from api import follower, worker
from api.settings import Settings
from api.supervised import Supervised, kept_running
from domain.label import Label
from domain.limit import Area, limit

MOST_WORKERS: Final = limit(
    64,
    Area.PROCESS,
    Label("同时应答请求的进程数（--workers）", "Processes that answer (`--workers`)"),
    why=Label("每个进程占用内存和数据库连接", "Each takes memory and connections of the database"),
    beyond=Label("命令不予执行，并说明原因", "The command is refused and says so"),
)


def beside(
    settings: Settings, listener: socket.socket, *, workers: int = 1
) -> AbstractAsyncContextManager[None]:
    """Keep the follower running for the block, and all workers but this process, which is the first.

    `settings` are those of `Tenants.settings`.
    """
    others = Supervised(worker.__name__, settings, (str(listener.fileno()),), (listener.fileno(),))
    return kept_running([Supervised(follower.__name__, settings), *([others] * (workers - 1))])
