"""The cache of folded files."""

from collections import OrderedDict
from typing import Final
from uuid import UUID

from domain.file import File

CAPACITY: Final = 20_000
"""Entries, of which a thousand take some 3 MB."""


class FileCache:
    """The files used last, of at most so many entries. Its files are shared and must not be changed."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._files: OrderedDict[UUID, File] = OrderedDict()
        self._entries = 0

    def get(self, stream: UUID) -> File | None:
        """Return the cached state of a file, which may be stale; None if it is not cached."""
        file = self._files.get(stream)
        if file is not None:
            self._files.move_to_end(stream)
        return file

    def __contains__(self, stream: UUID) -> bool:
        """Return whether a file is cached, without marking it as used."""
        return stream in self._files

    def put(self, file: File) -> None:
        """Cache a file, unless the cache has a later state of it."""
        if file.stream is None:
            return
        held = self._files.get(file.stream)
        if held is not None and held.version >= file.version:
            return
        if held is not None:
            file.inherit(held)
        self._entries += len(file.entries) - (len(held.entries) if held else 0)
        self._files[file.stream] = file
        self._files.move_to_end(file.stream)
        while self._entries > self._capacity:
            _, dropped = self._files.popitem(last=False)
            self._entries -= len(dropped.entries)

    def clear(self) -> None:
        """Drop all files."""
        self._files.clear()
        self._entries = 0
