"""The fixed workload: 500 files of lognormal length, their entries interleaved by the day of recording.

5 % of the daily entries come late and 1 % are corrections; each file is sealed under three groups of keys
(identity, contact, health). A row takes a sample of files, at even quantiles of their lengths.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Final
from uuid import UUID

from domain.entry import AnyEntry, Recorder
from domain.events.health import PhysicalExamined
from domain.events.rehabilitation import RehabSessionDelivered
from ledger.recording.candidates import entry_id
from ledger.recording.request import Recording
from tests.bench.lives import Life, Told
from tests.support.given import CLERK, INSTITUTION, REGION, named

SEED: Final = 371099
FILES: Final = 500
SHORTEST, LONGEST = 50, 10_000
MEDIAN, SPREAD = 5.8, 1.15
"""Of the logarithm of a file's length: half of the files have fewer than e^5.8 = 330 entries."""

DAILY: Final = (PhysicalExamined, RehabSessionDelivered)


def lengths(files: int = FILES) -> list[int]:
    """Return how many entries each file has, rising: of all 500, or of so many at even quantiles."""
    random = Random(SEED)  # noqa: S311 - nothing here is a secret
    drawn = (round(random.lognormvariate(MEDIAN, SPREAD)) for _ in range(FILES))
    every = sorted(min(max(length, SHORTEST), LONGEST) for length in drawn)
    return [every[(2 * number + 1) * FILES // (2 * files)] for number in range(min(files, FILES))]


@dataclass(frozen=True, slots=True)
class Workload:
    """The entries of some files, as an institution's recorder records them, numbered from `first` on."""

    lengths: Sequence[int]
    recorder: Recorder = CLERK
    institution: UUID = INSTITUTION
    first: int = 0

    def told(self) -> list[Told]:
        """Return everything there is to record, in the order of recording."""
        every: list[Told] = []
        for file, length in enumerate(self.lengths, self.first):
            every += Life(file, partial(self._id, file), SEED).tell(length)
        return sorted(every, key=lambda told: (told.recorded_on, told.file, told.number))

    def entries(self, told: Iterable[Told] | None = None) -> Iterator[AnyEntry]:
        """Yield the entries of what is told, by default of everything, versions rising in each file."""
        versions: dict[int, int] = {}
        for each in self.told() if told is None else told:
            versions[each.file] = version = versions.get(each.file, 0) + 1
            yield self.recording(each).entry(
                0, entry_id=self._id(each.file, each.number), stream=self.stream(each.file), version=version
            )

    def split(self, each: int) -> tuple[list[Told], list[Told]]:
        """Part what is told: first all but, then the last so many trainings and examinations of each file.

        Nothing in the second part is corrected, or named otherwise, by anything; a file that has not so many
        has none there.
        """
        told = self.told()
        corrected = {one.happening.draft.corrects for one in told}
        last: dict[int, list[Told]] = {file: [] for file in range(len(self.lengths))}
        for one in reversed(told):
            draft = one.happening.draft
            daily = isinstance(draft.event, DAILY) and draft.corrects is None
            if daily and len(last[one.file]) < each and self._id(one.file, one.number) not in corrected:
                last[one.file].append(one)
        later = {(one.file, one.number) for own in last.values() if len(own) == each for one in own}
        first = [one for one in told if (one.file, one.number) not in later]
        return first, [one for one in told if (one.file, one.number) in later]

    def recording(self, told: Told) -> Recording:
        """Return one thing as it is given to a ledger."""
        return Recording(
            stream=self.stream(told.file),
            drafts=(told.happening.draft,),
            region=REGION,
            origin="api",
            recorder=self.recorder,
            key=f"bench {told.file}",
            item=told.number,
            keyed_by=self.institution,
            institution=self.institution,
        )

    def stream(self, file: int) -> UUID:
        """Return the id of a file by its number."""
        return UUID(int=Random(f"{SEED} stream {file}").getrandbits(128), version=4)  # noqa: S311 - no secret

    def _id(self, file: int, number: int) -> UUID:
        return entry_id(named, self.institution, f"bench {file}", number)
