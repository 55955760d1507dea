"""What is wrong with something sent, in Chinese and English, by the kind of error that validation names."""

from collections.abc import Mapping
from typing import Any, Final

from domain.event import Label

NOT_JSON: Final = Label("不是合法的 JSON", "not JSON")
UNMEASURED: Final = Label("数值过大或小数位过多", "too large, or more precise than 12 decimal places")
ALTERED: Final = Label("读回后不相同", "would not be read back as it is")
BEYOND: Final = Label("超出历法范围", "outside the calendar")
UNZONED: Final = Label("时刻须带时区", "an instant needs its time zone")
_NO_FIELD: Final = Label("没有这个字段", "no such field")
_INTEGER: Final = Label("应为整数", "should be a whole number")
_NUMBER: Final = Label("应为数字", "should be a number")
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
    "decimal_type": _NUMBER,
    "decimal_parsing": _NUMBER,
    "finite_number": _NUMBER,
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
    "predicate_failed": Label("写法不对", "not of the form asked for"),
    "json_invalid": NOT_JSON,
}


def wording(kind: str, context: Mapping[str, Any], message: str) -> Label:
    """Return what a kind of error means; `message` is what the validation itself says in English."""
    label = _WORDING.get(kind)
    if label is None:
        return Label("不符合要求", message)
    return Label(label.zh.format_map(context), label.en.format_map(context))
