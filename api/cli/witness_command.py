"""The command of a witness, which needs no ledger and no database."""

from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from api.cli.output import answer
from api.cli.serving_commands import Port
from api.serving import address_of, leave_when_told, listen, run
from api.serving import serve as serve_on
from api.witness_service import witness_app
from ledger.log.checkpoint import COSIGNATURE, SigningKey, VerifierKey
from ledger.log.witness import CheckpointWitness
from ledger.sealing.key_file import KeyFile

KEY_FILE: Final = "witness.key"
_PURPOSE: Final = b"childledger/v1/witness"


def witness(
    folder: Path,
    /,
    *,
    name: str,
    log: Annotated[tuple[str, ...], Parameter(negative=())],
    host: str = "127.0.0.1",
    port: Port = 8001,
) -> int:
    """见证其他单位的透明日志：只副署不断增长的日志。 Cosign the logs of others that only ever grow.

    Args:
        folder: 见证密钥和已副署的检查点所在文件夹。
            The folder of the witness's key and of what it cosigned last.
        name: 见证方名称，如 witness.example/w1。 The witness's name, as witness.example/w1.
        log: 所见证日志的公钥，可多次给出。 The public key of a log, as often as there are logs.
        host: 服务地址。 The address to serve on.
        port: 端口。 The port.
    """
    leave_when_told()
    secret = KeyFile.make(folder / KEY_FILE).stamp(_PURPOSE)
    keys = [VerifierKey.read(each) for each in log]
    own = CheckpointWitness(SigningKey(name, COSIGNATURE, secret), keys, folder)
    answer(own.verifier)
    with listen(host, port) as listener:

        async def serving() -> int:
            answer(f"Serving on {address_of(listener)}")
            await serve_on(witness_app(own), listener)
            return 0

        return run(serving())
