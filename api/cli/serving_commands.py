"""Commands that serve: a real ledger, or a fictional institution's."""

from pathlib import Path
from typing import Annotated, TypeAlias

from cyclopts import Parameter, validators

from api.app import create_app, running
from api.cli.output import answer, note
from api.demo.demonstration import AlreadyRunningError, demonstrate
from api.serving import LOOPBACK, address_of, leave_when_told, listen, run
from api.serving import serve as serve_on
from api.settings import Settings

Port: TypeAlias = Annotated[int, Parameter(validator=validators.Number(gte=0, lte=65535))]


def serve() -> int:
    """启动服务，直至停止。 Serve on CHILDLEDGER_HOST and CHILDLEDGER_PORT until stopped."""
    leave_when_told()
    settings = Settings()
    if settings.host not in LOOPBACK and not settings.tls_handled:
        note(
            f"{settings.host} 不是本机地址；已由前端处理 TLS 的，请设置 CHILDLEDGER_TLS_HANDLED=yes。"
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


def demo(*, port: Port = 8000, data: Path = Path(".data")) -> int:
    """以虚构机构的台账启动演示。 Serve a fictional institution's register.

    Args:
        port: 本机（127.0.0.1）端口。 The port on 127.0.0.1.
        data: 数据库和密钥所在文件夹，没有的自动建立。
            The folder of the database and the keys, created if there is none.
    """
    try:
        return demonstrate(port, data)
    except AlreadyRunningError as error:
        answer(str(error))
        return 1
