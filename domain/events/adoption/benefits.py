"""What goes on after the adoption of a disabled orphan: the benefits that the child had in care (R-ADO-8)."""

from typing import Final

from domain.event import Label, known
from domain.events.adoption.adopting import ORPHANS
from domain.events.adoption.registration import AdoptionRegistered
from domain.events.entitlement.allowance import AFTER_ADOPTION, ALLOWANCE, AllowanceGranted, AllowanceStopped
from domain.events.health import DISABILITY, DISABILITY_CERTIFICATE, DisabilityAssessed
from domain.life import Life
from domain.refusal import Refusals, against, no_evidence, uncertain

DISABLED: Final = (DISABILITY, DISABILITY_CERTIFICATE)
ADOPTED: Final = "adopted"
"""The code of `allowance_stop_reason` for an adoption."""
NOT_KNOWN: Final = Label(
    "停发原因、收养类别或者残疾情况不明",
    "the reason, the category or the disability is not known",
)


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


@against(AllowanceStopped)
def benefits_go_on(stopped: AllowanceStopped, life: Life) -> Refusals:
    """R-ADO-8: where a disabled orphan's allowance ends with the adoption, another one goes on."""
    limit, reason = life.number("R-ADO-8"), known(stopped.reason)
    granted = life.ahead(AllowanceGranted)
    goes_on = granted is not None and known(granted.event.line) in AFTER_ADOPTION
    if limit is None or reason not in {None, ADOPTED} or stopped.allowance_line in AFTER_ADOPTION:
        return
    if goes_on or any(life.under(ALLOWANCE, line) for line in AFTER_ADOPTION):
        return
    entitled = was_disabled_orphan(life)
    if entitled and reason is not None:
        yield no_evidence("R-ADO-8", life.last(AdoptionRegistered), by=limit)
    elif entitled is not False:
        yield uncertain("R-ADO-8", life.last(AdoptionRegistered), detail=NOT_KNOWN, by=limit)
