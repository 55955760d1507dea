"""Pages of lists, and titles and sentences in two languages, in the form of answers."""

from typing import Generic, NotRequired, TypeAlias, TypeVar

from typing_extensions import TypedDict

from domain.rulebook import Rule, title_of

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


CodeLabels: TypeAlias = dict[str, dict[str, Because]]
"""What the codes of the items of a list are called, by the member that has them, such as `state`."""


class CountedListing(KnownListing[T]):
    """One page of a list about files; `total` counts the items of all pages, as the caller is shown them.

    It is null where it was not asked for.
    """

    total: int | None
    labels: NotRequired[CodeLabels]


class Titled(TypedDict):
    """The title of a rule in two languages."""

    title_zh: str
    title_en: str


def titled(rule: Rule | str) -> Titled:
    """Return the title of a rule, or of the rule with an id."""
    title = title_of(rule) if isinstance(rule, str) else rule.title
    return {"title_zh": title.zh, "title_en": title.en}
