"""Old payload versions: each upcast turns the data of one version of an event into that of the next.

What was recorded is never rewritten. It is read through the chain of upcasts from its own version to the one
that the class has today. An upcast may find any sealed field missing, for its key may have been destroyed.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from domain.event import CATALOGUE

Data: TypeAlias = dict[str, Any]
Upcast: TypeAlias = Callable[[Data], Data]

UPCASTS: Final[dict[tuple[str, int], Upcast]] = {}
"""By event type and the version they start from."""


def upcast(kind: str, schema: int) -> Callable[[Upcast], Upcast]:
    """Register what turns that version of an event's data into the next one."""

    def register(function: Upcast) -> Upcast:
        UPCASTS[kind, schema] = function
        return function

    return register


def current(kind: str, schema: int, data: Data) -> Data:
    """Return data recorded under a version as the event's class has it today."""
    for version in range(schema, CATALOGUE[kind].schema):
        data = UPCASTS[kind, version](data)
    return data


@upcast("InstitutionOpened", 1)
def _nation_was_nowhere(data: Data) -> Data:
    """In version 1 the nation stood for a region that was not known."""
    return data | ({"region": {"unknown": "not_known"}} if data["region"] == "000000" else {})
