"""Lines of statements that are kept: from the day on since which they stand, they say what the file says."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from hypothesis import given as each
from hypothesis import settings
from hypothesis import strategies as st

from domain.entry import AnyEntry
from domain.event import Event
from domain.events.archive import ArchiveReturned, DocumentFiled, PaperScanned
from domain.events.departure import ChildDied
from domain.events.entitlement.allowance import (
    AllowanceAdjusted,
    AllowanceGranted,
    AllowancePaid,
    AllowanceStopped,
)
from domain.events.entitlement.over_age import OverAgeContinuationDecided
from domain.events.household import HouseholdRegistered, HouseholdTransferred
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded, ReferralReceived
from domain.events.medical.aid import MedicalAidApplicationChanged, MedicalAidDecided, MedicalAidUploaded
from domain.events.medical.costs import MedicalCostCovered, MedicalCostIncurred
from domain.events.reception import ReferralDeclined
from domain.events.schooling import SchoolEnrolled
from domain.events.transfer.following import AllowancePayerChanged, GuardianResponsibilityTransferred
from domain.events.transfer.handing_over import TransferApproved
from domain.file import fold
from domain.obligations import History
from domain.resting import noting_each
from domain.rulebook import Rulebook
from domain.statement import Statement
from domain.statements import STATEMENTS
from domain.statements.allowance_months import ALLOWANCE_MONTHS
from domain.statements.referrals import REFERRALS
from tests.support.exploring import examples
from tests.support.strategies import IDS, streams

ALLOWANCE: Final[tuple[type[Event], ...]] = (
    AllowanceGranted,
    AllowancePaid,
    AllowancePaid,
    AllowanceAdjusted,
    AllowanceStopped,
    OverAgeContinuationDecided,
    IdentityRecorded,
    ChildAdmitted,
    ChildDied,
)
REFERRED: Final[tuple[type[Event], ...]] = (ReferralReceived, ReferralDeclined, ChildReceived, ChildDied)
FOLLOWING: Final[dict[str, tuple[type[Event], ...]]] = {
    "illness-costs": (),
    "aid-cases": (
        MedicalAidApplicationChanged,
        MedicalAidDecided,
        MedicalAidUploaded,
        MedicalCostIncurred,
        MedicalCostCovered,
    ),
    "transfers": (
        TransferApproved,
        GuardianResponsibilityTransferred,
        AllowancePayerChanged,
        HouseholdTransferred,
    ),
    "paper-sets": (DocumentFiled, PaperScanned, HouseholdRegistered, SchoolEnrolled, ChildDied),
    "given-out": (ArchiveReturned,),
}
"""What lines say besides what they are about, by the statement."""
LATER: Final = st.integers(0, 1200)


def is_kept(statement: Statement[Any], entries: Sequence[AnyEntry], later: int) -> None:
    history = History(fold(entries), Rulebook.shipped())
    if not statement.is_asked(history):
        assert not list(statement.lines(history, date(2100, 1, 1)))
        return
    day = max(statement.stand_since(history), date(2000, 1, 1)) + timedelta(days=later)
    told, _ = noting_each(statement.lines(history, day))
    kept = [(line, on) for of_line, on in statement.keeps(history) for line in statement.told(of_line, day)]
    assert Counter(map(repr, kept)) == Counter(map(repr, told))


@each(streams(ALLOWANCE, most=len(IDS) - 1), LATER)
@settings(max_examples=examples(60))
def test_months_that_are_kept_as_runs_are_those_that_are_told_of_a_day(
    entries: list[AnyEntry], later: int
) -> None:
    is_kept(ALLOWANCE_MONTHS, entries, later)


@each(streams(REFERRED), LATER)
@settings(max_examples=examples(30))
def test_a_referral_that_is_kept_waits_on_a_day_as_it_is_told(entries: list[AnyEntry], later: int) -> None:
    is_kept(REFERRALS, entries, later)


@each(st.data(), st.sampled_from([each for each in STATEMENTS if each.name in FOLLOWING]), LATER)
@settings(max_examples=examples(80))
def test_the_lines_of_every_statement_are_kept_as_they_are_told(
    data: st.DataObject, statement: Statement[Any], later: int
) -> None:
    kinds = tuple(dict.fromkeys((*statement.about, *FOLLOWING.get(statement.name, ()))))
    is_kept(statement, data.draw(streams(kinds)), later)
