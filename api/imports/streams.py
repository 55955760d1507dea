"""The streams of an institution's children by file number, and of a place's by citizen id."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from uuid import UUID

from api.identity.permissions import Actor, families_sql
from ledger.ledger import Ledger
from projections.families import having
from projections.likeness import CITIZEN_ID, holders
from projections.name_search import whole_name, whole_number
from projections.projector.projector import Projector
from projections.register import citizen_ids_at, file_numbers


class Streams:
    """The files of one institution or place, from the register's read model and as an import opens them.

    `owner` is the institution, or the id that stands for the place.
    """

    def __init__(self, ledger: Ledger, projector: Projector, owner: UUID, place: str | None = None) -> None:
        self._ledger = ledger
        self._projector = projector
        self._owner = owner
        self._place = place

    async def known(self) -> dict[bytes, list[UUID]]:
        """Return the files by the terms of their numbers; several files may share one."""
        async with self._projector.reading() as connection:
            if self._place is not None:
                return await citizen_ids_at(connection, self._place)
            return await file_numbers(connection, self._owner)

    async def of(self, numbers: Iterable[str]) -> dict[str, list[UUID]]:
        """Return the existing files of file numbers."""
        known = await self.known()

        def by_number() -> dict[str, list[UUID]]:
            terms = {number: self._ledger.term(whole_number(number)) for number in numbers}
            return {number: known[term] for number, term in terms.items() if term in known}

        return await asyncio.to_thread(by_number)

    @property
    def term(self) -> Callable[[str], bytes]:
        """The function that makes keyed hashes of texts, as the register's read model has them."""
        return self._ledger.term

    async def having(self, terms: Collection[bytes]) -> dict[bytes, set[UUID]]:
        """Return the files of the whole ledger that have citizen ids, by term."""
        async with self._projector.reading() as connection:
            return await holders(connection, CITIZEN_ID, terms)

    async def families(self, names: Collection[str], actor: Actor) -> list[UUID]:
        """Return the families, of those that the actor may read, in which somebody has one of these names."""
        terms = await asyncio.to_thread(lambda: [self._ledger.term(whole_name(name)) for name in names])
        async with self._projector.reading() as connection:
            return await having(connection, families_sql(actor), terms)

    def new(self, number: str) -> UUID:
        """Return the file that an import opens for a number: deterministic, but not guessable.

        It exists already, in another institution's charge, if the child was handed over.
        """
        return self._ledger.named("file", self._owner, number)
