"""What is wrong with something sent, in Chinese and English, by the kind of error that validation names."""

from collections.abc import Mapping
from typing import Any, Final

from domain.event import Label, is_month
from domain.text import is_digits, is_line, is_text

NOT_JSON: Final = Label("不是合法的 JSON", "not JSON")
UNMEASURED: Final = Label("数值过大或小数位过多", "too large, or more precise than 12 decimal places")
ALTERED: Final = Label("读回后不相同", "would not be read back as it is")
HALVED: Final = Label("含有不成对的代理字符", "has half of a surrogate pair, which is no character")
BEYOND: Final = Label("超出历法范围", "outside the calendar")
UNZONED: Final = Label("时刻须带时区", "an instant needs its time zone")
_NO_FIELD: Final = Label("没有这个字段", "no such field")
_INTEGER: Final = Label("应为整数", "should be a whole number")
NUMBER: Final = Label("应为数字", "should be a number")
_DAY: Final = Label("应为日期 YYYY-MM-DD", "should be a day, YYYY-MM-DD")
_INSTANT: Final = Label("应为带时区的时刻", "should be an instant with its time zone")
_UUID: Final = Label("应为 UUID", "should be a UUID")
_ONE_OF: Final = Label("应为 {expected} 之一", "should be one of {expected}")
_OBJECT: Final = Label("应为对象", "should be an object")
_LIST: Final = Label("应为列表", "should be a list")
_WORDING: Final[Mapping[str, Label]] = {
    "missing": Label("必须填写：给出值或未知的原因", "must be answered, by a value or why it is unknown"),
    "unexpected_keyword_argument": _NO_FIELD,
    "extra_forbidden": _NO_FIELD,
    "string_type": Label("应为文字", "should be a text"),
    "string_too_short": Label("至少 {min_length} 个字符", "at least {min_length} characters"),
    "string_too_long": Label("至多 {max_length} 个字符", "at most {max_length} characters"),
    "bool_type": Label("应为 true 或 false", "should be true or false"),
    "int_type": _INTEGER,
    "int_parsing": _INTEGER,
    "int_parsing_size": _INTEGER,
    "int_from_float": _INTEGER,
    "decimal_type": NUMBER,
    "decimal_parsing": NUMBER,
    "finite_number": NUMBER,
    "date_type": _DAY,
    "date_parsing": _DAY,
    "date_from_datetime_parsing": _DAY,
    "date_from_datetime_inexact": _DAY,
    "datetime_type": _INSTANT,
    "datetime_parsing": _INSTANT,
    "datetime_from_date_parsing": _INSTANT,
    "timezone_aware": UNZONED,
    "uuid_type": _UUID,
    "uuid_parsing": _UUID,
    "literal_error": _ONE_OF,
    "enum": _ONE_OF,
    "dataclass_type": _OBJECT,
    "model_type": _OBJECT,
    "dict_type": _OBJECT,
    "mapping_type": _OBJECT,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "too_short": Label("至少 {min_length} 项", "at least {min_length} items"),
    "too_long": Label("至多 {max_length} 项", "at most {max_length} items"),
    "greater_than": Label("应大于 {gt}", "should be more than {gt}"),
    "greater_than_equal": Label("不得小于 {ge}", "should be {ge} or more"),
    "less_than": Label("应小于 {lt}", "should be less than {lt}"),
    "less_than_equal": Label("不得大于 {le}", "should be {le} or less"),
    "json_invalid": NOT_JSON,
}


_PREDICATES: Final[Mapping[str, Label]] = {
    f"Predicate '{holds.__name__}' failed": label
    for holds, label in {
        is_line: Label(
            "须有可见的字，且只占一行，不得含控制符、方向控制符或不可见的字符",
            "should have something to see, in one line, and no control, direction or invisible character",
        ),
        is_text: Label(
            "须有可见的字，且不得含控制符或方向控制符",
            "should have something to see, and no control or direction character",
        ),
        is_digits: Label("应只有数字 0 至 9", "should have the digits 0 to 9 only"),
        is_month: Label("应为月份 YYYY-MM", "should be a month, YYYY-MM"),
    }.items()
}
"""What to say where a predicate of `domain.event` fails, by what the validation itself says."""


def wording(kind: str, context: Mapping[str, Any], message: str) -> Label:
    """Return what a kind of error means; `message` is what the validation itself says in English."""
    label = _PREDICATES.get(message) if kind == "predicate_failed" else _WORDING.get(kind)
    if label is None:
        return Label("不符合要求", message)
    return Label(label.zh.format_map(context), label.en.format_map(context))
