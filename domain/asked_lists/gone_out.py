"""What is asked for young people, how those who left live, and what is handed over to them (D4, D7, D8)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from domain.asked_lists.question_list import (
    Gap,
    HeldSpan,
    QuestionList,
    ReadyAsked,
    RowSubject,
    Told,
    day_of_entry,
    derived,
    due_next,
    field_of,
    of_clock,
)
from domain.codes import tables
from domain.entry import AnyEntry
from domain.event import Category, Label, known
from domain.events.intake import BelongingsRegistered
from domain.events.placement.applying import PlacementApplicationDecided, PlacementApplicationMade
from domain.events.placement.arrangements import (
    ArchiveHandedOver,
    BankAccountHandedOver,
    BelongingsHandedOver,
    SavingsRecorded,
)
from domain.events.placement.placed import PLACED, AdultPlaced, AfterCareVisitMade
from domain.events.placement.transition import PlacementReversed, PlacementSubsidyPaid
from domain.life import STAGE, Life

# D4, on applications for housing, work, training, the army

_APPLIED_FOR: Final = tables()["placement_application"].codes | {
    "registration": Label("初次兵役登记", "First military service registration")
}


def _asked_for(row: RowSubject) -> AnyEntry | None:
    started = of_clock(row).started_by[0]
    return started if isinstance(started.event, PlacementApplicationMade) else None


def _applied_for(row: RowSubject) -> Told:
    entry = _asked_for(row)
    return Told("registration") if entry is None else Told(entry.event.applied_for, (entry,))


def _answer(row: RowSubject) -> AnyEntry | None:
    met = of_clock(row).met_by
    return None if met is None or met.days.last > row.day else met


def _decision(row: RowSubject) -> Told | None:
    entry = _answer(row)
    if entry is None:
        return None
    decided = isinstance(entry.event, PlacementApplicationDecided)
    return Told(entry.event.decision if decided else "approved", (entry,))


QuestionList(
    "D4",
    columns=(
        derived("application", "申请事项", "Application", "code", _applied_for, codes=_APPLIED_FOR),
        day_of_entry("submitted_on", Label("申请日期", "Submitted on"), PlacementApplicationMade, _asked_for),
        derived("decision", "审批结果", "Decision", "code", _decision, codes="decision"),
        day_of_entry("decided_on", Label("审批日期", "Decided on"), PlacementApplicationDecided, _answer),
        derived(
            "due_on", "到期日", "Due on", "day", lambda row: Told(of_clock(row).due, of_clock(row).started_by)
        ),
    ),
    obligations=("R-PLC-1", "D18"),
    states=("due", "overdue", "met", "met_late"),
    each_clock=True,
)


# D7, on visits after leaving

RETURNED: Final = Label("安置中止返院", "came back into care")
LIVING: Final = {
    "placed": Label("已安置", "Placed"),
    "returned": Label("已返院", "Came back into care"),
    "died": Label("已死亡", "Died"),
    "other": Label("其他", "Other"),
}


def _came_back(row: RowSubject) -> AnyEntry | None:
    """The entry by which the last placement failed, while nothing else followed it."""
    placed, back = row.life.last(AdultPlaced), row.life.last(PlacementReversed)
    if back is None or (placed is not None and placed.days.last > back.days.last):
        return None
    return back if row.life.in_care else None


def _relapsed(row: RowSubject) -> Iterator[Gap]:
    back = _came_back(row)
    if back is not None:
        yield Gap(RETURNED, (AdultPlaced,), (back,))


def _living(row: RowSubject) -> Told:
    back, stage = _came_back(row), row.life.now(STAGE)
    if back is not None:
        return Told("returned", (back,))
    if stage is None:
        return Told("other")
    value = stage.held.value
    return Told(value if value in {"placed", "died"} else "other", (stage.entry,))


QuestionList(
    "D7",
    columns=(
        derived("status", "现状", "Status", "code", _living, codes=LIVING),
        day_of_entry("last_visit_on", Label("上次随访日期", "Last visit on"), AfterCareVisitMade),
        field_of("living", Label("生活情况", "How they live"), AfterCareVisitMade, "living"),
        field_of("housing", Label("住房情况", "Housing"), AfterCareVisitMade, "housing"),
        field_of("job", Label("就业情况", "Job"), AfterCareVisitMade, "job"),
        derived("next_due_on", "下次随访到期日", "Next visit due", "day", due_next),
        day_of_entry("returned_on", Label("返院日期", "Came back on"), PlacementReversed, _came_back),
        field_of("returned_because", Label("返院原因", "Why back"), PlacementReversed, "reason", _came_back),
    ),
    obligations=("R-VIS-1",),
    spans=(HeldSpan(PLACED, ended=True),),
    gaps=_relapsed,
)


# D8, on money and things to hand over


@dataclass(frozen=True, slots=True)
class HandedThing:
    """Money or a thing that goes with a young person: how much or many, and whether they signed for it.

    `signed` is False for what is still kept, and None where signing is not asked for.
    """

    item: str
    amount: object = None
    count: int | None = None
    what: str | None = None
    signed: object = False
    entries: tuple[AnyEntry, ...] = ()


THINGS: Final = {
    "account": Label("银行账户", "Bank account"),
    "belongings": Label("随身物品", "Belongings"),
    "archive": Label("个人档案", "Own archive"),
    "subsidy": Label("安置补助", "Placement subsidy"),
}


def _things(row: RowSubject) -> Iterator[HandedThing]:
    life = row.life
    archive = life.last(ArchiveHandedOver)
    yield from _money(life)
    yield from _belongings(life)
    yield HandedThing(
        "archive",
        signed=False if archive is None else archive.event.is_signed,
        entries=() if archive is None else (archive,),
    )
    for paid in life.all(PlacementSubsidyPaid):
        yield HandedThing("subsidy", paid.event.amount_yuan, signed=None, entries=(paid,))
    # Last, for what is told of them is personal.
    yield from _belongings(life)


def _money(life: Life) -> Iterator[HandedThing]:
    """What was handed over with the account, and what is still kept: what was saved as last recorded."""
    given, saved = life.last(BankAccountHandedOver), life.last(SavingsRecorded)
    if given is not None:
        yield HandedThing("account", given.event.balance_yuan, signed=given.event.is_signed, entries=(given,))
    if saved is not None and (given is None or saved.days.last > given.days.last):
        yield HandedThing("account", saved.event.balance_yuan, entries=(saved,))
    elif given is None:
        yield HandedThing("account")


def _belongings(life: Life) -> Iterator[HandedThing]:
    """What is still kept, thing by thing, and what was handed over; one line where nothing is recorded."""
    kept, given = life.all(BelongingsRegistered), life.last(BelongingsHandedOver)
    there = [each for each in kept if given is None or each.days.last > given.days.last]
    for each in there:
        for thing in each.event.items:
            yield HandedThing("belongings", count=1, what=thing.description, entries=(each,))
    if given is not None:
        signed = given.event.is_signed
        for handed in known(given.event.items) or ():
            yield HandedThing(
                "belongings", count=handed.count, what=handed.description, signed=signed, entries=(given,)
            )
        if not known(given.event.items):
            yield HandedThing("belongings", signed=signed, entries=(given,))
    if not there and given is None:
        yield HandedThing("belongings")


def _of_thing(row: RowSubject, of: str) -> Told | None:
    thing: HandedThing = row.about
    value = getattr(thing, of)
    return None if value is None else Told(value, thing.entries)


QuestionList(
    "D8",
    columns=(
        derived("item", "事项", "Item", "code", partial(_of_thing, of="item"), codes=THINGS),
        derived("amount_yuan", "金额（元）", "Amount (yuan)", "yuan", partial(_of_thing, of="amount")),
        derived("count", "数量", "Number", "number", partial(_of_thing, of="count")),
        derived(
            "what",
            "物品",
            "What it is",
            "text",
            partial(_of_thing, of="what"),
            hides=frozenset({Category.IDENTITY}),
        ),
        derived("signed", "本人签收", "Signed for", "truth", partial(_of_thing, of="signed")),
    ),
    spans=(HeldSpan(PLACED),),
    readiness=ReadyAsked(),
    things=_things,
)
