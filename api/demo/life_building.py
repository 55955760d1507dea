"""Lives as generators of dated events, and their conversion into recordings.

A life is a generator of happenings. Each `yield` returns the id of the entry that it becomes, so that a later
happening can correct it, approve it or rest on it.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final, TypeAlias
from uuid import UUID

from api.demo.people import REGION, TOWNSHIP, People, Person
from api.identity.permissions import SEES, Role
from domain.entry import DIRECT, Origin, Recorder
from domain.envelope import Document, ExceptionClaim, Reason
from domain.event import Event, Kind, Unknown, fields_of
from domain.when import Days, add
from ledger.codec.split import stated
from ledger.recording.candidates import Named, entry_id
from ledger.recording.request import Draft, Recording

AROUND_HERE: Final[Mapping[str, object]] = {
    "agency": "望海区社会保险事业中心",
    "amount_yuan": Decimal(400),
    "approved_by": "望海区教育局",
    "approver": "望海区民政局",
    "approving_body": "望海区民政局",
    "assessor": "于老师",
    "authority": "望海区教育局",
    "bank": "望海农村商业银行",
    "body": "third_party",
    "clothing": "浅色棉衣",
    "court": "望海区人民法院",
    "doctor": "宁医生",
    "escort": "于老师",
    "ethnic_group": "01",
    "from_region": REGION,
    "guardian_body": "望海区民政局",
    "hair": "short",
    "hair_colour": "black",
    "handed_over_by": "值班民警",
    "handed_over_unit": "环山路派出所",
    "hospital": "市立医院",
    "household_class": "1",
    "household_nature": "resident",
    "infectious_screen": "negative",
    "insured_region": REGION,
    "is_identity_verified": True,
    "is_isolated_before_exam": True,
    "is_out_of_window": True,
    "is_signed": True,
    "issuer": "望海区公安分局",
    "office": "望海区人民武装部",
    "organisation": "市妇幼保健院",
    "payer": "full_subsidy",
    "planner": "于老师",
    "police_station": "环山路派出所",
    "police_unit": "望海区公安分局",
    "posture": "medium",
    "receiver": "望海区民政局",
    "region": REGION,
    "registrar": "望海区民政局",
    "responsible": "姜老师",
    "school": "望海区第二实验小学",
    "scheme": "resident",
    "summary": "正常",
    "therapist": "于老师",
    "to_region": REGION,
    "vaccinator": "宁护士",
    "waiting_days": 0,
}
"""Default values of events: the bodies around the institution."""
NOT_ASKED: Final = Unknown("not_asked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event as its recorder recorded it; `of` is the number of another file."""

    draft: Draft
    by: Role = Role.STAFF
    origin: Origin = DIRECT
    of: str | None = None

    def with_papers(self, *kinds: str) -> "Happening":
        """Return the happening with papers of these kinds."""
        papers = tuple(Document(kind=kind, issued_on=self.draft.days.last) for kind in kinds)
        return replace(self, draft=replace(self.draft, documents=papers))

    def on_paper(self) -> "Happening":
        """Return the happening as copied from an old file, as found there, and noted there that day."""
        return replace(self, origin="paper", draft=replace(self.draft, noted_on=self.draft.days.last))

    def by_supervisor(self) -> "Happening":
        """Return the happening as recorded by the supervisor."""
        return replace(self, by=Role.SUPERVISOR)

    def by_township(self) -> "Happening":
        """Return the happening as recorded by the township."""
        return replace(self, by=Role.TOWNSHIP)

    def in_spite_of(self, rule: str, reason: str) -> "Happening":
        """Return the happening with a claim to an exception from a rule."""
        return replace(self, draft=replace(self.draft, exception=ExceptionClaim(rule=rule, reason=reason)))

    def correcting(self, entry: UUID, explanation: str) -> "Happening":
        """Return the happening as a correction of an earlier entry."""
        reason = Reason(code="incorrect_data", explanation=explanation)
        return replace(self, draft=replace(self.draft, corrects=entry, reason=reason))

    def because_of(self, entry: UUID) -> "Happening":
        """Return the happening with another entry as its cause."""
        return replace(self, draft=replace(self.draft, cause=entry))

    def in_file_of(self, file_no: str) -> "Happening":
        """Return the happening for another file: another child's, or a family's."""
        return replace(self, of=file_no)


LifeCourse: TypeAlias = Generator[Happening, UUID, None]
"""A life from its beginning."""


def on(day: date | Days, kind: type[Event], /, **fields: object) -> Happening:
    """Return an event of that kind on that day; omitted required fields have defaults, or were not asked.

    A clerk is its recorder, or the supervisor if clerks do not see its categories.
    """
    for spec in fields_of(kind):
        if spec.required:
            fields.setdefault(spec.name, AROUND_HERE.get(spec.name, NOT_ASKED))
    event = kind(**fields)
    return Happening(
        draft=Draft(event=event, days=Days.on(day) if isinstance(day, date) else day),
        by=Role.STAFF if stated(event) <= SEES[Role.STAFF] else Role.SUPERVISOR,
    )


@dataclass(slots=True)
class Present:
    """The present from which a life is dated, the number of its file, its institution, and its people.

    `stream_of` returns a file by its number.
    """

    today: date
    file_no: str = ""
    institution: UUID | None = None
    stream_of: Callable[[str], UUID] = lambda _: UUID(int=0)
    people: People = field(default_factory=lambda: People("lives"))

    def ago(self, *, years: int = 0, months: int = 0, days: int = 0) -> date:
        """Return the day that long before today."""
        return add(self.today, months=-12 * years - months, days=-days)

    def who(self, born: date, sex: str | None = None) -> Person:
        """Return a person born that day."""
        return self.people.person(born, sex)

    def turning(self, years: float, *, in_days: int, sex: str | None = None) -> Person:
        """Return a person who completes so many years in so many days; negative: days ago."""
        return self.who(add(add(self.today, days=in_days), months=-round(12 * years)), sex)


Teller: TypeAlias = Callable[[Present], LifeCourse]
"""Generates a life."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeBuilder:
    """Turns lives into recordings for one institution; `stream_of` returns a file by its number.

    `named` makes ids as the ledger does.
    """

    named: Named
    institution: UUID
    crew: Mapping[Role, Recorder]
    stream_of: Callable[[str], UUID]

    def recordings(self, file_no: str, life: LifeCourse, kind: Kind = "child") -> list[Recording]:
        """Return the recordings of a life; consecutive happenings of one recorder belong together.

        The life of an institution is in its own stream, whatever number it is told under.
        """
        pages: list[list[Happening]] = []
        happening = next(life, None)
        while happening is not None:
            if not pages or _page(pages[-1][0]) != _page(happening):
                pages.append([])
            pages[-1].append(happening)
            entry = entry_id(self.named, self.institution, _key(file_no), len(pages) - 1, len(pages[-1]) - 1)
            try:
                happening = life.send(entry)
            except StopIteration:
                happening = None
        return [self._recording(file_no, number, page, kind) for number, page in enumerate(pages)]

    def _recording(self, file_no: str, number: int, page: list[Happening], kind: Kind) -> Recording:
        first = page[0]
        own = kind == "institution"
        outside = first.by is Role.TOWNSHIP
        return Recording(
            stream=self.institution if own else self.stream_of(first.of or file_no),
            kind=kind if first.of is None else first.draft.event.kind,
            drafts=tuple(happening.draft for happening in page),
            region=TOWNSHIP if outside else REGION,
            origin=first.origin,
            recorder=self.crew[first.by],
            key=_key(file_no),
            item=number,
            keyed_by=self.institution,
            institution=None if outside else self.institution,
        )


def _page(happening: Happening) -> tuple[str | None, Role, Origin]:
    return happening.of, happening.by, happening.origin


def _key(file_no: str) -> str:
    return f"life {file_no}"
