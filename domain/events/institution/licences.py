"""What an institution may do, until when: licences, and the designation for rehabilitation (证照 · 定点)."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Annotated, Final

from domain.entry import AnyEntry, Entry
from domain.event import Answered, Category, Code, Event, Label, Number, Personal, Text, Title, known
from domain.file import Attribute, Facts
from domain.obligations import Clock, History, obligation
from domain.renewing import expiring
from domain.shared_fields import DecidedBy, ValidTo

WEIHAI: Final = "威海市民政局等《实施意见》（2021-11-08）"

LICENCE: Final[Attribute[str]] = Attribute(
    "licensing", "licence", Label("证照", "Licence"), several=True, kind="institution"
)
DESIGNATION: Final[Attribute[str]] = Attribute(
    "licensing",
    "rehab_provider",
    Label("残疾儿童定点康复机构", "Designated rehabilitation provider"),
    kind="institution",
)
REVOKED: Final = Label("已撤销、吊销或者注销", "revoked")


class LicenceIssued(
    Event,
    zh="证照核发或者延续",
    en="Licence issued or renewed",
    source=f"{WEIHAI}二（二）",
    kind="institution",
):
    """A licence was issued to the institution, for the first time or anew."""

    licence: Annotated[str, Label("证照种类", "Licence"), Code("institution_licence")]
    licence_no: Annotated[Answered[Number], Label("证照编号", "Licence number"), Personal(Category.IDENTITY)]
    issuer: Annotated[Answered[Title], Label("发证机关", "Issuer"), Personal(Category.IDENTITY)]
    valid_to: ValidTo

    def holds(self, entry: AnyEntry) -> Facts:
        yield LICENCE.since(entry.days, self.licence, until=known(self.valid_to), key=self.licence)


class LicenceRevoked(
    Event,
    zh="证照撤销、吊销或者注销",
    en="Licence revoked",
    source=f"{WEIHAI}二（二）",
    kind="institution",
    once=True,
):
    """A licence of the institution came to an end before its last day."""

    licence: Annotated[str, Label("证照种类", "Licence"), Code("institution_licence")]
    decided_by: DecidedBy
    grounds: Annotated[Answered[Text], Label("理由", "Grounds"), Personal(Category.IDENTITY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (LicenceIssued,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield LICENCE.since(entry.days, None, key=self.licence)


class RehabProviderDesignated(
    Event,
    zh="认定为残疾儿童定点康复机构",
    en="Rehabilitation provider designated",
    source=f"{WEIHAI}二（三）",
    kind="institution",
):
    """The institution was designated, after review, to give disabled children rehabilitation."""

    level: Annotated[Answered[str], Label("等级", "Level"), Code("rehab_provider_level")]
    designated_by: Annotated[Answered[Title], Label("认定单位", "Designated by"), Personal(Category.IDENTITY)]
    valid_to: ValidTo

    def holds(self, entry: AnyEntry) -> Facts:
        yield DESIGNATION.since(entry.days, known(self.level) or "designated", until=known(self.valid_to))


class RehabProviderDesignationEnded(
    Event,
    zh="残疾儿童定点康复机构资格终止",
    en="Rehabilitation provider's designation ended",
    source=f"{WEIHAI}二（三）",
    kind="institution",
    once=True,
):
    """The designation for rehabilitation came to an end before its last day."""

    decided_by: DecidedBy
    grounds: Annotated[Answered[Text], Label("理由", "Grounds"), Personal(Category.IDENTITY)]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (RehabProviderDesignated,)

    def holds(self, entry: AnyEntry) -> Facts:
        yield DESIGNATION.since(entry.days, None)


@obligation("R-LIC-1", kind="institution")
def licences_are_renewed(history: History) -> Iterator[Clock]:
    """A licence, and the designation for rehabilitation, is renewed by its last day unless it was revoked."""
    issued: defaultdict[str, list[Entry[LicenceIssued]]] = defaultdict(list)
    for each in history.all(LicenceIssued):
        issued[each.event.licence].append(each)
    for licence, entries in issued.items():
        revoked = [each for each in history.all(LicenceRevoked) if each.event.licence == licence]
        yield from expiring(
            "R-LIC-1",
            history,
            entries,
            lambda each: known(each.event.valid_to),
            ends=revoked,
            because=REVOKED,
        )
    yield from expiring(
        "R-LIC-1",
        history,
        history.all(RehabProviderDesignated),
        lambda each: known(each.event.valid_to),
        ends=history.all(RehabProviderDesignationEnded),
        because=REVOKED,
    )
