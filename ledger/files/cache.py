"""The cache of folded files."""

from collections import OrderedDict
from typing import Final, Literal, TypeAlias
from uuid import UUID

from domain.file import File

CAPACITY: Final = 20_000
"""Entries, of which a thousand take some 3 MB."""
KeptAfter: TypeAlias = Literal["single", "listed", "none"]
"""How the cache keeps what is read: as a file by itself, as one of a list, or not, as where all are read."""


class FileCache:
    """The files used last, of at most so many entries. Its files are shared and must not be changed.

    Files that were read for lists have as much room of their own: pages of many files push none of those out
    that are read or recorded in by themselves.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.capacity = capacity
        self._single, self._listed = _Room(capacity), _Room(capacity)

    def get(self, stream: UUID) -> File | None:
        """Return the cached state of a file, which may be stale; None if it is not cached."""
        return self._single.get(stream) or self._listed.get(stream)

    def __contains__(self, stream: UUID) -> bool:
        """Return whether a file is cached, without marking it as used."""
        return stream in self._single.files or stream in self._listed.files

    def put(self, file: File, *, listed: bool = False) -> None:
        """Cache a file, unless the cache has a later state of it; `listed` if it was read for a list."""
        if file.stream is None:
            return
        held = self._single.files.get(file.stream) or self._listed.files.get(file.stream)
        if held is not None and held.version >= file.version:
            return
        if held is not None:
            file.inherit(held)
        room = self._listed if listed and file.stream not in self._single.files else self._single
        if room is self._single:
            self._listed.drop(file.stream)
        room.put(file.stream, file)

    def clear(self) -> None:
        """Drop all files."""
        self._single.clear()
        self._listed.clear()


class _Room:
    """The files used last, the earliest first, and how many entries they have together."""

    def __init__(self, capacity: int) -> None:
        self.files: OrderedDict[UUID, File] = OrderedDict()
        self._capacity = capacity
        self._entries = 0

    def get(self, stream: UUID) -> File | None:
        file = self.files.get(stream)
        if file is not None:
            self.files.move_to_end(stream)
        return file

    def put(self, stream: UUID, file: File) -> None:
        self.drop(stream)
        self.files[stream] = file
        self._entries += len(file.entries)
        while self._entries > self._capacity:
            self.drop(next(iter(self.files)))

    def drop(self, stream: UUID) -> None:
        dropped = self.files.pop(stream, None)
        self._entries -= 0 if dropped is None else len(dropped.entries)

    def clear(self) -> None:
        self.files.clear()
        self._entries = 0
