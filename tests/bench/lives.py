"""One made-up life of any length: taken in, brought up, and trained day by day for as long as it takes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final
from uuid import UUID

from api.demo.life_building import Happening, on
from api.demo.lives.upbringing import brought_up, orphan_taken_in
from api.demo.people import MALE, Person, citizen_id
from domain.events.care import CareModeAssigned
from domain.events.health import DisabilityAssessed, PhysicalExamined
from domain.events.rehabilitation import RehabAssessed, RehabPlanClosed, RehabPlanMade, RehabSessionDelivered
from domain.when import add

TODAY: Final = date(2026, 11, 22)
CORRECTED, EXAMINED, MOVED = 0.01, 0.05, 0.01
"""The part of daily entries that correct an earlier one, are examinations, or moves to another home."""
LATE: Final = 0.05
"""The part of daily entries that are recorded days or weeks after they happened."""
TRAININGS: Final = ("PT", "OT", "ST", "sensory", "cognition")
HOMES: Final = (("ward", "二楼东区"), ("family_style", "向日葵家庭"), ("foster", "寄养家庭"))

EntryId = Callable[[int], UUID]
"""The id of an entry of the life, by its number from 0."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing to record: the file's number, its own number in that file, on which day, and what."""

    file: int
    number: int
    recorded_on: date
    happening: Happening


class Life:
    """A life that is told until it has a length; `line` is not in the order in which it is recorded."""

    def __init__(self, file: int, entry_id: EntryId, seed: int) -> None:
        self.file = file
        self.line: list[Told] = []
        self._entry_id = entry_id
        self._random = Random(f"{seed} {file}")  # noqa: S311 - nothing here is a secret
        self._trainings: list[Told] = []
        self._moves: set[date] = set()

    def tell(self, length: int) -> list[Told]:
        """Tell the life in exactly so many entries."""
        born = TODAY - timedelta(days=self._random.randint(8 * 365, 15 * 365))
        came = born + timedelta(days=self._random.randint(400, 1200))
        child = Person(f"王{self.file}", MALE, born, citizen_id(born, MALE, self.file))
        happened = [*orphan_taken_in(child, came, f"CS{self.file:05}"), *brought_up(child, came, TODAY)]
        happened.sort(key=lambda happening: happening.draft.days.last)
        for happening in happened[:length]:
            self._add(happening)
        admitted = add(came, days=90)
        if len(self.line) < length:
            self._add(on(admitted, DisabilityAssessed, disability_class="4", grade="2"))
        years = list(_years(admitted))
        while len(self.line) < length:
            share = (length - len(self.line)) // len(years)
            for first, last in years:
                self._train(first, last, min(max(share, 4), length - len(self.line)))
        return self.line

    def _add(self, happening: Happening, late: int = 0) -> Told:
        recorded_on = min(add(happening.draft.days.last, days=late), TODAY)
        told = Told(self.file, len(self.line), recorded_on, happening)
        self.line.append(told)
        return told

    def _train(self, first: date, last: date, entries: int) -> None:
        """A year of training in so many entries: an assessment, a plan made from it, its days and its end."""
        plan = self._entry_id(len(self.line) + 1)
        frame = [
            on(first, RehabAssessed, assessment_type="mid", scale_name="粗大运动功能评定", assessor="于老师"),
            on(first, RehabPlanMade, goals="能独立行走", planner="于老师", starts_on=first, ends_on=last),
            on(last, RehabPlanClosed, plan=plan, effect="达到目标", is_continued=True),
        ]
        for happening in frame[:entries]:
            self._add(happening)
        self._trainings.clear()
        for _ in range(entries - len(frame)):
            self._spend(add(first, days=self._random.randrange(1, (last - first).days)), plan)

    def _spend(self, day: date, plan: UUID) -> None:
        """Tell of a day under a plan."""
        kind = self._random.random()
        if kind < CORRECTED and self._trainings:
            self._correct(self._random.choice(self._trainings))
            return
        late = self._random.randint(5, 60) if self._random.random() < LATE else 0
        if kind < CORRECTED + MOVED and day not in self._moves:
            self._moves.add(day)
            mode, unit = self._random.choice(HOMES)
            self._add(on(day, CareModeAssigned, mode=mode, unit=unit), late)
        elif kind < CORRECTED + MOVED + EXAMINED:
            height, weight = (Decimal(self._random.randint(*span)) / 10 for span in ((800, 1700), (150, 600)))
            self._add(on(day, PhysicalExamined, height_cm=height, weight_kg=weight), late)
        else:
            self._trainings.append(self._add(self._training(day, plan), late))

    def _correct(self, wrong: Told) -> None:
        draft: Any = wrong.happening.draft
        right = replace(wrong.happening, draft=replace(draft, event=replace(draft.event, count=1)))
        right = right.correcting(self._entry_id(wrong.number), "次数抄写错误")
        self._add(right, late=(wrong.recorded_on - draft.days.last).days + self._random.randint(1, 30))

    def _training(self, day: date, plan: UUID) -> Happening:
        return on(
            day,
            RehabSessionDelivered,
            plan=plan,
            item=self._random.choice(TRAININGS),
            count=self._random.randint(1, 3),
            minutes=30,
            therapist=self._random.choice(("于老师", "宫老师")),
            situation="配合良好，完成当日训练内容",
        )


def _years(admitted: date) -> Iterator[tuple[date, date]]:
    """The whole years since admission, each by its first and last day."""
    first = admitted
    while (last := add(first, months=12, days=-1)) <= TODAY:
        yield first, last
        first = add(first, months=12)
