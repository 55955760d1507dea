"""Psychological care (心理关爱): tested every school year, a concern flagged, counselled, referred."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Annotated, Final
from uuid import UUID

from domain.answering import answers_due
from domain.event import (
    Answered,
    Category,
    Code,
    Event,
    Label,
    Name,
    Personal,
    Points,
    Refers,
    Text,
    Title,
    Unit,
)
from domain.events.community.rolls import GUIZHOU, MIGRANT, times_on
from domain.events.rehabilitation import OfADay
from domain.obligations import Clock, History, obligation
from domain.repeating import repeated, school_year_end

OPINION_2025: Final = "国务院办公厅《关于进一步加强困境儿童福利保障工作的意见》（2025-05-07）"
MONITORING: Final = f"{OPINION_2025}（十一）"
REFERRING: Final = f"{OPINION_2025}（十二）"
COUNSELLING: Final = "威海市民政局等《实施意见》（2021-11-08）二（六）"
SCHOOL_AGE: Final = 6
ADULT: Final = 18
GROWN_UP: Final = Label("已满十八周岁", "turned eighteen")


class PsychAssessed(
    Event,
    zh="心理健康测评",
    en="Mental health assessed",
    source=f"{GUIZHOU}三（八）；{MONITORING}",
    seals=Category.HEALTH,
    ends_with="adoption",
):
    """The child's mental health was tested on a scale; the day says for which school year."""

    scale_name: Annotated[Answered[Title], Label("测评量表", "Scale"), Personal(Category.HEALTH)]
    score: Annotated[Answered[Points], Label("分值", "Score"), Unit(None, "分"), Personal(Category.HEALTH)]
    level: Annotated[
        Answered[str], Label("测评等级", "Level"), Code("psych_level"), Personal(Category.HEALTH)
    ]


class PsychConcernFlagged(
    Event,
    zh="发现心理行为异常",
    en="Psychological concern flagged",
    source=MONITORING,
    seals=Category.HEALTH,
    ends_with="adoption",
):
    """Somebody noticed that the child's mood or behaviour needs attention."""

    concern: Annotated[
        Answered[str], Label("异常类型", "Kind of concern"), Code("psych_concern"), Personal(Category.HEALTH)
    ]
    situation: Annotated[Answered[Text], Label("具体表现", "What was noticed"), Personal(Category.HEALTH)]
    noticed_by: Annotated[Answered[Name], Label("发现人", "Noticed by"), Personal(Category.HEALTH)]


class CounsellingSessionHeld(
    Event, zh="心理辅导", en="Counselling session held", source=COUNSELLING, seals=Category.HEALTH
):
    """The child was counselled, because of a concern or otherwise."""

    concern: Annotated[
        Answered[UUID] | None, Label("所针对的异常", "Because of"), Refers("PsychConcernFlagged")
    ] = None
    minutes: Annotated[Answered[OfADay], Label("辅导时长", "Duration"), Unit("min", "分钟")]
    counsellor: Annotated[Answered[Name], Label("辅导人", "Counsellor"), Personal(Category.HEALTH)]
    situation: Annotated[Answered[Text], Label("辅导情况", "How it went"), Personal(Category.HEALTH)]


class MedicalReferralMade(
    Event,
    zh="转介就医",
    en="Medical referral made",
    source=REFERRING,
    seals=Category.HEALTH,
    ends_with="adoption",
):
    """The child was referred to a medical institution for its mental health."""

    concern: Annotated[
        Answered[UUID] | None, Label("所针对的异常", "Because of"), Refers("PsychConcernFlagged")
    ] = None
    referred_to: Annotated[Answered[Title], Label("转介医院", "Referred to"), Personal(Category.HEALTH)]
    reason: Annotated[Answered[Text], Label("转介原因", "Why"), Personal(Category.HEALTH)]


class MedicalReferralReturned(
    Event,
    zh="转介就医回转",
    en="Medical referral returned",
    source=REFERRING,
    seals=Category.HEALTH,
    once=True,
):
    """The medical institution answered a referral, with what school and institution should do.

    A psychiatric diagnosis is restricted: only who sees restricted health records and reads it.
    """

    referral: Annotated[Answered[UUID], Label("所回转的转介", "The referral"), Refers("MedicalReferralMade")]
    diagnosis: Annotated[
        Answered[Text] | None, Label("诊断结果", "Diagnosis"), Personal(Category.RESTRICTED_HEALTH)
    ] = None
    advice: Annotated[Answered[Text], Label("后续关爱建议", "Advice"), Personal(Category.HEALTH)]
    is_treatment_continued: Annotated[Answered[bool], Label("是否继续治疗", "Treatment goes on")]

    def presupposes(self) -> tuple[type[Event], ...]:
        return (MedicalReferralMade,)


@obligation("D28")
def psychological_tests(history: History) -> Iterator[Clock]:
    """A child is tested once every school year: from six to eighteen in care, and while on the migrant roll.

    The first is the school year after the one in which it came, was put on the roll, or turned six. A birth
    that is not known leaves no child out.
    """
    six, grown = history.turns(SCHOOL_AGE), history.turns(ADULT)
    tests = partial(repeated, "D28", history, PsychAssessed, ends=school_year_end, since=six)
    yield from tests(case=lambda _: MIGRANT, during=times_on(history, MIGRANT))
    for test in tests(case=lambda _: "in_care"):
        if grown is None:
            yield test
        elif test.opened_on < grown.last:
            left = test.void_on is not None and test.void_on <= grown.last
            yield test if left else replace(test, void_on=grown.last, void_because=GROWN_UP)


@obligation("R-PSY-1", PsychConcernFlagged)
def concerns_followed_up(history: History) -> Iterator[Clock]:
    """A concern is followed by counselling or a referral."""
    return answers_due(
        "R-PSY-1",
        history,
        PsychConcernFlagged,
        CounsellingSessionHeld,
        MedicalReferralMade,
        field="concern",
    )


@obligation("R-PSY-2", MedicalReferralMade)
def referrals_returned(history: History) -> Iterator[Clock]:
    """A referral is answered by the medical institution."""
    return answers_due("R-PSY-2", history, MedicalReferralMade, MedicalReferralReturned, field="referral")
