"""Where the file of a child, a family or an institution is found in the console."""

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from api.contract.file_kinds import PATHS
from domain.event import Kind

_ID: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
FILE_PATH: Final = f"/console(?P<files>{'|'.join(PATHS.values())})/(?P<file>{_ID})"
"""The address of the first page of a file, as a regular expression."""
_AT_FILE: Final = re.compile(f"{FILE_PATH}(?:[/?]|$)")
_KINDS: Final = {path: kind for kind, path in PATHS.items()}


@dataclass(frozen=True, slots=True)
class FileAddress:
    """A file by its kind and its id."""

    kind: Kind
    file_id: UUID

    @property
    def path(self) -> str:
        """The address of its first page."""
        return f"/console{PATHS[self.kind]}/{self.file_id}"


def file_named(found: re.Match[str]) -> FileAddress | None:
    """Return the file that an address names, as `FILE_PATH` found it; None for an address of no file."""
    return None if found["file"] is None else FileAddress(_KINDS[found["files"]], UUID(found["file"]))


def file_at(address: str) -> FileAddress | None:
    """Return the file that the page at an address is about; None for a page about no one file."""
    found = _AT_FILE.match(address)
    return None if found is None else file_named(found)
