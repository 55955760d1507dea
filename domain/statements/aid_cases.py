"""What became of each application for money for an illness (domain.md 4.2 B5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import known
from domain.events.medical.aid import (
    TOMORROW_PLAN,
    MedicalAidApplicationChanged,
    MedicalAidApplied,
    MedicalAidDecided,
    MedicalAidUploaded,
)
from domain.events.medical.costs import MedicalCostCovered, MedicalCostIncurred, waterfall
from domain.label import Label
from domain.obligations import History
from domain.statement import Private, Statement, StatementLine, last_day_of, named, private, rule_then

APPROVED: Final = "approved"
"""A code of `decision`."""
_UPLOADED_BY: Final = "R-MED-7"
"""The rule by which what is granted is uploaded to the national system."""
_READ: Final = (
    MedicalAidApplied,
    MedicalAidApplicationChanged,
    MedicalAidDecided,
    MedicalAidUploaded,
    MedicalCostIncurred,
    MedicalCostCovered,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AidCase(StatementLine):
    """One application for aid with an illness, by the funding layer that it went to, and what came of it.

    Money is in yuan. `applied_yuan` is as last changed; `self_pay_yuan` is what the layers before this one
    left of the cost, null where it is not known; `paid_yuan` what was paid for this application, the last of
    it on `settled_on`. `uploaded_on` is the last day on which it was uploaded to the national system.
    """

    on: date
    application: UUID
    layer: str | None
    eligible_as: str | None
    applied_to: Private
    applied_yuan: Decimal | None
    decision: str | None
    decided_on: date | None
    approved_yuan: Decimal | None
    self_pay_yuan: Decimal | None
    paid_yuan: Decimal
    settled_on: date | None
    uploaded_on: date | None


def aid_cases(history: History, day: date) -> Iterator[AidCase]:
    """Yield the applications that were made by a day."""
    life = history.on(day)
    for applied in life.all(MedicalAidApplied):
        changed = _about(life.all(MedicalAidApplicationChanged), applied)
        decided = _about(life.all(MedicalAidDecided), applied)
        payments = _about(life.all(MedicalCostCovered), applied)
        uploads = _about(life.all(MedicalAidUploaded), applied)
        last, decision = [applied, *changed][-1], decided[-1] if decided else None
        account, layer = waterfall(life, known(applied.event.episode)), known(applied.event.layer)
        share = account.layer(layer)
        exact = layer is not None and share.is_exact and share.left_yuan is not None
        paid = sum((known(each.event.amount_yuan) or Decimal(0) for each in payments), Decimal(0))
        granted = decision is not None and known(decision.event.decision) == APPROVED
        to_upload = granted and not uploads and layer == TOMORROW_PLAN
        rule = rule_then(history, _UPLOADED_BY, decision) if to_upload and decision is not None else None
        yield AidCase(
            on=applied.days.last,
            application=applied.original,
            layer=layer,
            eligible_as=None if applied.event.eligible_as is None else known(applied.event.eligible_as),
            applied_to=private(applied, "applied_to"),
            applied_yuan=known(last.event.amount_yuan),
            decision=None if decision is None else known(decision.event.decision),
            decided_on=None if decision is None else decision.days.last,
            approved_yuan=None if decision is None else known(decision.event.amount_yuan),
            self_pay_yuan=(share.left_yuan or Decimal(0)) + share.paid_yuan if exact else None,
            paid_yuan=paid,
            settled_on=max((each.days.last for each in payments), default=None),
            uploaded_on=max((each.days.last for each in uploads), default=None),
            entries=tuple(each.entry_id for each in (applied, *changed, *decided, *payments, *uploads)),
            rule=None if rule is None else rule.id,
            source=None if rule is None else rule.source,
            verified=None if rule is None else rule.verified,
            settled_by=_settled_by(decision, paid, granted=granted, to_upload=to_upload),
        )


def _settled_by(
    decision: AnyEntry | None, paid: Decimal, *, granted: bool, to_upload: bool
) -> tuple[str, ...]:
    if decision is None:
        return named(MedicalAidDecided)
    amount = known(decision.event.amount_yuan)
    to_pay = granted and amount is not None and paid < amount
    return named(*((MedicalAidUploaded,) if to_upload else ()), *((MedicalCostCovered,) if to_pay else ()))


def _about(entries: list[AnyEntry], applied: AnyEntry) -> list[AnyEntry]:
    asked = [each for each in entries if each.event.application is not None]
    return [each for each in asked if known(each.event.application) == applied.original]


AID_CASES: Final = Statement(
    "aid-cases",
    Label("医疗费用救助申请", "Applications for aid with illnesses"),
    (MedicalAidApplied,),
    AidCase,
    aid_cases,
    lambda history: last_day_of(history, _READ),
)
