"""What an illness costs, and what each funding layer pays for it: one illness as one account (R-MED-3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, TypeAlias
from uuid import UUID

from domain.codes import tables
from domain.entry import AnyEntry, Entry
from domain.event import Answered, Category, Code, Event, Label, Number, Personal, Refers, Title, known
from domain.events.medical.illness import Hospital, OfEpisode
from domain.events.medical.treatment import CARE_TEXT
from domain.life import Life
from domain.refusal import Refusals, breach, no_evidence, uncertain
from domain.shared_fields import Yuan

FundingLayer: TypeAlias = Annotated[Answered[str], Label("资金渠道", "Funding layer"), Code("funding_layer")]


class MedicalCostIncurred(
    Event,
    zh="发生医疗费用",
    en="Medical cost incurred",
    source=CARE_TEXT,
    seals=Category.HEALTH,
    ends_with=None,
):
    """A hospital billed the treatment of an illness, before anybody paid for it."""

    episode: OfEpisode
    amount_yuan: Yuan
    hospital: Hospital
    bill_no: Annotated[Number | None, Label("票据号", "Number of the bill"), Personal(Category.HEALTH)] = None


class MedicalCostCovered(
    Event,
    zh="支付医疗费用",
    en="Medical cost covered",
    source=f"{CARE_TEXT}；《医疗保障法》第16条、第17条（2027-01-01起）",
    seals=Category.HEALTH,
    ends_with=None,
):
    """One funding layer paid for a part of what an illness cost."""

    episode: OfEpisode
    layer: FundingLayer
    amount_yuan: Yuan
    payer: Annotated[Title | None, Label("支付单位", "Paid by"), Personal(Category.HEALTH)] = None
    settlement_no: Annotated[
        Number | None, Label("结算单号", "Settlement number"), Personal(Category.HEALTH)
    ] = None
    application: Annotated[
        UUID | None, Label("所引用的救助申请", "Application"), Refers("MedicalAidApplied")
    ] = None

    def refusals(self, life: Life) -> Refusals:
        """No layer pays more than those before it leave, on whatever days they paid (R-MED-3)."""
        episode, amount = known(self.episode), known(self.amount_yuan)
        if episode is None or amount is None:
            not_known = Label("病程或者金额不明", "the episode or the amount is not known")
            yield uncertain("R-MED-3", detail=not_known)
            return
        account = account_of(episode, life.file.of(MedicalCostIncurred), life.file.of(MedicalCostCovered))
        left = account.layer(known(self.layer)).left_yuan
        if not account.bills:
            yield no_evidence("R-MED-3", detail=Label("未登记费用", "no cost of the episode is recorded"))
        elif left is None:
            yield uncertain("R-MED-3", *account.bills, detail=Label("费用金额不明", "the cost is not known"))
        elif left < 0:
            yield breach("R-MED-3", *account.bills)


@dataclass(frozen=True, slots=True)
class LayerShare:
    """What one funding layer paid for an illness, and what is left of the cost after it, in yuan.

    `layer` is a code of `funding_layer`, or None for payments of which it is not known. `left_yuan` is None
    where the cost is not known. Amounts that are not known count as nothing: `is_exact` says whether this
    layer and those before it have none.
    """

    layer: str | None
    paid_yuan: Decimal
    left_yuan: Decimal | None
    is_exact: bool
    payments: tuple[AnyEntry, ...]


@dataclass(frozen=True, slots=True)
class Waterfall:
    """What an illness cost, and the layers in the order in which they pay, each with what it left.

    Every layer of the table is there, though it paid nothing. Money is in yuan; `cost_yuan` is None where no
    bill is recorded, or not the amount of each. `bills` are its entries. `episode` is None for all that was
    billed and paid for illnesses that are not known.
    """

    episode: UUID | None
    bills: tuple[AnyEntry, ...]
    cost_yuan: Decimal | None
    layers: tuple[LayerShare, ...]

    @property
    def rest_yuan(self) -> Decimal | None:
        """What is left to be paid, negative where more was paid than it cost; None where it is not known."""
        last = self.layers[-1]
        return last.left_yuan if last.is_exact else None

    def layer(self, code: str | None) -> LayerShare:
        """Return the share of one layer; of one that the table lacks, the last."""
        return next((share for share in self.layers if share.layer == code), self.layers[-1])


def waterfall(life: Life, episode: UUID | None) -> Waterfall:
    """Return the account of an illness on the life's day (A8).

    `episode` is the entry that diagnosed it, None for what belongs to no illness that is known.
    """
    return account_of(episode, life.all(MedicalCostIncurred), life.all(MedicalCostCovered))


def account_of(
    episode: UUID | None,
    billed: Iterable[Entry[MedicalCostIncurred]],
    paid: Iterable[Entry[MedicalCostCovered]],
) -> Waterfall:
    """Return the account of an illness by these bills and payments, of whatever illness each is."""
    bills = tuple(each for each in billed if known(each.event.episode) == episode)
    payments = [each for each in paid if known(each.event.episode) == episode]
    codes: list[str | None] = [*tables()["funding_layer"].codes]
    if any(known(payment.event.layer) is None for payment in payments):
        codes.append(None)
    cost, is_exact = _sum(bill.event.amount_yuan for bill in bills)
    left = cost if bills and is_exact else None
    cost_yuan, layers = left, []
    for code in codes:
        own = tuple(each for each in payments if known(each.event.layer) == code)
        share, is_known = _sum(each.event.amount_yuan for each in own)
        is_exact = is_exact and is_known
        left = None if left is None else left - share
        layers.append(LayerShare(code, share, left, is_exact, own))
    return Waterfall(episode, bills, cost_yuan, tuple(layers))


def _sum(amounts: Iterable[Answered[Decimal]]) -> tuple[Decimal, bool]:
    """Return the sum of the amounts that are known, and whether all are."""
    every = [known(amount) for amount in amounts]
    return sum((amount for amount in every if amount is not None), Decimal(0)), None not in every
