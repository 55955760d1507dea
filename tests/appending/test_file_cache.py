"""The cache of files: those read by themselves and those read for lists have room of their own."""

from uuid import UUID

from domain.events.health import PhysicalExamined
from domain.events.intake import ChildReceived, ReferralReceived
from domain.file import File
from ledger.files.cache import FileCache
from tests.support.given import Given, given, some


def a_child() -> Given:
    """A child with two entries."""
    return given(("2026-03-05", some(ReferralReceived)), ("2026-03-05", some(ChildReceived)))


def stream_of(file: File) -> UUID:
    assert file.stream is not None
    return file.stream


def test_a_page_of_many_files_pushes_out_none_that_was_read_by_itself() -> None:
    cache, recorded_in, listed = FileCache(capacity=4), a_child().file, [a_child().file for _ in range(5)]
    cache.put(recorded_in)
    for file in listed:
        cache.put(file, listed=True)
    assert [cache.get(stream_of(file)) for file in listed] == [None, None, None, *listed[-2:]]
    assert cache.get(stream_of(recorded_in)) is recorded_in


def test_what_is_read_in_both_ways_is_held_once_and_as_it_stands_last() -> None:
    cache, child, other = FileCache(capacity=4), a_child(), a_child().file
    before = child.file.copy()
    after = child.and_("2026-03-06", some(PhysicalExamined)).file
    cache.put(before, listed=True)
    cache.put(other, listed=True)
    cache.put(after)
    cache.put(before, listed=True)
    assert cache.get(stream_of(before)) is after, "the later one, which a list read again moves nowhere"
    cache.clear()
    assert stream_of(before) not in cache
    assert stream_of(other) not in cache
