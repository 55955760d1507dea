"""Which children came, went or moved between two days, in the form of answers and as a table."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from uuid import UUID

from typing_extensions import TypedDict

from api.contract.census_answers import DimensionValueAnswer, reason_label, values_json
from api.contract.csv_lines import TableCell
from api.contract.list_tables import CHARGE, CHILD, WHOSE, ListColumn, ListedItem, ListTable, day, word
from api.contract.masking import NAMED, typed_dict
from api.contract.sentences import Language
from domain.label import Label
from projections.child_moves import ChildMove, MoveDirection, MoveKind


class MoveReasonAnswer(TypedDict):
    """Why a child left: a code of `departure_reason`, or else the stage at which it is."""

    reason: str
    zh: str
    en: str


if TYPE_CHECKING:
    ChildMoveAnswer: TypeAlias = dict[str, Any]
else:
    ChildMoveAnswer = typed_dict(
        "ChildMoveAnswer",
        {
            "child": UUID,
            "on": date,
            "kind": MoveKind,
            "before": list[DimensionValueAnswer] | None,
            "after": list[DimensionValueAnswer] | None,
            "direction": MoveDirection | None,
            "reason": MoveReasonAnswer | None,
            **NAMED,
        },
        """A child that came, went or moved on a day: what held of it before and after.

        `before` and `after` are null where it was not counted. `direction` says whether a grade rose or fell,
        null where something else is counted by, or one of both is not known.
        """,
    )


def move_json(by: tuple[str, ...], move: ChildMove, institutions: Mapping[str, str]) -> dict[str, Any]:
    """Return a move, without whose it is; `institutions` are the names of institutions by their ids."""
    cells = {"before": move.before, "after": move.after}
    told: dict[str, Any] = {
        name: None if cell is None else values_json(by, tuple(cell), institutions)
        for name, cell in cells.items()
    }
    reason = None
    if move.reason is not None:
        label = reason_label(move.reason)
        reason = {"reason": move.reason, "zh": label.zh, "en": label.en}
    return {
        "child": move.child,
        "on": move.day,
        "kind": move.kind,
        **told,
        "direction": move.direction,
        "reason": reason,
    }


def _cell(side: str, heading: Label) -> ListColumn:
    def said(item: ListedItem, language: Language) -> TableCell:
        return "、".join(each[language] for each in item[side] or ()) or None

    return ListColumn(heading, said, 24)


def _reason(item: ListedItem, language: Language) -> TableCell:
    said: TableCell = None if item["reason"] is None else item["reason"][language]
    return said


MOVES_TABLE: Final = ListTable(
    "census-moves",
    Label("儿童变动名单", "Children who came, went or moved"),
    (
        *WHOSE,
        day("on", Label("日期", "Day")),
        word("kind", Label("变动", "Change"), "move_kind"),
        _cell("before", Label("变动前", "Before")),
        _cell("after", Label("变动后", "After")),
        word("direction", Label("升降级", "Raised or lowered"), "move_direction"),
        ListColumn(Label("离开原因", "Reason"), _reason, 24),
        *CHARGE,
        CHILD,
    ),
)
