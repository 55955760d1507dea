"""Who must act next in a file: the roles in charge of it that may record what clears a rule, or decide."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from api.identity.permissions import OF_INSTITUTION, OF_PLACES, SEES, Action, Role, may_record_type, role_may
from domain.event import CATALOGUE, Category, Event
from domain.possible import mending
from domain.responsibility import APPROVALS, part_of_rule, parts_of_events, rules_of
from domain.rulebook import Rulebook
from projections.acting_rules import DECIDED, ActingRules, Charge

_BY_DUTY: Final = (Role.STAFF, Role.TOWNSHIP, Role.SUPERVISOR, Role.BUREAU)
"""Roles that act in files, those first who do the daily work."""


def recording_roles(rule: str, *, placed: bool) -> tuple[Role, ...]:
    """Return the roles that may record what clears a rule, in a file that an institution or a place has.

    Where no event clears it by itself, as what is to be corrected, they are those that record.
    """
    return roles_that_record_any(_clearing(rule), placed=placed)


def roles_that_record_any(types: Collection[str], *, placed: bool) -> tuple[Role, ...]:
    """Return the roles that may record one of these events in such a file, or anything without them."""
    return tuple(
        role
        for role in _in_charge(placed=placed)
        if role_may(role, Action.RECORD)
        and (not types or any(may_record_type(role, CATALOGUE[each]) for each in types))
    )


def deciding_roles(*, placed: bool) -> tuple[Role, ...]:
    """Return the roles that decide on exceptions and corrections in such a file."""
    return tuple(role for role in _in_charge(placed=placed) if role_may(role, Action.APPROVE))


def roles_that_may(*actions: Action, placed: bool | None = None) -> tuple[Role, ...]:
    """Return the roles that may do all of this in files that an institution or a place has, None for either.

    An institution's files are supervised from the region, and acted in by the institution alone.
    """
    others = {True: OF_INSTITUTION, False: OF_PLACES, None: frozenset[Role]()}[placed]
    return tuple(
        role for role in Role if role not in others and all(role_may(role, action) for action in actions)
    )


def roles_that_record(types: Iterable[type[Event]], *, placed: bool) -> tuple[Role, ...]:
    """Return the roles that may record events of all these types in such a file."""
    kinds = list(types)
    return tuple(
        role for role in _in_charge(placed=placed) if all(may_record_type(role, kind) for kind in kinds)
    )


def roles_that_see(*categories: Category) -> tuple[Role, ...]:
    """Return the roles that see all these categories of personal data."""
    return tuple(role for role in Role if SEES[role].issuperset(categories))


@dataclass(frozen=True, slots=True)
class ToAct:
    """Who must act next: the roles, those first who do the daily work, and for which parts of the work it is.

    The parts are codes of `responsibility`, by which an institution names people.
    """

    roles: tuple[Role, ...]
    parts: frozenset[str]


NOBODY_ACTS: Final = ToAct((), frozenset())
"""Nothing is left to be done."""


def to_record(rule: str, *, placed: bool, part: str | None = None) -> ToAct:
    """Return who must record what clears a rule in such a file; `part` is of the work, if not the rule's."""
    return ToAct(recording_roles(rule, placed=placed), _named(part or part_of_rule(rule)))


def to_record_any(types: Collection[str], *, placed: bool) -> ToAct:
    """Return who must record one of these events in such a file, or anything without them."""
    return ToAct(roles_that_record_any(types, placed=placed), parts_of_events(types))


def to_clear(rule: str, kind: str, *, placed: bool) -> ToAct:
    """Return who must act next on a finding of a rule and of a kind, in such a file."""
    return to_decide(placed=placed) if kind in DECIDED else to_record(rule, placed=placed)


def to_decide(*, placed: bool) -> ToAct:
    """Return who must decide on what waits for a second person in such a file."""
    return ToAct(deciding_roles(placed=placed), frozenset({APPROVALS}))


def together(each: Iterable[ToAct]) -> ToAct:
    """Return who must act next on several things."""
    every = [*each]
    roles = dict.fromkeys(role for one in every for role in one.roles)
    return ToAct((*roles,), frozenset().union(*(one.parts for one in every)))


def _named(part: str | None) -> frozenset[str]:
    return frozenset() if part is None else frozenset({part})


def clearing_roles(rule: str, kind: str, *, placed: bool) -> tuple[Role, ...]:
    """Return the roles that must act next on a finding of a rule and of a kind, in such a file."""
    return deciding_roles(placed=placed) if kind in DECIDED else recording_roles(rule, placed=placed)


def acting_rules(role: Role, rules: Iterable[str]) -> ActingRules:
    """Return on which of these rules a role is the first that must act."""
    known = sorted(rules)

    def first(placed: bool) -> tuple[str, ...]:  # noqa: FBT001 - of a file
        return tuple(rule for rule in known if recording_roles(rule, placed=placed)[:1] == (role,))

    def decides(placed: bool) -> bool:  # noqa: FBT001 - the same
        return deciding_roles(placed=placed)[:1] == (role,)

    return ActingRules(role, first(False), first(True), decides(False), decides(True))  # noqa: FBT003 - the same


def answering_for(parts: Iterable[str], charge: Charge) -> ActingRules:
    """Return on what somebody must act who answers for these parts of the work in the files of a charge."""
    own = tuple(sorted(set(parts)))
    return ActingRules(None, rules_of(own), (), APPROVALS in own, False, charge, own)  # noqa: FBT003 - of places


def _in_charge(*, placed: bool) -> tuple[Role, ...]:
    of = OF_PLACES if placed else OF_INSTITUTION
    return tuple(role for role in _BY_DUTY if role in of)


@cache
def _clearing(rule: str) -> tuple[str, ...]:
    rules = Rulebook.shipped().rules
    return mending(rules[rule]) if rule in rules else ()
