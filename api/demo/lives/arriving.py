"""Children on their way here: one who was sent away first, and one who never arrived."""

from datetime import timedelta

from api.demo.life_building import LifeCourse, Present, on
from api.demo.lives.upbringing import received
from api.demo.people import FEMALE
from domain.events.care import CareModeAssigned
from domain.events.guardianship import TemporaryGuardianshipStarted
from domain.events.intake import IntakeCategoryDetermined, ReferralReceived
from domain.events.reception import (
    CareAssessmentMade,
    CheckedPaper,
    IntakeVerified,
    ReferralDeclined,
    TemporaryCareAgreementSigned,
)
from domain.events.search import FindRelativesNoticePublished, FindRelativesNoticeWithdrawn


def sent_away_first(present: Present) -> LifeCourse:
    """A foundling was refused for want of a bed, brought again, and sought with a wrong picture."""
    came = present.ago(months=7)
    child = present.who(came - timedelta(days=200), FEMALE)
    first = yield on(
        came - timedelta(days=9), ReferralReceived, referral_source="police", child_situation="05"
    )
    yield on(
        came - timedelta(days=8),
        ReferralDeclined,
        referral=first,
        reason="no_place",
        explanation="婴儿养护区床位已满",
        sent_to="市立医院",
    )
    yield on(came - timedelta(days=5), ReferralReceived, referral_source="police", child_situation="05")
    yield from received(child, came, present.file_no, found_on=came - timedelta(days=9))
    yield on(
        came,
        IntakeVerified,
        items=(
            CheckedPaper(kind="found_child_certificate", is_present=True),
            CheckedPaper(kind="medical_report", is_present=False),
        ),
        verifier="于老师",
    ).with_papers("found_child_certificate")
    yield on(came, IntakeCategoryDetermined, category="B1")
    yield on(came, TemporaryGuardianshipStarted, ground="1", review_due_on=came + timedelta(days=365))
    yield on(came, CareModeAssigned, mode="ward", unit="婴儿养护区")
    wrong = yield on(
        came + timedelta(days=3), FindRelativesNoticePublished, medium="newspaper", notice_days=60
    )
    yield on(came + timedelta(days=5), FindRelativesNoticeWithdrawn, notice=wrong, reason="wrong")
    yield on(
        came + timedelta(days=6),
        TemporaryCareAgreementSigned,
        agreement_no=f"代-{present.file_no}",
        other_party="环山路派出所",
    )
    yield on(came + timedelta(days=7), FindRelativesNoticePublished, medium="newspaper", notice_days=60)
    for kind, after, following in (("intake", 10, 40), ("periodic", 45, 100), ("periodic", 95, 180)):
        yield on(
            came + timedelta(days=after),
            CareAssessmentMade,
            assessment_kind=kind,
            needs="需密切观察体重增长",
            suggested="family_style",
            next_on=came + timedelta(days=following),
        )


def never_arrived(present: Present) -> LifeCourse:
    """A boy was announced by his village and again by the police, and nobody asked after him."""
    yield on(present.ago(days=40), ReferralReceived, referral_source="other", child_situation="15")
    yield on(present.ago(days=20), ReferralReceived, referral_source="police", child_situation="15")


ARRIVING = (sent_away_first, never_arrived)
