"""Adoption (收养): from the question whether a child may be adopted to the last visit afterwards.

All of it is sealed once and for all (民法典 1110), except the registrar's notice, which is public.
What is about the adopters is sealed under their own key: an adopting party, one person or a couple, is
one subject.
"""

# ruff: noqa: I001  # in the order of life, not of the alphabet
from domain.events.adoption import assessment as assessment
from domain.events.adoption import assessing as assessing
from domain.events.adoption import registration as registration
from domain.events.adoption import proposing as proposing
from domain.events.adoption import concluding as concluding
from domain.events.adoption import review as review
from domain.events.adoption import visits as visits
from domain.events.adoption import dissolving as dissolving
from domain.events.adoption import other_children as other_children
from domain.events.adoption import benefits as benefits
