"""The statements of a child's file: what auditors and supervisors ask of it line by line."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from domain.statement import Statement
from domain.statements.aid_cases import AID_CASES
from domain.statements.allowance_months import ALLOWANCE_MONTHS
from domain.statements.given_out import GIVEN_OUT
from domain.statements.illness_costs import ILLNESS_COSTS
from domain.statements.institution_transfers import TRANSFERS
from domain.statements.paper_sets import PAPER_SETS
from domain.statements.referrals import REFERRALS

STATEMENTS: Final[tuple[Statement[Any], ...]] = (
    ILLNESS_COSTS,
    AID_CASES,
    REFERRALS,
    TRANSFERS,
    PAPER_SETS,
    ALLOWANCE_MONTHS,
    GIVEN_OUT,
)
STATEMENTS_BY_NAME: Final[Mapping[str, Statement[Any]]] = MappingProxyType(
    {each.name: each for each in STATEMENTS}
)
