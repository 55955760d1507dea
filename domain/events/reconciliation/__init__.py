"""What other departments and the national system hold of a child, compared with this file (数据比对)."""

# ruff: noqa: I001  # in the order of the work, not of the alphabet
from domain.events.reconciliation import other_systems as other_systems
from domain.events.reconciliation import differing as differing
