"""Upcasts: each turns the data of one version of an event into that of the next.

A recorded entry is never rewritten; it is read through the chain of upcasts from its version to the present
one of its class. An upcast may find any sealed field missing, since its key may be destroyed.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from domain.event import CATALOGUE

Data: TypeAlias = dict[str, Any]
Upcast: TypeAlias = Callable[[Data], Data]

UPCASTS: Final[dict[tuple[str, int], Upcast]] = {}
"""By event type and the version that they start from."""


def upcast(kind: str, schema: int) -> Callable[[Upcast], Upcast]:
    """Register an upcast from a version of an event's data to the next one."""

    def register(function: Upcast) -> Upcast:
        UPCASTS[kind, schema] = function
        return function

    return register


def current(kind: str, schema: int, data: Data) -> Data:
    """Return data recorded under a version in the present form of the event's class."""
    for version in range(schema, CATALOGUE[kind].schema):
        data = UPCASTS[kind, version](data)
    return data


@upcast("InstitutionOpened", 1)
def _nation_was_nowhere(data: Data) -> Data:
    """In version 1, the nation meant that the region was unknown."""
    return data | ({"region": {"unknown": "not_known"}} if data["region"] == "000000" else {})


_NAMED_AN_ILLNESS: Final = {
    "AllowanceApplied": ("line", "300", "other"),
    "AllowanceGranted": ("line", "300", "other"),
    "AllowanceAdjusted": ("line", "300", "other"),
    "AllowancePaid": ("line", "300", "other"),
    "AllowanceStopped": ("allowance_line", "300", "other"),
    "AllowancePayerChanged": ("allowance_line", "300", "other"),
    "WelfareStatusRecognised": ("status", "hiv", "other"),
    "WelfareStatusEnded": ("status", "hiv", "other"),
    "IntakeCategoryDetermined": ("child_category", "6", "7"),
}
"""Of each event the field that had a code in version 1 which names an illness, and the code in its place."""


def _names_no_illness(field: str, named: str, other: str) -> Upcast:
    """In version 1, a code of everyday use told that a child has HIV (decision 0041)."""

    def renamed(data: Data) -> Data:
        return data | ({field: other} if data[field] == named else {})

    return renamed


UPCASTS.update({(kind, 1): _names_no_illness(*codes) for kind, codes in _NAMED_AN_ILLNESS.items()})
