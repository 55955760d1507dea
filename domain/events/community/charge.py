"""Who is in charge of a child outside institutions: its place, another place, or an institution (属地)."""

from typing import Annotated

from domain.entry import AnyEntry
from domain.event import Answered, Category, Event, Label, Personal, Text
from domain.events.community.rolls import GUIZHOU, only_outside
from domain.file import Facts
from domain.life import Life
from domain.refusal import Refusals
from domain.scope import ASKED, PLACE, PlaceCode
from domain.shared_fields import InstitutionInLedger


class PlaceOfCareChanged(Event, zh="属地变更", en="Place of care changed", source=f"{GUIZHOU}一（二）"):
    """Another place looks after the child from that day on, and is in charge of its file."""

    place: Annotated[PlaceCode, Label("接收地", "New place")]
    explanation: Annotated[Answered[Text], Label("变更原因", "Why"), Personal(Category.FAMILY)]

    def refusals(self, life: Life) -> Refusals:
        return only_outside(life)

    def holds(self, entry: AnyEntry) -> Facts:
        yield PLACE.since(entry.days, self.place)
        yield ASKED.since(entry.days, None)


class InstitutionalCareRequested(
    Event, zh="商请机构收留抚养", en="Institutional care requested", source="《未成年人保护法》第92条、第94条"
):
    """The place asked an institution of this ledger to take the child in; the last one asked may do so."""

    institution: Annotated[InstitutionInLedger, Label("机构", "Institution")]
    grounds: Annotated[Answered[Text], Label("理由", "Grounds"), Personal(Category.FAMILY)]

    def refusals(self, life: Life) -> Refusals:
        return only_outside(life)

    def holds(self, entry: AnyEntry) -> Facts:
        yield ASKED.since(entry.days, self.institution)
