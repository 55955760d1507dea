"""Household registration and identity papers (户口 · 身份)."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final

from domain.entry import AnyEntry
from domain.event import (
    Answered,
    Category,
    Code,
    Event,
    Label,
    Name,
    Number,
    Part,
    Personal,
    Text,
    known,
)
from domain.file import Attribute, Facts
from domain.obligations import Clock, History, obligation

REGISTRATION_LAW: Final = "户口登记条例"
CARD_LAW: Final = "居民身份证法"


class Registration(Part):
    """Where somebody is registered: the kind of household and its region."""

    household_class: Annotated[
        str | None, Label("户口类别", "Household class"), Code("household_class")
    ]
    region: Annotated[str | None, Label("户籍地区", "Region"), Code("region")]


REGISTERED: Final[Attribute[Registration]] = Attribute(
    "household", "registered", Label("落户", "Registered")
)
APPLIED: Final[Attribute[date]] = Attribute(
    "household", "applied", Label("申请落户", "Applied")
)


class HouseholdRegistrationApplied(
    Event,
    zh="申请户口登记",
    en="Household registration applied for",
    source=f"{REGISTRATION_LAW}7",
):
    """Registration in a household was applied for at a police station."""

    police_station: Annotated[Answered[Name], Label("派出所", "Police station")]
    household_class: Annotated[
        Answered[str], Label("户口类别", "Household class"), Code("household_class")
    ]

    def holds(self, entry: AnyEntry) -> Facts:
        yield APPLIED.since(entry.days, entry.days.last)


class HouseholdRegistered(
    Event, zh="户口登记", en="Household registered", source=f"{REGISTRATION_LAW}4, 7"
):
    """The child was entered in a household register."""

    household_nature: Annotated[
        Answered[str], Label("户口性质", "Nature"), Code("household_nature")
    ]
    household_class: Annotated[
        Answered[str], Label("户口类别", "Household class"), Code("household_class")
    ]
    region: Annotated[Answered[str], Label("户籍地区", "Region"), Code("region")]
    address: Annotated[
        Answered[Text], Label("户籍地址", "Address"), Personal(Category.CONTACT)
    ]
    police_station: Annotated[Answered[Name], Label("派出所", "Police station")]
    citizen_id: Annotated[
        Answered[Number],
        Label("公民身份号码", "Citizen id"),
        Personal(Category.IDENTITY),
    ]

    def holds(self, entry: AnyEntry) -> Facts:
        yield REGISTERED.since(
            entry.days,
            Registration(
                household_class=known(self.household_class), region=known(self.region)
            ),
        )


class IdCardIssued(
    Event, zh="居民身份证签发", en="Identity card issued", source=f"{CARD_LAW}5, 7"
):
    """A resident identity card was issued."""

    card_no: Annotated[
        Answered[Number], Label("证号", "Card number"), Personal(Category.IDENTITY)
    ]
    valid_from: Annotated[Answered[date], Label("有效期起", "Valid from")]
    valid_to: Annotated[Answered[date], Label("有效期止", "Valid to")]


@obligation("D11")
def identity_card(history: History) -> Iterator[Clock]:
    """Within three months of turning 16 the identity card is applied for (居民身份证法 7)."""
    turned = history.turns(16)
    birth = history.birth()
    if turned is None or birth is None:
        return
    limit = history.number("D11", entry=birth.entry)
    if limit is None:
        return
    gone = history.gone(after=date.min)
    yield Clock(
        rule="D11",
        opened_on=turned.last,
        due=turned.plus(months=limit.value),
        started_by=(birth.entry,),
        met_by=history.first(IdCardIssued, after=turned.earliest),
        void_on=None if gone is None else gone.held.since,
        void_because=Label("已离院", "left care"),
        number=limit,
    )
