"""The keys under which personal data is sealed."""

from pathlib import Path
from typing import Self

from ledger.store import Store


class Keys:
    """The data keys of a ledger, opened as they are needed."""

    @classmethod
    async def opened(cls, store: Store, path: Path, ledger: str) -> Self:
        """Open a ledger's keys with the key-encryption key in a file, made where there is none."""
        raise NotImplementedError
