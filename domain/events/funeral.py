"""What a child's death asks for beside the end of care: its report, its papers, the funeral, the register.

The papers are R-DTH-1, the report to the police R-DTH-2 and to civil affairs R-DTH-3, the funeral R-DTH-4.
That the death is recorded before is R-DEP-2.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Final

from domain.codes import tables
from domain.event import Answered, Category, Code, Event, Label, Personal, Text, Title, known
from domain.events.departure import ChildDied
from domain.events.household import HouseholdCancelled
from domain.life import Life
from domain.obligations import Clock, History, obligation
from domain.refusal import Refusals, against, breach, no_evidence, uncertain
from domain.when import Days, day_of

FUNERALS: Final = "《殡葬管理条例》（国务院令第824号）"
CREMATION: Final = "cremation"
CREMATED: Final = "cremated"
OTHERWISE: Final = "otherwise"
TO_BE_REPORTED: Final = frozenset({"accident", "unknown_cause"})
"""Codes of `death_cause` that are reported to the police at once."""
CIVIL_AFFAIRS: Final = "civil_affairs"
"""A code of `death_report_body`."""


class DeathReported(
    Event,
    zh="报告死亡",
    en="Death reported",
    source="《儿童福利机构管理办法》（报告时限未核实）；《户口登记条例》第8条",
    ends_with=None,
):
    """The institution reported the death to a body; the instant is the entry's `at`."""

    body: Annotated[Answered[str], Label("报告对象", "Reported to"), Code("death_report_body")]
    body_name: Annotated[
        Answered[Title], Label("报告对象名称", "Name of the body"), Personal(Category.HEALTH)
    ]


class DeathInvestigated(
    Event,
    zh="尸检或者公安调查",
    en="Death investigated",
    source=f"{FUNERALS}第23条、第26条；《户口登记条例》第8条",
    seals=Category.SAFEGUARDING,
    ends_with=None,
):
    """An autopsy or an inquiry of the police looked into the death."""

    kind_of_inquiry: Annotated[Answered[str], Label("调查方式", "Kind of inquiry"), Code("death_inquiry")]
    carried_out_by: Annotated[Answered[Title], Label("实施单位", "Carried out by")]
    conclusion: Annotated[Answered[Text], Label("结论", "Conclusion")]


class FuneralCompleted(
    Event,
    zh="遗体处理",
    en="Funeral completed",
    source=f"{FUNERALS}第9条、第27条、第28条",
    ends_with=None,
    once=True,
):
    """The body was cremated, buried or given away."""

    method: Annotated[Answered[str], Label("遗体处置方式", "Disposal"), Code("disposal")]
    place: Annotated[Answered[Text], Label("办理地点", "Where"), Personal(Category.HEALTH)]
    is_storage_extended: Annotated[
        Answered[bool], Label("是否办理延期存放手续", "Longer storage was agreed with the funeral home")
    ]
    ashes: Annotated[Text | None, Label("骨灰安置", "Ashes"), Personal(Category.HEALTH)] = None

    def refusals(self, life: Life) -> Refusals:
        yield from _papers(life, known(self.method), CREMATED)
        yield from self._stored(life)

    def _stored(self, life: Life) -> Refusals:
        """A body is kept in a funeral home for three days, or for longer by an agreement (R-DTH-4).

        When it came there is not recorded: the days count from the death.
        """
        died, limit = life.last(ChildDied), life.number("R-DTH-4")
        extended = known(self.is_storage_extended)
        if died is None or limit is None or extended is True or not life.passed(limit.ends(died.days)):
            return
        detail = Label(
            "未登记延期存放手续，自死亡之日起已超过期限",
            "nothing shows that longer storage was agreed, and the time from the death has passed",
        )
        yield uncertain("R-DTH-4", died, detail=detail, by=limit)


@against(ChildDied)
def papers_are_there(died: ChildDied, life: Life) -> Refusals:
    """The papers that the law of the day asks for; where the disposal is unknown, those of a cremation."""
    yield from _papers(life, known(died.disposal), CREMATION)


def _papers(life: Life, disposal: str | None, cremation: str) -> Refusals:
    """What is not on file of the papers of a disposal; `cremation` is the case of one that is a cremation."""
    case = cremation if disposal in {None, CREMATION} else OTHERWISE
    there, _ = life.papers()
    labels = tables()["document_kind"].codes
    for papers in life.papers_for("R-DTH-1", case):
        missing = [labels[kind] for kind in papers.kinds if kind not in there]
        if missing:
            detail = Label(
                "缺少：" + "、".join(label.zh for label in missing),
                "missing: " + ", ".join(label.en for label in missing),
            )
            refusal = no_evidence("R-DTH-1", detail=detail, by=papers)
            yield refusal if disposal is not None else replace(refusal, kind="uncertain")


@against(ChildDied)
def report_was_prompt(died: ChildDied, life: Life) -> Refusals:
    """An accident, or a death of unknown cause, is reported to the police at once."""
    cause, abnormal = known(died.cause_class), known(died.is_abnormal)
    if (cause is not None and cause not in TO_BE_REPORTED) and not abnormal:
        return
    limit, entry, at = life.number("R-DTH-2"), life.entry, known(died.reported_at)
    if limit is None or entry is None:
        return
    certain = cause in TO_BE_REPORTED or abnormal
    if not certain:
        yield uncertain("R-DTH-2", detail=Label("死因类别未登记", "the class of cause is not recorded"))
    elif at is None:
        yield no_evidence("R-DTH-2", detail=Label("报告时间未登记", "when it was reported is not recorded"))
    elif not Days.on(day_of(at)).last <= limit.ends(entry.days).last:
        yield breach("R-DTH-2", detail=Label("报告晚于死亡当日", "it was reported after that day"))


@obligation("R-DTH-3", ChildDied)
def is_reported(history: History) -> Iterator[Clock]:
    """A death is reported to the civil-affairs body in charge; nothing makes that void."""
    for died in history.all(ChildDied)[:1]:
        limit = history.number("R-DTH-3", entry=died)
        told = (each for each in history.all(DeathReported) if known(each.event.body) == CIVIL_AFFAIRS)
        if limit is not None:
            yield Clock(
                rule="R-DTH-3",
                opened_on=died.days.last,
                due=limit.ends(died.days),
                started_by=(died,),
                met_by=next(told, None),
                number=limit,
            )


@obligation("D34", ChildDied)
def household_is_cancelled(history: History) -> Iterator[Clock]:
    """The household register is told before the burial in a city, within a month in the country.

    Whether the place is in a city is not recorded: the due day lies between the funeral and the month.
    """
    for died in history.all(ChildDied)[:1]:
        country = history.number("D34", entry=died)
        if country is None:
            continue
        month, funeral = country.ends(died.days), history.first(FuneralCompleted)
        first = month.first if funeral is None else min(funeral.days.earliest, month.earliest)
        yield Clock(
            rule="D34",
            opened_on=died.days.last,
            due=Days(first, month.last),
            started_by=(died,),
            met_by=history.first(HouseholdCancelled),
            number=country,
        )
