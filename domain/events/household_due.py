"""What is due at the household register: an infant's birth (D12), and a move (D17)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from domain.entry import AnyEntry
from domain.event import known
from domain.events.household import HouseholdRegistered, HouseholdRegistrationApplied, HouseholdTransferred
from domain.events.intake import CATEGORY, FOUND_AS, SITUATION
from domain.obligations import Clock, History, obligation
from domain.when import Days

OF_UNKNOWN_PARENTS: Final = frozenset({"A1", "B1"})
"""Codes of `intake_category`."""


@obligation("D12")
def birth_is_registered(history: History) -> Iterator[Clock]:
    """An infant's birth is registered within a month, while it is in care; a foundling's has no such time.

    Who comes into care later is beyond that time, and found by S01.
    """
    birth = history.birth()
    born = None if birth is None else birth.held.value
    if birth is None or born is None or is_foundling(history):
        return
    limit = history.number("D12", entry=birth.entry, on=born.last)
    if limit is None:
        return
    due = limit.ends(born)
    registered = [
        entry
        for kind in (HouseholdRegistrationApplied, HouseholdRegistered)
        for entry in history.all(kind)
        if entry.days.last >= born.earliest
    ]
    for stay in history.stays():
        if stay.since <= due.last:
            yield Clock(
                rule="D12",
                opened_on=max(born.last, stay.since),
                due=due,
                started_by=(birth.entry,),
                met_by=min(registered, key=lambda entry: entry.days.last, default=None),
                void_on=stay.void_on,
                void_because=stay.void_because,
                number=limit,
            )


def is_foundling(history: History) -> bool:
    """Whether the child was found, or nobody knows its parents."""
    situations = {span.value for span in history.spans(SITUATION)}
    categories = {span.value for span in history.spans(CATEGORY)}
    return not situations.isdisjoint(FOUND_AS) or not categories.isdisjoint(OF_UNKNOWN_PARENTS)


@obligation("D17", HouseholdTransferred)
def move_is_reported(history: History) -> Iterator[Clock]:
    """After moving out, a child in care is registered at its new place within the days for city or country.

    The law counts from the arrival there, which has no entry: the clock counts from the moving out. Whether
    the place is in a city is not recorded either, so that the due day lies between the two numbers.
    """
    for moved in history.all(HouseholdTransferred):
        city, country = (history.number("D17", entry=moved, case=case) for case in ("city", "country"))
        stay = history.stay_on(moved.days.last)
        if city is None or country is None or stay is None:
            continue
        yield Clock(
            rule="D17",
            opened_on=moved.days.last,
            due=Days(city.ends(moved.days).first, country.ends(moved.days).last),
            started_by=(moved,),
            met_by=_moved_in(history, moved),
            void_on=stay.void_on,
            void_because=stay.void_because,
            number=country,
        )


def _moved_in(history: History, moved: AnyEntry) -> AnyEntry | None:
    """Return the entry that says the person moved in, on the day of that."""
    if moved.event.moved_in_on is not None:
        return replace(moved, days=Days.on(moved.event.moved_in_on))
    registered = (
        entry for entry in history.all(HouseholdRegistered) if entry.days.earliest >= moved.days.last
    )
    return next((entry for entry in registered if _fits(entry, moved)), None)


def _fits(registered: AnyEntry, moved: AnyEntry) -> bool:
    """Whether somebody was registered where a move went, as far as both say."""
    there, to = known(registered.event.region), known(moved.event.to_region)
    return there is None or to is None or there == to
