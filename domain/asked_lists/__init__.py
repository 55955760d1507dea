"""Questions of users that are answered as lists with columns, each module those of one part of a life."""

from domain.asked_lists import adopted as adopted
from domain.asked_lists import coming_in as coming_in
from domain.asked_lists import gone_out as gone_out
from domain.asked_lists import grown_up as grown_up
from domain.asked_lists import under_care as under_care
from domain.asked_lists.question_list import QUESTION_LISTS as QUESTION_LISTS
