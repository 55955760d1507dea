"""The streams of an institution's children by file number, and of a place's by citizen id."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from uuid import UUID

from api.identity.permissions import Actor, families_sql
from ledger.ledger import Ledger
from projections.families import having
from projections.likeness import CITIZEN_ID, holders
from projections.name_search import whole_name, whole_number
from projections.projector.projector import Projector
from projections.register import citizen_ids_at, file_numbers, in_charge_of


class Streams:
    """The files of one institution or place, from the register's read model and as an import opens them.

    `owner` is the institution, or the id that stands for the place.
    """

    def __init__(self, ledger: Ledger, projector: Projector, owner: UUID, place: str | None = None) -> None:
        self._ledger = ledger
        self._projector = projector
        self._owner = owner
        self._place = place

    async def of(self, numbers: Iterable[str]) -> dict[str, list[UUID]]:
        """Return the existing files of numbers; several files may share one."""
        terms = await asyncio.to_thread(
            lambda: {number: self._ledger.term(whole_number(number)) for number in numbers}
        )
        async with self._projector.reading() as connection:
            known = await (
                file_numbers(connection, self._owner, terms.values())
                if self._place is None
                else citizen_ids_at(connection, self._place, terms.values())
            )
        return {number: known[term] for number, term in terms.items() if term in known}

    async def every(self) -> AsyncIterator[Sequence[UUID]]:
        """Yield all files of the institution or place as the register has them, some at a time."""
        after = 0
        while True:
            async with self._projector.reading() as connection:
                files, after = await in_charge_of(connection, self._place or self._owner, after)
            if not files:
                return
            yield files

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
