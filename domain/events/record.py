"""Corrections of the record and approvals of exceptions."""

from typing import Annotated
from uuid import UUID

from domain.event import Category, Event, Label, Personal, Text


class ExceptionApproved(Event, zh="例外批准", en="Exception approved", source="x"):
    """A second person approved an exception."""

    entry: Annotated[UUID, Label("条目", "Entry")]
    explanation: Annotated[
        Text, Label("说明", "Explanation"), Personal(Category.IDENTITY)
    ]
