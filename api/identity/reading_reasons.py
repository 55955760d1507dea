"""Why somebody reads files, and what is read for a stated reason alone: the law's sealed sets.

A session of the console has the reason that was chosen for it; a request with a token states one in its
header `Reading-Reason`. The sealed sets are adoption (《民法典》1110), abuse (《未成年人保护法》103), and
HIV, DNA and psychiatric findings: their categories, which only some roles see, are sealed wholly.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from api.contract.explanation_words import CATEGORIES
from api.contract.problems import KINDS, Problem
from api.identity.access_log import OF_RECORDING
from api.identity.permissions import Role
from domain.event import WHOLLY_SEALED, Category
from domain.label import Label

HEADER: Final = "Reading-Reason"


class ReadingReason(StrEnum):
    """Why somebody reads files: what the access log says of each read of a session or a request."""

    CARE = "care"
    SUPERVISION = "supervision"
    AUDIT = "audit"
    PLACEMENT = "placement"
    STATISTICS = "statistics"
    REQUEST = "request"
    OPERATION = "operation"


REASONS: Final[Mapping[ReadingReason, Label]] = MappingProxyType(
    {
        ReadingReason.CARE: Label("照料儿童", "Care of children"),
        ReadingReason.SUPERVISION: Label("监督和审批", "Supervision and approval"),
        ReadingReason.AUDIT: Label("审计核查", "Audit"),
        ReadingReason.PLACEMENT: Label("成年安置", "Placement as adults"),
        ReadingReason.STATISTICS: Label("统计和督办", "Statistics and oversight"),
        ReadingReason.REQUEST: Label(
            "答复儿童、亲属或者有关部门的查询", "Answer to a child, a relative or an authority"
        ),
        ReadingReason.OPERATION: Label("系统维护", "Operation of the system"),
    }
)
USUAL_REASON: Final[Mapping[Role, ReadingReason]] = MappingProxyType(
    {
        Role.STAFF: ReadingReason.CARE,
        Role.SUPERVISOR: ReadingReason.SUPERVISION,
        Role.AUDITOR: ReadingReason.AUDIT,
        Role.PLACEMENT_OFFICER: ReadingReason.PLACEMENT,
        Role.BUREAU: ReadingReason.STATISTICS,
        Role.TOWNSHIP: ReadingReason.CARE,
        Role.ADMINISTRATOR: ReadingReason.OPERATION,
    }
)
"""The reason of a session for which none was chosen."""


def check_reason(reason: str | None, purpose: str, read: Iterable[Category]) -> None:
    """Raise the problem `reason_missing` where a sealed set is read and nobody said why.

    Who records is told what came of it (`OF_RECORDING`), which is why they ask.
    """
    sets = WHOLLY_SEALED.intersection(read)
    if sets and reason is None and purpose not in OF_RECORDING:
        raise reason_missing(sets)


def reason_missing(sets: Iterable[Category]) -> Problem:
    """Return the problem that says which sealed sets need a reason, and which reasons there are."""
    kind, named = KINDS["reason_missing"], sorted(sets)
    told = Label(
        f"{kind.zh}涉及：{'、'.join(CATEGORIES[each].zh for each in named)}。",
        f"{kind.en} Concerned: {', '.join(CATEGORIES[each].en for each in named)}.",
    )
    return Problem("reason_missing", told, categories=named, reasons=[*ReadingReason])
