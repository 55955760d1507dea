"""Rule packs: numbers of a place laid over the rulebook, and what is wrong with one."""

from datetime import date

import pytest

from api.rule_packs.examples import run_examples
from domain.label import Label
from domain.pack_faults import faults
from domain.rule_pack import RulePack, behind, changes, drafted, packs_of
from domain.rulebook import InvalidRulebookError, Rulebook

SHIPPED = Rulebook.shipped()
NINE = """
[[number]]
rule = "I22"
region = "371000"
from = 2027-01-01
value = 9
unit = "months"
source = "示例办法第5条"
verified = true
"""
CHANGED = SHIPPED.texts["departure.toml"].replace('source = "', 'source = "本院细则；', 1)
"""A text of the rulebook of which the first rule has another source."""
COUNTY, NEIGHBOUR = "371099", "320682"


def pack(text: str, *, name: str = "weihai") -> RulePack:
    return RulePack(name, {f"{name}.toml": text})


def number(**other: str) -> str:
    """One number as a clerk writes it, with some of its fields otherwise; empty leaves a field out."""
    fields = {
        "rule": '"I22"',
        "region": '"371000"',
        "value": "9",
        "unit": '"months"',
        "source": '"示例办法"',
        "verified": "true",
    }
    lines = [f"{name} = {value}" for name, value in (fields | other).items() if value]
    return "\n".join(["[[number]]", *lines, ""])


@pytest.mark.parametrize(
    ("region", "day", "months"),
    [
        (COUNTY, date(2026, 12, 31), 6),
        (COUNTY, date(2027, 1, 1), 9),
        (NEIGHBOUR, date(2027, 1, 1), 6),
        (None, date(2027, 1, 1), 6),
    ],
)
def test_a_pack_counts_in_its_region_from_its_day_on(region: str | None, day: date, months: int) -> None:
    book = drafted(SHIPPED, SHIPPED, [pack(NINE)])
    found = book["I22"].number(region, day)
    assert found is not None
    assert found.value == months


def test_a_packs_number_goes_before_the_shipped_one_of_its_region() -> None:
    own = number(region='"340000"', value="7")
    book = drafted(SHIPPED, SHIPPED, [pack(own)])
    found = book["I22"].number("340000", date(2026, 1, 1))
    assert found is not None
    assert found.value == 7


def test_a_pack_changes_no_word_of_a_rule_and_no_other_rule() -> None:
    found = changes(SHIPPED, drafted(SHIPPED, SHIPPED, [pack(NINE)]))
    assert [(each.rule.id, each.reworded) for each in found] == [("I22", ())]
    (change,) = found
    assert [each.source for each in change.added] == ["示例办法第5条"]
    assert change.removed == []


def test_a_pack_stays_until_one_of_its_name_replaces_it_or_it_is_left_out() -> None:
    first = drafted(SHIPPED, SHIPPED, [pack(NINE)])
    both = drafted(first, SHIPPED, [pack(number(rule='"D04"', value="11"), name="other")])
    replaced = drafted(both, SHIPPED, [pack(NINE.replace("9", "8"))])
    left_out = drafted(replaced, SHIPPED, without=["weihai"])
    assert sorted(packs_of(both)) == sorted(packs_of(replaced)) == ["other", "weihai"]
    values = [book["I22"].packs[0].value for book in (first, both, replaced, left_out)]
    assert values == [9, 9, 8, 6]
    assert left_out["D04"].packs[0].value == 11


def test_what_was_adopted_can_be_read_again_from_its_texts() -> None:
    book = drafted(SHIPPED, SHIPPED, [pack(NINE)])
    again = Rulebook(book.texts)
    assert (again.digest, again.rules) == (book.digest, book.rules)


def test_a_number_of_a_rule_that_there_is_not_cannot_be_read() -> None:
    with pytest.raises(InvalidRulebookError, match="Q99"):
        Rulebook({"a.toml": number(rule='"Q99"')}, SHIPPED)


def test_who_adopted_an_older_text_is_behind_and_who_has_a_pack_is_not() -> None:
    late = Rulebook({**SHIPPED.texts, "departure.toml": CHANGED}, SHIPPED)
    assert behind(late, SHIPPED) == [next(iter(Rulebook({"departure.toml": CHANGED}).rules))]
    assert behind(SHIPPED, SHIPPED) == []
    assert behind(drafted(SHIPPED, SHIPPED, [pack(NINE)]), SHIPPED) == []
    assert behind(drafted(late, SHIPPED), SHIPPED) == []


def test_a_whole_rulebook_replaces_the_shipped_one_under_the_packs_adopted() -> None:
    first = drafted(SHIPPED, SHIPPED, [pack(NINE)])
    book = drafted(first, SHIPPED, [RulePack("own", {"departure.toml": CHANGED})])
    assert book["I22"].packs[0].value == 9
    assert book.rules.keys() == SHIPPED.rules.keys()
    assert [each.reworded for each in changes(first, book)] == [("source",)]


@pytest.mark.parametrize(
    ("text", "rule", "field", "zh"),
    [
        (number(rule='"I222"'), "I222", "rule", "没有这条规则：I222，是否应为 I22？"),
        (number(rule=""), "", "rule", "没有写明规则编号"),
        (number(sorce='"x"'), "I22", "sorce", "没有这一项：sorce，是否应为 source？"),
        (number(value='"六"'), "I22", "value", "应为不带引号的非负整数"),
        (number(value="-1"), "I22", "value", "应为不带引号的非负整数"),
        (number(value="true"), "I22", "value", "应为不带引号的非负整数"),
        (number(verified='"yes"'), "I22", "verified", "应为 true 或 false，不带引号"),
        (number(region='"379999"'), "I22", "region", "没有这个地区代码：379999"),
        (number(region='"3710"'), "I22", "region", "没有这个地区代码：3710"),
        (number(region='"default"'), "I22", "region", "没有这个地区代码：default"),
        (number(region='"512301"', **{"from": "2026-01-01"}), "I22", "region", "在这些日期不使用"),
        (number(**{"from": '"2026-01-01"'}), "I22", "from", "应为日期，如 2026-01-01，不带引号"),
        (number(**{"from": "2026-02-01", "until": "2026-01-31"}), "I22", "until", "早于 from"),
        (number(source=""), "I22", "source", "没有写明"),
        (number(source='" "'), "I22", "source", "没有写明"),
        (number(verified=""), "I22", "verified", "没有写明"),
        (number(unit='"days"'), "I22", "unit", "这条规则的单位是 months"),
        (number(case='"left"'), "I22", "case", "应为"),
        (number(rule='"E06"'), "E06", "value", "这条规则没有数值"),
        (number(strength='"warning"'), "I22", "strength", "规则包不能改变规则的效力"),
        (number() * 2, "I22", "value", "已在 weihai.toml number 1 写过"),
        ("[[numbers]]\n", "", "", "没有这一项：numbers，是否应为 number？"),
        ("number = 1\n", "", "", "应写作 [[number]]"),
        ("[[number]\n", "", "", "第 1 行不是有效的 TOML"),
        ("", "", "", "文件中没有内容"),
        ('[[example]]\nrule = "I22"\nvalue = 9\nunit = "months"\n', "I22", "on", "没有写明日期"),
        ('[[example]]\nrule = "I22"\non = 2026-01-01\n', "I22", "", "应写明 value、kinds、due 之一"),
        ('[[example]]\nrule = "I22"\ndue = 2026-01-01\n', "I22", "events", "写 due 须写明发生了什么"),
        (
            '[[example]]\nrule = "I22"\ndue = 2026-01-01\nevents = [{type = "ChildRecieved", on = "x"}]\n',
            "I22",
            "events 1 type",
            "没有这种事件：ChildRecieved，是否应为 ChildReceived？",
        ),
        ('[[papers]]\nrule = "I22"\n', "I22", "rule", "这条规则不要求材料"),
        (
            '[[rule]]\nid = "E06"\nstrength = "warning"\nzh = "x"\nen = "x"\nsource = "x"\nverified = true\n',
            "E06",
            "strength",
            "规则的效力不能改变，应为 forbidden",
        ),
        ('[[rule]]\nid = "Q01"\nstrength = "due"\n', "Q01", "id", "没有这条规则：Q01"),
    ],
)
def test_a_fault_is_told_with_file_rule_and_field(text: str, rule: str, field: str, zh: str) -> None:
    found = faults(pack(text), SHIPPED)
    said = [each for each in found if (each.file, each.rule, each.field) == ("weihai.toml", rule, field)]
    assert [each for each in said if zh in each.words.zh], found
    assert all(each.words.en for each in found)


def test_all_faults_of_a_pack_are_told_at_once() -> None:
    texts = {"a.toml": number(rule='"I222"', value='"x"') + number(region='"379999"'), "b.toml": "[["}
    told = [(each.file, each.table, each.field) for each in faults(RulePack("both", texts), SHIPPED)]
    assert told == [
        ("a.toml", "number 1", "rule"),
        ("a.toml", "number 1", "value"),
        ("a.toml", "number 2", "region"),
        ("b.toml", "", ""),
    ]


def test_two_numbers_for_neighbouring_days_or_cases_are_in_order() -> None:
    before, after = number(until="2026-12-31"), number(**{"from": "2027-01-01"})
    assert faults(pack(before + after), SHIPPED) == []
    cases = [number(rule='"D15"', case=f'"{case}"') for case in ("before_18", "left_school")]
    assert faults(pack("".join(cases)), SHIPPED) == []


def test_papers_of_a_place_are_laid_over_and_checked() -> None:
    case, kinds = SHIPPED["I01"].papers[0].case, SHIPPED["I01"].papers[0].kinds
    said = f"""
[[papers]]
rule = "I01"
cases = ["{case}"]
region = "371000"
kinds = ["{kinds[0]}"]
source = "示例办法"
verified = true
"""
    assert faults(pack(said), SHIPPED) == []
    book = drafted(SHIPPED, SHIPPED, [pack(said)])
    (asked,) = book["I01"].papers_for(case, COUNTY, date(2026, 1, 1))
    assert asked.kinds == kinds[:1]
    assert [each.kinds for each in book["I01"].papers_for(case, NEIGHBOUR, date(2026, 1, 1))] == [kinds]
    odd = said.replace(f'"{kinds[0]}"', '"fotograf"').replace(f'"{case}"', '"nowhere"')
    assert [each.field for each in faults(pack(odd), SHIPPED)] == ["cases", "kinds"]
    again = said.replace('"371000"', '"000000"')
    assert [each.field for each in faults(pack(again), SHIPPED)] == ["region"]


def test_the_shipped_rulebook_itself_has_no_faults() -> None:
    assert faults(RulePack("shipped", SHIPPED.texts), SHIPPED) == []
    assert Label("", "") not in [each.words for each in faults(pack("[["), SHIPPED)]


def test_an_example_may_tell_what_an_institution_does() -> None:
    text = """
[[number]]
rule = "D31"
region = "371000"
value = 3
unit = "months"
source = "示例办法"
verified = true

[[example]]
rule = "D31"
region = "371099"
events = [{ type = "DrillConducted", on = 2026-01-15, drill = "fire" }]
due = 2026-04-15
"""
    own = pack(text)
    assert list(faults(own, SHIPPED)) == []
    assert [each.passed for each in run_examples(own, drafted(SHIPPED, SHIPPED, [own]))] == [True]


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_what_is_no_number_is_a_fault_of_an_examples_event(value: str) -> None:
    told = f"""
[[example]]
rule = "I22"
due = 2026-01-01
events = [{{ type = "ChildReceived", on = 2015-03-05, height_cm = {value} }}]
"""
    (fault,) = faults(pack(told), SHIPPED)
    assert (fault.field, fault.words.zh) == ("events 1 height_cm", "应为数字")


def test_each_fault_of_an_examples_events_is_told_by_its_place_at_once() -> None:
    told = """
[[example]]
rule = "I22"
due = 2026-01-01
events = [
  { type = "ChildReceived", on = 2015-03-05, file_no = 7 },
  { type = "IdentityRecorded", on = 2015-03-05, foo = 3, sex = "nope", birth_on = "soon" },
  { type = "RehabAssessed", on = 2015-03-05, scores = [{ domain = "a", value = "x" }, { valu = 1 }] },
  { type = "IdentityRecorded", on = 2015-03-05, sex = { unknown = "no" } },
  { type = "IdentityRecorded", on = 2015-03-05, birth_on = { unknown = "not_asked" } },
  { type = "ChildReceived", on = 2015-03-05, height_cm = 9000 },
]
"""
    found = faults(pack(told), SHIPPED)
    assert {(each.file, each.rule, each.table) for each in found} == {("weihai.toml", "I22", "example 1")}
    assert [(each.field, each.words.zh) for each in found] == [
        ("events 1 file_no", "应为引号中的文字"),
        ("events 2 foo", "没有这一项：foo"),
        ("events 2 sex", "没有这个代码：nope"),
        ("events 2 birth_on", "应为日期，如 2026-01-01"),
        ("events 3 scores 1 value", "应为数字"),
        ("events 3 scores 2 valu", "没有这一项：valu，是否应为 value？"),
        ("events 3 scores 2 domain", "没有写明"),
        ("events 3 scores 2 value", "没有写明"),
        ("events 4 sex unknown", "没有这个原因：no"),
        ("events 6 height_cm", "超出允许的范围"),
    ]


@pytest.mark.parametrize(
    ("rule", "case", "unit", "least", "greatest"),
    [
        ("D11", "", "months", 1, 1200),
        ("D16", "investigation", "working_days", 1, 2500),
        ("I22", "", "months", 1, 215),
        ("D15", "before_18", "months", 1, 215),
        ("D15", "left_school", "months", 1, 1200),
        ("I14", "", "years", 1, 18),
        ("I15", "age", "years", 1, 150),
        ("R-DTH-2", "", "days", 0, 36_500),
        ("R-EDU-1", "", "month", 1, 12),
        ("I10", "severe", "grade", 1, 4),
        ("I16", "", "children", 0, 100),
    ],
)
def test_a_number_that_makes_no_sense_is_a_fault(
    rule: str, case: str, unit: str, least: int, greatest: int
) -> None:
    def found(value: int) -> list[tuple[str, str]]:
        text = number(rule=f'"{rule}"', case=f'"{case}"', unit=f'"{unit}"', value=str(value))
        return [(each.field, each.words.zh) for each in faults(pack(text), SHIPPED)]

    assert found(least) == found(greatest) == []
    assert found(greatest + 1) == [("value", f"应为{least}至{greatest}之间的数")]
    if least:
        assert found(least - 1) == [("value", f"应为{least}至{greatest}之间的数")]


@pytest.mark.parametrize(
    ("rule", "case", "unit", "value"),
    [
        ("I12", "", "reports", 0),
        ("I12", "", "reports", 1),
        ("I15", "adverse_records", "records", 0),
        ("D18", "", "years", 18),
    ],
)
def test_a_number_that_its_rule_does_not_read_is_set_by_no_pack(
    rule: str, case: str, unit: str, value: int
) -> None:
    text = number(rule=f'"{rule}"', case=f'"{case}"', unit=f'"{unit}"', value=str(value))
    (fault,) = faults(pack(text), SHIPPED)
    assert fault.field == "value"
    assert fault.words.zh.startswith("这条规则不按数值判断")


def test_what_a_case_should_be_is_said_in_each_language() -> None:
    (fault,) = faults(pack(number(rule='"I14"', case='"left"', unit='"years"', value="8")), SHIPPED)
    assert fault.words == Label("应为：不写 case", "should be left out")
