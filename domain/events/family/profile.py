"""A family's own stream: a family that applies to foster or to adopt, and whose it is (家庭)."""

from typing import Annotated, Final

from domain.entry import AnyEntry
from domain.event import (
    Answered,
    Category,
    Code,
    Event,
    Label,
    Name,
    Personal,
    Region,
    Text,
    known,
    known_or_erased,
)
from domain.file import Attribute, Facts

APPLICANT: Final[Attribute[str]] = Attribute(
    "profile", "applicant", Label("申请人", "Applicant"), Category.FAMILY, kind="family"
)
ADDRESS: Final[Attribute[str]] = Attribute(
    "profile", "address", Label("家庭住址", "Address"), Category.FAMILY, kind="family"
)
FAMILY_REGION: Final[Attribute[str]] = Attribute(
    "profile", "region", Label("家庭所在地区", "Region of the family"), kind="family"
)


class FamilyRegistered(
    Event,
    zh="家庭建档",
    en="Family registered",
    source="《家庭寄养管理办法》（民政部令第54号）第12条",
    seals=Category.FAMILY,
    kind="family",
):
    """An institution began to keep a file of a family, which is in its charge."""

    applicant: Annotated[Answered[Name], Label("申请人姓名", "Applicant's name"), Personal(Category.FAMILY)]
    spouse: Annotated[Name | None, Label("配偶姓名", "Spouse's name"), Personal(Category.FAMILY)] = None
    address: Annotated[Answered[Text], Label("家庭住址", "Address"), Personal(Category.FAMILY)]
    region: Annotated[Answered[Region], Label("家庭所在地区", "Region of the family"), Code("region")]

    def holds(self, entry: AnyEntry) -> Facts:
        for attribute, value in (
            (APPLICANT, known_or_erased(self.applicant)),
            (ADDRESS, known_or_erased(self.address)),
            (FAMILY_REGION, known(self.region)),
        ):
            if value is not None:
                yield attribute.since(entry.days, value)
