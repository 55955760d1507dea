"""Problems for what a role may not do: they say which roles may."""

from collections.abc import Iterable
from typing import Any, Final

from api.contract.acting_answers import acting_json
from api.contract.problems import KINDS, Problem
from api.identity.acting import roles_that_may
from api.identity.permissions import Action, Role, role_may
from domain.label import Label

ANSWER_FOR_ACCESS: Final = (Action.SEE_ACCESS, Action.APPROVE)
"""What those may do, one or the other, who answer for how files are read and what is erased of them."""


def forbidden(caller: str, roles: Iterable[Role], **more: Any) -> Problem:  # noqa: ANN401 - any JSON
    """Return the problem that the caller's role may not do something; its member `roles` says which may.

    Where theirs may, or none may that has a name, it is the token that may not, and nothing is said of roles.
    """
    may = [acting_json(each) for each in roles]
    if not may or caller in {each["role"] for each in may}:
        return Problem("forbidden", **more)
    kind = KINDS["forbidden"]
    detail = Label(
        f"{kind.zh}可以办理的角色：{'、'.join(each['zh'] for each in may)}。",
        f"{kind.en} These may: {', '.join(each['en'] for each in may)}.",
    )
    return Problem("forbidden", detail, roles=may, **more)


def check_may_any(role: Role, actions: Iterable[Action]) -> None:
    """Raise the problem `forbidden` unless a role may do one of these."""
    asked = list(actions)
    if not any(role_may(role, each) for each in asked):
        # In the order of the actions, and each once.
        raise forbidden(role, dict.fromkeys(may for each in asked for may in roles_that_may(each)))
