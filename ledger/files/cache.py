"""Folded files kept at hand."""

from collections import OrderedDict
from typing import Final
from uuid import UUID

from domain.file import File

CAPACITY: Final = 20_000
"""Entries, of which a thousand take some 3 MB."""


class FileCache:
    """The files used last, of at most so many entries. Nobody may add to a file that stands here."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._files: OrderedDict[UUID, File] = OrderedDict()
        self._entries = 0

    def get(self, stream: UUID) -> File | None:
        """Return a file as it was when last put here."""
        file = self._files.get(stream)
        if file is not None:
            self._files.move_to_end(stream)
        return file

    def __contains__(self, stream: UUID) -> bool:
        """Tell whether a file stands here, which is not to use it."""
        return stream in self._files

    def put(self, file: File) -> None:
        """Keep a file, unless a later state of it stands here."""
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
