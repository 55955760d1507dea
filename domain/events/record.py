"""The record itself: what is withdrawn or restored, and who approves exceptions."""

from typing import Annotated, Final
from uuid import UUID

from domain.event import Category, Event, Label, Personal, Text

RECORDS: Final = "档案法 37（来源可靠、程序规范、要素合规）"
FOUR_EYES: Final = "本系统规程：例外由另一人批准"


class EntryWithdrawn(Event, zh="撤回记录", en="Entry withdrawn", source=RECORDS):
    """An entry was withdrawn: what it says did not happen, or not in this file."""

    entry: Annotated[UUID, Label("条目", "Entry")]
    explanation: Annotated[Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)]


class EntryRestored(Event, zh="恢复记录", en="Entry restored", source=RECORDS):
    """A withdrawn entry was found true after all."""

    entry: Annotated[UUID, Label("条目", "Entry")]
    explanation: Annotated[Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)]


class ExceptionApproved(Event, zh="例外批准", en="Exception approved", source=FOUR_EYES):
    """A second person approved the exception that an entry claims."""

    entry: Annotated[UUID, Label("条目", "Entry")]
    explanation: Annotated[Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)]


class ExceptionRejected(Event, zh="例外驳回", en="Exception rejected", source=FOUR_EYES):
    """A second person rejected the exception that an entry claims."""

    entry: Annotated[UUID, Label("条目", "Entry")]
    explanation: Annotated[Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)]
