"""An orphan whose allowance is applied for, granted, raised and paid, while other applications wait."""

from decimal import Decimal
from typing import Final

from api.demo.life_building import LifeCourse, Present, on
from api.demo.lives.upbringing import raised
from api.demo.people import FEMALE
from domain.events.entitlement.allowance import (
    AllowanceAdjusted,
    AllowanceApplied,
    AllowanceGranted,
    AllowancePaid,
)
from domain.events.entitlement.assistance import TemporaryAssistanceGranted
from domain.events.entitlement.welfare_status import WelfareStatusRecognised
from domain.events.reconciliation.differing import DifferenceFound, DifferenceSettled


def paid_every_month(present: Present) -> LifeCourse:
    """A girl of eleven has her allowance; two applications for another line wait, one for too long."""
    child = present.who(present.ago(years=11, days=40), FEMALE)
    came = present.ago(years=2)
    yield from raised(present, child, came)
    recognised = present.ago(years=1, days=330)
    yield on(recognised, WelfareStatusRecognised, status="orphan", decided_by="望海区民政局", applied_on=came)
    yield on(recognised, AllowanceApplied, line="202", applied_to="望海区民政局")
    yield on(
        present.ago(years=1, days=320),
        AllowanceGranted,
        line="202",
        standard_yuan=Decimal(1800),
        first_month=f"{present.ago(years=1, days=290):%Y-%m}",
    )
    raised_in = f"{present.ago(days=140):%Y-%m}"
    yield on(
        present.ago(days=140),
        AllowanceAdjusted,
        line="202",
        standard_yuan=Decimal(1900),
        first_month=raised_in,
    )
    yield on(
        present.ago(days=20),
        AllowancePaid,
        line="202",
        first_month=f"{present.ago(days=20):%Y-%m}",
        last_month=f"{present.ago(days=20):%Y-%m}",
        amount_yuan=Decimal(1900),
        mode="2",
        is_reissue=False,
    )
    yield on(
        present.ago(days=90), TemporaryAssistanceGranted, amount_yuan=Decimal(2000), grounds="住院自付费用"
    )
    before = yield on(present.ago(days=400), AllowanceApplied, line="121", applied_to="望海区民政局")
    yield on(
        present.ago(days=380), AllowanceGranted, line="121", standard_yuan=Decimal(1500), application=before
    )
    yield on(present.ago(days=100), AllowanceApplied, line="120", applied_to="望海区民政局")
    yield on(present.ago(days=3), AllowanceApplied, line="121", applied_to="望海区民政局")
    yield from _compared(present)


def _compared(present: Present) -> LifeCourse:
    """What others hold of her: one difference that they corrected, one that was explained, and two open."""
    settled: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
        (
            {"system": "household", "item": "name", "theirs": "海晓宁"},
            {"outcome": "theirs_corrected"},
        ),
        (
            {"system": "disability", "item": "disability_grade", "theirs_of_health": "3"},
            {"outcome": "explained", "explanation": "原残疾人证已过期，正在换证"},
        ),
    )
    day = present.ago(days=210)
    for found, how in settled:
        difference = yield on(day, DifferenceFound, as_of=present.ago(days=220), **found)
        yield on(present.ago(days=195), DifferenceSettled, difference=difference, **how)
    day, as_of = present.ago(days=25), present.ago(days=32)
    yield on(day, DifferenceFound, system="national", item="missing_there", as_of=as_of)
    yield on(day, DifferenceFound, system="school_roll", item="school_stage", as_of=as_of, theirs="junior")


ENTITLED: Final = (paid_every_month,)
