"""On what ground the State is the child's guardian (监护)."""

from datetime import date
from typing import Annotated, Final

from domain.entry import AnyEntry
from domain.event import Answered, Category, Code, Event, Label, NotBefore, Number, Personal, Title, known
from domain.file import Attribute, Facts
from domain.refusal import Refusals, no_evidence

BY_JUDGMENT: Final = "4"
"""The long-term ground that is a court's judgment."""
MINORS_LAW: Final = "《未成年人保护法》"

GUARDIANSHIP: Final[Attribute[str]] = Attribute("guardianship", "type", Label("监护类型", "Guardianship"))
"""A code of `guardianship_type`. Civil affairs is the guardian, not the institution."""
REVIEW: Final[Attribute[date]] = Attribute("guardianship", "review", Label("监护复核日期", "Review due"))


class TemporaryGuardianshipStarted(
    Event,
    zh="临时监护开始",
    en="Temporary guardianship started",
    source=f"{MINORS_LAW}第92条",
    ends_with="adoption",
):
    """A civil-affairs department took on temporary guardianship."""

    ground: Annotated[Answered[str], Label("临时监护情形", "Ground"), Code("temporary_ground")]
    guardian_body: Annotated[Answered[Title], Label("监护机关", "Guardian body"), Personal(Category.FAMILY)]
    review_due_on: Annotated[Answered[date], Label("复核日期", "Review due on"), NotBefore()]

    def holds(self, entry: AnyEntry) -> Facts:
        yield GUARDIANSHIP.since(entry.days, "temporary")
        yield REVIEW.since(entry.days, known(self.review_due_on))


class LongTermGuardianshipConfirmed(
    Event,
    zh="长期监护确认",
    en="Long-term guardianship confirmed",
    source=f"{MINORS_LAW}第94条",
    ends_with="adoption",
):
    """It was decided that civil affairs is the child's long-term guardian."""

    ground: Annotated[Answered[str], Label("长期监护情形", "Ground"), Code("long_term_ground")]
    judgment_no: Annotated[
        Answered[Number] | None, Label("判决书编号", "Judgment number"), Personal(Category.FAMILY)
    ] = None
    guardian_body: Annotated[Title | None, Label("监护机关", "Guardian body"), Personal(Category.FAMILY)] = (
        None
    )

    def impossible(self, entry: AnyEntry) -> Refusals:
        if known(self.ground) == BY_JUDGMENT and self.judgment_no is None:
            yield no_evidence("E11", detail=Label("判决书编号", "Judgment number"))

    def holds(self, entry: AnyEntry) -> Facts:
        yield GUARDIANSHIP.since(entry.days, "long_term")
        yield REVIEW.since(entry.days, None)


class GuardianshipTerminated(
    Event,
    zh="监护终止",
    en="Guardianship terminated",
    source=f"《民法典》第39条；{MINORS_LAW}第93、95条",
    ends_with=None,
):
    """The guardianship of civil affairs ended."""

    reason: Annotated[Answered[str], Label("终止原因", "Reason"), Code("guardianship_end")]

    def follows(self) -> tuple[type[Event], ...]:
        return (TemporaryGuardianshipStarted, LongTermGuardianshipConfirmed)

    def holds(self, entry: AnyEntry) -> Facts:
        yield from ended(entry)


def ended(entry: AnyEntry) -> Facts:
    """That the State is no longer guardian from this entry on."""
    yield GUARDIANSHIP.since(entry.days, None)
    yield REVIEW.since(entry.days, None)
