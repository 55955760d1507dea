"""Reports as they were issued, by the digest that stands in the institution's file."""

from collections.abc import Collection
from hashlib import sha256
from typing import Final
from uuid import UUID

from domain.events.institution.reporting import ReportIssued
from ledger.store import queries
from ledger.store.pools import Pool

SQL: Final = queries.load("api.issuing", "kept_reports.sql")


class KeptReports:
    """The issued reports of one ledger: bytes that nobody changes, and that are found by their digest."""

    def __init__(self, pools: tuple[Pool, Pool]) -> None:
        """`pools` are the writer's and the reader's."""
        self._writers, self._readers = pools

    async def keep(self, content: bytes) -> str:
        """Keep a report, and return its SHA-256 in hexadecimal digits. The same one is kept once."""
        digest = sha256(content)
        async with self._writers.connection() as connection:
            await connection.execute(SQL["keep"], [digest.digest(), content])
        return digest.hexdigest()

    async def kept(self, digest: str) -> bytes | None:
        """Return the report with a digest; None if there is none, or not as it was kept."""
        async with self._readers.connection() as connection:
            row = await (await connection.execute(SQL["kept"], [bytes.fromhex(digest)])).fetchone()
        content = None if row is None else bytes(row[0])
        return content if content is not None and sha256(content).hexdigest() == digest else None

    async def issuers(self, institutions: Collection[UUID]) -> list[UUID]:
        """Return which institutions have ever issued a report."""
        async with self._readers.connection() as connection:
            cursor = await connection.execute(SQL["issuers"], [list(institutions), ReportIssued.__name__])
            return [issuer for (issuer,) in await cursor.fetchall()]
