"""Epochs: a ledger begins one after a loss of entries, so that no position means two entries unnoticed."""

from dataclasses import dataclass
from datetime import datetime

from psycopg.sql import Identifier

from ledger.roles import Roles
from ledger.store import queries
from ledger.store.append import Head
from ledger.store.append_batch import SQL as STORE
from ledger.store.connecting import connect


@dataclass(frozen=True, slots=True)
class Epoch:
    """An epoch after the first: lost entries had the positions after `began_after`, now assigned again.

    `last_seen` is the record outside the database that showed the loss, None if there was none.
    """

    epoch: int
    began_after: int
    last_seen: str | None
    at: datetime


class EpochTakenError(Exception):
    """Another process began an epoch at the same time."""


async def begin(
    owner_url: str, ledger: str, head: Head, last_seen: str | None, lost_at: datetime | None
) -> Head:
    """Begin a new epoch at the head found, and return the new head.

    Later entries get moments after `lost_at`, the moment of the last entry known to be lost.
    Raises EpochTakenError.
    """
    async with await connect(owner_url) as connection:
        await queries.execute(
            connection,
            "SET LOCAL ROLE {owner}",
            "SET LOCAL search_path = {ledger}, pg_temp",
            owner=Identifier(Roles.of(ledger).owner),
            ledger=Identifier(ledger),
        )
        cursor = await connection.execute(STORE["begin_epoch"], [lost_at, head.epoch, head.position])
        row = await cursor.fetchone()
        if row is None:
            message = (
                f"恢复期间账本 {ledger} 有变动：请再试。"
                f" The ledger {ledger} moved while it was recovered: try again."
            )
            raise EpochTakenError(message)
        begun = Head(*row)
        await connection.execute(STORE["enter_epoch"], [begun.epoch, begun.position, last_seen])
    return begun
