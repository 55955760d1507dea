"""The examples of a rule pack: what should follow from a rulebook, compared with what does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid4

from domain.counted import counted
from domain.entry import AnyEntry, Entry, Recorder
from domain.event import CATALOGUE
from domain.file import File
from domain.label import Label
from domain.least_content import barest
from domain.obligations import clocks
from domain.rule_pack import RulePack
from domain.rulebook import Rulebook
from domain.when import Days
from ledger.canonical import canonical
from ledger.codec.parsing import InvalidError, parse_event
from ledger.codec.well_formed import loads

_NOBODY: Final = Recorder(user=UUID(int=0), role="staff", institution=UUID(int=0))


@dataclass(frozen=True, slots=True)
class Tested:
    """One line of a test: an example on one day, what it says should follow, and what follows.

    `wrong` says what is wrong with the example itself, which then was not tried.
    """

    file: str
    number: int
    rule: str
    on: date | None
    expected: str
    actual: str
    wrong: tuple[Label, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether what follows is what should."""
        return not self.wrong and self.expected == self.actual


def run_examples(pack: RulePack, rulebook: Rulebook) -> list[Tested]:
    """Try each example of a pack that has no faults under a rulebook, one line for each of its days."""
    return [
        tested
        for file, number, example in pack.examples
        for tested in _tried(file, number, example, rulebook)
    ]


def _tried(file: str, number: int, example: Mapping[str, Any], rulebook: Rulebook) -> list[Tested]:
    rule, region, case = example["rule"], example.get("region"), example.get("case", "")
    judging = rulebook[rule]
    if "due" in example:
        expected = _listed(_days(example["due"]))
        try:
            actual = _due(example["events"], rule, region, rulebook)
        except InvalidError as error:
            wrong = tuple(
                Label(f"{each.pointer}：{each.sentence.zh}", f"{each.pointer}: {each.sentence.en}")
                for each in error.problems
            )
            return [Tested(file, number, rule, None, expected, "", wrong)]
        return [Tested(file, number, rule, None, expected, _listed(actual))]
    lines = []
    for day in _days(example["on"]):
        if "kinds" in example:
            papers = {kind for each in judging.papers_for(case, region, day) for kind in each.kinds}
            expected, follows = _listed(sorted(example["kinds"])), _listed(sorted(papers))
        else:
            pack = judging.number(region, day, case)
            expected = str(counted(example["value"], example["unit"]))
            follows = "–" if pack is None else str(counted(pack.value, pack.unit))
        lines.append(Tested(file, number, rule, day, expected, follows))
    return lines


def _due(
    events: Sequence[Mapping[str, Any]], rule: str, region: str | None, rulebook: Rulebook
) -> list[date]:
    """Return the days on which a rule is due in a life of these events. Raises InvalidError."""
    stream, file = uuid4(), File()
    for place, event in enumerate(events):
        file.add(_entry(event, f"/events/{place}", stream, region, file))
    return sorted(clock.due.last for clock in clocks(file, rulebook) if clock.rule == rule)


def _entry(event: Mapping[str, Any], at: str, stream: UUID, region: str | None, file: File) -> AnyEntry:
    """Return an event as an entry: what the example says of it, and unknown or the least for the rest."""
    name, on = event["type"], event["on"]
    least = loads(canonical(vars(barest(CATALOGUE[name], file, on))))
    data = {field: value for field, value in event.items() if field not in {"type", "on"}}
    return Entry(
        entry_id=uuid4(),
        stream=stream,
        kind=CATALOGUE[name].kind,
        version=file.version + 1,
        event=parse_event(name, loads(canonical(least | data)), f"{at}/data"),
        days=Days.on(on),
        recorded_by=_NOBODY,
        region=region,
        origin="api",
    )


def _days(days: date | list[date]) -> list[date]:
    return days if isinstance(days, list) else [days]


def _listed(values: Sequence[object]) -> str:
    return ", ".join(map(str, values)) or "–"
