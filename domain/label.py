"""Words in both languages."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Label:
    """What a person reads for a field, an event, a value or a limit."""

    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh} {self.en}"


def no_such(what: Label, said: object, known: Iterable[str]) -> Label:
    """Return that there is no such thing, and which one is most like what was said."""
    likely = get_close_matches(str(said), [*known], 1)
    zh, en = (f"，是否应为 {likely[0]}？", f"; did you mean {likely[0]}?") if likely else ("", "")
    return Label(f"没有这{what.zh}：{said}{zh}", f"there is no such {what.en}: {said}{en}")
