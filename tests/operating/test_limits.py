"""What is bounded is listed, with its reason and with what is answered beyond it, in both languages."""

import re

import pytest

from api.contract.problems import KINDS
from api.settings import Settings
from domain.label import Label
from domain.limit import LIMITS, Area, Bound, limit
from tests.support.places import ROOT

HAN = re.compile("[\u4e00-\u9fff]")
PAGE = (ROOT / "docs/limits.md").read_text("utf-8")
SET = {
    name: bound
    for name, field in Settings.model_fields.items()
    for bound in field.metadata
    if isinstance(bound, Bound)
}
ALL = [*(each.bound for each in LIMITS.values()), *SET.values()]


@pytest.mark.parametrize("bound", ALL, ids=lambda bound: bound.what.en)
def test_a_limit_says_what_it_bounds_why_and_what_is_answered_beyond_it(bound: Bound) -> None:
    words = [bound.what, bound.why] + ([bound.beyond] if isinstance(bound.beyond, Label) else [])
    assert all(HAN.search(label.zh) and not HAN.search(label.en) for label in words)
    assert isinstance(bound.beyond, Label) or bound.beyond in KINDS
    assert bound.what.en in PAGE
    assert bound.what.zh in PAGE


def test_the_page_tells_a_limits_number_and_how_it_is_set() -> None:
    assert "| 500 |" in next(line for line in PAGE.splitlines() if "Items of one request" in line)
    assert "8 (`CHILDLEDGER_READERS`)" in PAGE


def test_two_limits_never_bound_the_same() -> None:
    words = Label("例", "Something of a test")
    assert limit(3, Area.REQUESTS, words, why=words, beyond="invalid") == 3
    try:
        with pytest.raises(ValueError, match="two limits of the same"):
            limit(4, Area.REQUESTS, words, why=words, beyond="invalid")
    finally:
        del LIMITS["Something of a test"]
