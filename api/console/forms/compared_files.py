"""What two files say of who a child is, side by side, to tell whether they are of one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from api.console.file_frame import FilePage
from api.console.value_display import Displayed, at, field_at, personal
from api.console.words import Words
from api.http import chronology
from domain.events.household import CITIZEN_ID
from domain.file import ATTRIBUTES
from domain.joined_files import JOINED

_CHAPTERS: Final = frozenset({"identity", "intake"})
"""Chapters of which everything is compared: who the child is, and how it was received."""
_ALONE: Final = frozenset({(CITIZEN_ID.chapter, CITIZEN_ID.name)})


@dataclass(frozen=True, slots=True)
class ComparedFile:
    """One of the files that are compared: where its pages are, what it answers, and when it was opened."""

    asked: FilePage
    told: Mapping[str, Any]
    opened_on: date
    dated: Sequence[Mapping[str, Any]]
    """The dates and positions of its entries."""

    @property
    def child(self) -> str:
        """The id of its child."""
        return str(self.asked.file_id)

    @property
    def position(self) -> int:
        """Where it was opened in the ledger."""
        return min(int(each["position"]) for each in self.dated)

    @property
    def version(self) -> int:
        """How many entries it has."""
        return int(self.told["version"])

    @property
    def joined(self) -> list[Mapping[str, Any]]:
        """The files that are joined to it, each as the file's answer holds it."""
        return [*((self.told.get(JOINED.chapter) or {}).get(JOINED.name) or ())]

    def before(self, entry: str) -> int:
        """Return the position of the last entry before one by which another file was joined, in either file.

        The other file says the same in an entry of its own beside it, which is not among these.
        """
        (joined_at,) = (each["position"] for each in self.dated if each["entry_id"] == entry)
        return max(int(each["position"]) for each in self.dated if each["position"] < joined_at)


@dataclass(frozen=True, slots=True)
class ComparedAnswer:
    """What both files say of one thing, and whether they say it differently."""

    label: str
    here: tuple[Displayed, ...]
    there: tuple[Displayed, ...]

    @property
    def differs(self) -> bool:
        """Whether both say something, and not the same."""
        said = [[each.text for each in side] for side in (self.here, self.there)]
        absent = any(each.absence for each in (*self.here, *self.there))
        return not absent and said[0] != said[1]


async def compared_file(asked: FilePage) -> ComparedFile:
    """Return a file to compare, at the point of time that is asked for. Raises its problems."""
    told = await asked.file()
    dated = (await asked.page.answer(chronology.chronology, asked.file_id, known_at=asked.known_at))["items"]
    opened = at(min(each["recorded_at"] for each in dated)).date()
    return ComparedFile(asked, told, opened, dated)


def compared_answers(words: Words, here: ComparedFile, there: ComparedFile) -> Iterable[ComparedAnswer]:
    """Yield what either file says of who the child is, its numbers and its reception."""
    numbers = ((personal(words, file.told["file_no"]),) for file in (here, there))
    yield ComparedAnswer(words("children.number"), *numbers)
    for (chapter, name), attribute in ATTRIBUTES.items():
        if attribute.kind != "child" or not (chapter in _CHAPTERS or (chapter, name) in _ALONE):
            continue
        held = [(file.told.get(chapter) or {}).get(name) for file in (here, there)]
        if any(each not in (None, []) for each in held):
            ours, theirs = (field_at(words, f"{chapter}.{name}", each) for each in held)
            yield ComparedAnswer(words.label(attribute.label), ours, theirs)
    stages = (field_at(words, "stage", file.told["stage"]) for file in (here, there))
    yield ComparedAnswer(words("children.stage"), *stages)
