"""Followed entry by entry, a file has at every position the rows that it would have if it ended there."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, assume, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from domain.entry import AnyEntry
from domain.events.intake import ChildReceived
from domain.events.record import EntryWithdrawn, ExceptionApproved
from domain.events.rehabilitation import PLAN, RehabPlanClosed, RehabPlanMade
from domain.file import File, fold
from domain.joined_files import is_listed
from domain.life import Life
from domain.observing import observed
from domain.rulebook import Rulebook
from projections import READ_MODELS
from projections.model import ReadModel, RowContext
from projections.projector.adopted_rulebooks import Adoptions
from projections.projector.known_rows import KnownChanges, KnownRows, comparable, parts_of
from tests.bench.workload import Workload
from tests.support.exploring import examples
from tests.support.given import Given, some
from tests.support.read_models import OpenSeal, adopted_rulebook
from tests.support.strategies import streams

SHIPPED = Rulebook.shipped()
ADOPTED = adopted_rulebook(SHIPPED)
SEAL: Any = OpenSeal()
seldom = trying(max_examples=examples(40), suppress_health_check=list(HealthCheck))


def recorded(entries: Sequence[AnyEntry]) -> list[AnyEntry]:
    """The entries at every other position, so that there are positions in between."""
    in_order = sorted(entries, key=lambda entry: entry.version)
    return [replace(entry, position=2 * place) for place, entry in enumerate(in_order, 1)]


def rows_known(changes: Sequence[KnownChanges], model: ReadModel[Any], position: int) -> list[object]:
    """The rows of a read model at a position, by what batches of changes say came and went."""
    shown = []
    for place, each in enumerate(changes):
        for name, row, since, until in each.came:
            key = tuple(getattr(row, column) for column in model.identity) if name == model.name else ()
            ends = until
            if until is None:
                later = (
                    end
                    for following in changes[place + 1 :]
                    for other, identity, end in following.went
                    if (other, identity) == (name, key)
                )
                ends = next(later, None)
            if name == model.name and since <= position and (ends is None or position < ends):
                shown.append(comparable(model, row, SEAL))
    return sorted(shown, key=repr)


def rows_of(model: ReadModel[Any], file: File, rulebook: Rulebook) -> list[object]:
    if file.stream is None:
        return []
    context = RowContext(file.stream, rulebook, SEAL)
    return sorted((comparable(model, row, SEAL) for row in model.rows_of(file, context)), key=repr)


@seldom
@given(entries=streams(), data=st.data())
def test_rows_at_every_position_are_those_of_the_file_as_known_then(
    entries: list[AnyEntry], data: st.DataObject
) -> None:
    """In whichever batches, with whichever part of it at hand, and with a rulebook adopted in between."""
    told = recorded(entries)
    last = 2 * len(told) + 1
    adopted_at = data.draw(st.sampled_from([None, *range(3, last + 1, 2)]))
    books = [(0, SHIPPED)] if adopted_at is None else [(0, SHIPPED), (adopted_at, ADOPTED)]
    adoptions: Adoptions = defaultdict(lambda: books)
    ends = sorted({*data.draw(st.lists(st.integers(1, last), max_size=3)), last})
    rows, changes, begun = KnownRows(told[0].stream, READ_MODELS), list[KnownChanges](), 0
    for end in ends:
        if data.draw(st.booleans()):
            rows = KnownRows(told[0].stream, READ_MODELS)
            rows.begin([each for each in told if each.position <= begun], begun, adoptions, SEAL)
        between = [each for each in told if begun < each.position <= end]
        changes.append(rows.follow(between, end, adoptions, SEAL))
        begun = end
    for position in range(1, last + 1):
        file = fold(told, position)
        adopted = adopted_at is not None and adopted_at <= position
        for model in READ_MODELS:
            then = rows_of(model, file, ADOPTED if adopted else SHIPPED)
            assert rows_known(changes, model, position) == then, (model.name, position)


def test_a_row_that_names_an_entry_before_it_comes_in_is_computed_again_when_it_does() -> None:
    """Also where that entry is one that withdraws another, of which nothing else is read."""
    file, later = Given(), uuid4()
    for event in (some(ExceptionApproved, entry=later), some(EntryWithdrawn, entry=uuid4())):
        file.entries.append(file.entry("2024-03-06", event))
    told = recorded([*file.entries[:-1], replace(file.last, entry_id=later)])
    rows = KnownRows(told[0].stream, READ_MODELS)
    changes = [rows.follow(told, told[-1].position, defaultdict(lambda: [(0, SHIPPED)]), SEAL)]
    for model in READ_MODELS:
        then = rows_of(model, fold(told), SHIPPED)
        assert rows_known(changes, model, told[-1].position) == then, model.name


def test_an_entry_that_was_corrected_before_it_came_in_may_be_the_first_of_the_file() -> None:
    file, later = Given(), uuid4()
    for on, corrects in (("2024-03-06", None), ("2024-03-01", later), ("2024-03-07", None)):
        entry = file.entry(on, some(ChildReceived))
        file.entries.append(replace(entry, corrects=corrects))
    told = recorded([*file.entries[:-1], replace(file.last, entry_id=later)])
    rows = KnownRows(told[0].stream, READ_MODELS)
    changes = [rows.follow(told, told[-1].position, defaultdict(lambda: [(0, SHIPPED)]), SEAL)]
    for model in READ_MODELS:
        then = rows_of(model, fold(told), SHIPPED)
        assert rows_known(changes, model, told[-1].position) == then, model.name


@seldom
@given(entries=streams())
def test_the_parts_of_a_read_model_are_its_rows(entries: list[AnyEntry]) -> None:
    file = fold(entries)
    assume(is_listed(file))
    assert file.stream is not None
    context = RowContext(file.stream, SHIPPED, SEAL)
    for model in READ_MODELS:
        parts = parts_of(model)
        whole = sorted(map(repr, model.rows(file, context)))
        of_parts = dict.fromkeys(parts.of(file.changed))
        assert sorted(repr(row) for part in of_parts for row in parts.rows(file, context, part)) == whole


def test_an_entry_that_changes_nothing_in_a_row_writes_nothing() -> None:
    """Of a file of many trainings, each writes what it brings itself and nothing else."""
    told = recorded(training_days(120))
    rows = KnownRows(told[0].stream, READ_MODELS)
    adoptions = {None: [(0, SHIPPED)], told[0].recorded_by.institution: [(0, SHIPPED)]}
    rows.follow(told[:100], told[99].position, adoptions, SEAL)
    more = rows.follow(told[100:], told[-1].position, adoptions, SEAL)
    assert len(more.came) + len(more.went) <= 3 * len(told[100:])


def test_what_is_read_of_one_plan_changes_with_that_plan_and_with_no_other() -> None:
    """So that training is judged again if its own plan ends, and not whenever there is another one."""
    told = recorded(training_days(120))
    own, other = [each for each in told if isinstance(each.event, RehabPlanMade)][:2]
    ends = next(each for each in told if isinstance(each.event, RehabPlanClosed))
    assert (ends.event.plan, other.entry_id) == (own.entry_id, other.original)
    file, reads = File(own.stream).add(own), set[object]()
    life = Life(observed(file, reads), own.days.last, SHIPPED, reads=reads)
    assert life.under(PLAN, str(own.entry_id)) is not None
    assert file.add(other).touched.isdisjoint(reads)
    assert not file.add(ends).touched.isdisjoint(reads)


def training_days(length: int) -> list[AnyEntry]:
    return [*Workload([length]).entries()]
