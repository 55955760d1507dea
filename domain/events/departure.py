"""Departure, death and closure (离院 · 死亡 · 结案)."""

from typing import Annotated

from domain.event import Answered, Category, Event, Label, Personal, Text


class ChildDied(Event, zh="死亡", en="Child died", source="殡葬管理条例 13"):
    """The child died."""

    place: Annotated[Answered[Text], Label("地点", "Place"), Personal(Category.HEALTH)]
