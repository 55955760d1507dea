"""The side of every page: where each role can go, home first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from api.identity.permissions import Role


@dataclass(frozen=True, slots=True)
class Destination:
    """A page of the side: its address below `/console/`, and the name of its words in `side`.

    `counted` is the member of `GET /counts` that stands beside it, if there is one; what `needs` somebody
    stands out. `pages` are what goes together under it, itself first: they lead to each other.
    """

    path: str
    name: str
    counted: str = ""
    needs: bool = False
    pages: "tuple[Destination, ...]" = ()

    @property
    def address(self) -> str:
        """The address of the page."""
        return f"/console/{self.path}"

    def is_above(self, address: str) -> bool:
        """Whether a page is this one, or lies below it."""
        return address == self.address or address.startswith(f"{self.address}/")


def together(name: str, *pages: Destination) -> Destination:
    """Return the destination of pages that go together, with the counts of the first, under its own name."""
    return replace(pages[0], name=name, pages=pages)


TODAY: Final = Destination("today", "today", "overdue", needs=True)
REGISTER: Final = Destination("children", "children")
RECEIVE: Final = Destination("children/new", "receive")
ENTER: Final = Destination("children/new", "enter")
FOR_MANY: Final = Destination("record-many", "record_many")
FAMILIES: Final = Destination("families", "families")
INSTITUTION_FILES: Final = Destination("institutions", "institution_files")
OUTSIDE: Final = Destination("outside", "outside")
FINDINGS: Final = Destination("findings", "findings", "findings")
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
FLOWS: Final = Destination("census/flows", "flows")
SERIES: Final = Destination("series", "series")
FILES: Final = together("files", REGISTER, FAMILIES)
FILES_TO_FIND: Final = together("find", REGISTER, FAMILIES)
DECISIONS: Final = replace(together("approvals", EXCEPTIONS, EMERGENCIES, ERASURES), needs=True)
EXCEPTIONS_READ: Final = together("exceptions", EXCEPTIONS, EMERGENCIES, ERASURES)
OTHERS_DATA: Final = together("others_data", IMPORTS, DIFFERENCES)
COUNTS: Final = together("counts", CENSUS, FLOWS, SERIES, SUPERVISION, REPORTS)

SIDE: Final[Mapping[Role, Sequence[Destination]]] = MappingProxyType(
    {
        Role.STAFF: (TODAY, FILES, RECEIVE, FOR_MANY, FINDINGS, EXCEPTIONS, OTHERS_DATA, BOARD, RULES),
        Role.SUPERVISOR: (
            *(TODAY, FILES, RECEIVE, FOR_MANY, DECISIONS, FINDINGS, OTHERS_DATA, BOARD, COUNTS, RULES),
        ),
        Role.AUDITOR: (FILES_TO_FIND, FINDINGS, LATE, EXCEPTIONS_READ, LOG, COUNTS, RULES),
        Role.PLACEMENT_OFFICER: (BOARD, TODAY, REGISTER, FINDINGS, RULES),
        Role.BUREAU: (
            *(COUNTS, REGISTER, OUTSIDE, INSTITUTION_FILES, TODAY, DECISIONS, FINDINGS, BOARD, RULES),
        ),
        Role.TOWNSHIP: (OUTSIDE, TODAY, REGISTER, ENTER, FOR_MANY, FINDINGS, EXCEPTIONS, IMPORTS, RULES),
        Role.ADMINISTRATOR: (INSTITUTIONS, PEOPLE, TOKENS, STATE, LOG, RULES),
    }
)
"""What stands in the side, by role; the first is the role's home. One's own institution stands above."""


def home_of(role: Role) -> str:
    """Return the address of a role's home."""
    return SIDE[role][0].address


def place_of(role: Role, address: str) -> tuple[Destination | None, Destination | None]:
    """Return where a page stands in a role's side, and the page of its group, if any, that it lies below."""
    above = [(each, page) for each in SIDE[role] for page in each.pages or (each,) if page.is_above(address)]
    return max(above, key=lambda found: len(found[1].address), default=(None, None))
