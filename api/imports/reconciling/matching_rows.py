"""Which child of an institution a row of others tells of: by its citizen id, or by name, birth and sex."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeAlias, TypeVar
from uuid import UUID

from api.imports.reconciling.their_rows import MALFORMED_ID, NO_IDENTITY, TheirRow
from domain.label import Label
from projections.likeness import CITIZEN_ID, ONE_CHILD, Likeness, who_text
from projections.name_search import whole_number

K = TypeVar("K")

SEVERAL_HERE: Final = "several_here"
SEVERAL_THERE: Final = "several_there"
NOT_CERTAIN: Final = "not_certain"
WHY_NOT_COMPARED: Final[Mapping[str, Label]] = {
    MALFORMED_ID: Label(
        "身份证号的位数、字符、日期或者校验码有误，或者无法读取",
        "The citizen id has a wrong length, character, date or check character, or cannot be read",
    ),
    NO_IDENTITY: Label(
        "没有身份证号，也没有姓名、出生日期和性别三项，无法确定是哪名儿童",
        "Neither a citizen id nor name, birth and sex together say which child it is",
    ),
    SEVERAL_HERE: Label(
        "我方有多名儿童与该行相符，未予比对", "Several children here are told by it: it is compared with none"
    ),
    SEVERAL_THERE: Label(
        "对方有多行为同一名儿童，均未比对", "Several rows tell of one child: none of them is compared"
    ),
    NOT_CERTAIN: Label(
        "我方登记的出生日期不确切，无法确认是否为同一名儿童",
        "The birth on record here is not known to the day, so that it may be another child",
    ),
}
"""Why a row is not compared, by the code in the answer."""

Holders: TypeAlias = Callable[[Likeness, Collection[bytes]], Awaitable[dict[bytes, set[UUID]]]]
"""Returns the children of the institution that have terms of a likeness, by term."""


@dataclass(slots=True)
class Matching:
    """The rows by what became of them.

    `of_child` are those that tell of one child alone, with whether its citizen id says so; `only_there` tell
    of nobody here; `not_compared` have a code of `WHY_NOT_COMPARED`. `unclear` are children of whom one of
    these may tell.
    """

    of_child: dict[UUID, tuple[TheirRow, bool]] = field(default_factory=dict)
    only_there: list[TheirRow] = field(default_factory=list)
    not_compared: list[tuple[TheirRow, str]] = field(default_factory=list)
    unclear: set[UUID] = field(default_factory=set)


async def matched(
    rows: Sequence[TheirRow], institution: UUID, term: Callable[[str], bytes], holders: Holders
) -> Matching:
    """Match rows with the children of an institution; nothing is picked where several fit."""
    matching = Matching()
    ids = {number: whole_number(number) for row in rows if (number := _id(row)) is not None}
    by_id = await _holding(CITIZEN_ID, ids, term, holders)
    left = [row for row in rows if not by_id.get(_id(row) or "")]
    who = {row.row_of: text for row in left if (text := _who(row, institution)) is not None}
    by_who = await _holding(ONE_CHILD, who, term, holders)
    telling: dict[UUID, list[tuple[TheirRow, bool]]] = defaultdict(list)
    for row in rows:
        numbered = by_id.get(_id(row) or "", set())
        children = numbered or by_who.get(row.row_of, set())
        if row.why is not None:
            matching.not_compared.append((row, row.why))
            matching.unclear |= children
        elif len(children) > 1:
            matching.not_compared.append((row, SEVERAL_HERE))
            matching.unclear |= children
        elif children:
            telling[next(iter(children))].append((row, bool(numbered)))
        else:
            matching.only_there.append(row)
    for child, of_child in telling.items():
        if len(of_child) > 1:
            matching.not_compared.extend((row, SEVERAL_THERE) for row, _ in of_child)
            matching.unclear.add(child)
        else:
            matching.of_child[child] = of_child[0]
    return matching


def _id(row: TheirRow) -> str | None:
    return row.values.get("citizen_id") if row.why is None else None


def _who(row: TheirRow, institution: UUID) -> str | None:
    if not {"name", "birth", "sex"} <= row.values.keys():
        return None
    born = date.fromisoformat(row.values["birth"])
    return who_text(institution, row.values["name"], born, row.values["sex"])


async def _holding(
    likeness: Likeness, texts: Mapping[K, str], term: Callable[[str], bytes], holders: Holders
) -> dict[K, set[UUID]]:
    """Return the children that have the texts of a likeness, by the keys of the texts."""
    terms = {key: term(text) for key, text in texts.items()}
    found = await holders(likeness, set(terms.values())) if terms else {}
    return {key: found.get(each, set()) for key, each in terms.items()}
