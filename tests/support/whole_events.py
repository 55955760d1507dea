"""Events and entries in which everything is said, every text a marker that is found nowhere else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import wraps
from itertools import count
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from annotated_types import Ge

import domain.events  # noqa: F401 - registers the catalogue
from domain.codes import tables
from domain.entry import AnyEntry
from domain.envelope import Document, ExceptionClaim, Reason
from domain.event import CATALOGUE, Event, Part
from domain.field_types import FieldType, field_types
from tests.support.forms import example_of_form
from tests.support.given import given

RECORDED_AT: Final = datetime(2026, 11, 22, 8, 15, 30, 123456, tzinfo=UTC)
every_event = pytest.mark.parametrize("kind", CATALOGUE.values(), ids=CATALOGUE)
_NUMBERS = count(1)


def asked_of_every_event(test: Callable[[type[Event]], None]) -> Callable[[], None]:
    """Ask a quick test of one event after the other, which costs less than a test each."""

    @wraps(test)
    def asked() -> None:
        for name, kind in CATALOGUE.items():
            try:
                test(kind)
            except AssertionError as error:
                error.add_note(f"asked of {name}")
                raise

    # Else pytest would look for a fixture that is named as the test's parameter.
    del asked.__wrapped__
    return asked


def marker() -> str:
    """Return a text that is said only once."""
    return f"标记{next(_NUMBERS):06}号"


def full(kind: Any) -> Any:
    """Return an event, or a part of one, of which every field has a value."""
    return kind(**{name: _value(of) for name, of in field_types(kind).items()})


def full_entry(event: Event, **envelope: Any) -> AnyEntry:
    """Return an entry, placed in the ledger, in whose envelope everything is said."""
    entry = replace(
        given().entry("2024-03-05", event).recorded(7, RECORDED_AT),
        at=datetime(2024, 3, 5, 1, 30, tzinfo=UTC),
        estimated=True,
        noted_on=date(2024, 3, 6),
        noted_by=marker(),
        note=marker(),
        documents=(
            Document(kind="household_booklet", number=marker(), issuer=marker(), issued_on=date(2024, 3, 1)),
            Document(kind="household_booklet", sha256="0" * 64),
        ),
        corrects=uuid4(),
        reason=Reason(code="incorrect_data", explanation=marker()),
        exception=ExceptionClaim(rule="I01", reason=marker()),
        cause=uuid4(),
    )
    return replace(entry, **envelope)


def free_texts(value: Any) -> list[str]:
    """Return every marker that something says."""
    if isinstance(value, str):
        return [value] if value.startswith("标记") else []
    if isinstance(value, tuple):
        return [text for each in value for text in free_texts(each)]
    if isinstance(value, dict):
        return free_texts(tuple(value.values()))
    if hasattr(value, "__dataclass_fields__"):
        return free_texts(tuple(getattr(value, name) for name in value.__dataclass_fields__))
    return []


def _value(of: FieldType) -> Any:
    if of.items is not None:
        return {"every.toml": _value(of.items)} if of.type is dict else (_value(of.items), _value(of.items))
    if issubclass(of.type, Part):
        return full(of.type)
    if of.choices or of.code:
        return next(iter(of.choices or tables()[of.code or ""].codes))
    if of.type is str:
        return _text(of)
    least = max((Decimal(str(limit.ge)) for limit in of.limits if isinstance(limit, Ge)), default=Decimal(1))
    values: dict[type, object] = {
        bool: True,
        int: int(least),
        Decimal: least + Decimal("0.5"),
        date: date(2024, 1, 31),
        datetime: datetime(2024, 1, 31, 4, tzinfo=UTC),
        UUID: uuid4(),
    }
    return values[of.type]


def _text(of: FieldType) -> str:
    """Return a marker, or an example where a text has a form."""
    form = example_of_form(of)
    if form is not None:
        return form
    least = max((getattr(limit, "min_length", 0) for limit in of.limits), default=0)
    return "0" * least if least > 1 else marker()


def presupposed(kind: type[Event]) -> list[type[Event]]:
    """What comes before an event, from the beginning on, each of which presupposes the one before."""
    before = kind.presupposes(kind.__new__(kind))
    return [*presupposed(before[0]), before[0]] if before else []
