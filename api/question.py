"""What every question needs: who asks, when, of which ledger, and whether a file is theirs to read."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import Depends, Query

from api.asking import TheActor, TheHouse
from api.clock import day_of
from api.faults import Fault
from api.house import House
from api.permissions import SEES, Action, Actor, allowed, horizon, scope_sql
from api.problems import Problem, invalid, not_found
from domain.charge import scope_of
from domain.event import Category
from domain.file import File
from domain.rulebook import Rulebook
from ledger.book import Ledger
from projections.paging import Condition

PATIENCE_SECONDS: Final = 5.0
"""How long a read waits for the position that it was told to be at least at."""

AsOf: TypeAlias = Annotated[date | None, Query(description="The day to read the file on; today by default.")]
Day: TypeAlias = Annotated[date | None, Query(description="The day that is asked for; today by default.")]
KnownAt: TypeAlias = Annotated[
    str | None,
    Query(
        max_length=40, description="As known at a position, an instant or the end of a day; now by default."
    ),
]
AtLeast: TypeAlias = Annotated[
    int | None, Query(ge=0, le=2**63 - 1, description="Wait, at most 5 s, until this position can be read.")
]


@dataclass(frozen=True, slots=True)
class Asking:
    """One request: who asks it, at which instant, in which house."""

    actor: Actor
    now: datetime
    house: House

    @property
    def ledger(self) -> Ledger:
        """The ledger that is asked."""
        return self.house.ledger

    @property
    def today(self) -> date:
        """The day of the request in Asia/Shanghai."""
        return day_of(self.now)

    @property
    def sees(self) -> frozenset[Category]:
        """The categories of personal data that the caller is shown."""
        return SEES[self.actor.role]

    async def file(
        self,
        child: UUID,
        action: Action = Action.READ,
        *,
        known: int | None = None,
        about: date | None = None,
    ) -> File:
        """A child's file that is the caller's to read, and to act on like that.

        `about` is the day it is asked for, None for now. Raises Problem `not_found` for what is unknown or
        out of scope, `forbidden` where the role lacks only the action.
        """
        file = await self.ledger.file(child)
        if file is None:
            raise not_found()
        scope = scope_of(file)
        if scope.kind != "child" or not allowed(
            self.actor, Action.READ, scope, today=self.today, about=about
        ):
            raise not_found()
        if not allowed(self.actor, action, scope, today=self.today):
            raise Problem("forbidden") if action is not Action.READ or about is None else not_found()
        if known is None or known >= file.position:
            return file
        earlier = await self.ledger.file(child, known)
        if earlier is None:
            raise not_found()
        return earlier

    async def until(self, file: File) -> date:
        """The last day about which the caller may read in a file."""
        last = horizon(self.actor, scope_of(file), self.today)
        if last is None:
            raise not_found()
        return last

    async def rulebook(self, file: File) -> Rulebook:
        """The rulebook that counts for a file."""
        return await self.ledger.rulebook_of(file)

    async def known(self, text: str | None) -> int:
        """The position that `known_at` means. Raises Problem `invalid`."""
        return await self.ledger.known(_moment(text))

    async def note(self, read: Mapping[UUID, Iterable[Category]], purpose: str) -> None:
        """Write down which personal data of whom is about to be answered; without it nothing is answered."""
        seen = {child: self.sees.intersection(categories) for child, categories in read.items()}
        await self.house.access.note(self.actor, seen, purpose)

    @property
    def scope(self) -> Condition:
        """Which rows of the register are the caller's to list."""
        own = scope_sql(self.actor, today=self.today)
        return Condition(own.sql, own.parameters)


async def asking(house: TheHouse, actor: TheActor, at_least: AtLeast = None) -> Asking:
    """A request about files, which the ledger answers as soon as it has reached `at_least`."""
    if at_least is not None and not await house.ledger.wait_for(at_least, PATIENCE_SECONDS):
        raise Problem("unavailable")
    return Asking(actor, house.clock(), house)


async def caught_up(own: Annotated[Asking, Depends(asking)], at_least: AtLeast = None) -> Asking:
    """A request across files, which the read models answer as soon as they have reached `at_least`."""
    if at_least is not None and not await own.house.projector.reached(at_least, PATIENCE_SECONDS):
        raise Problem("unavailable")
    return own


_NO_MOMENT: Final = Fault(
    "/query/known_at",
    "must be a position, an instant with its zone, or a day",
    "必须是位置、带时区的时刻或日期",
)


def _moment(text: str | None) -> int | date | datetime | None:
    if text is None:
        return None
    try:
        if re.fullmatch("[0-9]{1,18}", text):
            return int(text)
        if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        fault = Fault(
            "/query/known_at",
            "must be a position, an instant with its zone, or a day",
            "必须是位置、带时区的时刻或日期",
        )
        raise invalid([fault])
    return moment
