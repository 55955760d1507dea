"""Sealing what is personal."""

from uuid import UUID

from domain.event import Category


class Seal:
    """Seals and opens single values, bound to subject, category and context, with the keys it holds."""

    def seal(self, subject: UUID, category: Category, value: str, context: str = "") -> bytes:
        """Return a value sealed under its subject's key."""
        raise NotImplementedError

    def open(self, subject: UUID, category: Category, sealed: bytes, context: str = "") -> str | None:
        """Return a sealed value; None when the key was destroyed."""
        raise NotImplementedError

    def term(self, text: str) -> bytes:
        """Return a search term as a keyed hash, which says nothing without the key."""
        raise NotImplementedError
