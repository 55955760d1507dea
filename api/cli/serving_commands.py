"""Commands that serve: a real ledger, or a fictional institution's."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final, TypeAlias

from cyclopts import Parameter, validators

from api.app import create_app, running
from api.bootstrap import Container
from api.cli.output import answer, note
from api.demo.demonstration import AlreadyRunningError, demonstrate
from api.serving import LOOPBACK, address_of, leave_when_told, listen, run
from api.serving import serve as serve_on
from api.serving_processes import MOST_WORKERS, beside
from api.settings import Settings

_NO_BACKUP: Final = (
    "现用的主密钥没有经过验证的备份，一旦丢失，一切密封内容都无法再读。"
    "请先运行 childledger keys backup 文件，再运行 childledger keys check 文件；"
    "以其他方式备份的，请设置 CHILDLEDGER_KEY_BACKUP=none。 "
    "The wrapping key in use has no verified backup, and nothing sealed can be read once it is lost. Run "
    "`childledger keys backup FILE`, then `childledger keys check FILE`; where it is kept in another way, "
    "set CHILDLEDGER_KEY_BACKUP=none."
)
Workers: TypeAlias = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=MOST_WORKERS))]
Port: TypeAlias = Annotated[int, Parameter(validator=validators.Number(gte=0, lte=65535))]


def serve(*, workers: Workers = 1) -> int:
    """启动服务，直至停止。 Serve on CHILDLEDGER_HOST and CHILDLEDGER_PORT until stopped.

    Args:
        workers: 同时应答请求的进程数，共用同一账本。 The processes that answer, which share the ledger.
    """
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
            served = create_app(settings, apart=True)
            async with running(served):
                if settings.key_backup == "verified" and not await _backed_up(served.state.tenants.all):
                    note(_NO_BACKUP)
                    return 1
                async with beside(served.state.tenants.settings, listener, workers=workers):
                    answer(f"Serving on {address_of(listener)}")
                    await serve_on(served, listener)
            return 0

        return run(serving())


async def _backed_up(containers: Iterable[Container | None]) -> bool:
    """Return whether a backup of the wrapping key in use was verified for each ledger that is open."""
    verified = [await each.ledger.keys.backed_up() for each in containers if each is not None]
    return all(moment is not None for _, moment in verified)


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
