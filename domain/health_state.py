"""The state of health that an examination finds, said on intake and later, by whoever examined."""

from typing import Annotated, Final, TypeAlias

from domain.entry import AnyEntry
from domain.event import Code, Label
from domain.file import Attribute, Facts

HEALTH_STATE: Final[Attribute[str]] = Attribute("health", "state", Label("健康状况", "State of health"))
"""What the last examination that says so found: a code of `health_state`."""
HealthState: TypeAlias = Annotated[str | None, Label("健康状况", "State of health"), Code("health_state")]
"""What an examination found; None where it does not say so."""


def found_state(entry: AnyEntry, state: str | None) -> Facts:
    """Yield that the child is of a state from an examination on, if that said so."""
    if state is not None:
        yield HEALTH_STATE.since(entry.days, state)
