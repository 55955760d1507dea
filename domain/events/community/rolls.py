"""Children outside institutions: found, put on a roll by its definition, taken off it (机构外儿童名册)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated, Final

from domain.entry import AnyEntry
from domain.event import Answered, Category, Code, Event, Label, NotAfter, Personal, Region, Text, known
from domain.file import EVERY, Attribute, Facts
from domain.life import STAGE, Life
from domain.obligations import Clock, History, Stay, obligation, stage_of
from domain.refusal import Refusals, breach, once_passed, uncertain, unless
from domain.repeating import repeated
from domain.rulebook import Pack
from domain.shared_fields import DecidedBy
from domain.when import LAST_DAY, Days, day_after

GUIZHOU: Final = "贵州省民政厅等23部门《关于加强流动儿童关爱保护的若干措施》（2025-02-17）"
RUGAO: Final = "如皋市民政局《2021年儿童福利工作要点》（2021-04-07）"

MIGRANT: Final = "migrant"
LEFT_BEHIND: Final = "left_behind"
UNTIL_SIXTEEN: Final = (MIGRANT, LEFT_BEHIND)
"""Rolls of children who have not completed an age."""
ALONE: Final = "nobody"
PARENTS_GONE: Final = frozenset({"both", "one_other_unable"})
LEFT: Final = Label("已退出名册", "taken off the roll")

IDENTIFIED: Final[Attribute[Answered[str]]] = Attribute(
    "community", "identified_as", Label("发现类别", "Identified as"), several=True
)
ON_ROLL: Final[Attribute[str]] = Attribute(
    "community", "on_roll", Label("在册类别", "On the roll"), several=True, stays_readable=True
)
"""The rolls that the child is on, each under its own code of `community_roll`."""


def only_outside(life: Life) -> Refusals:
    """Refuse for a child in an institution's care what is recorded of children outside alone (R-COM-10)."""
    stage = life.now(STAGE)
    if life.in_care and stage is not None:
        yield breach("R-COM-10", stage.entry)


class ChildIdentified(
    Event, zh="儿童发现登记", en="Child identified", source=f"{GUIZHOU}一（一）；{RUGAO}二（一）"
):
    """A child outside institutions was found who may belong on a roll; the first one opens its file."""

    identified_by: Annotated[Answered[str], Label("发现途径", "Identified by"), Code("identified_by")]
    identified_as: Annotated[Answered[str], Label("发现类别", "Identified as"), Code("community_roll")]
    explanation: Annotated[Text | None, Label("情况说明", "What was found"), Personal(Category.FAMILY)] = None

    def refusals(self, life: Life) -> Refusals:
        return only_outside(life)

    def holds(self, entry: AnyEntry) -> Facts:
        yield STAGE.since(entry.days, "outside", gives_way=True)
        yield IDENTIFIED.since(entry.days, self.identified_as, key=known(self.identified_as) or "")


class MigrantRollEntered(
    Event, zh="纳入流动儿童名册", en="Entered on the roll of migrant children", source=f"{GUIZHOU}一（一）"
):
    """The child was put on the roll of migrant children, who live in another county with a guardian."""

    home_region: Annotated[Answered[Region], Label("户籍地", "Registered in"), Code("region")]
    lives_in: Annotated[Answered[Region], Label("居住地", "Lives in"), Code("region")]
    left_home_on: Annotated[Answered[date], Label("离开户籍地日期", "Left home on"), NotAfter()]
    companion: Annotated[Answered[str], Label("随行监护人", "Came with"), Code("migrant_companion")]
    is_within_one_city: Annotated[
        Answered[bool],
        Label("是否为同一城市中心城区的市辖区之间", "Between districts of one city's centre"),
    ]

    def refusals(self, life: Life) -> Refusals:
        yield from only_outside(life)
        yield from _below_sixteen("R-COM-1", life)
        if (limit := life.number("R-COM-1", case="away")) is not None:
            yield from self._away(life, limit)

    def _away(self, life: Life, limit: Pack) -> Refusals:
        """R-COM-1: in another county, not only in another district, with a guardian, for six months."""
        home, here, left = known(self.home_region), known(self.lives_in), known(self.left_home_on)
        elsewhere, within = None if None in {home, here} else home != here, known(self.is_within_one_city)
        companion = known(self.companion)
        asked = [
            (elsewhere, Label("须跨县域居住", "it lives in another county")),
            (
                None if within is None else not within,
                Label("中心城区的市辖区之间除外", "districts of one city's centre are one"),
            ),
            (
                None if companion is None else companion != ALONE,
                Label("须随监护人居住", "with a guardian"),
            ),
        ]
        for holds, detail in asked:
            yield from unless("R-COM-1", holds, detail=detail, by=limit)
        if left is None:
            yield uncertain("R-COM-1", detail=Label("离开日期不明", "since when is not known"), by=limit)
        else:
            yield from once_passed("R-COM-1", life, limit.ends(Days.on(left)), by=limit)

    def holds(self, entry: AnyEntry) -> Facts:
        yield ON_ROLL.since(entry.days, MIGRANT, key=MIGRANT)


class LeftBehindRollEntered(
    Event,
    zh="纳入农村留守儿童名册",
    en="Entered on the roll of left-behind children",
    source=f"{RUGAO}三（一）",
):
    """The child was put on the roll of rural children whose parents work away."""

    parents_away: Annotated[Answered[str], Label("父母外出情况", "Parents away"), Code("parents_away")]
    is_rural: Annotated[Answered[bool], Label("是否为农村户籍", "Registered in the country")]
    away_since: Annotated[Answered[date], Label("父母外出日期", "Away since"), NotAfter()]

    def refusals(self, life: Life) -> Refusals:
        away, rural = known(self.parents_away), known(self.is_rural)
        yield from only_outside(life)
        yield from _below_sixteen("R-COM-2", life)
        yield from unless(
            "R-COM-2",
            None if away is None else away in PARENTS_GONE,
            detail=Label("父母外出情况", "whether the parents are away"),
        )
        yield from unless("R-COM-2", rural, detail=Label("户籍性质", "where it is registered"))

    def holds(self, entry: AnyEntry) -> Facts:
        yield ON_ROLL.since(entry.days, LEFT_BEHIND, key=LEFT_BEHIND)


class SupportRollEntered(
    Event, zh="纳入困境儿童名册", en="Entered on a roll of support", source=f"{GUIZHOU}一（二）、二（三）"
):
    """The child was put on the roll of dispersed orphans, of the unsupported, or of those in difficulty."""

    roll: Annotated[Answered[str], Label("名册类别", "Roll"), Code("support_roll")]
    decided_by: Annotated[DecidedBy, Personal(Category.FAMILY)]

    def refusals(self, life: Life) -> Refusals:
        return only_outside(life)

    def holds(self, entry: AnyEntry) -> Facts:
        roll = known(self.roll) or "unknown"
        yield ON_ROLL.since(entry.days, roll, key=roll)


class RollLeft(
    Event,
    zh="退出名册",
    en="Taken off the roll",
    source="全国儿童福利信息系统（NS）减员",
    ends_with=None,
    once=True,
):
    """The child was taken off a roll; who belongs on several is taken off each."""

    roll: Annotated[Answered[str], Label("名册类别", "Roll"), Code("community_roll")]
    reason: Annotated[Answered[str], Label("退出原因", "Reason"), Code("roll_left_reason")]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (MigrantRollEntered, LeftBehindRollEntered, SupportRollEntered)

    def holds(self, entry: AnyEntry) -> Facts:
        roll = known(self.roll)
        if roll is not None:
            yield ON_ROLL.since(entry.days, None, key=roll)


class RollInformationVerified(
    Event,
    zh="名册信息比对核实",
    en="Information of the roll verified",
    source=f"{GUIZHOU}一（一）；{RUGAO}三（一）",
):
    """What the roll says of the child was compared with other departments' data, or checked on the spot."""

    compared_with: Annotated[Answered[str], Label("比对来源", "Compared with"), Code("compared_source")]
    is_changed: Annotated[Answered[bool], Label("是否有变化", "Something changed")]
    differences: Annotated[
        Text | None, Label("差异及处理", "Differences and what was done"), Personal(Category.IDENTITY)
    ] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (MigrantRollEntered, LeftBehindRollEntered, SupportRollEntered)


def off_rolls(entry: AnyEntry) -> Facts:
    """That the child is on no roll any more: it was taken in by an institution, adopted, or died."""
    yield ON_ROLL.since(entry.days, None, key=EVERY)


def times_on(history: History, *rolls: str) -> list[Stay]:
    """The times that the child was on one of these rolls, or on any; times on several of them are one."""
    times: list[Stay] = []
    for span in sorted(history.spans(ON_ROLL), key=lambda each: each.since):
        if rolls and span.value not in rolls:
            continue
        going_on = times and span.since <= day_after(times[-1].until)
        began, since = (times[-1].began, times[-1].since) if going_on else (span.fact, span.since)
        until = max(times[-1].until, span.until) if going_on else span.until
        times[len(times) - bool(going_on) :] = [Stay(began, since, until)]
    return [_ended(history, each) for each in times]


def _ended(history: History, time: Stay) -> Stay:
    """Return a time on a roll with the first day after it, and why it ended; as it is while it lasts."""
    if time.until == LAST_DAY:
        return time
    day = day_after(time.until)
    turned = next((span for span in history.spans(STAGE) if span.since == day), None)
    return replace(time, void_on=day, void_because=LEFT if turned is None else stage_of(turned.fact))


@obligation("R-COM-3", MigrantRollEntered, LeftBehindRollEntered, SupportRollEntered)
def left_at_sixteen(history: History) -> Iterator[Clock]:
    """Who reaches the age of a roll is taken off it; nothing is due for who left before."""
    for roll in UNTIL_SIXTEEN:
        for time in times_on(history, roll):
            entered, birth = time.began.entry, history.birth()
            age = history.number("R-COM-3", entry=entered, case="age")
            limit = history.number("R-COM-3", entry=entered, case="within")
            turns = None if age is None else history.turns(age.value)
            if limit is None or turns is None or birth is None or time.until < turns.last:
                continue
            yield Clock(
                rule="R-COM-3",
                opened_on=max(turns.last, time.since),
                due=limit.ends(turns),
                started_by=(entered, birth.entry),
                met_by=next((left for left in history.all(RollLeft) if left.days.last == time.void_on), None),
                void_on=time.void_on,
                void_because=time.void_because,
                number=limit,
            )


def _below_sixteen(rule: str, life: Life) -> Refusals:
    """Whoever has completed the age of a roll does not enter it."""
    limit = life.number(rule, case="age")
    if limit is not None:
        older = life.aged(limit.value)
        detail = Label("须未满规定年龄", "it has not completed the age")
        yield from unless(rule, None if older is None else not older, detail=detail, by=limit)


@obligation("D25", MigrantRollEntered)
def compared(history: History) -> Iterator[Clock]:
    """What is known of a migrant child is compared again and again."""
    return repeated("D25", history, RollInformationVerified, during=times_on(history, MIGRANT))


@obligation("D26", LeftBehindRollEntered)
def reported(history: History) -> Iterator[Clock]:
    """What is known of a left-behind child is brought up to date each quarter."""
    return repeated("D26", history, RollInformationVerified, during=times_on(history, LEFT_BEHIND))
