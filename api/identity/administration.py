"""Who may change who is on the ledger: nobody makes themselves, or lets themselves in as, more than they are.

An administrator acts on others, never on themselves, so that no role, scope, token or second factor of
theirs comes from their own hand, and the last administrator cannot leave the ledger without one. Whoever
gave a role, or ended a second factor, does not hand out what one enters with, and the other way round: a
person who could enter as somebody they made would be whatever they like. At the machine its operator does
both, who holds the keys of the ledger anyway.
"""

from enum import StrEnum
from typing import Final

from api.contract.problems import Problem
from api.identity.acting import roles_that_may
from api.identity.directory import Member
from api.identity.forbidden import forbidden
from api.identity.permissions import Action, Actor, role_may
from domain.label import Label


class Act(StrEnum):
    """What an administrator does; of a person, the access log has it as a purpose under their id."""

    LOOK = "directory"
    OPEN_INSTITUTION = "institution opened"
    CHANGE_INSTITUTION = "institution changed"
    ADOPT_RULEBOOK = "rulebook adopted"
    ADD = "user added"
    CHANGE_ROLE = "role changed"
    LET_IN = "first sign-in"
    END = "user ended"
    END_SESSIONS = "sessions ended"
    MAKE_TOKEN = "token made"  # noqa: S105 - what is done, and no password
    BIND = "account bound"
    END_FACTOR = "second factor ended"
    REVOKE_TOKEN = "token revoked"  # noqa: S105 - the same


GRANTING: Final = frozenset({Act.CHANGE_ROLE, Act.END_FACTOR})
"""What changes as whom somebody enters: not by the one who handed them a token last."""
LETTING_IN: Final = frozenset({Act.LET_IN, Act.MAKE_TOKEN, Act.BIND})
"""What hands out what somebody enters with: not by the one who gave them their role."""
ON_ONESELF: Final = frozenset({Act.LOOK})
"""What an administrator does about themselves too: look."""

_THEMSELVES: Final = Label(
    "本人的角色、范围、令牌和登录，由另一名管理员办理。",
    "What concerns your own role, scope, tokens and sign-in, another administrator does.",
)
_GRANTED: Final = Label(
    "此人的角色由您授予（或者由您解除其第二重验证），登录凭据须由另一名管理员发给；"
    "也可在服务器上以 childledger user reset-password 或者 token new 办理。",
    "You gave this person their role, or ended their second factor: another administrator hands out what they"
    " enter with, or the machine's operator does by `childledger user reset-password` or `token new`.",
)
_LET_IN: Final = Label(
    "此人的登录凭据由您发给，变更角色或者解除第二重验证须由另一名管理员办理。",
    "You handed this person what they enter with: another administrator changes their role, or ends their"
    " second factor.",
)


def why_not(actor: Actor, act: Act, about: Member | None = None) -> Label | None:
    """Return why an administrator may not do this about a person, None for no person; None if they may."""
    if about is None or act in ON_ONESELF:
        return None
    if about.member == actor.user:
        return _THEMSELVES
    if act in LETTING_IN and about.granted_by == actor.user:
        return _GRANTED
    if act in GRANTING and about.let_in_by == actor.user:
        return _LET_IN
    return None


def check_act(actor: Actor, act: Act, about: Member | None = None) -> None:
    """Raise the problem `forbidden` unless somebody may do this, about a person if one is named."""
    if not role_may(actor.role, Action.ADMINISTER):
        raise forbidden(actor.role, roles_that_may(Action.ADMINISTER))
    refused = why_not(actor, act, about)
    if refused is not None:
        raise Problem("forbidden", refused)
