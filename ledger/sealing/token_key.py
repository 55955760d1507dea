"""A wrapping key that never leaves its token: a smart card, a hardware security module or a key service.

It is asked through the token's PKCS#11 module, in a thread of its own, for a module may block. Its address is
a PKCS#11 URI (RFC 7512), such as
`pkcs11:token=childledger;object=kek-1?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=/etc/pin`.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final, Protocol, Self, TypeVar, cast
from urllib.parse import unquote

from domain.label import Label
from domain.limit import Area, limit
from ledger.data_folder import check_private
from ledger.sealing.wrapping import NONCE, KeyFileError, KeyUnavailableError, UnwrapError

try:
    import pkcs11
except ImportError:
    INSTALLED = False
else:
    INSTALLED = True
"""Whether the extra `pkcs11` is installed, which a key file without a token does without."""

WAIT_SECONDS: Final = limit(
    10,
    Area.PROCESS,
    Label("等待密钥令牌（PKCS#11）的秒数", "Seconds that a token of keys (PKCS#11) is waited for"),
    why=Label("失去的令牌可能不再答复", "A token that is gone may never answer"),
    beyond="unavailable",
)
_BITS: Final = 256
_TAG_BITS: Final = 128
_PARTS: Final = frozenset({"token", "object", "module-path", "pin-source"})
T = TypeVar("T")


class _Cipher(Protocol):
    """A key of the library that encrypts, as its types do not say."""

    def encrypt(self, data: bytes, **how: object) -> bytes: ...

    def decrypt(self, data: bytes, **how: object) -> bytes: ...


class TokenKey:
    """An AES-256 key in a token, which wraps data keys by AES-GCM within it."""

    def __init__(self, uri: str) -> None:
        parts = _parts(uri)
        self._token, self._label = parts["token"], parts["object"]
        self._module = parts["module-path"]
        self._pin = Path(parts["pin-source"].removeprefix("file:"))
        self._key: _Cipher | None = None
        self._lost = False

    @classmethod
    @cache
    def at(cls, uri: str) -> Self:
        """Return the key of an address, one for the whole process, for its token is entered once.

        Raises KeyFileError if it is no such address, or the extra `pkcs11` is not installed.
        """
        if not INSTALLED:
            message = (
                "未安装 PKCS#11 组件：请 pip install 'childledger[pkcs11]'。"
                " PKCS#11 is not installed: pip install 'childledger[pkcs11]'."
            )
            raise KeyFileError(message)
        return cls(uri)

    async def make(self) -> None:
        """Make the key in its token if there is none, and try it. Raises KeyUnavailableError."""
        await self._asked(lambda: self._entered(make=True))
        await self.unwrap(await self.wrap([b""], [b""]), [b""])

    async def wrap(self, keys: Sequence[bytes], contexts: Sequence[bytes]) -> list[bytes]:
        """Return the keys wrapped, each under a random nonce. Raises KeyUnavailableError."""
        return await self._asked(lambda: [*map(self._wrapped, keys, contexts)])

    async def unwrap(self, wrapped: Sequence[bytes], contexts: Sequence[bytes]) -> list[bytes]:
        """Return the keys unwrapped. Raises UnwrapError and KeyUnavailableError."""
        return await self._asked(lambda: [*map(self._unwrapped, wrapped, contexts)])

    async def _asked(self, work: Callable[[], T]) -> T:
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                return await asyncio.get_running_loop().run_in_executor(_thread(self._module), work)
        except (TimeoutError, pkcs11.PKCS11Error) as error:
            raise self._away(error) from None

    def _wrapped(self, key: bytes, context: bytes) -> bytes:
        nonce = os.urandom(NONCE)
        sealed = self._tried(lambda kept: kept.encrypt(key, **_gcm(nonce, context)))
        return nonce + sealed

    def _unwrapped(self, wrapped: bytes, context: bytes) -> bytes:
        nonce, sealed = wrapped[:NONCE], wrapped[NONCE:]
        try:
            return self._tried(lambda kept: kept.decrypt(sealed, **_gcm(nonce, context)))
        except pkcs11.PKCS11Error:
            # Tokens say of what was altered what they say of any failure: one that still works is believed.
            probe = self._wrapped(b"", b"")
            self._tried(lambda kept: kept.decrypt(probe[NONCE:], **_gcm(probe[:NONCE], b"")))
            raise UnwrapError from None

    def _tried(self, work: "Callable[[_Cipher], bytes]") -> bytes:
        try:
            return work(self._entered())
        except pkcs11.PKCS11Error:
            # It is entered anew, once, for a session ends with the token's connection.
            self._key, self._lost = None, True
            return work(self._entered())

    def _entered(self, *, make: bool = False) -> "_Cipher":
        if self._key is None:
            try:
                module = pkcs11.lib(self._module)
                if self._lost:
                    module.reinitialize()
                token = module.get_token(token_label=self._token)
                session = self._session(token, rw=make)
            except (OSError, RuntimeError) as error:
                raise self._away(error) from None
            kind = pkcs11.ObjectClass.SECRET_KEY
            try:
                key = session.get_key(object_class=kind, label=self._label)
            except pkcs11.NoSuchKey:
                if not make:
                    raise
                private = {pkcs11.Attribute.EXTRACTABLE: False, pkcs11.Attribute.SENSITIVE: True}
                key = session.generate_key(
                    pkcs11.KeyType.AES, _BITS, label=self._label, store=True, template=private
                )
            self._key, self._lost = cast("_Cipher", key), False
        return self._key

    def _session(self, token: "pkcs11.Token", *, rw: bool) -> "pkcs11.Session":
        with self._pin.open(encoding="utf-8") as file:
            check_private(file.fileno(), self._pin)
            pin = file.read().strip()
        with suppress(pkcs11.UserAlreadyLoggedIn):
            return token.open(rw=rw, user_pin=pin)
        # Whoever is in once in a process is in by every session of it.
        return token.open(rw=rw)

    def _away(self, error: Exception) -> KeyUnavailableError:
        why = type(error).__name__
        return KeyUnavailableError(
            f"密钥令牌 {self._token} 现在无法使用其中的密钥 {self._label}（{why}）："
            "请检查令牌、模块和 PIN 文件。 "
            f"The key {self._label} of the token {self._token} cannot be used now ({why}): see the token, "
            "its module and the file of its PIN."
        )


@cache
def _thread(module: str) -> ThreadPoolExecutor:
    """Return the one thread by which a module is asked, whichever of its keys is."""
    return ThreadPoolExecutor(1, f"pkcs11 {module}")


def _gcm(nonce: bytes, context: bytes) -> dict[str, object]:
    parameters = pkcs11.GCMParams(nonce, context, _TAG_BITS)
    return {"mechanism": pkcs11.Mechanism.AES_GCM, "mechanism_param": parameters}


def _parts(uri: str) -> dict[str, str]:
    """Return the attributes of a PKCS#11 URI; those that we need, and no others."""
    scheme, _, rest = uri.partition(":")
    path, _, query = rest.partition("?")
    pairs = [each.partition("=") for each in (*path.split(";"), *query.split("&"))]
    parts = {name: unquote(value) for name, _, value in pairs if value}
    if scheme != "pkcs11" or parts.keys() != _PARTS or len(pairs) != len(_PARTS):
        message = (
            "令牌中密钥的地址应为 pkcs11:token=…;object=…?module-path=…&pin-source=…（RFC 7512）。"
            " A key in a token has the address pkcs11:token=…;object=…?module-path=…&pin-source=… (RFC 7512)."
        )
        raise KeyFileError(message)
    return parts
