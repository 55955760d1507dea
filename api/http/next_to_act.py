"""Who must act next on the items of a list: the role, who answers for it on the day, and whom it went to."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeAlias
from uuid import UUID

from api.contract.acting_answers import (
    EscalationAnswer,
    ResponsiblePersonAnswer,
    acting_json,
    responsible_json,
)
from api.contract.masking import restricted
from api.http.dependencies import RequestContext
from api.identity.acting import ToAct
from api.identity.permissions import families_sql
from domain.event import Category
from domain.responsibility import POSTS
from projections.escalation_steps import StepRow, escalation_steps
from projections.responsible_people import SEALED_RESPONSIBLE, ResponsibleRow, responsible_people

ActingOn: TypeAlias = Callable[[dict[str, Any], bool], ToAct]
"""Who must act next on an item, by the item and whether its file is in the charge of a place."""
PEOPLE_MODELS: Final = ("responsible_people",)
"""The read models of lists that tell who is responsible."""
ESCALATION_MODELS: Final = (*PEOPLE_MODELS, "escalation_steps")
"""Those of lists that tell what was escalated, too."""
_RESPONSIBLE: Final = "responsible"
"""The recipient of a step who answers for the work itself, a code of `escalation_recipient`."""


@dataclass(frozen=True, slots=True)
class NextToAct:
    """Who must act next on the items of a list on a day; `escalates` says whether they may be overdue."""

    day: date
    of: ActingOn
    escalates: bool = False


@dataclass(frozen=True, slots=True)
class _Charged:
    """An item with who must act on it, and who its institution says answers for it or must be told."""

    item: dict[str, Any]
    to_act: ToAct
    steps: Sequence[StepRow] = ()

    @property
    def institution(self) -> UUID | None:
        institution: UUID | None = self.item["institution"]
        return institution

    def reached(self, day: date) -> Sequence[StepRow]:
        """Return the steps reached by a day, as far as the item is overdue."""
        if self.item.get("state") != "overdue":
            return ()
        return [each for each in self.steps if each.reached_on(_due(self.item)) <= day]


async def with_who_acts(
    request: RequestContext, items: Sequence[dict[str, Any]], asked: NextToAct, known: int | None
) -> list[dict[str, Any]]:
    """Return items that say who is in charge with who must act next, and note whose names are told.

    Who answers for something at an institution is told to those who may read its file.
    """
    institutions = {each["institution"] for each in items if each["institution"] is not None}
    people: list[ResponsibleRow] = []
    steps: Mapping[UUID, Sequence[StepRow]] = {}
    if institutions:
        scope = families_sql(request.actor, PEOPLE_MODELS[0])
        of: dict[str, Any] = {"day": asked.day, "known": known, "institutions": institutions}
        async with request.container.projector.reading() as connection:
            people = await responsible_people(connection, scope, **of)
            steps = await escalation_steps(connection, **of) if asked.escalates else {}
    charged = [
        _Charged(each, asked.of(each, _is_placed(each)), steps.get(each["institution"], ())) for each in items
    ]
    told = {row.entry: row for each in charged for row in _named(each, people, asked.day)}
    names = await _names(request, told.values())

    def shown(rows: Collection[ResponsibleRow]) -> list[ResponsiblePersonAnswer]:
        return [
            responsible_json(row.person, names[row.entry], row.member, row.responsible_for, row.since)
            for row in rows
        ]

    return [
        each.item
        | {
            "next_to_act": [acting_json(role) for role in each.to_act.roles],
            "responsible_people": shown(_answering(people, each.institution, each.to_act.parts)),
        }
        | ({"escalation": _escalation(each, people, shown, asked.day)} if asked.escalates else {})
        for each in charged
    ]


def _is_placed(item: Mapping[str, Any]) -> bool:
    return item["institution"] is None and item.get("place") is not None


def _due(item: Mapping[str, Any]) -> date:
    due: date = item["due_on"] if "due_on" in item else item["due_between"][1]
    return due


def _answering(
    people: Sequence[ResponsibleRow], institution: UUID | None, parts: Collection[str]
) -> list[ResponsibleRow]:
    return [each for each in people if each.institution == institution and each.responsible_for in parts]


def _recipients(each: _Charged, recipient: str, people: Sequence[ResponsibleRow]) -> list[ResponsibleRow]:
    """Return who the recipient of a step is at the institution in charge; nobody of a role."""
    if recipient == _RESPONSIBLE:
        return _answering(people, each.institution, each.to_act.parts)
    return _answering(people, each.institution, {recipient} & {*POSTS})


def _named(each: _Charged, people: Sequence[ResponsibleRow], day: date) -> list[ResponsibleRow]:
    """Return all who are told of with an item."""
    told = [row for step in each.reached(day)[-1:] for row in _recipients(each, step.recipient, people)]
    return [*_answering(people, each.institution, each.to_act.parts), *told]


def _escalation(
    each: _Charged,
    people: Sequence[ResponsibleRow],
    shown: Callable[[Collection[ResponsibleRow]], list[ResponsiblePersonAnswer]],
    day: date,
) -> EscalationAnswer | None:
    if each.item["state"] != "overdue":
        return None
    due, reached = _due(each.item), each.reached(day)
    last = reached[-1] if reached else None
    following = next(iter(each.steps[len(reached) :]), None)
    return {
        "state": "not_set" if not each.steps else "not_reached" if last is None else "reached",
        "step": None if last is None else last.step,
        "to": None if last is None else last.recipient,
        "since": None if last is None else last.reached_on(due),
        "people": [] if last is None else shown(_recipients(each, last.recipient, people)),
        "next_to": None if following is None else following.recipient,
        "next_on": None if following is None else following.reached_on(due),
    }


async def _names(request: RequestContext, rows: Collection[ResponsibleRow]) -> dict[UUID, Any]:
    """Return the names of people by the entries that made them responsible, and note that they are told."""
    if Category.IDENTITY not in request.sees:
        return {row.entry: restricted(Category.IDENTITY) for row in rows}
    institutions = {row.institution for row in rows}
    if institutions:
        told = dict.fromkeys(institutions, (Category.IDENTITY,))
        await request.of("institution").note(told, "responsible-people")
    seal = await request.ledger.seal_for(institutions, (Category.IDENTITY,))
    return {
        row.entry: row.name and seal.open(row.institution, Category.IDENTITY, row.name, SEALED_RESPONSIBLE)
        for row in rows
    }
