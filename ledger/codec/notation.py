"""How days, instants, ids and numbers are written, in JSON and in addresses: each in one way only.

Validation libraries take more: a count of seconds for a day, braces around an id. Whoever sends such a thing
may have meant another value, so it is not guessed.
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
    """The one way in which a kind of value is written, and what is said of any other."""

    pattern: re.Pattern[str]
    words: Label

    def fits(self, text: str) -> bool:
        """Tell whether a text is written so; it may still be no value, such as 30 February."""
        return self.pattern.fullmatch(text) is not None


NOTATIONS: Final[Mapping[type, Notation]] = MappingProxyType(
    {
        date: Notation(re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}"), DAY),
        # RFC 3339, no finer than it is kept; a contract without zone is refused by its own words.
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
    """Return what is wrong with how a value of a kind is written; None where nothing is, or it is no text."""
    notation = NOTATIONS.get(kind)
    if notation is None or not isinstance(written, str) or notation.fits(written):
        return None
    return notation.words
