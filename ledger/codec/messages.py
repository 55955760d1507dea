"""Messages about invalid input, in Chinese and English, by the kind of validation error."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from domain.event import is_month
from domain.label import Label
from domain.text import is_digits, is_hash, is_line, is_place_code, is_term, is_text

NOT_JSON: Final = Label("不是合法的 JSON", "not JSON")
UNMEASURED: Final = Label("数值过大或小数位过多", "too large, or more precise than 12 decimal places")
ALTERED: Final = Label("读回后不相同", "would not be read back as it is")
HALVED: Final = Label("含有不成对的代理字符", "has half of a surrogate pair, which is no character")
BEYOND: Final = Label("超出历法范围", "outside the calendar")
UNZONED: Final = Label("时刻须带时区", "an instant needs its time zone")
NO_FIELD: Final = Label("没有该字段", "no such field")
INTEGER: Final = Label("应为整数", "should be a whole number")
DAY: Final = Label("应为日期 YYYY-MM-DD", "should be a day, YYYY-MM-DD")
INSTANT: Final = Label(
    "应为带时区的时刻，如 2024-03-05T08:15:30Z", "should be an instant with its zone, as 2024-03-05T08:15:30Z"
)
UUID_FORM: Final = Label("应为带连字符的 UUID", "should be a UUID with its hyphens")
TRUTH: Final = Label("应为 true 或 false", "should be true or false")
GIVEN: Final = Label("必须填写", "must be given")
ANSWERED: Final = Label("必须填写", "must be answered")
UNKNOWN: Final = Label(
    '内容不详的，填写 {"unknown": "not_asked"}（未询问）、'
    '"not_known"（不知道）或者 "not_on_paper"（材料未记载）',
    'where it is not known, write {"unknown": "not_asked"}, "not_known" or "not_on_paper"',
)
"""How to state that a value is unknown."""
NUMBER: Final = Label("应为数字", "should be a number")
_TEXT: Final = Label("应为文字", "should be a text")
_ONE_OF: Final = Label("应为以下之一：{expected}", "should be one of {expected}")
_OBJECT: Final = Label("应为对象", "should be an object")
_LIST: Final = Label("应为列表", "should be a list")
_WORDING: Final[Mapping[str, Label]] = {
    "missing": GIVEN,
    "unexpected_keyword_argument": NO_FIELD,
    "extra_forbidden": NO_FIELD,
    "string_too_short": Label("至少 {min_length} 个字符", "at least {min_length} character{s}"),
    "string_too_long": Label("至多 {max_length} 个字符", "at most {max_length} character{s}"),
    "string_pattern_mismatch": Label("填写格式不正确", "not of the form asked for"),
    "decimal_type": NUMBER,
    "decimal_parsing": NUMBER,
    "finite_number": NUMBER,
    "timezone_aware": UNZONED,
    "literal_error": _ONE_OF,
    "enum": _ONE_OF,
    "too_short": Label("至少 {min_length} 项", "at least {min_length} item{s}"),
    "too_long": Label("至多 {max_length} 项", "at most {max_length} item{s}"),
    "greater_than": Label("应大于 {gt}", "must be more than {gt}"),
    "greater_than_equal": Label("不得小于 {ge}", "must be at least {ge}"),
    "less_than": Label("应小于 {lt}", "must be less than {lt}"),
    "less_than_equal": Label("不得大于 {le}", "must be at most {le}"),
    "json_invalid": NOT_JSON,
}
_EMPTY: Final[Mapping[str, Label]] = {
    "string_too_short": Label("须填写，不得为空", "must be filled in"),
    "too_short": Label("至少填写一项", "at least one item"),
}
"""Messages about what must only not be empty, by the kind of error."""
_PREDICATES: Final[Mapping[str, Label]] = {
    f"Predicate '{holds.__name__}' failed": label
    for holds, label in {
        is_line: Label(
            "应当有可见文字，且只占一行，不得含有控制符、方向控制符或者不可见字符",
            "should have something to see, in one line, and no control, direction or invisible character",
        ),
        is_term: Label(
            "应当有文字或者数字，且只占一行，不得含有控制符、方向控制符、不可见或者已损坏的字符；没有的，写明原因，不以符号代替",
            "should have a letter or a digit, in one line, and no control, direction, invisible or lost"
            " character; a mark is no answer: where there is none, say why",
        ),
        is_text: Label(
            "应当有可见文字，且不得含有控制符或者方向控制符",
            "should have something to see, and no control or direction character",
        ),
        is_digits: Label("应只有数字 0 至 9", "should have the digits 0 to 9 only"),
        is_hash: Label("应为 64 位十六进制数", "should be 64 hexadecimal digits, in lower case"),
        is_place_code: Label(
            "应为县（市、区）的六位或者乡镇（街道）的九位区划代码",
            "should be the code of a county (six digits) or of a township (nine)",
        ),
        is_month: Label("应为月份 YYYY-MM", "should be a month, YYYY-MM"),
    }.items()
}
"""Messages for predicates of `domain.event` that fail, by the message of the validation."""


_FAMILIES: Final = (
    ("datetime", INSTANT),
    ("timezone", UNZONED),
    ("date", DAY),
    ("uuid", UUID_FORM),
    ("int", INTEGER),
    ("float", NUMBER),
    ("bool", TRUTH),
    ("string", _TEXT),
    ("list", _LIST),
    ("tuple", _LIST),
    ("dict", _OBJECT),
    ("mapping", _OBJECT),
    ("model", _OBJECT),
    ("dataclass", _OBJECT),
)
"""Messages for families of kinds of errors, by prefix."""
_LONGEST_WORD: Final = 60
_OTHERWISE: Final = Label("不符合要求", "is not what it should be")


@dataclass(frozen=True, slots=True)
class InvalidValue:
    """The error at one place, without the value sent: a JSON pointer and the message.

    `hint` says what to write instead, `known` lists the words that are valid there.
    """

    pointer: str
    words: Label
    hint: Label | None = None
    known: tuple[str, ...] = ()

    @property
    def sentence(self) -> Label:
        """The message and the hint in one sentence."""
        hint = self.hint
        if hint is None:
            return self.words
        return Label(f"{self.words.zh}：{hint.zh}", f"{self.words.en}: {hint.en}")


def wording(kind: str, context: Mapping[str, Any], message: str) -> Label:
    """Return the message for a kind of error; its context has limits from a schema, never values sent.

    `message` is the English message of the validation.
    """
    label = _PREDICATES.get(message) if kind == "predicate_failed" else _WORDING.get(kind)
    if context.get("min_length") == 1:
        label = _EMPTY.get(kind, label)
    bound = context.get("min_length", context.get("max_length"))
    if label is None:
        label = next((each for family, each in _FAMILIES if kind.startswith(family)), _OTHERWISE)
    try:
        # The validation lists expected values in English words.
        chinese = {
            name: value.replace("'", "").replace(" or ", ", ").replace(", ", "、")
            if isinstance(value, str)
            else value
            for name, value in context.items()
        }
        return Label(
            label.zh.format_map(chinese), label.en.format_map({**context, "s": "" if bound == 1 else "s"})
        )
    except KeyError:
        return _OTHERWISE


def most_like(sent: str, known: Collection[str]) -> list[str]:
    """Return the known word most like the one sent, if any; none for a long word."""
    return get_close_matches(sent, known, 1) if len(sent) <= _LONGEST_WORD else []


def unknown_word(pointer: str, words: Label, sent: str, known: Collection[str]) -> InvalidValue:
    """Return the error for an unknown word, with the known ones and the most similar of them."""
    listed = tuple(known)
    if not listed:
        return InvalidValue(pointer, words, Label("此处没有可用的内容", "none is known here"))
    zh, en = "、".join(listed), ", ".join(listed)
    likely = most_like(sent, listed)
    return InvalidValue(
        pointer,
        words,
        Label(
            f"可用：{zh}{''.join(f'；是否应为 {each}？' for each in likely)}",
            f"known here: {en}{''.join(f'; did you mean {each}?' for each in likely)}",
        ),
        listed,
    )
