"""Certificates with a last day: the next one is issued before it, while its holder needs one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeAlias, TypeVar

from domain.entry import AnyEntry, Entry
from domain.event import Event, Label
from domain.obligations import Clock, History
from domain.when import Days, add

E = TypeVar("E", bound=Event)
LastDay: TypeAlias = Callable[[Entry[E]], date | None]


def renewals(rule: str, history: History, kind: type[E], valid_to: LastDay[E]) -> Iterator[Clock]:
    """Yield a clock for each certificate of a child with a known last day: the next one is issued by then.

    It is void with the end of the stay; of a time that ends before the child came, or opens after it left,
    there is none.
    """
    every = list(expiring(rule, history, history.all(kind), valid_to))
    for stay in history.stays():
        for clock in every:
            if stay.since <= clock.due.last and clock.opened_on <= stay.until:
                yield replace(
                    clock,
                    opened_on=max(clock.opened_on, stay.since),
                    void_on=stay.void_on,
                    void_because=stay.void_because,
                )


def expiring(  # noqa: PLR0913 - what expires, and what ends it before
    rule: str,
    history: History,
    issued: Sequence[Entry[E]],
    valid_to: LastDay[E],
    *,
    ends: Sequence[AnyEntry] = (),
    because: Label | None = None,
) -> Iterator[Clock]:
    """Yield a clock for each of these certificates, one after the other, that has a known last day.

    It opens the rule's number, in months, before that day. It is void with the first of `ends` that comes
    after its issue.
    """
    for index, certificate in enumerate(issued):
        last, limit = valid_to(certificate), history.number(rule, entry=certificate)
        if last is None or limit is None:
            continue
        ended = next((end for end in ends if end.days.last >= certificate.days.last), None)
        yield Clock(
            rule=rule,
            opened_on=max(add(last, months=-limit.value), certificate.days.last),
            due=Days.on(last),
            started_by=(certificate,),
            met_by=next((later for later in issued[index + 1 :] if _is_later(later, certificate)), None),
            void_on=None if ended is None else ended.days.last,
            void_because=None if ended is None else because,
            number=limit,
        )


def _is_later(one: Entry[E], other: Entry[E]) -> bool:
    return one.days.last > other.days.last
