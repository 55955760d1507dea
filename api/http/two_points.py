"""Two points of both axes as they are asked for, and what the pages that follow are pinned to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from fastapi import Query

from api.contract.file_differences import PointAnswer
from api.contract.problems import invalid
from api.http.cursors import CursorNumber, resumed
from api.http.dependencies import RequestContext
from api.http.file_points import FilePoint
from domain.entry import AnyEntry
from domain.file import File
from domain.label import Label
from ledger.codec.messages import InvalidValue

LAST_READ: Final = "last_read"
From: TypeAlias = Annotated[date | None, Query(alias="from", description="The first point's day; today.")]
To: TypeAlias = Annotated[date | None, Query(description="The second point's day; today by default.")]
FromKnownAt: TypeAlias = Annotated[
    str | None,
    Query(
        max_length=40,
        description="The first point is as known at a position, an instant or the end of a day, or at"
        f" `{LAST_READ}`, the caller's last read of the file; now by default.",
    ),
]
ToKnownAt: TypeAlias = Annotated[
    str | None, Query(max_length=40, description="The second point, likewise without a last read.")
]


@dataclass(frozen=True, slots=True)
class TwoPoints:
    """A page of a comparison of `of`: what was asked for, what that was pinned to, and where it begins."""

    of: str
    epoch: CursorNumber
    start: CursorNumber
    asked_from: date | None
    asked_to: date | None
    asked_from_known: str | None
    asked_to_known: str | None
    from_day: date
    to_day: date
    from_known: CursorNumber
    to_known: CursorNumber
    never_read: bool | None = None

    @property
    def known(self) -> int:
        """The last position that the comparison reads."""
        return max(self.from_known, self.to_known)

    def between(self, entry: AnyEntry) -> list[str]:
        """Return the axes on which an entry lies between the points: after one, and not after the other."""
        days = sorted((self.from_day, self.to_day))
        axes = [("recorded", min(self.from_known, self.to_known) < entry.position <= self.known)]
        axes.append(("occurred", entry.position <= self.known and days[0] < entry.days.last <= days[1]))
        return [axis for axis, lies in axes if lies]

    def answers(self, first: str, second: str) -> dict[str, PointAnswer]:
        """Return both points in the form of answers, with the digests of their rulebooks."""
        begun: PointAnswer = {"as_of": self.from_day, "known_position": self.from_known, "rulebook": first}
        if self.never_read is not None:
            begun["never_read"] = self.never_read
        return {
            "from": begun,
            "to": {"as_of": self.to_day, "known_position": self.to_known, "rulebook": second},
        }


async def two_points(
    request: RequestContext,
    days: tuple[date | None, date | None],
    known_at: tuple[str | None, str | None],
    cursor: str | None,
    file: UUID | None = None,
    through: int | None = None,
) -> TwoPoints:
    """Return the points that parameters or a cursor mean, of a file or of all in scope.

    No point is after the position `through`, by default the head. Raises the problem `invalid`.
    """
    of = "" if file is None else str(file)
    asked: Mapping[str, object] = {
        "of": of,
        "asked_from": days[0],
        "asked_to": days[1],
        "asked_from_known": known_at[0],
        "asked_to_known": known_at[1],
    }
    if cursor is not None:
        return await resumed(request, TwoPoints, cursor, asked)
    head, never_read = await request.ledger.head(), None
    last = head.position if through is None else min(through, head.position)
    if known_at[0] == LAST_READ:
        if file is None:
            raise invalid([_OF_ONE_FILE])
        read = await request.container.access.last_read(file, request.actor.user)
        known_before, never_read = min(read or 0, last), read is None
    else:
        known_before = await _known(request, known_at[0], last, "/query/from_known_at")
    return TwoPoints(
        of=of,
        epoch=head.epoch,
        start=0,
        asked_from=days[0],
        asked_to=days[1],
        asked_from_known=known_at[0],
        asked_to_known=known_at[1],
        from_day=days[0] or request.today,
        to_day=days[1] or request.today,
        from_known=known_before,
        to_known=await _known(request, known_at[1], last, "/query/to_known_at"),
        never_read=never_read,
    )


async def _known(request: RequestContext, text: str | None, last: int, place: str) -> int:
    return last if text is None else min(last, await request.known(text, place))


async def file_points(
    request: RequestContext, file_id: UUID, whole: File, points: TwoPoints
) -> tuple[FilePoint, FilePoint]:
    """Return a file at both points, where `whole` is the file of now; it is empty before it was opened."""
    first, second = [
        await _file_point(request, whole, await _as_known(request, file_id, whole, known), day, known)
        for day, known in ((points.from_day, points.from_known), (points.to_day, points.to_known))
    ]
    return first, second


async def files_points(
    request: RequestContext, children: Sequence[UUID], points: TwoPoints
) -> dict[UUID, tuple[FilePoint, FilePoint]]:
    """Return several files at both points, read together; without those that are at neither."""
    known = sorted({points.from_known, points.to_known})
    read = {each: await request.ledger.files(children, each, keep="listed") for each in known}
    found = {}
    for child in children:
        first, second = (read[each].get(child, File(child)) for each in (points.from_known, points.to_known))
        if first.entries or second.entries:
            whole = first if first.version > second.version else second
            found[child] = (
                await _file_point(request, whole, first, points.from_day, points.from_known),
                await _file_point(request, whole, second, points.to_day, points.to_known),
            )
    return found


async def _as_known(request: RequestContext, file_id: UUID, whole: File, known: int) -> File:
    if known >= whole.position:
        return whole
    return await request.ledger.file(file_id, known) or File(file_id)


async def _file_point(request: RequestContext, whole: File, file: File, day: date, known: int) -> FilePoint:
    """Return the point; its rulebook is that of who was in charge, both as known then."""
    in_charge = file if file.entries else whole
    return FilePoint(file, day, known, await request.ledger.rulebook_of(in_charge, known))


_OF_ONE_FILE: Final = InvalidValue(
    "/query/from_known_at",
    Label("last_read 只用于一份档案的比较", "`last_read` is for the difference of one file"),
    Label("请写位置、时刻或日期", "give a position, an instant or a day"),
)
