"""The form of bearer tokens: `cl_`, 32 random bytes, and a checksum.

The checksum covers the name of the token's ledger, so that each ledger recognizes its own tokens, and
mistyped ones, without a query. The checksum is not secret: a token is valid only if it is stored.
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
"""Checks again, after a wait, that the token is still valid. Raises the problem `unauthenticated`."""


async def always() -> None:
    """Accept a command of the machine's user, which has no token that could become invalid."""


def new_token(ledger: str) -> str:
    """Return a new token for a ledger."""
    secret = _written(secrets.randbits(256), _SECRET_LENGTH)
    return f"{PREFIX}{secret}{_checksum(secret, ledger)}"


def digest(token: str, ledger: str) -> bytes | None:
    """Return the digest (SHA-256) that identifies a stored token; None for no token of the ledger."""
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
