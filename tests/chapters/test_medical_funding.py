"""What an illness costs, and who pays for it: the waterfall, its order, and the aid applied for."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from domain.codes import tables
from domain.event import Unknown
from domain.events.departure import ChildDied, DepartureCompleted
from domain.events.health import DisabilityAssessed
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.medical.aid import OPEN_AID, MedicalAidApplied, MedicalAidDecided, MedicalAidUploaded
from domain.events.medical.costs import MedicalCostCovered, MedicalCostIncurred, Waterfall, waterfall
from domain.events.medical.illness import IllnessDiagnosed
from domain.events.medical.treatment import EmergencyRescued
from domain.events.schooling import SchoolEnrolled
from tests.support.given import NOT_ASKED, TODAY, Given, given, some

RECEIVED = "2024-01-20"
WEIHAI = "371002"


def ill(region: str = "371099") -> tuple[Given, UUID]:
    """A child in care with an illness, and the entry that opened its episode."""
    file = given((RECEIVED, some(ChildReceived), {"region": region}))
    file.and_("2024-03-01", some(IllnessDiagnosed, disease="室间隔缺损"), region=region)
    return file, file.last.entry_id


def billed(episode: UUID | Unknown, amount: int | Unknown) -> MedicalCostIncurred:
    return some(MedicalCostIncurred, episode=episode, amount_yuan=yuan(amount))


def paid(episode: UUID | Unknown, layer: str | Unknown, amount: int | Unknown) -> MedicalCostCovered:
    return some(MedicalCostCovered, episode=episode, layer=layer, amount_yuan=yuan(amount))


def yuan(amount: int | Unknown) -> Decimal | Unknown:
    return Decimal(amount) if isinstance(amount, int) else amount


def told(account: Waterfall) -> list[tuple[object, ...]]:
    """The layers that paid anything, with what each left."""
    return [(share.layer, share.paid_yuan, share.left_yuan) for share in account.layers if share.payments]


# The waterfall


def test_one_illness_reads_as_a_waterfall_of_its_layers_in_the_order_in_which_they_pay() -> None:
    file, episode = ill()
    file.and_("2024-04-01", billed(episode, 80_000)).and_("2024-04-09", billed(episode, 20_000))
    file.and_("2024-05-01", paid(episode, "institution", 3_000))
    file.and_("2024-05-02", paid(episode, "charity", 10_000))
    for layer, amount in (("medical_assistance", 9_000), ("critical_illness", 12_000)):
        file.and_("2024-05-03", paid(episode, layer, amount))
    file.and_("2024-05-04", paid(episode, "basic_insurance", 50_000))
    file.and_("2024-05-05", paid(episode, "basic_insurance", 6_000))
    account = waterfall(file.on(TODAY), episode)
    assert account.cost_yuan == 100_000
    assert told(account) == [
        ("basic_insurance", 56_000, 44_000),
        ("critical_illness", 12_000, 32_000),
        ("medical_assistance", 9_000, 23_000),
        ("charity", 10_000, 13_000),
        ("institution", 3_000, 10_000),
    ]
    assert account.rest_yuan == 10_000
    assert [share.layer for share in account.layers] == list(tables()["funding_layer"].codes)


def test_it_tells_of_its_own_illness_only_and_of_what_happened_by_the_day() -> None:
    file, episode = ill()
    file.and_("2024-03-05", some(IllnessDiagnosed))
    other = file.last.entry_id
    file.and_("2024-04-01", billed(episode, 1_000)).and_("2024-04-01", billed(other, 700))
    file.and_("2024-04-20", paid(episode, "charity", 400)).and_("2024-04-20", paid(other, "charity", 50))
    rests = [waterfall(file.on(day), episode).rest_yuan for day in ("2024-03-31", "2024-04-19", "2024-04-20")]
    assert rests == [None, 1_000, 600]


def test_what_is_not_known_leaves_open_what_is_left() -> None:
    file, episode = ill()
    file.and_("2024-04-01", billed(episode, 1_000)).and_("2024-04-02", paid(episode, "charity", NOT_ASKED))
    file.and_("2024-04-02", paid(episode, NOT_ASKED, 300)).and_("2024-04-02", paid(NOT_ASKED, "charity", 50))
    account = waterfall(file.on(TODAY), episode)
    assert account.cost_yuan == 1_000
    assert account.rest_yuan is None
    assert [(share.layer, share.is_exact) for share in account.layers if share.payments] == [
        ("charity", False),
        (None, False),
    ]
    assert account.layer("critical_illness").is_exact
    file.and_("2024-04-03", billed(episode, NOT_ASKED))
    assert waterfall(file.on(TODAY), episode).cost_yuan is None


# R-MED-3


@pytest.mark.rule("R-MED-3")
@pytest.mark.parametrize(("amount", "warnings"), [(4_999, ()), (5_000, ()), (5_001, ("R-MED-3",))])
def test_a_layer_pays_no_more_than_those_before_it_left(amount: int, warnings: tuple[str, ...]) -> None:
    file, episode = ill()
    file.and_("2024-04-01", billed(episode, 20_000)).and_(
        "2024-04-02", paid(episode, "basic_insurance", 15_000)
    )
    file.when("2024-04-03", paid(episode, "charity", amount)).recorded(*warnings)


@pytest.mark.rule("R-MED-3")
def test_it_is_the_later_layer_that_paid_too_much_whoever_paid_first() -> None:
    file, episode = ill()
    file.and_("2024-04-01", billed(episode, 20_000)).and_("2024-04-02", paid(episode, "charity", 8_000))
    file.when("2024-06-01", paid(episode, "basic_insurance", 15_000)).recorded()
    assert file.found() == {("R-MED-3", "breach")}


def test_a_bill_that_comes_after_a_payment_is_the_cost_that_it_paid_for() -> None:
    file, episode = ill()
    file.when("2024-04-01", paid(episode, "institution", 5_000)).recorded("R-MED-3")
    assert file.found() == {("R-MED-3", "no_evidence")}
    file.and_("2024-04-20", billed(episode, 5_000))
    assert file.found() == set()


@pytest.mark.rule("R-MED-3")
def test_a_payment_or_a_cost_that_is_not_known_is_uncertain() -> None:
    file, episode = ill()
    file.and_("2024-04-01", billed(episode, NOT_ASKED))
    file.when("2024-04-02", paid(episode, "charity", 10)).recorded("R-MED-3")
    file.when("2024-04-02", paid(episode, "charity", NOT_ASKED)).recorded("R-MED-3")
    file.when("2024-04-02", paid(NOT_ASKED, "charity", 10)).recorded("R-MED-3")
    assert file.found() == {("R-MED-3", "uncertain")}


@pytest.mark.rule("R-MED-3")
def test_of_a_known_cost_a_payment_without_its_amount_is_uncertain_too() -> None:
    file, episode = ill()
    file.and_("2024-04-01", billed(episode, 1_000))
    file.when("2024-04-02", paid(episode, "charity", NOT_ASKED)).recorded("R-MED-3")


def test_a_payment_of_an_unknown_layer_counts_as_the_last() -> None:
    file, episode = ill()
    file.and_("2024-04-01", billed(episode, 1_000)).and_("2024-04-02", paid(episode, "institution", 900))
    file.when("2024-04-03", paid(episode, NOT_ASKED, 200)).recorded("R-MED-3")


def test_bills_and_payments_may_follow_a_death() -> None:
    file, episode = ill()
    file.and_("2024-04-01", some(ChildDied))
    file.when("2024-05-01", billed(episode, 1_000)).recorded()
    file.when("2024-05-02", paid(episode, "institution", 1_000)).recorded()


# R-MED-2


def rescued(*, uninsured: bool | Unknown = True, region: str = "371099") -> tuple[Given, UUID]:
    file, episode = ill(region)
    file.and_("2024-03-02", some(EmergencyRescued, episode=episode, is_uninsured=uninsured), region=region)
    return file, episode


def applied(episode: UUID | Unknown, layer: str | Unknown = "emergency_fund") -> MedicalAidApplied:
    return some(MedicalAidApplied, episode=episode, layer=layer)


@pytest.mark.rule("R-MED-2")
@pytest.mark.parametrize("day", ["2024-03-02", "2024-03-03", "2024-03-10"])
def test_after_the_rescue_of_an_uninsured_child_the_fund_is_applied_to(day: str) -> None:
    file, episode = rescued()
    file.and_(day, applied(episode))
    since, until = date(2024, 3, 3), date.fromordinal(date.fromisoformat(day).toordinal() - 1)
    assert file.lapses("R-MED-2") == ([("no_evidence", since, until)] if since <= until else [])


@pytest.mark.rule("R-MED-2")
@pytest.mark.parametrize(
    ("uninsured", "found"), [(True, ["no_evidence"]), (False, []), (NOT_ASKED, ["uncertain"])]
)
def test_an_insured_childs_rescue_needs_no_fund(*, uninsured: bool | Unknown, found: list[str]) -> None:
    assert [kind for kind, _, _ in rescued(uninsured=uninsured)[0].lapses("R-MED-2")] == found


@pytest.mark.parametrize("layer", ["charity", NOT_ASKED])
def test_applying_elsewhere_or_for_another_illness_is_not_applying_to_the_fund(layer: str | Unknown) -> None:
    file, episode = rescued()
    file.and_("2024-03-05", some(IllnessDiagnosed))
    file.and_("2024-03-05", applied(file.last.entry_id)).and_("2024-03-05", applied(episode, layer))
    assert file.lapses("R-MED-2") == [("no_evidence", date(2024, 3, 3), TODAY)]


def test_an_application_before_the_rescue_was_for_something_else() -> None:
    file, episode = ill()
    file.and_("2024-03-01", applied(episode))
    file.and_("2024-03-02", some(EmergencyRescued, episode=episode, is_uninsured=True))
    assert file.lapses("R-MED-2") == [("no_evidence", date(2024, 3, 3), TODAY)]


def test_a_rescue_before_the_child_was_taken_in_again_is_not_asked_about() -> None:
    file = rescued()[0].and_("2024-04-01", some(DepartureCompleted)).and_("2025-01-10", some(ChildReceived))
    assert file.lapses("R-MED-2") == [("no_evidence", date(2024, 3, 3), date(2024, 3, 31))]


def test_once_it_is_paid_for_nothing_is_left_to_apply_for() -> None:
    file, episode = rescued()
    file.and_("2024-03-10", billed(episode, 1_000)).and_("2024-03-11", paid(episode, "charity", 999))
    file.and_("2024-03-12", paid(episode, "institution", 1))
    assert file.lapses("R-MED-2") == [("no_evidence", date(2024, 3, 3), date(2024, 3, 11))]


def test_a_departure_ends_it() -> None:
    file = rescued()[0].and_("2024-04-01", some(DepartureCompleted))
    assert file.lapses("R-MED-2") == [("no_evidence", date(2024, 3, 3), date(2024, 3, 31))]


@pytest.mark.parametrize(("region", "verified"), [(WEIHAI, True), ("320682", False)])
def test_it_is_verified_where_a_text_says_so(region: str, *, verified: bool) -> None:
    life = rescued(region=region)[0].on("2024-03-05")
    assert life.rule("R-MED-2").verified is verified


# Aid applied for


def test_what_was_applied_for_is_open_until_it_is_decided() -> None:
    file, episode = ill()
    file.and_("2024-04-01", applied(episode, "charity"))
    charity = file.last.entry_id
    file.and_("2024-04-02", applied(episode))
    file.and_("2024-05-01", some(MedicalAidDecided, application=charity, decision="refused"))
    file.and_("2024-05-01", some(MedicalAidDecided, application=NOT_ASKED))
    open_on = {
        day: [fact.held.value for fact in file.on(day).each(OPEN_AID)] for day in ("2024-04-30", TODAY)
    }
    assert open_on == {"2024-04-30": ["charity", "emergency_fund"], TODAY: ["emergency_fund"]}


# R-MED-7


@pytest.mark.rule("R-MED-7")
@pytest.mark.parametrize(
    ("layer", "decision", "found"),
    [
        ("tomorrow_plan", "approved", ["no_evidence"]),
        ("tomorrow_plan", NOT_ASKED, ["uncertain"]),
        (NOT_ASKED, "approved", ["uncertain"]),
        ("tomorrow_plan", "refused", []),
        ("charity", "approved", []),
    ],
)
def test_what_the_tomorrow_plan_grants_is_uploaded_to_the_national_system(
    layer: str | Unknown, decision: str | Unknown, found: list[str]
) -> None:
    file, episode = ill()
    file.and_("2024-04-01", applied(episode, layer))
    application = file.last.entry_id
    file.and_("2024-05-01", some(MedicalAidDecided, application=application, decision=decision))
    since = date(2024, 5, 2)
    assert file.lapses("R-MED-7") == [(kind, since, TODAY) for kind in found]
    file.and_("2024-05-08", some(MedicalAidUploaded, application=NOT_ASKED))
    assert [until for *_, until in file.lapses("R-MED-7")] == [TODAY for _ in found]
    file.and_("2024-05-10", some(MedicalAidUploaded, application=application))
    assert file.lapses("R-MED-7") == [(kind, since, date(2024, 5, 9)) for kind in found]


@pytest.mark.parametrize(("region", "verified"), [("320682", True), (WEIHAI, False)])
def test_uploading_is_verified_where_a_text_says_so(region: str, *, verified: bool) -> None:
    assert ill(region=region)[0].on("2024-03-05").rule("R-MED-7").verified is verified


# R-MED-6


def of_age(born: str | None) -> tuple[Given, UUID]:
    file, episode = ill()
    birth = NOT_ASKED if born is None else date.fromisoformat(born)
    return file.and_(RECEIVED, some(IdentityRecorded, birth_on=birth)), episode


def tomorrow(episode: UUID, eligible_as: str | Unknown | None) -> MedicalAidApplied:
    return some(MedicalAidApplied, episode=episode, layer="tomorrow_plan", eligible_as=eligible_as)


@pytest.mark.rule("R-MED-6")
@pytest.mark.parametrize("category", ["orphan", "in_difficulty"])
@pytest.mark.parametrize(
    ("day", "found"), [("2024-06-02", ()), ("2024-06-03", ("R-MED-6",)), ("2024-06-04", ("R-MED-6",))]
)
def test_the_plan_is_for_children_under_eighteen(category: str, day: str, found: tuple[str, ...]) -> None:
    file, episode = of_age("2006-06-03")
    file.when(day, tomorrow(episode, category)).recorded(*found)


@pytest.mark.rule("R-MED-6")
@pytest.mark.parametrize("at_school", [True, False])
@pytest.mark.parametrize("day", ["2024-06-02", "2024-06-03"])
def test_or_from_eighteen_on_for_those_at_school(day: str, *, at_school: bool) -> None:
    file, episode = of_age("2006-06-03")
    if at_school:
        file.and_("2024-02-01", some(SchoolEnrolled, stage="vocational", form="regular"))
    file.when(day, tomorrow(episode, "student"))
    file.recorded(*(() if at_school and day == "2024-06-03" else ("R-MED-6",)))


@pytest.mark.rule("R-MED-6")
def test_or_for_adopted_orphans_with_a_disability() -> None:
    file, episode = of_age("2015-06-03")
    file.when("2024-06-03", tomorrow(episode, "adopted_disabled")).recorded("R-MED-6")
    file.and_("2024-05-01", some(DisabilityAssessed, disability_class="4"))
    file.when("2024-06-03", tomorrow(episode, "adopted_disabled")).recorded()


@pytest.mark.parametrize("category", [None, NOT_ASKED])
def test_it_is_said_as_whom_the_child_is_eligible(category: Unknown | None) -> None:
    file, episode = of_age("2015-06-03")
    file.when("2024-06-03", tomorrow(episode, category)).recorded("R-MED-6")


@pytest.mark.rule("R-MED-6")
def test_an_unknown_age_or_layer_is_uncertain() -> None:
    file, episode = of_age(None)
    file.when("2024-06-03", tomorrow(episode, "orphan")).recorded("R-MED-6")
    file.when("2024-06-03", applied(episode, NOT_ASKED)).recorded("R-MED-6")
    assert file.found() == {("R-MED-6", "uncertain")}


def test_what_is_applied_for_elsewhere_is_for_everybody() -> None:
    file, episode = of_age("2000-06-03")
    file.when("2024-06-03", applied(episode, "charity")).recorded()
