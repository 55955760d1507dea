"""What each illness cost, and what each funding layer paid for it (domain.md 4.1 A8)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from domain.entry import AnyEntry
from domain.event import known
from domain.events.medical.aid import MedicalAidApplied
from domain.events.medical.costs import MedicalCostCovered, MedicalCostIncurred, Waterfall, waterfall
from domain.events.medical.illness import IllnessDiagnosed
from domain.label import Label
from domain.obligations import History
from domain.statement import Private, Statement, StatementLine, last_day_of, named, private

_READ: Final = (IllnessDiagnosed, MedicalCostIncurred, MedicalCostCovered)


@dataclass(frozen=True, slots=True)
class LayerPaid:
    """What one funding layer paid, a code of `funding_layer` or null where it is not known, and what it left.

    Money is in yuan. `left_yuan` is null where the cost is not known. Amounts that are not known count as
    nothing: `is_exact` says whether this layer and those before it have none.
    """

    layer: str | None
    paid_yuan: Decimal
    left_yuan: Decimal | None
    is_exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IllnessCost(StatementLine):
    """One illness as an account, or all that was paid for illnesses that are not known (`episode` is null).

    `on` is the day of its diagnosis. `cost_yuan` is null where no bill is recorded, or not the amount of
    each; `rest_yuan` is what is left to be paid, null where it is not known.
    """

    episode: UUID | None
    disease: Private | None
    cost_yuan: Decimal | None
    layers: tuple[LayerPaid, ...]
    rest_yuan: Decimal | None


def illness_costs(history: History, day: date) -> Iterator[IllnessCost]:
    """Yield the account of each illness by the day of its diagnosis, last that of none that is known."""
    life = history.on(day)
    ill = {each.original: each for each in life.all(IllnessDiagnosed)}
    moved: list[AnyEntry] = [*life.all(MedicalCostIncurred), *life.all(MedicalCostCovered)]
    named = dict.fromkeys(known(each.event.episode) for each in moved)
    for episode in dict.fromkeys([*ill, *sorted(named.keys() - ill.keys(), key=lambda each: each is None)]):
        account, diagnosed = waterfall(life, episode), None if episode is None else ill.get(episode)
        paid = [each for share in account.layers for each in share.payments]
        yield IllnessCost(
            on=None if diagnosed is None else diagnosed.days.last,
            episode=episode,
            disease=None if diagnosed is None else private(diagnosed, "disease"),
            cost_yuan=account.cost_yuan,
            layers=tuple(
                LayerPaid(share.layer, share.paid_yuan, share.left_yuan, share.is_exact)
                for share in account.layers
            ),
            rest_yuan=account.rest_yuan,
            entries=tuple(each.entry_id for each in (*account.bills, *paid)),
            settled_by=_settled_by(account),
        )


def _settled_by(account: Waterfall) -> tuple[str, ...]:
    """What is left is paid or applied for; of what is not known, the bills are put right."""
    if account.bills and account.cost_yuan is None:
        return named(MedicalCostIncurred)
    rest = account.rest_yuan
    return named(MedicalAidApplied, MedicalCostCovered) if rest is not None and rest > 0 else ()


ILLNESS_COSTS: Final = Statement(
    "illness-costs",
    Label("医疗费用分担", "What illnesses cost, and who paid"),
    _READ,
    IllnessCost,
    illness_costs,
    lambda history: last_day_of(history, _READ),
)
