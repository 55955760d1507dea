"""Who must act next, in the form of answers: the roles, who answers for it, and to whom it was escalated."""

from datetime import date
from typing import Final, Literal, TypeAlias
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.masking import PersonalValue
from api.contract.value_words import called
from domain.codes import tables

EscalationState: TypeAlias = Literal["not_set", "not_reached", "reached"]
"""Whether the institution set no steps, the first one comes later, or one was reached."""


class ActingRole(TypedDict):
    """A role that must act next, in words."""

    role: str
    zh: str
    en: str


class ResponsiblePersonAnswer(TypedDict):
    """Somebody whom the institution in charge made responsible: for which part of its work, or at which post.

    `person` is the same for one staff number at an institution, and lists can be asked by it; `user` is whom
    they enter this system as, if that was said. `zh` and `en` are the words of the code `responsible_for`.
    """

    person: UUID
    name: PersonalValue
    user: UUID | None
    responsible_for: str
    zh: str
    en: str
    since: date


class EscalationAnswer(TypedDict):
    """How far what is overdue was escalated, by the steps that the institution in charge has set itself.

    `step` is the number of the last step reached, `to` who is told since then, a code of
    `escalation_recipient`, and `people` those who answer for the work or hold the post, where the institution
    named any. `next_to` is told from `next_on` on. All this is null, or nobody, as far as no step says it.
    """

    state: EscalationState
    step: int | None
    to: str | None
    since: date | None
    people: list[ResponsiblePersonAnswer]
    next_to: str | None
    next_on: date | None


ACTED: Final = {"next_to_act": list[ActingRole], "responsible_people": list[ResponsiblePersonAnswer]}
"""Members of an item of a list of what is to be done; nobody must act where it is done."""
ESCALATED: Final = {"escalation": EscalationAnswer | None}
"""Members of an item of a list of what is due; what is not overdue was not escalated."""


def acting_json(role: str) -> ActingRole:
    """Return a role that must act next."""
    label = called("role", role)
    return {"role": role, "zh": label.zh, "en": label.en}


def responsible_json(
    person: UUID, name: PersonalValue, user: UUID | None, responsible_for: str, since: date
) -> ResponsiblePersonAnswer:
    """Return somebody who is responsible, with the words of what for."""
    label = tables()["responsibility"].codes[responsible_for]
    return {
        "person": person,
        "name": name,
        "user": user,
        "responsible_for": responsible_for,
        "zh": label.zh,
        "en": label.en,
        "since": since,
    }
