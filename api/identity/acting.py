"""Who must act next in a file: the roles in charge of it that may record what clears a rule, or decide."""

from functools import cache
from typing import Final

from api.identity.permissions import OF_INSTITUTION, OF_PLACES, Action, Role, may_record_type, role_may
from domain.event import CATALOGUE
from domain.possible import mending
from domain.rulebook import Rulebook

_BY_DUTY: Final = (Role.STAFF, Role.TOWNSHIP, Role.SUPERVISOR, Role.BUREAU)
"""Roles that act in files, those first who do the daily work."""


def recording_roles(rule: str, *, placed: bool) -> tuple[Role, ...]:
    """Return the roles that may record what clears a rule, in a file that an institution or a place has.

    Where no event clears it by itself, as what is to be corrected, they are those that record.
    """
    types = _clearing(rule)
    return tuple(
        role
        for role in _in_charge(placed=placed)
        if role_may(role, Action.RECORD)
        and (not types or any(may_record_type(role, CATALOGUE[each]) for each in types))
    )


def deciding_roles(*, placed: bool) -> tuple[Role, ...]:
    """Return the roles that decide on exceptions and corrections in such a file."""
    return tuple(role for role in _in_charge(placed=placed) if role_may(role, Action.APPROVE))


def _in_charge(*, placed: bool) -> tuple[Role, ...]:
    of = OF_PLACES if placed else OF_INSTITUTION
    return tuple(role for role in _BY_DUTY if role in of)


@cache
def _clearing(rule: str) -> tuple[str, ...]:
    rules = Rulebook.shipped().rules
    return mending(rules[rule]) if rule in rules else ()
