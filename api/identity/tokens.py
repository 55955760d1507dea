"""The form of bearer tokens: `cl_`, 32 random bytes, and a checksum.

The checksum covers the name of the ledger that the token lets in to, so that each ledger knows its own, and
what is mistyped, without asking a database. It is no secret: what lets in is that the token was stored.
"""

import secrets
import zlib
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Final, TypeAlias

from domain.label import Label
from domain.limit import Area, limit

LONGEST_DAYS: Final = limit(
    3660,
    Area.PROCESS,
    Label("令牌有效的天数", "Days that a token lives"),
    why=Label("再长的令牌无人记得收回", "Nobody remembers to end one that lives longer"),
    beyond=Label("命令不予执行，并说明原因", "The command is refused and says so"),
)
PREFIX: Final = "cl_"
_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_SECRET_LENGTH: Final = 43  # 62 ** 43 > 2 ** 256
_CHECK_LENGTH: Final = 6  # 62 ** 6 > 2 ** 32
_LENGTH: Final = len(PREFIX) + _SECRET_LENGTH + _CHECK_LENGTH

Still: TypeAlias = Callable[[], Awaitable[None]]
"""Asks again, after what took a while, whether somebody may enter. Raises the problem `unauthenticated`."""


async def always() -> None:
    """Let in whom no token has let in, and so none can keep out: whoever commands the machine."""


def new_token(ledger: str) -> str:
    """Return a token for a ledger that nobody has had before."""
    secret = _written(secrets.randbits(256), _SECRET_LENGTH)
    return f"{PREFIX}{secret}{_checksum(secret, ledger)}"


def digest(token: str, ledger: str) -> bytes | None:
    """Return the digest (SHA-256) by which a token is stored; None for what cannot be one of this ledger."""
    secret, check = token[len(PREFIX) : -_CHECK_LENGTH], token[-_CHECK_LENGTH:]
    if len(token) != _LENGTH or not token.startswith(PREFIX) or not token.isascii():
        return None
    return sha256(token.encode()).digest() if _checksum(secret, ledger) == check else None


def _checksum(secret: str, ledger: str) -> str:
    return _written(zlib.crc32(f"{secret} {ledger}".encode()), _CHECK_LENGTH)


def _written(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))
