"""Pages of lists, and sentences in two languages, in the form of answers."""

from typing import Generic, TypeVar

from typing_extensions import TypedDict

T = TypeVar("T")


class Listing(TypedDict, Generic[T]):
    """One page of a list; `next` is the cursor of the next one, null at the end."""

    items: list[T]
    next: str | None


class Because(TypedDict):
    """A reason in two languages."""

    zh: str
    en: str
