"""The side of every page: where each role can go, home first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from api.identity.permissions import Role


@dataclass(frozen=True, slots=True)
class Destination:
    """A page of the side: its address below `/console/`, and the name of its words in `side`.

    `counted` is the member of `GET /counts` that stands beside it, if there is one; what `needs` somebody
    stands out.
    """

    path: str
    name: str
    counted: str = ""
    needs: bool = False


TODAY: Final = Destination("today", "today", "overdue", needs=True)
REGISTER: Final = Destination("children", "children")
RECEIVE: Final = Destination("children/new", "receive")
ENTER: Final = Destination("children/new", "enter")
FOR_MANY: Final = Destination("record-many", "record_many")
FAMILIES: Final = Destination("families", "families")
INSTITUTION_FILES: Final = Destination("institutions", "institution_files")
OUTSIDE: Final = Destination("outside", "outside")
FIND: Final = Destination("children", "find")
FINDINGS: Final = Destination("findings", "findings", "findings")
APPROVALS: Final = Destination("approvals", "approvals", "exceptions", needs=True)
EXCEPTIONS: Final = Destination("approvals", "exceptions", "exceptions")
BOARD: Final = Destination("readiness", "readiness")
IMPORTS: Final = Destination("imports", "imports")
LATE: Final = Destination("late", "late")
EMERGENCIES: Final = Destination("emergencies", "emergencies")
CENSUS: Final = Destination("census", "census")
SUPERVISION: Final = Destination("supervision", "supervision")
LOG: Final = Destination("log", "log")
REPORTS: Final = Destination("reports", "reports")
DIFFERENCES: Final = Destination("differences", "differences")
ERASURES: Final = Destination("erasures", "erasures")
RULES: Final = Destination("rules", "rules")
INSTITUTIONS: Final = Destination("admin/institutions", "institutions")
PEOPLE: Final = Destination("admin/people", "people")
TOKENS: Final = Destination("admin/tokens", "tokens")
STATE: Final = Destination("admin/state", "state")

SIDE: Final[Mapping[Role, Sequence[Destination]]] = MappingProxyType(
    {
        Role.STAFF: (
            *(TODAY, REGISTER, FAMILIES, RECEIVE, FOR_MANY, FINDINGS, EXCEPTIONS, IMPORTS),
            *(DIFFERENCES, BOARD, RULES),
        ),
        Role.SUPERVISOR: (
            *(TODAY, REGISTER, FAMILIES, RECEIVE, FOR_MANY, APPROVALS, FINDINGS, EMERGENCIES),
            *(ERASURES, IMPORTS, DIFFERENCES, BOARD, RULES),
        ),
        Role.AUDITOR: (
            *(FIND, FAMILIES, FINDINGS, LATE, EXCEPTIONS, EMERGENCIES, ERASURES, LOG, CENSUS, RULES),
        ),
        Role.PLACEMENT_OFFICER: (BOARD, TODAY, REGISTER, FINDINGS, RULES),
        Role.BUREAU: (
            *(CENSUS, SUPERVISION, REPORTS, REGISTER, OUTSIDE, INSTITUTION_FILES, TODAY, APPROVALS),
            *(FINDINGS, EMERGENCIES, ERASURES, BOARD, RULES),
        ),
        Role.TOWNSHIP: (OUTSIDE, TODAY, REGISTER, ENTER, FOR_MANY, FINDINGS, EXCEPTIONS, IMPORTS, RULES),
        Role.ADMINISTRATOR: (INSTITUTIONS, PEOPLE, TOKENS, STATE, LOG, RULES),
    }
)
"""What stands in the side, by role; the first is the role's home. One's own institution stands above."""


def home_of(role: Role) -> str:
    """Return the address of a role's home."""
    return f"/console/{SIDE[role][0].path}"
