"""A name is found by any of its characters in a row, by pinyin and by initials, however it is typed."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.name_search import (
    MOST_OF_A_NAME,
    MOST_TERMS,
    ROW,
    fold_text,
    terms_of_name,
    terms_of_names,
    terms_of_query,
    whole_name,
)
from projections.name_search import _readings as readings_of
from projections.register import REGISTER, ListedOnDay

hanzi = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
names = st.text(hanzi, min_size=1, max_size=12)


def finds(query: str, name: str) -> bool:
    """Whether a query's terms are all among a name's."""
    terms = terms_of_query(query)
    return bool(terms) and terms <= terms_of_name(name)


@pytest.mark.parametrize(
    "query",
    [
        "王", "明", "小明", "王小", "王小明", " 王 小明", "王·小明",
        "w", "wang", "wangx", "wangxiaoming", "WangXiaoMing", "wang xiao ming", "xiaoming", "ming", "mi",
        "wxm", "xm", "WXM", "ｗｘｍ",
    ],
)  # fmt: skip
def test_a_name_is_found_by_characters_pinyin_and_initials(query: str) -> None:
    assert finds(query, "王小明")


@pytest.mark.parametrize("query", ["李", "王明", "明小", "wangming", "wm", "iaoming", "王小明明", "。", " "])
def test_and_by_nothing_else(query: str) -> None:
    assert not finds(query, "王小明")


@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("单雄信", ["shan", "danxiongxin", "sxx", "dxx"]),
        ("曾可", ["zengke", "cengke", "zk", "ck"]),
        ("仇远", ["qiuyuan", "chouyuan"]),
        ("贠半千", ["yunbanqian"]),
        ("吕绿", ["lvlv", "lulu", "lülü", "lyulyu", "ll"]),
        ("欧阳重行", ["ouyangchongxing", "ouyangzhonghang", "oyc", "oyz"]),
    ],
)
def test_a_character_is_found_by_each_of_its_readings(name: str, queries: list[str]) -> None:
    assert [query for query in queries if not finds(query, name)] == []


def test_a_name_of_other_letters_is_found_by_its_words() -> None:
    assert finds("mary ann", "Mary Ann")
    assert finds("ann", "Mary Ann")
    assert finds("ma", "Mary Ann 王")
    assert finds("annw", "Mary Ann 王")


def test_a_long_name_has_bounded_terms_and_is_found_by_its_parts() -> None:
    name = "阿卜杜热合曼·买买提江·艾合买提"
    assert len(terms_of_name(name)) < 1500
    assert finds("买买提江", name)
    assert finds("abuduxx", name) is False
    assert finds("maimaitijiang", name)
    assert finds(name, name)
    assert not finds("阿卜杜热合曼买买提艾合买提", name)


@given(name=names, start=st.integers(0, 11), length=st.integers(1, ROW))
def test_any_characters_in_a_row_find_a_name(name: str, start: int, length: int) -> None:
    query = name[start : start + length]
    assert finds(query, name) or not query


@given(name=names, other=names)
def test_a_query_of_characters_finds_only_names_that_have_them_in_a_row(name: str, other: str) -> None:
    if len(other) <= ROW:
        assert finds(other, name) == (other in name)


@given(name=names, other=names)
def test_the_whole_name_is_a_term_of_its_own(name: str, other: str) -> None:
    assert (whole_name(other) in terms_of_name(name)) == (name == other)


def test_texts_are_folded_for_searching() -> None:
    assert fold_text("ＷＨ－２０１９ ００１") == "wh2019001"
    assert fold_text("Lü·") == "lv"


@pytest.mark.parametrize("name", ["张\U0003158e", "王\ue863", "李𠮷", "㐂雄"])
def test_a_name_is_found_by_characters_that_the_tables_do_not_know(name: str) -> None:
    assert finds(name, name)
    for character in name:
        assert finds(character, name)
    assert not finds(name, name[0])
    assert whole_name(name) != whole_name(name[0])


# Typing more


@pytest.mark.parametrize(
    "typed",
    [
        "abudureyimumaimaiti", "abudureyimu maimaiti", "abdrymmmt", "阿卜杜热依木买买提", "reyimumaimaiti",
        "mmt",
    ],
)  # fmt: skip
def test_typing_more_of_a_name_never_finds_less(typed: str) -> None:
    for end in range(1, len(typed) + 1):
        assert finds(typed[:end], "阿卜杜热依木·买买提"), typed[:end]
    assert not finds(f"{typed}x", "阿卜杜热依木·买买提")


@given(name=names, start=st.integers(0, 11), data=st.data())
def test_a_name_is_found_by_any_beginning_of_its_pinyin_however_long(
    name: str, start: int, data: st.DataObject
) -> None:
    said = [data.draw(st.sampled_from(readings[:1])) for readings in read_aloud(name[start:])]
    for typed in ("".join(said), "".join(reading[0] for reading in said)):
        assert all(finds(typed[:end], name) for end in range(1, len(typed) + 1)), typed


def read_aloud(name: str) -> list[list[str]]:
    """The readings of each character, the usual one first."""
    return [readings_of(character) for character in name]


@given(name=names)
def test_a_short_name_is_found_by_each_reading_of_each_character(name: str) -> None:
    for readings in read_aloud(name[:4]):
        assert all(finds(reading, name[:4]) for reading in readings)


# Other letters


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("José María", ["jose", "maria", "José", "josemaria", "jose maria", "JOSÉ", "jm", "María"]),
        ("Jose\u0301", ["jose", "josé"]),
        ("Müller", ["muller", "mueller", "müller"]),
        ("Đặng Thị Hồng", ["dang", "dang thi hong", "đặng", "dth"]),
        ("Søren Łukasz", ["soren", "lukasz", "søren"]),
        ("Владимир", ["владимир", "влад"]),
        ("ＪＯＳＥ", ["jose"]),
        ("김철수", ["김철수", "철수"]),
        ("O’Neill", ["oneill", "o'neill"]),
    ],
)
def test_a_name_is_found_as_it_can_be_typed(name: str, typed: list[str]) -> None:
    assert [each for each in typed if not finds(each, name)] == []


@pytest.mark.parametrize("dot", ["·", "•", "・", "‧", "∙", "．", " ", ""])
def test_a_name_is_found_however_its_parts_are_joined(dot: str) -> None:
    for other in ("·", "•", " ", ""):
        assert finds(f"阿依古丽{other}买买提", f"阿依古丽{dot}买买提")


@pytest.mark.parametrize("rare", ["𱖎", "\ue863", "𠮷", "㐂", "\ufa11", "\U000f0001"], ids=ascii)
def test_a_rare_character_is_found_by_itself(rare: str) -> None:
    for name in (f"张{rare}", rare, f"{rare}小明"):
        assert finds(rare, name)
        assert finds(name, name)
        assert whole_name(name) != whole_name(name.replace(rare, ""))
    assert finds("zhang", f"张{rare}")
    assert not finds(rare, "张小明")


# How many terms


@given(name=st.text(max_size=300))
def test_no_name_whatever_it_is_has_more_terms_than_a_file_may_have(name: str) -> None:
    assert len(terms_of_name(name)) <= MOST_TERMS


@given(name=st.text(st.sampled_from("单曾仇重行会乐吕女绿阿卜提买艾擖着朝长"), min_size=30, max_size=50))
def test_a_name_of_many_readings_has_bounded_terms_and_is_found_all_the_same(name: str) -> None:
    assert len(terms_of_name(name)) <= MOST_OF_A_NAME
    usual = "".join(readings[0] for readings in read_aloud(name))
    assert finds(usual, name)
    assert finds(name, name)


def test_a_file_of_many_long_names_is_found_by_the_latest_and_by_every_whole_name() -> None:
    many = [f"{'单曾仇重行会乐吕' * 6}{number}" for number in range(500)]
    terms = terms_of_names(many)
    assert len(terms) <= MOST_TERMS
    assert terms_of_name(many[0]) <= terms
    assert {whole_name(name) for name in many} <= terms


def test_a_page_of_the_register_carries_none_of_the_terms() -> None:
    shown = {column.name for column in fields(ListedOnDay)}
    assert set(REGISTER.columns) - shown == {"terms", "file_no_terms", "citizen_id_terms"}


def test_of_a_name_that_stands_already_and_is_too_long_the_first_part_is_found() -> None:
    name = "阿卜杜热依木" * 30
    assert len(terms_of_name(name)) <= MOST_OF_A_NAME
    assert finds("abudureyimuabudu", name)
