"""The words of the catalogue, in Chinese as a civil-affairs office writes them, and in English."""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from api.contract.outcomes import refusals_json
from api.contract.problems import KINDS
from api.contract.sentences import sentence
from api.imports.faults import Fault
from domain.codes import tables
from domain.event import CATALOGUE, EVERY_CATEGORY, Event, Part, Unknown, fields_of
from domain.events.departure import ChildDied, DepartureCompleted
from domain.events.entitlement.allowance import AllowanceStopped
from domain.events.entitlement.study_grant import StudyGrantGranted
from domain.events.insurance import InsuranceEnrolled
from domain.events.intake import ChildReceived, ReferralReceived
from domain.events.rehabilitation import PlannedItem, RehabPlanMade
from domain.file import ATTRIBUTES
from domain.label import Label
from domain.readiness import GATES
from domain.rule_pack import Dated
from domain.rulebook import Rulebook
from ledger.codec.messages import wording
from tests.support.given import given, some

HAN = "\u4e00-\u9fff"
RULES = Rulebook.shipped().rules.values()
LATIN: frozenset[str] = frozenset({"DNA", "GB", "T", "B", "R", "N", "A", "C"})
"""What a Chinese text writes in Latin letters: a term, a standard, a category, a serogroup."""


def labels() -> Iterator[tuple[str, Label]]:
    """Yield every label of the catalogue with its place."""
    for name, kind in CATALOGUE.items():
        yield name, kind.label
        yield from _labels_of(name, kind)
    for table in tables().values():
        if table.name != "region":
            yield from ((f"{table.name} {code}", label) for code, label in table.codes.items())
    yield from ((f"gate {number}", gate.label) for number, gate in GATES.items())
    yield from ((f"attribute {attribute.name}", attribute.label) for attribute in ATTRIBUTES.values())
    yield from ((f"fault {fault}", fault.value) for fault in Fault)


def _labels_of(place: str, kind: type[Event] | type[Part]) -> Iterator[tuple[str, Label]]:
    for spec in fields_of(kind):
        yield f"{place}.{spec.name}", spec.label
    for part in Part.__subclasses__():
        yield from ((f"{part.__name__}.{spec.name}", spec.label) for spec in fields_of(part))


def sentences() -> Iterator[tuple[str, Label]]:
    """Yield every sentence of a rule and of a problem with its place."""
    for rule in RULES:
        yield rule.id, Label(rule.zh, rule.en)
        cure = rule.cured()
        if cure is not None:
            yield f"{rule.id} cure", cure
        for text in rule.texts:
            if text.zh is not None and text.en is not None:
                yield f"{rule.id} {text.since}", Label(text.zh, text.en)
    yield from ((code, Label(kind.zh, kind.en)) for code, kind in KINDS.items())


def sources() -> Iterator[tuple[str, str]]:
    """Yield every source, which is cited in Chinese."""
    yield from ((name, kind.source) for name, kind in CATALOGUE.items())
    yield from ((table.name, table.source) for table in tables().values())
    for rule in RULES:
        yield rule.id, rule.source
        dated: list[Dated] = [*rule.packs, *rule.papers, *rule.texts]
        yield from ((rule.id, each.source) for each in dated)


LABELS, SENTENCES, SOURCES = dict(labels()), dict(sentences()), [*sources()]


def test_no_label_in_chinese_has_words_or_units_in_latin_letters() -> None:
    odd = {place: label.zh for place, label in LABELS.items() if {*re.findall("[A-Za-z]+", label.zh)} - LATIN}
    assert odd == {}


def test_no_text_in_chinese_has_half_width_punctuation_beside_a_chinese_character() -> None:
    texts = [*((place, label.zh) for place, label in (*LABELS.items(), *SENTENCES.items())), *SOURCES]
    odd = {place: text for place, text in texts if re.search(f"[{HAN}] ?[,;:?!()]|[,;:?!(] ?[{HAN}]", text)}
    assert odd == {}


def test_no_text_in_chinese_parts_digits_from_characters_by_blanks() -> None:
    odd = {
        place: label.zh
        for place, label in (*LABELS.items(), *SENTENCES.items())
        if re.search(f"[{HAN}，。；：、] [0-9]|[0-9] [{HAN}]", label.zh)
    }
    assert odd == {}


def test_no_text_in_chinese_says_a_term_twice_in_a_row() -> None:
    texts = [*((place, label.zh) for place, label in (*LABELS.items(), *SENTENCES.items()))]
    assert {place: text for place, text in texts if re.search(f"([{HAN}]{{2,}})\\1", text)} == {}


def test_no_text_in_english_has_chinese_characters() -> None:
    texts = {place: label.en for place, label in (*LABELS.items(), *SENTENCES.items())}
    assert {place: text for place, text in texts.items() if re.search(f"[{HAN}，。；：（）]", text)} == {}


def test_a_sentence_in_chinese_ends_as_one() -> None:
    odd = {place: label.zh for place, label in SENTENCES.items() if not re.search("[。：]$", label.zh)}
    assert odd == {}


def test_the_systems_own_rules_are_cited_by_one_name() -> None:
    assert [each for each in SOURCES if re.search("系统规程|产品|DESIGN|本系统(?!规则)", each[1])] == []


def test_a_day_in_a_chinese_sentence_is_as_a_chinese_text_has_it() -> None:
    odd = {place: label.zh for place, label in SENTENCES.items() if re.search(r"\d{4}-\d{2}", label.zh)}
    assert odd == {}


OUT_OF_USE = {
    "散居孤儿": "社会散居孤儿",
    "特困供养": "特困人员救助供养",
    "特困人员供养": "特困人员救助供养",
    "缓学": "延缓入学",
    "编定公民身份号码": "编制公民身份号码",
    "停发月份": "基本生活费末领年月",
    "福利院": "儿童福利机构",
    "普通就读": "普通学校就读",
    "照录": "按原样登记",
    "产品自身": "本系统规则",
    "暂存": "未采用（待核实）",
    "索引": "关联列",
}
"""What civil affairs does not say, with what it says."""


def test_what_is_not_the_official_term_stands_nowhere() -> None:
    texts = [(place, label.zh) for place, label in (*LABELS.items(), *SENTENCES.items())]
    odd = {
        place: text
        for place, text in texts
        for wrong, right in OUT_OF_USE.items()
        if wrong in text.replace(right, "")
    }
    assert odd == {}


def test_one_english_label_of_a_code_or_an_event_has_one_chinese_label() -> None:
    named: dict[str, set[str]] = defaultdict(set)
    for kind in CATALOGUE.values():
        named[kind.label.en].add(kind.label.zh)
    assert {en: zh for en, zh in named.items() if len(zh) > 1} == {}


GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"


def test_the_glossary_has_one_chinese_word_for_one_thing() -> None:
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|", GLOSSARY.read_text("utf-8"), re.MULTILINE)[2:]
    words = [zh for zh, _ in rows]
    assert len(words) == len(set(words))
    assert all(re.search(f"[{HAN}]", zh) and not re.search(f"[{HAN}]", en) for zh, en in rows)


# Refusals


def refused(on: str, event: Event) -> dict[str, str]:
    """Return the sentences by which recording an event in an empty file is refused, by rule."""
    judgements = given().when(on, event).judgements
    return {each["rule"]: each["zh"] for each in refusals_json(judgements, EVERY_CATEGORY)}


def test_a_refusal_says_that_nothing_was_recorded_and_why() -> None:
    assert KINDS["refused"].zh == "不符合下列规定，未予登记："
    assert KINDS["invalid"].zh == "请求中有不符合要求的内容。"
    assert KINDS["stale"].zh == "该档案在您查看后已有新的登记，请重新查看后再提交。"


def test_a_code_that_its_table_lacks_is_refused_with_the_table() -> None:
    told = refused("2026-04-01", some(ReferralReceived, referral_source="nobody"))
    assert told["E03"].startswith("移送来源的代码无效，可用代码见代码表 referral_source：police 公安机关；")


def test_what_is_not_in_the_file_is_refused_as_that() -> None:
    told = refused("2026-04-01", some(RehabPlanMade, assessment=UUID(int=1)))
    assert "（所引用的康复评估不在本档案中）" in told["I08"]


def test_what_lies_in_the_future_is_refused_as_that() -> None:
    told = refused("2031-01-01", some(ReferralReceived))
    assert told["E02"] == "登记事项的发生日期晚于今日。"


def test_a_value_that_is_none_of_a_few_is_told_them_without_quotes() -> None:
    words = wording("literal_error", {"expected": "'not_asked', 'not_known' or 'not_on_paper'"}, "")
    assert words.zh == "应为以下之一：not_asked、not_known、not_on_paper"


# Sentences for people


def said(event: Event) -> str:
    return sentence(event, "zh", EVERY_CATEGORY)


def test_a_colon_stands_between_label_and_value_and_a_semicolon_between_values() -> None:
    event = some(ReferralReceived, referral_source="county_civil_affairs", handed_over_by="值班民警")
    assert said(event) == "接到移送。移送来源：县级民政部门；移送人：值班民警。"
    assert sentence(event, "en", EVERY_CATEGORY) == (
        "Referral received. Source: County civil affairs; Handed over by: 值班民警."
    )


def test_a_number_has_its_chinese_unit() -> None:
    measured = some(ChildReceived, height_cm=Decimal(112), weight_kg=Decimal("18.5"))
    assert said(measured) == "儿童接收。身高：112厘米；体重：18.5千克。"
    enrolled = some(InsuranceEnrolled, amount_yuan=Decimal(400), waiting_days=0, year=2026)
    assert said(enrolled) == "参保登记。缴费年度：2026年；金额：400元；等待期：0天。"
    assert "Amount: 400 yuan; Waiting period: 0 days" in sentence(enrolled, "en", EVERY_CATEGORY)


def test_days_months_and_instants_are_as_a_chinese_text_has_them() -> None:
    died = some(ChildDied, reported_at=datetime(2026, 4, 1, 0, 5, tzinfo=UTC))
    assert "报告时间：2026年4月1日08:05" in said(died)
    granted = some(StudyGrantGranted, academic_year=2026, starts_on=date(2026, 9, 1))
    assert said(granted) == "孤儿助学金核定。学年起始年份：2026年；起始日期：2026年9月1日。"
    assert "From: 2026-09-01" in sentence(granted, "en", EVERY_CATEGORY)


def test_the_last_month_of_the_allowance_has_one_name() -> None:
    left, stopped = (
        said(DepartureCompleted(reason="05", receiver=Unknown("not_known"), last_allowance_month="2026-03")),
        said(AllowanceStopped(reason="over_age", last_month="2026-03")),
    )
    assert "基本生活费末领年月：2026年3月" in left
    assert "基本生活费末领年月：2026年3月" in stopped


def test_a_group_of_values_stands_in_brackets() -> None:
    event = some(RehabPlanMade, items=(PlannedItem(mode="PT", planned_count=10),))
    assert said(event) == "制定康复方案。康复内容：（康复项目：物理治疗；计划次数：10次）。"


def test_what_is_hidden_is_said_to_be_withheld() -> None:
    event = some(ReferralReceived, referral_source="police", handed_over_by="值班民警")
    assert sentence(event, "zh", frozenset()) == (
        "接到移送。移送来源：公安机关；移送人、移送单位、联系电话、移送时身体状况：不予显示。"
    )


@pytest.mark.parametrize(
    ("kind", "bound", "number", "said"),
    [
        ("string_too_short", "min_length", 1, "must be filled in"),
        ("string_too_short", "min_length", 2, "at least 2 characters"),
        ("string_too_long", "max_length", 1, "at most 1 character"),
        ("string_too_long", "max_length", 2, "at most 2 characters"),
        ("too_short", "min_length", 1, "at least one item"),
        ("too_short", "min_length", 2, "at least 2 items"),
        ("too_long", "max_length", 1, "at most 1 item"),
    ],
)
def test_one_is_said_in_the_singular_and_none_is_asked_for(
    kind: str, bound: str, number: int, said: str
) -> None:
    assert wording(kind, {bound: number}, "").en == said
