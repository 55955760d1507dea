"""Household registration and identity papers (户口 · 身份)."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Final

from domain.citizen_id import flaw, read, written
from domain.codes import tables
from domain.entry import AnyEntry
from domain.event import (
    Answered,
    Category,
    Code,
    Event,
    IdNumber,
    Label,
    Name,
    NotAfter,
    NotBefore,
    Number,
    Part,
    Past,
    Personal,
    Region,
    Text,
    Title,
    known,
    known_or_erased,
)
from domain.events.intake import ETHNIC_GROUP, NAME, SEX, entered
from domain.file import Attribute, Fact, Facts
from domain.life import BIRTH, Life, deciding
from domain.obligations import Clock, History, obligation
from domain.refusal import Refusals, breach, no_evidence, number_as_written, uncertain
from domain.standing import standing
from domain.when import LAST_DAY, Days

REGISTRATION: Final = "户口登记条例"
CARD: Final = "居民身份证法"


class Registration(Part):
    """Where somebody is registered: the kind and nature of the household and its region, as far as known."""

    household_class: Annotated[str | None, Label("户口类别", "Household class"), Code("household_class")]
    region: Annotated[Region | None, Label("户籍地区", "Region of registration"), Code("region")]
    household_nature: Annotated[
        str | None, Label("户口性质", "Nature of the household"), Code("household_nature")
    ] = None


UNREGISTERED: Final = "4"
"""A code of `household_class`."""

APPLIED: Final[Attribute[date]] = Attribute(
    "household", "applied", Label("申请落户", "Registration applied for")
)
REGISTERED: Final[Attribute[Registration]] = Attribute("household", "registered", Label("落户", "Registered"))
CITIZEN_ID: Final[Attribute[str]] = Attribute(
    "household", "citizen_id", Label("公民身份号码", "Citizen id"), Category.IDENTITY
)
"""The number, once it can be one; a number that cannot stays in its event, as written."""
IDENTITY_CARD: Final[Attribute[date]] = Attribute(
    "household", "identity_card", Label("居民身份证", "Identity card valid from")
)
SOCIAL_SECURITY_CARD: Final[Attribute[date]] = Attribute(
    "household", "social_security_card", Label("社会保障卡", "Social security card issued")
)


class HouseholdRegistrationApplied(
    Event, zh="申请落户", en="Household registration applied for", source=f"《{REGISTRATION}》第7条"
):
    """Registration in a household was applied for at a police station."""

    police_station: Annotated[
        Answered[Title], Label("公安派出所", "Police station"), Personal(Category.IDENTITY)
    ]
    household_class: Annotated[Answered[str], Label("户口类别", "Household class"), Code("household_class")]

    def holds(self, entry: AnyEntry) -> Facts:
        yield APPLIED.since(entry.days, entry.days.last)


class HouseholdRegistered(
    Event, zh="落户", en="Household registered", source=f"《{REGISTRATION}》第4条、第7条", ends_with=None
):
    """The child was entered in a household register."""

    household_nature: Annotated[
        Answered[str], Label("户口性质", "Nature of the household"), Code("household_nature")
    ]
    household_class: Annotated[Answered[str], Label("户口类别", "Household class"), Code("household_class")]
    region: Annotated[Answered[Region], Label("户籍地区", "Region of registration"), Code("region")]
    address: Annotated[Answered[Text], Label("户籍地址", "Registered address"), Personal(Category.CONTACT)]
    police_station: Annotated[
        Answered[Title], Label("公安派出所", "Police station"), Personal(Category.IDENTITY)
    ]
    citizen_id: Annotated[
        Answered[IdNumber], Label("公民身份号码", "Citizen id"), Personal(Category.IDENTITY)
    ]

    def refusals(self, life: Life) -> Refusals:
        yield from number_agrees(life, known(self.citizen_id))

    def holds(self, entry: AnyEntry) -> Facts:
        yield REGISTERED.since(
            entry.days,
            Registration(
                household_class=known(self.household_class),
                region=known(self.region),
                household_nature=known(self.household_nature),
            ),
        )
        yield from _numbered(entry, known_or_erased(self.citizen_id))


class CitizenIdAssigned(Event, zh="编制公民身份号码", en="Citizen id assigned", source=f"《{CARD}》第3条"):
    """The police gave the child a citizen id."""

    citizen_id: Annotated[
        Answered[IdNumber], Label("公民身份号码", "Citizen id"), Personal(Category.IDENTITY)
    ]

    def refusals(self, life: Life) -> Refusals:
        yield from number_agrees(life, known(self.citizen_id))

    def holds(self, entry: AnyEntry) -> Facts:
        yield from _numbered(entry, known_or_erased(self.citizen_id))


def _numbered(entry: AnyEntry, number: str | None) -> Facts:
    if number is None:
        return
    if known(number) is None:
        yield CITIZEN_ID.since(entry.days, number)
    elif read(number) is not None:
        yield CITIZEN_ID.since(entry.days, written(number))


def number_agrees(life: Life, number: str | None) -> Refusals:
    """A citizen id is one, of a known county, and says the birth, sex and number that are on record (I30)."""
    if number is None:
        return
    number_read = read(number)
    if number_read is None:
        yield number_as_written("I30", detail=flaw(number))
        return
    if not tables()["region"].counts(number_read.county, Days(number_read.born, LAST_DAY)):
        yield uncertain(
            "I30",
            detail=Label(
                "号码中的行政区划代码在出生以后均非有效代码",
                "its county's code has not counted since the birth",
            ),
        )
    birth, sex = life.now(BIRTH), life.now(SEX)
    born = None if birth is None else birth.held.value
    if birth is not None and born is not None and not born.earliest <= number_read.born <= born.last:
        yield breach(
            "I30",
            birth.entry,
            detail=Label("号码中的出生日期与登记的出生日期不一致", "it says another date of birth"),
        )
    if sex is not None and sex.held.value in {"1", "2"} and sex.held.value != number_read.sex:
        yield breach("I30", sex.entry, detail=Label("号码中的性别与登记的性别不一致", "it says another sex"))
    recorded = life.now(CITIZEN_ID)
    if recorded is not None and known(recorded.held.value) not in {None, written(number)}:
        yield breach(
            "I30", recorded.entry, detail=Label("与已登记的公民身份号码不一致", "another number is recorded")
        )


class HouseholdEntryChanged(
    Event, zh="户口登记项目变更", en="Household entry changed", source=f"《{REGISTRATION}》第17条、第18条"
):
    """Something that the household register says of the child was changed by the police."""

    old_name: Annotated[Name | None, Label("原姓名", "Former name"), Personal(Category.IDENTITY)] = None
    new_name: Annotated[Name | None, Label("新姓名", "New name"), Personal(Category.IDENTITY)] = None
    old_birth: Annotated[date | None, Label("原出生日期", "Former date of birth"), NotAfter()] = None
    new_birth: Annotated[date | None, Label("新出生日期", "New date of birth"), NotAfter()] = None
    old_sex: Annotated[str | None, Label("原性别", "Former sex"), Code("sex")] = None
    new_sex: Annotated[str | None, Label("新性别", "New sex"), Code("sex")] = None
    old_ethnic_group: Annotated[str | None, Label("原民族", "Former ethnic group"), Code("ethnic_group")] = (
        None
    )
    new_ethnic_group: Annotated[str | None, Label("新民族", "New ethnic group"), Code("ethnic_group")] = None
    explanation: Annotated[
        Answered[Text], Label("变更原因", "Why it was changed"), Personal(Category.IDENTITY)
    ]

    def impossible(self, entry: AnyEntry) -> Refusals:
        pairs = (
            (self.old_name, self.new_name),
            (self.old_birth, self.new_birth),
            (self.old_sex, self.new_sex),
            (self.old_ethnic_group, self.new_ethnic_group),
        )
        if all(old == new for old, new in pairs):
            yield no_evidence("E11", detail=Label("变更的项目", "What was changed"), at="/data")

    def holds(self, entry: AnyEntry) -> Facts:
        if self.new_name is not None:
            yield NAME.since(entry.days, self.new_name)
        if self.new_birth is not None:
            yield BIRTH.timeless(Days.on(self.new_birth))
        if self.new_sex is not None:
            yield SEX.timeless(self.new_sex)
        if self.new_ethnic_group is not None:
            yield ETHNIC_GROUP.timeless(self.new_ethnic_group)


class HouseholdTransferred(
    Event, zh="户口迁移", en="Household transferred", source=f"《{REGISTRATION}》第10条、第13条"
):
    """The child's registration moved out of one household; where it went is said as far as known."""

    moved_in_on: Annotated[date | None, Label("迁入日期", "Moved in on"), Past()] = None
    from_region: Annotated[Answered[Region], Label("迁出地区", "From region"), Code("region")]
    to_region: Annotated[Answered[Region], Label("迁往地区", "To region"), Code("region")]
    to_place: Annotated[Text | None, Label("迁往地", "To place, as written"), Personal(Category.CONTACT)] = (
        None
    )
    transfer_reason: Annotated[Answered[str], Label("迁移原因", "Reason"), Code("household_transfer_reason")]
    migration_certificate_no: Annotated[
        Answered[Number], Label("户口迁移证编号", "Migration certificate number"), Personal(Category.IDENTITY)
    ]

    def holds(self, entry: AnyEntry) -> Facts:
        yield REGISTERED.since(entry.days, Registration(household_class=None, region=known(self.to_region)))


class HouseholdCancelled(
    Event,
    zh="注销户口",
    en="Household registration cancelled",
    source="《户口登记条例》第8条、第10条、第11条",
    ends_with=None,
    once=True,
):
    """The registration was cancelled at the police station."""

    cancel_reason: Annotated[Answered[str], Label("注销原因", "Reason"), Code("household_cancel_reason")]
    police_station: Annotated[
        Answered[Title], Label("公安派出所", "Police station"), Personal(Category.IDENTITY)
    ]

    def holds(self, entry: AnyEntry) -> Facts:
        yield REGISTERED.since(entry.days, None)


class BirthMedicalCertificateObtained(
    Event, zh="取得出生医学证明", en="Birth medical certificate obtained", source="全国儿童福利信息系统（NS）"
):
    """The certificate of the hospital where the child was born was obtained."""

    certificate_no: Annotated[
        Answered[Number], Label("出生医学证明编号", "Certificate number"), Personal(Category.IDENTITY)
    ]
    hospital: Annotated[Answered[Title], Label("签发机构", "Issued by"), Personal(Category.IDENTITY)]

    def papers(self) -> tuple[str, ...]:
        return ("birth_certificate",)


class IdCardApplied(
    Event, zh="申领居民身份证", en="Identity card applied for", source=f"《{CARD}》第7条、第10条"
):
    """A resident identity card was applied for."""

    police_station: Annotated[
        Answered[Title], Label("公安派出所", "Police station"), Personal(Category.IDENTITY)
    ]


class IdCardIssued(Event, zh="签发居民身份证", en="Identity card issued", source=f"《{CARD}》第5条、第12条"):
    """A resident identity card was issued."""

    card_no: Annotated[
        Answered[IdNumber], Label("居民身份证号码", "Card number"), Personal(Category.IDENTITY)
    ]
    valid_from: Annotated[Answered[date], Label("有效期起", "Valid from")]
    valid_to: Annotated[Answered[date], Label("有效期止", "Valid to"), NotBefore("valid_from")]

    def refusals(self, life: Life) -> Refusals:
        yield from number_agrees(life, known(self.card_no))

    def holds(self, entry: AnyEntry) -> Facts:
        yield IDENTITY_CARD.since(
            entry.days, known(self.valid_from) or entry.days.last, until=known(self.valid_to)
        )


class SocialSecurityCardIssued(
    Event,
    zh="签发社会保障卡",
    en="Social security card issued",
    source="威海市民政局等《实施意见》（2021-11-08）二（二）",
):
    """A social security card was issued, which pays for treatment and takes allowances."""

    card_no: Annotated[Answered[Number], Label("社会保障卡卡号", "Card number"), Personal(Category.IDENTITY)]

    def holds(self, entry: AnyEntry) -> Facts:
        yield SOCIAL_SECURITY_CARD.since(entry.days, entry.days.last)


def is_own(life: Life, number: str | None) -> bool:
    """Return whether no record shows that a number is no citizen id or belongs to another person."""
    return all(refusal.kind == "uncertain" for refusal in number_agrees(life, number))


def registration(life: Life) -> Fact[Registration] | None:
    """Return the registration that holds; None if there is none or it states that there is none."""
    fact = life.now(REGISTERED)
    value = None if fact is None else fact.held.value
    return None if value is not None and value.household_class == UNREGISTERED else fact


@deciding("household")
def region_of_household(life: Life, started: AnyEntry | None) -> str | None:  # noqa: ARG001 - a household is the child's, whatever started
    """The region in which the child is registered."""
    registered = registration(life)
    return None if registered is None or registered.held.value is None else registered.held.value.region


@standing("S01")
def registered_in_care(life: Life) -> Refusals:
    """A child in care of whom nothing shows that it is registered, or who is said to be registered nowhere.

    A citizen id shows that the child is registered, though not where.
    """
    intake = entered(life)
    if intake is None or registration(life) is not None:
        return
    numbered = None if life.now(REGISTERED) is not None else life.last(CitizenIdAssigned)
    if numbered is None:
        yield no_evidence("S01", intake.entry)
    else:
        detail = Label("已有公民身份号码，未登记落户", "there is a citizen id, and no registration on record")
        yield uncertain("S01", numbered, detail=detail)


@obligation("D11")
def identity_card(history: History) -> Iterator[Clock]:
    """Within three months of turning 16 the identity card is applied for; one already held then is enough."""
    turned, birth = history.turns(16), history.birth()
    if turned is None or birth is None:
        return
    limit = history.number("D11", entry=birth.entry, on=turned.last)
    if limit is None:
        return
    met_by = _card(history, turned)
    for stay in history.stays():
        if stay.until < turned.last:
            continue
        yield Clock(
            rule="D11",
            opened_on=max(turned.last, stay.since),
            due=limit.ends(turned),
            started_by=(birth.entry,),
            met_by=met_by,
            void_on=stay.void_on,
            void_because=stay.void_because,
            number=limit,
        )
        if met_by is not None and met_by.days.last <= stay.until:
            return


def _card(history: History, turned: Days) -> AnyEntry | None:
    issued = [
        entry
        for entry in history.all(IdCardIssued)
        if is_own(history.on(entry.days.last), known(entry.event.card_no))
    ]
    spans = history.spans(IDENTITY_CARD)
    held = (
        span.fact.entry
        for span in spans
        if span.since <= turned.last <= span.until and span.fact.entry in issued
    )
    applied: list[AnyEntry] = [*history.all(IdCardApplied), *issued]
    later = sorted(applied, key=lambda entry: entry.days.last)
    return next(held, next((entry for entry in later if entry.days.last >= turned.earliest), None))
