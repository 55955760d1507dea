"""Where the lines of a digest lead in the console."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from api.contract.digest_answers import DigestLine

LINKS: Final[Mapping[DigestLine, str]] = MappingProxyType(
    {
        "due": "/console/today?group=days_30",
        "newly_overdue": "/console/today?group=overdue",
        "overdue": "/console/today?group=overdue",
        "escalated": "/console/today?group=escalated",
        "waiting": "/console/approvals",
        "findings": "/console/findings",
        "not_ready": "/console/readiness?within_months=6&status=not_ready",
    }
)
"""The page of each line."""
