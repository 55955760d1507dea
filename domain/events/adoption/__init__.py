"""Adoption (收养): from the question whether a child may be adopted to the last visit afterwards.

All of it is sealed once and for all (民法典 1110), except the registrar's notice, which is public.
What is about the adopters is sealed under their own key: an adopting party, one person or a couple, is
one subject.
"""

from domain.events.adoption import assessment as assessment
from domain.events.adoption import registration as registration
from domain.events.adoption import review as review
from domain.events.adoption import visits as visits
