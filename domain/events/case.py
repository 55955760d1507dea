"""Closing a child's case (结案): what comes before it, and what may still be recorded after it."""

from typing import Annotated, Final

from domain.answering import answers_to
from domain.entry import AnyEntry
from domain.event import Answered, Category, Code, Event, Label, Name, Personal, Text, known
from domain.events.adoption.dissolving import (
    AdoptionDissolved,
    AdoptionRevoked,
    BirthParentsFoundAfterAdoption,
)
from domain.events.adoption.visits import (
    PostAdoptionVisitMade,
    PostAdoptionVisitMissed,
    PostAdoptionVisitPlanned,
)
from domain.events.archive import ARCHIVE_STATE, ArchiveCheckedOut, ArchiveReturned
from domain.events.intake import ChildReceived, IdentityRecorded, ReferralReceived
from domain.events.placement.arrangements import ArchiveHandedOver, FollowUpPlanned
from domain.events.placement.placed import AfterCareVisitMade
from domain.events.placement.transition import (
    PlacementReversed,
    PlacementSubsidyPaid,
    TransitionPeriodEnded,
    TransitionPeriodStarted,
)
from domain.events.reunification import ReunificationFollowUpMade
from domain.file import Facts
from domain.life import CASE_CLOSED, Life
from domain.refusal import Refusals, breach, no_evidence

RULES: Final = "本系统规则（结案）；DB36/T 2087-2024第6.5条、第6.6条（条文未核实）"
CHAPTERS_AFTER: Final = frozenset({"archive", "erasure", "filing", "record", "restriction", "subject_access"})
"""Chapters of which every event may follow the closing (R-CASE-1): what is done to entries, papers, data."""
KINDS_AFTER: Final[frozenset[type[Event]]] = frozenset(
    {
        AdoptionDissolved,
        AdoptionRevoked,
        AfterCareVisitMade,
        ArchiveHandedOver,
        BirthParentsFoundAfterAdoption,
        ChildReceived,
        FollowUpPlanned,
        IdentityRecorded,
        PlacementReversed,
        PlacementSubsidyPaid,
        PostAdoptionVisitMade,
        PostAdoptionVisitMissed,
        PostAdoptionVisitPlanned,
        ReferralReceived,
        ReunificationFollowUpMade,
        TransitionPeriodEnded,
        TransitionPeriodStarted,
    }
)
"""Events that may follow it beside those: visits, what goes on or ends outside, and coming again."""


class CaseClosed(Event, zh="结案", en="Case closed", source=RULES, ends_with=None, once=True):
    """Nothing more is to be done for the child: the case was closed, and its papers go to the archive."""

    reason: Annotated[Answered[str], Label("结案原因", "Reason"), Code("case_close_reason")]
    summary: Annotated[Answered[Text], Label("结案小结", "Summary"), Personal(Category.FAMILY)]
    closed_by: Annotated[Answered[Name], Label("审核人", "Closed by"), Personal(Category.IDENTITY)]

    def refusals(self, life: Life) -> Refusals:
        """A case is closed once the child is gone (R-CASE-2), and nothing is left to do (R-CASE-3)."""
        if not life.gone:
            yield breach("R-CASE-2")
        archive = life.now(ARCHIVE_STATE)
        if archive is None or archive.held.value == "open":
            detail = Label("档案尚未封存", "the archive is not sealed")
            yield no_evidence("R-CASE-3", None if archive is None else archive.entry, detail=detail)
        lent, returned = life.all(ArchiveCheckedOut), [*life.all(ArchiveReturned)]
        away = [
            each
            for each, back in zip(lent, answers_to(lent, returned, "checkout"), strict=True)
            if back is None
        ]
        if away:
            yield breach(
                "R-CASE-3", *away, detail=Label("借出的档案尚未归还", "papers that were lent are not back")
            )
        plan = life.last(FollowUpPlanned)
        planned = () if plan is None else known(plan.event.visits_on) or ()
        if any(not life.reached(day) for day in planned):
            yield breach("R-CASE-3", plan, detail=Label("随访计划尚未完成", "visits are still planned"))

    def holds(self, entry: AnyEntry) -> Facts:
        yield CASE_CLOSED.since(entry.days, entry.days.last)
