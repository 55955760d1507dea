"""The titles of rules: one short line each, the same in every place and at all times."""

import tomllib
from collections import Counter
from datetime import date

import pytest

from api.contract.explanation_words import counts
from domain.label import Label
from domain.pack_faults import faults
from domain.rule_pack import RulePack, changes, drafted
from domain.rulebook import MOST_IN_TITLE_EN, MOST_IN_TITLE_ZH, InvalidRulebookError, Rule, Rulebook, title_of

SHIPPED = Rulebook.shipped()
OLD = """
[[rule]]
id = "{rule}"
strength = "due"
zh = "年满十六周岁的，应当申领居民身份证。"
en = "A card is applied for at sixteen."
source = "旧规"
verified = true
{title}
"""


def titled(zh: str, en: str, rule: str = "T01") -> str:
    return OLD.format(rule=rule, title=f'title = {{zh = "{zh}", en = "{en}"}}')


@pytest.mark.parametrize("rule", SHIPPED.rules.values(), ids=SHIPPED.rules)
def test_a_title_fits_in_one_line_and_is_no_sentence(rule: Rule) -> None:
    assert 2 <= len(rule.title.zh) <= MOST_IN_TITLE_ZH
    assert 2 <= len(rule.title.en) <= MOST_IN_TITLE_EN
    assert not rule.title.zh.endswith("。")
    assert not rule.title.en.endswith(".")


def test_no_two_rules_have_one_title() -> None:
    for language in ("zh", "en"):
        counted = Counter(getattr(rule.title, language) for rule in SHIPPED.rules.values())
        assert [title for title, count in counted.items() if count > 1] == []


def test_a_due_rule_is_named_by_what_is_to_be_done() -> None:
    assert title_of("D11") == Label("申领居民身份证", "Apply for the resident identity card")


def test_a_forbidden_rule_is_named_by_what_is_asked() -> None:
    assert title_of("I12") == Label("收养前应有评估报告", "Assessment report before adoption")


@pytest.mark.parametrize(
    ("zh", "en", "read"),
    [
        ("十" * 14, "x" * 40, True),
        ("十" * 15, "x" * 40, False),
        ("十" * 14, "x" * 41, False),
        (" ", "x", False),
        ("十", "", False),
    ],
)
def test_a_title_of_14_characters_or_40_in_english_is_read_and_a_longer_one_is_not(
    zh: str, en: str, *, read: bool
) -> None:
    texts = {"a.toml": titled(zh, en)}
    if read:
        assert Rulebook(texts)["T01"].title == Label(zh, en)
    else:
        with pytest.raises(InvalidRulebookError, match="title"):
            Rulebook(texts)


@pytest.mark.parametrize("title", ["", 'title = {zh = "示例"}', 'title = "示例"', "title = {zh = 1, en = 2}"])
def test_a_rule_without_a_title_in_both_languages_is_not_read(title: str) -> None:
    with pytest.raises(InvalidRulebookError):
        Rulebook({"a.toml": OLD.format(rule="T01", title=title)})


def test_an_adopted_text_changes_no_title() -> None:
    for text in (OLD.format(rule="D11", title=""), titled("办身份证", "Card", "D11")):
        book = drafted(SHIPPED, SHIPPED, [RulePack("own", {"a.toml": text})])
        assert book["D11"].source == "旧规"
        assert book["D11"].title == title_of("D11")
        (change,) = [each for each in changes(SHIPPED, book) if each.rule.id == "D11"]
        assert "title" not in change.reworded


def test_the_law_of_another_day_changes_no_title() -> None:
    dated = [rule for rule in SHIPPED.rules.values() if any(text.zh for text in rule.texts)]
    assert dated
    for rule in dated:
        assert {rule.on(day).title for day in (date(1999, 1, 1), *rule.turns)} == {rule.title}


def test_a_pack_that_writes_another_title_has_a_fault() -> None:
    def told(text: str) -> list[tuple[str, str]]:
        found = faults(RulePack("own", {"a.toml": text}), SHIPPED)
        return [(each.field, each.words.zh) for each in found]

    shipped = tomllib.loads(SHIPPED.texts["household.toml"])["rule"]
    (own,) = [each["title"] for each in shipped if each["id"] == "D11"]
    assert told(titled(own["zh"], own["en"], "D11")) == told(OLD.format(rule="D11", title="")) == []
    assert told(titled("办身份证", own["en"], "D11")) == [
        (
            "title",
            "规则包不能改变规则的标题，应为“申领居民身份证”“Apply for the resident identity card”",
        )
    ]


def test_what_a_count_is_made_up_of_is_told_by_the_titles_of_the_rules() -> None:
    told = counts(Label("问题数", "Findings"), ["findings.I03", "findings.E17"], 0)
    assert told.zh == "问题数：计入“在院儿童不得重复入院”、“编号不是所要求的一类”。"
    assert told.en == 'Findings: counts "One open admission at a time", "Id of something else".'
