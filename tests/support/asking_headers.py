"""What whoever asks over HTTP says of themselves: their token, and why they read where that is asked for."""

from api.identity.permissions import SEES, Role
from api.identity.reading_reasons import HEADER, USUAL_REASON
from domain.event import WHOLLY_SEALED


def asking(token: str, role: Role | str = Role.SUPERVISOR) -> dict[str, str]:
    """Return the headers of somebody of a role; who sees sealed sets says why they read."""
    states = {HEADER: USUAL_REASON[Role(role)].value} if SEES[Role(role)] & WHOLLY_SEALED else {}
    return {"Authorization": f"Bearer {token}", **states}
