"""The one notation of days, instants, ids and numbers, in JSON and in addresses.

Validation libraries accept more, such as a count of seconds as a day, or braces around an id. Such input may
mean another value, so it is refused rather than interpreted.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain.label import Label
from ledger.codec.messages import DAY, INSTANT, INTEGER, TRUTH, UUID_FORM


@dataclass(frozen=True, slots=True)
class Notation:
    """The notation of a kind of value, and the message for any other."""

    pattern: re.Pattern[str]
    words: Label

    def fits(self, text: str) -> bool:
        """Return whether a text has the notation; it may still not be a value, such as 30 February."""
        return self.pattern.fullmatch(text) is not None


NOTATIONS: Final[Mapping[type, Notation]] = MappingProxyType(
    {
        date: Notation(re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}"), DAY),
        # RFC 3339, no finer than the ledger stores; an instant without a zone has its own message.
        datetime: Notation(
            re.compile(
                r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6}0*)?"
                r"(Z|[+-][0-9]{2}:[0-9]{2})?"
            ),
            INSTANT,
        ),
        UUID: Notation(
            re.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"),
            UUID_FORM,
        ),
        bool: Notation(re.compile("true|false"), TRUTH),
        int: Notation(re.compile("-?(0|[1-9][0-9]{0,18})"), INTEGER),
    }
)
"""The notation of each kind of value that has one."""


def unfit(kind: type, written: object) -> Label | None:
    """Return the message for a value whose notation is wrong; None if it is right or not a text."""
    notation = NOTATIONS.get(kind)
    if notation is None or not isinstance(written, str) or notation.fits(written):
        return None
    return notation.words
