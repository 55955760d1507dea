"""Whether the child's own guardians can act: assessed, revoked, declared missing or dead (父母监护)."""

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
    NotAfter,
    NotBefore,
    Number,
    Personal,
    Text,
    Title,
    known,
)
from domain.events.guardianship import (
    BY_JUDGMENT,
    CIVIL_CODE,
    MINORS_LAW,
    NOT_FOUND,
    REVOKED,
    GuardianshipRestored,
    LongTermGuardianshipConfirmed,
)
from domain.events.search import PARENT, PERHAPS_FOUND, found_since
from domain.file import Attribute, Facts
from domain.life import Life
from domain.refusal import Refusals, against, breach, uncertain, unless
from domain.shared_fields import Court, PersonId
from domain.when import Days

ABLE, UNABLE = "able", "unable"
"""Codes of `guardianship_ability`."""
COURT_REVOKED: Final = "revoked"
"""A code of `revocation_result`."""
BY_DEATH: Final = "2"
"""The long-term ground that the guardian is dead or was declared dead."""
SET_ASIDE: Final = frozenset({"missing_set_aside", "dead_set_aside"})
"""Codes of `parent_declaration` by which a declaration holds no more."""
WAITED: Final = {"missing": "missing", "dead": "dead", "dead_by_accident": "accident"}
"""The case of the years that a declaration waits for (R-DEC-1), by its code."""

DECLARED: Final[Attribute[str]] = Attribute(
    "parents", "declared", Label("父母被宣告失踪或者死亡", "Parent declared missing or dead"), several=True
)
"""A code of `parent_declaration`, under the parent's id, until a court sets it aside."""


class GuardianshipAssessed(
    Event,
    zh="监护能力评估",
    en="Guardianship assessed",
    source=f"{MINORS_LAW}第93条；《上海市未成年人保护条例》第78条、第79条",
    seals=Category.FAMILY,
):
    """It was assessed whether a guardian can bring the child up, also before the child goes back there."""

    guardian: Annotated[PersonId, Label("被评估的监护人", "Guardian")]
    relation: Annotated[Answered[str], Label("与儿童关系", "Relation"), Code("guardian_relation")]
    purpose: Annotated[Answered[str], Label("评估目的", "Purpose"), Code("guardianship_assessment_purpose")]
    result: Annotated[Answered[str], Label("评估结果", "Result"), Code("guardianship_ability")]
    summary: Annotated[
        Answered[Text], Label("评估意见", "Summary"), Personal(Category.FAMILY, subject="guardian")
    ]
    assessor_body: Annotated[Answered[Title], Label("评估单位", "Assessed by"), Personal(Category.FAMILY)]

    def papers(self) -> tuple[str, ...]:
        return ("guardian_assessment",) if known(self.result) == ABLE else ()


class GuardianshipRevocationApplied(
    Event,
    zh="申请撤销监护人资格",
    en="Guardianship revocation applied for",
    source=f"{CIVIL_CODE}第36条；{MINORS_LAW}第108条",
    seals=Category.FAMILY,
):
    """A court was asked to revoke a guardian."""

    guardian: Annotated[PersonId, Label("监护人", "Guardian")]
    name: Annotated[Answered[Name], Label("姓名", "Name"), Personal(Category.FAMILY, subject="guardian")]
    relation: Annotated[Answered[str], Label("与儿童关系", "Relation"), Code("guardian_relation")]
    ground: Annotated[Answered[str], Label("申请事由", "Ground"), Code("revocation_ground")]
    applicant: Annotated[Answered[Title], Label("申请人", "Applicant"), Personal(Category.FAMILY)]
    court: Annotated[Court, Personal(Category.FAMILY)]
    case_no: Annotated[Answered[Number], Label("案号", "Case number"), Personal(Category.FAMILY)]


class GuardianshipRevocationAdjudicated(
    Event,
    zh="撤销监护人资格判决",
    en="Guardianship revocation adjudicated",
    source=f"{CIVIL_CODE}第36条",
    seals=Category.FAMILY,
):
    """The court decided on a guardian, and where it revoked the guardianship, who is guardian instead."""

    guardian: Annotated[PersonId, Label("监护人", "Guardian")]
    court: Annotated[Court, Personal(Category.FAMILY)]
    judgment_no: Annotated[
        Answered[Number], Label("判决书编号", "Judgment number"), Personal(Category.FAMILY)
    ]
    result: Annotated[Answered[str], Label("判决结果", "Result"), Code("revocation_result")]
    is_intentional_crime: Annotated[
        Answered[bool], Label("是否对该儿童实施故意犯罪", "Wilful crime against the child")
    ]
    designated: Annotated[
        Answered[str] | None, Label("指定的监护人", "Designated guardian"), Code("designated_guardian")
    ] = None
    effective_on: Annotated[date | None, Label("生效日期", "Effective on"), NotBefore()] = None

    def presupposes(self) -> tuple[type[Event], ...]:
        return (GuardianshipRevocationApplied,)

    def papers(self) -> tuple[str, ...]:
        return ("judgment",) if known(self.result) == COURT_REVOKED else ()

    def holds(self, entry: AnyEntry) -> Facts:
        if known(self.result) == COURT_REVOKED:
            since = entry.days if self.effective_on is None else Days.on(self.effective_on)
            yield REVOKED.since(since, self.guardian, key=str(self.guardian))


class ParentDeclared(
    Event,
    zh="宣告父母失踪或者死亡",
    en="Parent declared missing or dead",
    source=f"{CIVIL_CODE}第40条、第45条、第46条、第50条",
    seals=Category.FAMILY,
):
    """A court declared a parent missing or dead, or set that aside."""

    parent: Annotated[PersonId, Label("被宣告人", "Parent")]
    name: Annotated[Answered[Name], Label("姓名", "Name"), Personal(Category.FAMILY, subject="parent")]
    relation: Annotated[Answered[str], Label("与儿童关系", "Relation"), Code("guardian_relation")]
    declaration: Annotated[Answered[str], Label("宣告内容", "Declared"), Code("parent_declaration")]
    missing_since: Annotated[Answered[date], Label("下落不明起始日期", "Missing since"), NotAfter()]
    court: Annotated[Court, Personal(Category.FAMILY)]
    judgment_no: Annotated[
        Answered[Number], Label("判决书编号", "Judgment number"), Personal(Category.FAMILY)
    ]

    def papers(self) -> tuple[str, ...]:
        dead = {"dead", "dead_by_accident", "dead_certified"}
        return ("death_proof",) if known(self.declaration) in dead else ()

    def refusals(self, life: Life) -> Refusals:
        """Nobody is declared missing or dead before the years of the law (R-DEC-1)."""
        declaration, since = known(self.declaration), known(self.missing_since)
        case = None if declaration is None else WAITED.get(declaration)
        limit = None if case is None else life.number("R-DEC-1", case=case)
        if limit is not None and since is not None:
            yield from unless("R-DEC-1", life.passed(limit.ends(Days.on(since))), by=limit)
        elif declaration is None or limit is not None:
            detail = Label(
                "宣告内容或者下落不明起始日期不明", "what was declared, or since when, is not known"
            )
            yield uncertain("R-DEC-1", detail=detail)

    def holds(self, entry: AnyEntry) -> Facts:
        declaration = known(self.declaration)
        if declaration is not None:
            held = None if declaration in SET_ASIDE else declaration
            yield DECLARED.since(entry.days, held, key=str(self.parent))


@against(GuardianshipRestored)
def may_be_restored(restored: GuardianshipRestored, life: Life) -> Refusals:
    """Who committed a wilful crime against the child is not restored (R-RES-1)."""
    own = [
        judged
        for judged in life.all(GuardianshipRevocationAdjudicated)
        if judged.event.guardian == restored.guardian
    ]
    for judged in own[-1:]:
        crime = known(judged.event.is_intentional_crime)
        if crime is None:
            detail = Label("撤销判决的情形不明", "on what it was revoked is not known")
            yield uncertain("R-RES-1", judged, detail=detail)
        elif crime:
            yield breach("R-RES-1", judged)


@against(LongTermGuardianshipConfirmed)
def ground_holds(confirmed: LongTermGuardianshipConfirmed, life: Life) -> Refusals:
    """I06: nothing on file tells the contrary of the ground."""
    ground = known(confirmed.ground)
    if ground == NOT_FOUND:
        yield from _not_found(life)
    elif ground == BY_DEATH:
        yield from _dead(life)
    elif ground == BY_JUDGMENT:
        yield from _by_judgment(life)


def _not_found(life: Life) -> Refusals:
    found, withdrawn = life.each(PARENT), found_since(life)
    if found:
        detail = Label("已确认亲子关系", "parentage was confirmed")
        yield breach("I06", *(each.entry for each in found), detail=detail)
    elif withdrawn is not None:
        yield uncertain("I06", withdrawn, detail=PERHAPS_FOUND)


def _dead(life: Life) -> Refusals:
    last = {each.event.parent: each for each in life.all(ParentDeclared)}
    for each in last.values():
        declaration = known(each.event.declaration)
        if declaration is None:
            yield uncertain("I06", each, detail=Label("宣告内容不明", "what was declared is not known"))
        elif declaration == "dead_set_aside":
            yield breach("I06", each, detail=Label("死亡宣告已撤销", "the declaration was set aside"))


def _by_judgment(life: Life) -> Refusals:
    last = {each.event.guardian: each for each in life.all(GuardianshipRevocationAdjudicated)}
    results = {known(each.event.result) for each in last.values()}
    if last and COURT_REVOKED not in results:
        detail = Label("法院未判决撤销监护人资格", "the court revoked nobody")
        yield from unless("I06", None if None in results else False, *last.values(), detail=detail)
