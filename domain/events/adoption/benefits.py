"""What goes on after the adoption of a disabled orphan: the benefits that the child had in care (R-ADO-8)."""

from typing import Final

from domain.event import Label, known
from domain.events.adoption.adopting import ORPHANS
from domain.events.adoption.registration import ADOPTION_ENDED, AdoptionRegistered
from domain.events.entitlement.allowance import AFTER_ADOPTION, ALLOWANCE
from domain.events.health import DISABILITY, DISABILITY_CERTIFICATE, DisabilityAssessed
from domain.life import ADULT, STAGE, Life
from domain.refusal import Refusals, no_evidence, uncertain
from domain.standing import standing

DISABLED: Final = (DISABILITY, DISABILITY_CERTIFICATE)


def was_disabled_orphan(life: Life) -> bool | None:
    """Whether the child was last adopted as a disabled orphan; None where what is recorded leaves it open."""
    adoption = life.last(AdoptionRegistered)
    category = None if adoption is None else known(adoption.event.category)
    if adoption is None or (category is not None and category not in ORPHANS):
        return False
    spans = [span for attribute in DISABLED for span in life.file.spans(attribute)]
    if any(span.since <= adoption.days.last <= span.until for span in spans):
        return None if category is None else True
    assessed = [each for each in life.all(DisabilityAssessed) if each.days.last <= adoption.days.last]
    return None if any(known(each.event.disability_class) is None for each in assessed) else False


@standing("R-ADO-8")
def benefits_go_on(life: Life) -> Refusals:
    """A minor who was adopted as a disabled orphan, and has no allowance that is paid on afterwards."""
    stage, limit = life.now(STAGE), life.number("R-ADO-8")
    adopted = stage is not None and stage.held.value == "adopted"
    if stage is None or not adopted or limit is None or life.aged(ADULT):
        return
    if life.now(ADOPTION_ENDED) or any(life.under(ALLOWANCE, line) for line in AFTER_ADOPTION):
        return
    entitled = was_disabled_orphan(life)
    if entitled is None:
        detail = Label(
            "收养类别或者残疾情况不明", "the category of the adoption or the disability is not known"
        )
        yield uncertain("R-ADO-8", stage.entry, detail=detail, by=limit)
    elif entitled:
        yield no_evidence("R-ADO-8", stage.entry, by=limit)
