"""Pages of lists, and sentences in two languages, in the form of answers."""

from typing import Generic, TypeVar

from typing_extensions import TypedDict

T = TypeVar("T")


class Listing(TypedDict, Generic[T]):
    """One page of a list; `next` is the cursor of the next one, null at the end."""

    items: list[T]
    next: str | None


class KnownListing(Listing[T]):
    """One page of a list about files, with the position as known at which it shows them, at least."""

    known_position: int


class Because(TypedDict):
    """A reason in two languages."""

    zh: str
    en: str
