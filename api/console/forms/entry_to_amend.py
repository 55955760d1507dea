"""An entry as its file has it, to be corrected, withdrawn or restored, for whoever may."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from api.console.entry_display import documents, entry_fields, entry_line
from api.console.file_frame import FilePage
from api.console.forms.dry_run import AMENDING
from api.console.forms.field_controls import event_fields, hidden_fields
from api.console.value_display import is_amendable
from api.console.words import WORDS
from api.contract.problems import Problem
from api.http import one_entry
from api.identity.permissions import Action
from domain.event import CATALOGUE, Category, Event, Label, chapter

_UNDONE_ELSEWHERE: Final = Label(
    "撤回和恢复不能更正、撤回或者移出。撤回有误的，恢复所指的条目；恢复有误的，再次撤回所指的条目。",
    "A withdrawal or restoration is not corrected, withdrawn or moved. Where a withdrawal was wrong, restore"
    " the entry that it is about; where a restoration was, withdraw that entry again.",
)


@dataclass(frozen=True, slots=True)
class EntryToAmend:
    """An entry as its file has it, to be corrected, withdrawn or restored.

    `others` are the entries about the same, and `file` whose file it is, read before them.
    """

    asked: FilePage
    file: Mapping[str, Any]
    entry: Mapping[str, Any]
    others: Sequence[Mapping[str, Any]]

    @property
    def kind(self) -> type[Event]:
        """Its type of event."""
        return CATALOGUE[self.entry["type"]]

    @property
    def original(self) -> str:
        """The id by which amendments name it: that of the entry which was first."""
        original: str = self.entry["corrects"] or self.entry["entry_id"]
        return original

    @property
    def fixed(self) -> Mapping[str, str]:
        """What its corrections say as it does, by the field's name: the entry that it is about.

        A decision about another entry is another decision: this one is withdrawn, and that one recorded.
        """
        if chapter(self.kind) != AMENDING:
            return {}
        fields = event_fields(self.kind, self.asked.page.context.records)
        return {each.name: self.entry["data"][each.last_name] for each in fields if each.id_of == ("entry",)}

    @property
    def address(self) -> str:
        """The address of its page."""
        return f"{self.asked.address}/entries/{self.entry['entry_id']}"

    @property
    def stands(self) -> bool:
        """Whether nothing has replaced or withdrawn it."""
        return self.entry["struck"] is None

    @property
    def struck_by(self) -> Mapping[str, Any] | None:
        """The entry that struck it through, if any and if it is told."""
        names = ("rejected_by", "corrected_by", "withdrawn_by")
        by = next((self.entry[name] for name in names if self.entry[name] is not None), None)
        return next((each for each in self.others if each["entry_id"] == by), None)

    def shown(self) -> dict[str, Any]:
        """Return what a template shows of it."""
        words = self.asked.page.words
        return {
            "amended": self,
            "struck_by": None if self.struck_by is None else entry_line(words, self.struck_by),
            "line": entry_line(words, self.entry),
            "told_fields": entry_fields(words, self.entry),
            "told_documents": documents(words, self.entry),
        }


async def entry_to_amend(asked: FilePage, entry: UUID) -> EntryToAmend:
    """Return an entry that the reader may amend. Raises the problems `not_found` and `forbidden`."""
    await asked.page.context.at_hand(asked.file_id, Action.RECORD)
    # Before the entry: by this version, whatever amends the entry later is noticed.
    file = await asked.summary()
    told = await asked.page.answer(one_entry.one_entry, asked.file_id, entry)
    found = EntryToAmend(asked, file, told["entry"], told["others"])
    if not is_amendable(found.entry["type"]):
        raise Problem("forbidden", _UNDONE_ELSEWHERE)
    if not amends_type(found.kind, asked.page.context.records):
        raise Problem("forbidden", WORDS["entry"]["by_supervisor"])
    return found


def amends_type(kind: type[Event], sees: AbstractSet[Category]) -> bool:
    """Return whether somebody who records these categories may amend entries of a type of event."""
    return kind.seals in sees and not hidden_fields(kind, sees)
