"""Texts that have a form, so that nobody can write a name into them."""

from typing import Final

from domain.event import is_month
from domain.field_types import FieldType
from domain.text import is_hash, is_place_code

_EXAMPLES: Final = {is_month: "2024-03", is_place_code: "371099001", is_hash: "0" * 64}


def example_of_form(of: FieldType) -> str | None:
    """Return an example of the form of a text; None where it has none."""
    return next(
        (_EXAMPLES[limit.func] for limit in of.limits if getattr(limit, "func", None) in _EXAMPLES), None
    )
