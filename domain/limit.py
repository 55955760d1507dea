"""Limits: the bounds of input, output and waiting, and the answer beyond each.

A limit is declared with its number and its reason where the number is used; `docs/limits.md` lists them
all.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from domain.label import Label


class Area(Enum):
    """The headings under which limits are listed, in this order."""

    CONNECTIONS = Label("连接与请求头", "Connections and heads")
    REQUESTS = Label("请求内容", "Requests")
    ANSWERS = Label("应答", "Answers")
    COSTS = Label("耗时的工作", "Costly work")
    IMPORTS = Label("导入", "Imports")
    FACTS = Label("记录的内容", "What is recorded")
    DATABASE = Label("数据库", "The database")
    PROCESS = Label("进程", "The process")


@dataclass(frozen=True, slots=True)
class Bound:
    """What a limit bounds, including the unit; the reason for its number; and the answer beyond it.

    `beyond` is the code of a problem (`api/contract/problems.py`), or says in words what happens.
    """

    area: Area
    what: Label
    why: Label
    beyond: str | Label


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound and its number."""

    bound: Bound
    value: int


LIMITS: Final[dict[str, Limit]] = {}
"""The limits of every imported module, by the English label of what they bound."""


def limit(value: int, area: Area, what: Label, *, why: Label, beyond: str | Label) -> int:
    """List a limit and return its number. Raises ValueError if another limit bounds the same."""
    made = Limit(Bound(area, what, why, beyond), value)
    if LIMITS.setdefault(what.en, made) != made:
        message = f"two limits of the same: {what.en}"
        raise ValueError(message)
    return value
