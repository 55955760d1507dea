"""Passwords: which may be chosen, and what is kept of one (Argon2id, RFC 9106).

A password is longer than most and no common one; nothing else is asked of it, and nobody has to change it.
"""

import asyncio
import os
import secrets
import unicodedata
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from api.contract.problems import Problem
from domain.label import Label
from domain.limit import Area, limit

T = TypeVar("T")

SHORTEST: Final = limit(
    8,
    Area.FACTS,
    Label("口令至少的字符数", "Characters of a password, at least"),
    why=Label("更短的口令逐个试出即可", "Shorter ones are found by trying"),
    beyond=Label("不予采用，并说明原因", "It is not taken, and the page says why"),
)
LONGEST: Final = limit(
    200,
    Area.FACTS,
    Label("口令的字符数", "Characters of a password"),
    why=Label("没有人记得住更长的口令", "Nobody keeps a longer one"),
    beyond=Label("不予采用，并说明原因", "It is not taken, and the page says why"),
)
AT_ONCE: Final = limit(
    2,
    Area.COSTS,
    Label("同时核对的口令", "Passwords that are checked at once"),
    why=Label("每次占用一个处理器和64 MB内存", "Each takes a processor and 64 MB of memory"),
    beyond=Label("其余登录排队", "Other sign-ins wait for their turn"),
)
MOST_WAITING: Final = limit(
    50,
    Area.COSTS,
    Label("等待核对的口令", "Passwords that wait to be checked"),
    why=Label(
        "约等待三秒；再多则无人等得及", "They wait for some three seconds; more would wait for too long"
    ),
    beyond="unavailable",
)
LONGEST_WAIT_SECONDS: Final = limit(
    10,
    Area.COSTS,
    Label("等待核对口令的秒数", "Seconds that a password waits to be checked"),
    why=Label("机器繁忙时，与其久等不如稍后再试", "On a busy machine, trying again later is better"),
    beyond="unavailable",
)
_LANES: Final = 4
_SALT, _DIGEST = 16, 32

TOO_SHORT: Final = Label(f"口令至少 {SHORTEST} 个字符。", f"A password has {SHORTEST} characters or more.")
TOO_LONG: Final = Label(f"口令至多 {LONGEST} 个字符。", f"A password has {LONGEST} characters at most.")
TOO_COMMON: Final = Label(
    "这是常见的口令，容易被人猜中。请另选一个，例如几个互不相关的词语。",
    "This password is a common one and easily guessed. Choose another, such as some words that have nothing"
    " to do with one another.",
)
AS_THE_NAME: Final = Label("口令不能与用户名相同。", "A password is not the user name.")


def _common() -> frozenset[str]:
    lines = (files("api.identity") / "common_passwords.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


COMMON: Final = _common()
"""Passwords that are tried first by whoever guesses, folded."""


def normalized(password: str) -> str:
    """Return a password as it is compared, in full width or half, with signs put together or apart."""
    return unicodedata.normalize("NFKC", password)


def fault_of(password: str, login: str) -> Label | None:
    """Return why a password may not be chosen by somebody of a user name; None if it may."""
    chosen = normalized(password)
    if len(chosen) < SHORTEST:
        return TOO_SHORT
    if len(chosen) > LONGEST:
        return TOO_LONG
    if chosen.casefold() in COMMON:
        return TOO_COMMON
    if chosen.casefold() == normalized(login).casefold():
        return AS_THE_NAME
    return None


_BENEATH: Final = 5
"""How much the threads give way to the event loop, whose answers others wait for."""
_THREADS: Final = ThreadPoolExecutor(AT_ONCE, "password", initializer=os.nice, initargs=(_BENEATH,))


async def _beside(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_THREADS, work)


class PasswordHashing:
    """Hashes passwords and checks them, a few at once and never on the event loop."""

    def __init__(self, *, memory_kib: int, passes: int) -> None:
        """Take the memory of one hash in KiB, and how often it is passed over."""
        self._hasher = PasswordHasher(passes, memory_kib, _LANES, _DIGEST, _SALT)
        salt, digest = (
            b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (_SALT, _DIGEST)
        )
        self._nobodys = f"$argon2id$v=19$m={memory_kib},t={passes},p={_LANES}${salt}${digest}"
        self._free = asyncio.Semaphore(AT_ONCE)
        self._under_way = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn to hash or to check passwords within the block.

        Raises the problem `unavailable` if too many wait already, or it takes too long.
        """
        if self._under_way >= AT_ONCE + MOST_WAITING:
            raise Problem("unavailable")
        self._under_way += 1
        try:
            try:
                async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                    await self._free.acquire()
            except TimeoutError:
                raise Problem("unavailable") from None
            try:
                yield
            finally:
                self._free.release()
        finally:
            self._under_way -= 1

    async def hashed(self, password: str) -> str:
        """Return what is kept of a password: its hash with the parameters that made it."""
        return await _beside(lambda: self._hasher.hash(normalized(password)))

    async def verified(self, kept: str | None, password: str) -> bool:
        """Return whether a password is the one that a hash was kept of; the same work is done without one."""

        def verify() -> bool:
            try:
                return self._hasher.verify(kept or self._nobodys, normalized(password))
            except (VerificationError, InvalidHashError):
                return False

        return await _beside(verify) and kept is not None

    def outdated(self, kept: str) -> bool:
        """Return whether a hash was made with other parameters than those of now."""
        return self._hasher.check_needs_rehash(kept)
