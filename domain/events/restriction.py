"""Restricted files (限制处理): restricted and opened again, and access to them asked for and decided."""

from collections.abc import Iterator
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from domain.answering import answers_always_due, by_another
from domain.entry import AnyEntry
from domain.event import Answered, Category, Code, Event, Label, Personal, Refers, Text
from domain.file import Facts
from domain.life import Life
from domain.obligations import Clock, History, obligation
from domain.refusal import Refusals
from domain.scope import RESTRICTED

RESTRICTION: Final = "《个人信息保护法》第47条第2款"
BY_APPROVAL: Final = "《未成年人网络保护条例》第36条"


class ProcessingRestricted(
    Event, zh="限制处理个人信息", en="Processing restricted", source=RESTRICTION, ends_with=None
):
    """From that day on nobody reads the file without an approved purpose; it is kept, and counted."""

    ground: Annotated[Answered[str], Label("限制处理的原因", "Ground"), Code("restriction_ground")]
    explanation: Annotated[Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)]

    def holds(self, entry: AnyEntry) -> Facts:
        yield RESTRICTED.since(entry.days, value=True)


class RestrictionLifted(
    Event, zh="解除限制处理", en="Restriction lifted", source=RESTRICTION, ends_with=None
):
    """The ground of a restriction is gone: the file is read again by whoever it concerns."""

    explanation: Annotated[Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (ProcessingRestricted,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield RESTRICTED.since(entry.days, None)


class RestrictedFileAccessRequested(
    Event,
    zh="申请查阅受限档案",
    en="Access to a restricted file requested",
    source=BY_APPROVAL,
    ends_with=None,
):
    """Who recorded it asks to read a restricted file for a purpose."""

    purpose: Annotated[str, Label("查阅目的", "Purpose"), Code("access_purpose")]
    explanation: Annotated[Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)]


AccessRequestId: TypeAlias = Annotated[
    UUID, Label("查阅申请", "Access request"), Refers("RestrictedFileAccessRequested")
]


class RestrictedFileAccessApproved(
    Event,
    zh="批准查阅受限档案",
    en="Access to a restricted file approved",
    source=BY_APPROVAL,
    ends_with=None,
    once=True,
):
    """Somebody else than the asker approved the access, which ends by itself after 30 days."""

    request: AccessRequestId
    explanation: Annotated[Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (RestrictedFileAccessRequested,)

    def refusals(self, life: Life) -> Refusals:
        """Nobody decides on their own access (R-LIM-1)."""
        return by_another("R-LIM-1", life, self.request, at="/data/request")


class RestrictedFileAccessRejected(
    Event,
    zh="不予批准查阅受限档案",
    en="Access to a restricted file rejected",
    source=BY_APPROVAL,
    ends_with=None,
    once=True,
):
    """Somebody else than the asker did not approve the access."""

    request: AccessRequestId
    explanation: Annotated[Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (RestrictedFileAccessRequested,)

    def refusals(self, life: Life) -> Refusals:
        """Nobody decides on their own access (R-LIM-1)."""
        return by_another("R-LIM-1", life, self.request, at="/data/request")


ACCESS_DECISIONS: Final = (RestrictedFileAccessApproved, RestrictedFileAccessRejected)
RESTRICTING: Final = (ProcessingRestricted, RestrictionLifted)


@obligation("R-LIM-2", RestrictedFileAccessRequested)
def requests_of_access_decided(history: History) -> Iterator[Clock]:
    """A request to read is decided; that the child has left or was adopted makes it no less due."""
    return answers_always_due(
        "R-LIM-2", history, RestrictedFileAccessRequested, *ACCESS_DECISIONS, field="request"
    )
