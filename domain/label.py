"""Words in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Label:
    """What a person reads for a field, an event, a value or a limit."""

    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh} {self.en}"
