"""What is wrong with a value that was sent, said without repeating the value."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from ledger.wording import wording

_PLAIN: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: a JSON pointer into the body (or `/query/…`, `/path/…`, `/header/…`), and what is wrong."""

    pointer: str
    en: str
    zh: str


# Words of pydantic's error types; `{…}` are limits that the schema states, never what was sent.
_WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "missing": ("must be given", "必须填写"),
        "extra_forbidden": ("is not known here", "此处没有这一项"),
        "json_invalid": ("is no JSON", "不是有效的 JSON"),
        "literal_error": ("is none of the values possible here", "不是可选的值"),
        "enum": ("is none of the values possible here", "不是可选的值"),
        "greater_than_equal": ("must be at least {ge}", "不得小于 {ge}"),
        "greater_than": ("must be more than {gt}", "必须大于 {gt}"),
        "less_than_equal": ("must be at most {le}", "不得大于 {le}"),
        "less_than": ("must be less than {lt}", "必须小于 {lt}"),
        "string_too_short": ("must have at least {min_length} characters", "至少 {min_length} 个字符"),
        "string_too_long": ("must have at most {max_length} characters", "至多 {max_length} 个字符"),
        "too_short": ("must have at least {min_length} items", "至少 {min_length} 项"),
        "too_long": ("must have at most {max_length} items", "至多 {max_length} 项"),
        "string_pattern_mismatch": ("has the wrong form", "格式不正确"),
        "union_tag_invalid": ("is of no known kind", "种类未知"),
        "union_tag_not_found": ("does not say its kind", "未说明种类"),
    }
)
# The same for whole families of error types, by how they begin.
_FAMILIES: Final = (
    ("datetime", "must be an instant, such as 2024-03-05T08:15:30Z", "必须是时刻，如 2024-03-05T08:15:30Z"),
    ("timezone", "must be an instant with its zone", "必须是带时区的时刻"),
    ("date", "must be a day, such as 2024-03-05", "必须是日期，如 2024-03-05"),
    ("uuid", "must be a uuid", "必须是 UUID"),
    ("int", "must be a whole number", "必须是整数"),
    ("float", "must be a number", "必须是数字"),
    ("decimal", "must be a decimal number", "必须是十进制数"),
    ("bool", "must be true or false", "必须是 true 或 false"),
    ("string", "must be text", "必须是文本"),
    ("list", "must be a list", "必须是列表"),
    ("tuple", "must be a list", "必须是列表"),
    ("dict", "must be an object", "必须是对象"),
    ("model", "must be an object", "必须是对象"),
    ("dataclass", "must be an object", "必须是对象"),
)
_OTHERWISE: Final = ("is not what it should be", "不符合要求")


def faults(errors: Iterable[Mapping[str, Any]]) -> list[Fault]:
    """Turn errors as pydantic lists them (`type`, `loc`, `ctx`) into faults."""
    return [Fault(pointer(error["loc"]), *_words(error)) for error in errors]


def pointer(location: Iterable[str | int]) -> str:
    """Return a JSON pointer, up to the first part that may be somebody's words and not ours."""
    parts: list[str] = []
    for part in location:
        if isinstance(part, str) and not _PLAIN.fullmatch(part):
            break
        parts.append(str(part))
    if parts[:1] == ["body"]:
        parts = parts[1:]
    return "".join(f"/{part}" for part in parts)


def _words(error: Mapping[str, Any]) -> tuple[str, str]:
    kind = str(error["type"])
    if kind == "predicate_failed":
        label = wording(kind, {}, error["msg"])
        return label.en, label.zh
    words = _WORDS.get(kind)
    if words is None:
        words = next(((en, zh) for family, en, zh in _FAMILIES if kind.startswith(family)), _OTHERWISE)
    limits = error.get("ctx") or {}
    try:
        en, zh = (word.format_map(limits) for word in words)
    except KeyError:
        return _OTHERWISE
    return en, zh
