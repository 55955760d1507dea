"""From one institution to another (移交): proposed, approved, handed over, and what moves with the child."""

# ruff: noqa: I001  # in the order of life, not of the alphabet
from domain.events.transfer import handing_over as handing_over
from domain.events.transfer import following as following
from domain.events.transfer import checklist as checklist
