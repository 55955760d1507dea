"""Entrusted care (代养): who entrusts a child to the institution, by which agreement, and until when."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import (
    Amount,
    Answered,
    Category,
    Code,
    Event,
    Label,
    Name,
    NotBefore,
    Number,
    Personal,
    Refers,
    Title,
    Unit,
    known,
)
from domain.file import Attribute, Facts
from domain.life import Life
from domain.obligations import Clock, History, obligation, until_handed_over
from domain.refusal import Refusals, no_evidence
from domain.shared_fields import Grounds
from domain.when import Days, add

STANDARD: Final = "DB37/T 4964.1-2025（条文未核实）"
AGREEMENT: Final[Attribute[date]] = Attribute(
    "entrusted", "agreement", Label("代养协议签订日期", "Entrusted-care agreement since")
)


class EntrustedCareAgreementSigned(
    Event,
    zh="签订代养协议",
    en="Entrusted-care agreement signed",
    source=STANDARD,
    ends_with="departure",
):
    """Somebody entrusted the child to the institution's care by an agreement, and stays its guardian."""

    agreement_no: Annotated[
        Answered[Number], Label("协议编号", "Agreement number"), Personal(Category.FAMILY)
    ]
    entrusting_party: Annotated[Answered[Title], Label("委托方", "Entrusted by"), Personal(Category.FAMILY)]
    party_kind: Annotated[
        Answered[str], Label("委托方类别", "Kind of entrusting party"), Code("entrusting_party")
    ]
    monthly_fee_yuan: Annotated[
        Answered[Amount],
        Label("代养费（每月）", "Fee a month"),
        Unit("yuan", "元"),
        Personal(Category.FAMILY),
    ]
    agreed_until: Annotated[Answered[date], Label("协议截止日期", "Agreed until"), NotBefore()]
    signed_by: Annotated[Name | None, Label("签字人", "Signed by"), Personal(Category.FAMILY)] = None

    def refusals(self, life: Life) -> Refusals:
        yield from _until(known(self.agreed_until))

    def holds(self, entry: AnyEntry) -> Facts:
        yield AGREEMENT.since(entry.days, entry.days.last)


class EntrustedCareAgreementRenewed(
    Event,
    zh="续签代养协议",
    en="Entrusted-care agreement renewed",
    source=STANDARD,
    ends_with="departure",
):
    """An agreement on entrusted care was prolonged."""

    agreement: Annotated[
        Answered[UUID], Label("所续协议", "Agreement"), Refers("EntrustedCareAgreementSigned")
    ]
    agreed_until: Annotated[Answered[date], Label("协议截止日期", "Agreed until"), NotBefore()]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (EntrustedCareAgreementSigned,)

    def refusals(self, life: Life) -> Refusals:
        yield from _until(known(self.agreed_until))


class EntrustedCareAgreementEnded(
    Event, zh="终止代养协议", en="Entrusted-care agreement ended", source=STANDARD, ends_with=None, once=True
):
    """An agreement on entrusted care ended, before its last day or with it."""

    agreement: Annotated[
        Answered[UUID], Label("所终止协议", "Agreement"), Refers("EntrustedCareAgreementSigned")
    ]
    grounds: Annotated[Grounds, Personal(Category.FAMILY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (EntrustedCareAgreementSigned,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield AGREEMENT.since(entry.days, None)


def _until(day: date | None) -> Refusals:
    """R-ENT-1: of an agreement whose last day is not known nobody can be reminded."""
    if day is None:
        yield no_evidence("R-ENT-1", detail=Label("协议截止日期不明", "its last day is not known"))


def ended(entry: AnyEntry) -> Facts:
    """That nobody entrusts the child to the institution any more."""
    yield AGREEMENT.since(entry.days, None)


@obligation("R-ENT-1", EntrustedCareAgreementSigned, EntrustedCareAgreementRenewed)
def agreement_is_renewed(history: History) -> Iterator[Clock]:
    """An agreement with a last day is renewed, replaced or ended by then, while the child is in care."""
    return until_handed_over(history, _renewed(history))


def _renewed(history: History) -> Iterator[Clock]:
    signed: list[AnyEntry] = [
        *history.all(EntrustedCareAgreementSigned),
        *history.all(EntrustedCareAgreementRenewed),
    ]
    later = sorted([*signed, *history.all(EntrustedCareAgreementEnded)], key=_turn)
    for agreed in sorted(signed, key=_turn):
        until, limit = known(agreed.event.agreed_until), history.number("R-ENT-1", entry=agreed)
        stay = history.stay_on(agreed.days.last)
        if until is None or limit is None or stay is None:
            continue
        yield Clock(
            rule="R-ENT-1",
            opened_on=max(add(until, months=-limit.value), agreed.days.last),
            due=Days.on(until),
            started_by=(agreed,),
            met_by=next((entry for entry in later if _turn(entry) > _turn(agreed)), None),
            void_on=stay.void_on,
            void_because=stay.void_because,
            number=limit,
        )


def _turn(entry: AnyEntry) -> tuple[date, int]:
    return entry.days.last, entry.turn
