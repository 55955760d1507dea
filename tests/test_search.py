"""A name is found by any of its characters in a row, by pinyin and by initials, however it is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.search import LONGEST, fold_text, terms_of_name, terms_of_query, whole_name

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


@given(name=names, start=st.integers(0, 11), length=st.integers(1, LONGEST))
def test_any_characters_in_a_row_find_a_name(name: str, start: int, length: int) -> None:
    query = name[start : start + length]
    assert finds(query, name) or not query


@given(name=names, other=names)
def test_a_query_of_characters_finds_only_names_that_have_them_in_a_row(name: str, other: str) -> None:
    if len(other) <= LONGEST:
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
