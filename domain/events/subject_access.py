"""A person's own access (查阅、复制本人信息): asked for, who asks verified, and answered or refused."""

from collections.abc import Iterator
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from domain.answering import answers_always_due
from domain.event import Answered, Category, Code, Event, Label, Personal, Refers, Text
from domain.life import Life
from domain.obligations import Clock, History, obligation
from domain.refusal import Refusals, no_evidence

OWN_DATA: Final = "《个人信息保护法》第45条；《未成年人网络保护条例》第34条"
VERIFIED_FIRST: Final = "本系统规则（答复前核验身份）"


class SubjectAccessRequested(
    Event, zh="申请查阅、复制个人信息", en="Own data asked for", source=OWN_DATA, ends_with=None
):
    """The person whose file it is, or who may ask for them, asked to see or to have what is kept of them."""

    asked_by: Annotated[Answered[str], Label("申请方", "Asked by"), Code("data_right_asker")]
    wish: Annotated[Answered[str], Label("申请事项", "Asked for"), Code("subject_access_wish")]
    explanation: Annotated[Text | None, Label("说明", "Explanation"), Personal(Category.IDENTITY)] = None


SubjectAccessId: TypeAlias = Annotated[
    UUID, Label("查阅、复制申请", "Request"), Refers("SubjectAccessRequested")
]


class SubjectIdentityVerified(
    Event, zh="核验申请人身份", en="Asker's identity verified", source=VERIFIED_FIRST, ends_with=None
):
    """Who asks was seen to be the person, or to be entitled to ask for them."""

    request: SubjectAccessId
    method: Annotated[Answered[str], Label("核验方式", "Verified by"), Code("asker_verification")]
    explanation: Annotated[Text | None, Label("说明", "Explanation"), Personal(Category.IDENTITY)] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (SubjectAccessRequested,)


class SubjectAccessAnswered(
    Event, zh="答复查阅、复制申请", en="Own data given", source=OWN_DATA, ends_with=None, once=True
):
    """What may be shown was shown, or given as a copy, to whoever asked."""

    request: SubjectAccessId
    form: Annotated[Answered[str], Label("提供方式", "Given as"), Code("subject_access_form")]
    explanation: Annotated[Text | None, Label("说明", "Explanation"), Personal(Category.IDENTITY)] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (SubjectAccessRequested,)

    def refusals(self, life: Life) -> Refusals:
        """Nothing is shown before it is known to whom (R-SUB-1)."""
        verified = life.all(SubjectIdentityVerified)
        if not any(each.event.request == self.request for each in verified):
            yield no_evidence("R-SUB-1", life.file.entries.get(self.request), at="/data/request")


class SubjectAccessRefused(
    Event, zh="不予提供个人信息", en="Own data refused", source=OWN_DATA, ends_with=None, once=True
):
    """Nothing was shown, and whoever asked was told why in writing."""

    request: SubjectAccessId
    ground: Annotated[Answered[str], Label("不予提供的理由", "Ground"), Code("subject_access_refusal")]
    explanation: Annotated[Text | None, Label("说明", "Explanation"), Personal(Category.IDENTITY)] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (SubjectAccessRequested,)


@obligation("R-SUB-2", SubjectAccessRequested)
def own_data_is_given_in_time(history: History) -> Iterator[Clock]:
    """A request is answered, or refused in writing, within the rule's number of days."""
    return answers_always_due(
        "R-SUB-2",
        history,
        SubjectAccessRequested,
        SubjectAccessAnswered,
        SubjectAccessRefused,
        field="request",
    )
