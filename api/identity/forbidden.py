"""Problems for what a role may not do: they say which roles may."""

from collections.abc import Iterable
from typing import Any

from api.contract.masking import acting_json
from api.contract.problems import KINDS, Problem
from api.identity.permissions import Role
from domain.label import Label


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
