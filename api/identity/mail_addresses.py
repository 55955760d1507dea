"""Where the weekly digests of members are sent, sealed as their names are, and for which weeks they were."""

from collections.abc import Mapping
from datetime import date
from email.errors import HeaderParseError
from email.headerregistry import Address
from typing import Final
from uuid import UUID

from api.identity.directory import IdentityError
from domain.event import Category
from domain.label import Label
from ledger.ledger import Ledger
from ledger.store import queries
from ledger.store.pools import Pool

SQL: Final = queries.load("api.identity", "mail_addresses.sql")
_ADDRESS: Final = "mail_address.address"
_LONGEST: Final = 254


class MailAddresses:
    """The addresses of the members of one ledger, and the weeks whose digests were sent to them."""

    def __init__(self, ledger: Ledger, pools: tuple[Pool, Pool]) -> None:
        """`pools` are the writer's and the reader's."""
        self._ledger = ledger
        self._writers, self._readers = pools

    async def give(self, member: UUID, address: str) -> None:
        """Note where a member's digest is sent, in place of any other address. Raises IdentityError."""
        check_address(address)
        seal = await self._ledger.seal_for([member], [Category.IDENTITY])
        await self._write("give", member, seal.seal(member, Category.IDENTITY, address, _ADDRESS))

    async def take_away(self, member: UUID) -> None:
        """Forget where a member's digest is sent."""
        await self._write("take_away", member)

    async def given(self) -> Mapping[UUID, str]:
        """Return the addresses by member; an erased one is left out."""
        async with self._readers.connection() as connection:
            rows = await (await connection.execute(SQL["given"])).fetchall()
        seal = await self._ledger.seal_for([member for member, _ in rows], [Category.IDENTITY])
        opened = {member: seal.open(member, Category.IDENTITY, value, _ADDRESS) for member, value in rows}
        return {member: address for member, address in opened.items() if isinstance(address, str)}

    async def enter(self, member: UUID, week: date) -> bool:
        """Return whether the digest of a week is the caller's to send: nobody else's, of all processes."""
        return await self._write("enter", member, week) == 1

    async def strike(self, member: UUID, week: date) -> None:
        """Leave the digest of a week to be sent again, as it could not be."""
        await self._write("strike", member, week)

    async def _write(self, statement: str, *parameters: object) -> int:
        async with self._writers.connection() as connection:
            return (await connection.execute(SQL[statement], parameters)).rowcount


def check_address(address: str) -> None:
    """Raise IdentityError unless a text is one mail address, in ASCII."""
    try:
        fits = len(address) <= _LONGEST and address.isascii() and bool(Address(addr_spec=address).domain)
    except (HeaderParseError, ValueError, IndexError):
        fits = False
    if not fits:
        message = Label("电子邮件地址写法不对。", "That is no mail address.")
        raise IdentityError(message)
