"""Temporary assistance (临时救助)."""

from domain.event import Event
from domain.shared_fields import DecidedBy, Grounds, Yuan


class TemporaryAssistanceGranted(
    Event,
    zh="给予临时救助",
    en="Temporary assistance granted",
    source="《社会救助法》第15条、第29条（2026-06-30以前：《社会救助暂行办法》第47条）",
):
    """Money was granted once, in an emergency."""

    amount_yuan: Yuan
    grounds: Grounds
    decided_by: DecidedBy
