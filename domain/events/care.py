"""Daily care (养育方式)."""

from datetime import date
from typing import Annotated, Final

from domain.entry import AnyEntry
from domain.event import Answered, Category, Code, Event, Label, Name, Personal, known
from domain.file import Attribute, Facts

CARE_MODE: Final[Attribute[str]] = Attribute("care", "mode", Label("养育方式", "Care mode"))


class CareModeAssigned(Event, zh="确定养育方式", en="Care mode assigned", source="《未成年人保护法》第96条"):
    """From that day on the child is cared for in that way, until another one follows or the said day."""

    mode: Annotated[Answered[str], Label("养育方式", "Care mode"), Code("care_mode")]
    unit: Annotated[Answered[Name], Label("养育单元", "Ward, home or family"), Personal(Category.CONTACT)]
    until: Annotated[date | None, Label("至", "Until")] = None

    def holds(self, entry: AnyEntry) -> Facts:
        yield CARE_MODE.since(entry.days, known(self.mode) or "unknown", until=self.until)
