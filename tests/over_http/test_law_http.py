"""Over HTTP too, an answer names the law of its day, and says what of it was not checked."""

from datetime import date

from domain.events.intake import ChildReceived
from domain.events.placement.arrangements import HardshipSupportDecided
from tests.support.client import Served
from tests.support.given import some
from tests.support.http_given import a_story

APPLIED = date(2026, 11, 20)
"""With the borrowed 15 working days, 7 days and 10 working days, it ends in 2027."""


async def test_an_obligation_says_that_its_day_is_provisional_and_not_verified(served: Served) -> None:
    story = await a_story(served).given(
        ("2024-03-05", some(ChildReceived)),
        ("2026-11-21", some(HardshipSupportDecided, applied_on=APPLIED)),
    )
    items = (await story.asked("/obligations", as_of="2026-11-21"))["items"]
    hardship = next(each for each in items if each["rule"] == "D16")
    assert (hardship["state"], hardship["verified"], hardship["provisional"]) == ("due", False, True)
    insurance = next(each for each in items if each["rule"] == "D10")
    assert (insurance["verified"], insurance["provisional"]) == (True, False)


async def test_findings_say_what_was_not_checked(served: Served) -> None:
    story = await a_story(served).given(
        ("2026-06-20", some(HardshipSupportDecided)), ("2026-07-20", some(HardshipSupportDecided))
    )
    supervisor = await served.as_("supervisor")
    found = (await supervisor.get("/findings", params={"at_least": story.position})).json()["items"]
    told = [each for each in found if each["rule"] == "D16" and each["child"] == str(story.child)]
    assert [("《社会救助暂行办法》" in each["source"], each["verified"]) for each in told] == [
        (True, True),
        (False, True),
    ]


async def test_the_catalogue_names_the_texts_of_other_days(served: Served) -> None:
    anybody = await served.as_("staff")
    rules = {each["rule"]: each for each in (await anybody.get("/rules")).json()["items"]}
    assert [text["until"] for text in rules["G09"]["texts"]] == ["2026-06-30"]
    table = (await anybody.get("/codes/hardship_decision")).json()
    assert [(text["until"], text["verified"]) for text in table["texts"]] == [("2026-06-30", True)]
