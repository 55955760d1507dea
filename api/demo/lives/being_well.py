"""Children whose wellbeing was looked after, or not: counselled, accompanied, hurt, missing, protected."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from api.demo.life_building import LifeCourse, Present, on
from api.demo.lives.upbringing import may_leave, orphan_taken_in, raised, september
from api.demo.people import FEMALE, MALE
from domain.events.departure import DepartureCompleted
from domain.events.psychology import (
    CounsellingSessionHeld,
    MedicalReferralMade,
    MedicalReferralReturned,
    PsychAssessed,
    PsychConcernFlagged,
)
from domain.events.safety import (
    ChildMissingReported,
    IncidentOccurred,
    IncidentReportedUp,
    JudicialAssistanceGranted,
    LegalAidRequested,
    MandatoryReportMade,
    MandatoryReportOutcomeReceived,
    MissingChildFound,
    ProtectiveMeasureTaken,
    SafeguardingConcernRaised,
)
from domain.events.social_work import (
    CaseConferenceHeld,
    CompanionPaired,
    CompanionPairingEnded,
    IntegrationActivityHeld,
    NeedsAssessed,
    PlacementPlanMade,
    SocialWorkCaseClosed,
    SocialWorkCaseOpened,
    SocialWorkCaseReviewed,
    VolunteerVisitMade,
)
from domain.when import add

CLINIC: Final = "市精神卫生中心"


def found_her_voice(present: Present) -> LifeCourse:
    """A girl of twelve had stopped talking; she was counselled, treated, and found company."""
    child = present.turning(12, in_days=-100, sex=FEMALE)
    yield from raised(present, child, present.ago(years=5))
    yield from _tested(present.today)
    yield from _needs_met(present)
    yield from _listened_to(present)
    yield from _hurt(present)
    yield from _harmed(present)


def _tested(today: date) -> LifeCourse:
    """She was tested late at first, and every school year since."""
    this_year = september(add(today, months=-12, days=1))
    for year in (3, 2, 1):
        yield on(
            date(this_year.year - year, 10, 20),
            PsychAssessed,
            scale_name="儿童心理健康量表",
            score=Decimal(60 - 10 * year),
            level="mild" if year > 1 else "normal",
        )


def _needs_met(present: Present) -> LifeCourse:
    """Her needs were assessed; of three cases one is closed, one was forgotten, and one is new."""
    opened = present.ago(days=400)
    assessed = yield on(opened, NeedsAssessed, needs=("mood", "relations"), summary="需要稳定的陪伴")
    yield on(opened, PlacementPlanMade, goal="family_style", assessment=assessed, measures="留在向日葵家庭")
    case = yield on(
        opened, SocialWorkCaseOpened, need="relations", problem="不与同伴说话", plan="每月小组活动"
    )
    for days in (80, 180):
        yield on(opened + timedelta(days=days), SocialWorkCaseReviewed, case=case, progress="按计划开展")
    yield on(
        opened + timedelta(days=230), SocialWorkCaseClosed, case=case, reason="achieved", effect="有了好朋友"
    )
    yield on(present.ago(days=120), SocialWorkCaseOpened, need="learning", problem="厌学")
    yield on(present.ago(days=10), SocialWorkCaseOpened, need="integration", problem="不敢外出")
    yield on(
        present.ago(days=100),
        CaseConferenceHeld,
        subject="厌学的原因和下一步帮扶",
        units=("望海区未成年人救助保护中心", "望海实验学校"),
        agreed="学校安排成长导师，社会工作者每周面谈一次。",
    )
    yield on(
        present.ago(days=90),
        IntegrationActivityHeld,
        activity="outing",
        organiser="望海区海洋馆",
        description="与社区儿童一同参观",
    )
    yield on(
        present.ago(days=60),
        VolunteerVisitMade,
        organisation="望海大学青年志愿者协会",
        volunteers=6,
        minutes=120,
        service="绘本阅读",
    )
    former = yield on(present.ago(days=380), CompanionPaired, partner="enterprise", name="望海渔业公司")
    yield on(present.ago(days=200), CompanionPairingEnded, pairing=former, explanation="协议期满")
    yield on(present.ago(days=190), CompanionPaired, partner="loving_mother", support="每周通话，节日陪伴")


def _listened_to(present: Present) -> LifeCourse:
    """Concerns and referrals: answered in time, late, not at all, and not yet."""
    concerns = []
    for days, counselled in ((300, 5), (200, 20), (100, None), (0, None)):
        flagged = present.ago(days=days)
        concern = yield on(flagged, PsychConcernFlagged, concern="mood", situation="情绪低落")
        concerns.append(concern)
        if counselled is not None:
            yield on(
                flagged + timedelta(days=counselled),
                CounsellingSessionHeld,
                concern=concern,
                minutes=50,
                situation="愿意画画",
            )
    for days, returned in ((290, 20), (180, 40), (60, None), (0, None)):
        referred = present.ago(days=days)
        referral = yield on(
            referred, MedicalReferralMade, concern=concerns[0], referred_to=CLINIC, reason="持续缄默"
        )
        if returned is not None:
            yield on(
                referred + timedelta(days=returned),
                MedicalReferralReturned,
                referral=referral,
                diagnosis="选择性缄默",
                advice="学校减少当众提问",
                is_treatment_continued=False,
            )


def _hurt(present: Present) -> LifeCourse:
    """Incidents: reported up in time, late, not at all, and not yet."""
    for days, severity, reported in (
        (500, "serious", 0),
        (450, "serious", 3),
        (250, "major", None),
        (0, "serious", None),
    ):
        day = present.ago(days=days)
        incident = yield on(
            day,
            IncidentOccurred,
            incident_type="injury",
            severity=severity,
            is_cause_known=severity != "major",
            place="活动室",
            description="跌倒受伤",
            witnesses=("于老师",),
        )
        if reported is not None:
            yield on(
                day + timedelta(days=reported),
                IncidentReportedUp,
                incident=incident,
                reported_to="望海区民政局",
                elapsed_min=40 + 1440 * reported,
            )


def _harmed(present: Present) -> LifeCourse:
    """Harm: reported at once, the next day, and not yet; its outcome came in time, late, and not at all."""
    for days, situation, reported, answered in (
        (350, "bullying", 0, 20),
        (150, "domestic_violence", 1, 50),
        (80, "bullying", 0, None),
        (5, "bullying", 0, None),
        (0, "danger", None, None),
    ):
        day = present.ago(days=days)
        concern = yield on(day, SafeguardingConcernRaised, situation=situation, description="手臂有伤")
        if reported is not None:
            report = yield on(
                day + timedelta(days=reported),
                MandatoryReportMade,
                concern=concern,
                situation=situation,
                reported_to=("civil_affairs", "education"),
                reporter="于老师",
            )
        if answered is not None:
            yield on(
                day + timedelta(days=answered),
                MandatoryReportOutcomeReceived,
                report=report,
                authority="望海区公安分局",
                result="protected",
            )
    day = present.ago(days=149)
    yield on(day, ProtectiveMeasureTaken, measure="separated", is_staff_suspended=False)
    yield on(day, LegalAidRequested, applied_to="望海区法律援助中心", grounds="依法追究侵害人责任")
    yield on(
        present.ago(days=99), JudicialAssistanceGranted, decided_by="望海区人民检察院", grounds="补助治疗费用"
    )


def left_unheard(present: Present) -> LifeCourse:
    """A boy ran away, was beaten, and left before anybody had listened to him."""
    child = present.turning(9, in_days=-30, sex=MALE)
    yield from orphan_taken_in(child, present.ago(years=1), present.file_no)
    flagged = present.ago(days=35)
    concern = yield on(flagged, PsychConcernFlagged, concern="behaviour", situation="与同伴冲突")
    yield on(flagged, MedicalReferralMade, concern=concern, referred_to=CLINIC, reason="冲动")
    yield on(flagged, PsychConcernFlagged, concern="study", situation="拒绝上学")
    yield from _ran_away(present.ago(days=200))
    yield on(present.ago(days=40), SafeguardingConcernRaised, situation="bullying", description="被同伴殴打")
    yield on(present.ago(days=36), SafeguardingConcernRaised, situation="bullying", description="再次被殴打")
    yield on(present.ago(days=36), MandatoryReportMade, situation="bullying", reported_to=("police",))
    yield on(
        present.ago(days=31),
        IncidentOccurred,
        incident_type="injury",
        severity="serious",
        is_cause_known=True,
    )
    yield from may_leave(present.ago(days=30), "07", "望海区民政局")
    yield on(present.ago(days=30), DepartureCompleted, reason="07", receiver="望海区民政局").with_papers(
        "departure_confirmation"
    )


def _ran_away(day: date) -> LifeCourse:
    """He was gone for a week, and reported after three days."""
    seen = datetime.combine(day, time(10), UTC)
    report = yield on(
        day + timedelta(days=3),
        ChildMissingReported,
        missing_kind="ran_away",
        last_seen_at=seen,
        last_seen_place="院门口",
    )
    yield on(
        day + timedelta(days=7), MissingChildFound, report=report, found_place="汽车站", condition="良好"
    )


BEING_WELL = (found_her_voice, left_unheard)
