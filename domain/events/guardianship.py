"""On what ground the State is the child's guardian (监护)."""

from datetime import date
from typing import Annotated, Final

from domain.entry import AnyEntry
from domain.event import Answered, Category, Code, Event, Label, Name, Number, Personal
from domain.file import Attribute, Facts

MINORS_LAW: Final = "未成年人保护法"

GUARDIANSHIP: Final[Attribute[str]] = Attribute("guardianship", "type", Label("监护类型", "Guardianship"))
"""A code of `guardianship_type`. Civil affairs is the guardian, not the institution."""
REVIEW: Final[Attribute[date]] = Attribute("guardianship", "review", Label("监护复核日期", "Review due"))


class TemporaryGuardianshipStarted(
    Event, zh="临时监护开始", en="Temporary guardianship started", source=f"{MINORS_LAW} 92"
):
    """A civil-affairs department took on temporary guardianship."""

    ground: Annotated[Answered[str], Label("临时监护情形", "Ground"), Code("temporary_ground")]
    guardian_body: Annotated[Answered[Name], Label("监护机关", "Guardian body"), Personal(Category.FAMILY)]
    review_due_on: Annotated[Answered[date], Label("复核日期", "Review due on")]

    def holds(self, entry: AnyEntry) -> Facts:
        yield GUARDIANSHIP.since(entry.days, "temporary")
        review = self.review_due_on if isinstance(self.review_due_on, date) else None
        yield REVIEW.since(entry.days, review)


class LongTermGuardianshipConfirmed(
    Event, zh="长期监护确认", en="Long-term guardianship confirmed", source=f"{MINORS_LAW} 94"
):
    """It was decided that civil affairs is the child's long-term guardian."""

    ground: Annotated[Answered[str], Label("长期监护情形", "Ground"), Code("long_term_ground")]
    judgment_no: Annotated[
        Answered[Number] | None, Label("判决书编号", "Judgment number"), Personal(Category.FAMILY)
    ] = None
    guardian_body: Annotated[Name | None, Label("监护机关", "Guardian body"), Personal(Category.FAMILY)] = (
        None
    )

    def holds(self, entry: AnyEntry) -> Facts:
        yield GUARDIANSHIP.since(entry.days, "long_term")
        yield REVIEW.since(entry.days, None)


class GuardianshipTerminated(
    Event, zh="监护终止", en="Guardianship terminated", source=f"民法典 39；{MINORS_LAW} 93, 95"
):
    """The guardianship of civil affairs ended."""

    reason: Annotated[Answered[str], Label("终止原因", "Reason"), Code("guardianship_end")]

    def holds(self, entry: AnyEntry) -> Facts:
        yield from ended(entry)


def ended(entry: AnyEntry) -> Facts:
    """That the State is no longer guardian from this entry on."""
    yield GUARDIANSHIP.since(entry.days, None)
    yield REVIEW.since(entry.days, None)
