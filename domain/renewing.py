"""Certificates with a last day: the next one is issued before it, while the child is in care."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import TypeAlias, TypeVar

from domain.entry import Entry
from domain.event import Event
from domain.obligations import Clock, History
from domain.when import Days, add

E = TypeVar("E", bound=Event)
LastDay: TypeAlias = Callable[[Entry[E]], date | None]


def renewals(rule: str, history: History, kind: type[E], valid_to: LastDay[E]) -> Iterator[Clock]:
    """Yield a clock for each certificate with a known last day: the next one is issued by then.

    It opens the rule's number, in months, before that day. It is void with the end of the stay.
    """
    issued = history.all(kind)
    for stay in history.stays():
        for index, certificate in enumerate(issued):
            ends, limit = valid_to(certificate), history.number(rule, entry=certificate)
            if ends is None or limit is None or not stay.since <= ends <= stay.until:
                continue
            yield Clock(
                rule=rule,
                opened_on=max(add(ends, months=-limit.value), certificate.days.last),
                due=Days.on(ends),
                started_by=(certificate,),
                met_by=next((later for later in issued[index + 1 :] if _is_later(later, certificate)), None),
                void_on=stay.void_on,
                void_because=stay.void_because,
                number=limit,
            )


def _is_later(one: Entry[E], other: Entry[E]) -> bool:
    return one.days.last > other.days.last
