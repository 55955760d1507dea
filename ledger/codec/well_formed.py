"""Well-formed JSON: exact numbers, unique members, and texts of whole characters."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final, NoReturn

import orjson

from domain.event import Label
from ledger.canonical import measurable
from ledger.codec.messages import NOT_JSON

TWICE: Final = Label("同一对象中有重复的成员", "an object has a member of the same name twice")
NOT_UTF_8: Final = Label("不是 UTF-8 编码", "not in UTF-8")
TOO_DEEP: Final = Label("嵌套过深", "nested too deeply")

BEYOND_MEASURE: Final = "1e999"
"""Replaces a number that cannot be stored; every field refuses it."""
_LONGEST: Final = 18
"""Digits of a whole number that orjson certainly serializes."""


class MalformedError(ValueError):
    """The input is not well-formed JSON, with the reason."""

    def __init__(self, detail: Label) -> None:
        super().__init__(detail.en)
        self.detail = detail


def loads(raw: bytes | str) -> Any:  # noqa: ANN401 - any JSON
    """Parse JSON; numbers with a fraction or an exponent, and very long ones, become `Decimal`.

    Raises MalformedError.
    """
    try:
        return json.loads(
            raw,
            parse_float=Decimal,
            parse_int=_whole_number,
            parse_constant=_no_constant,
            object_pairs_hook=_once,
        )
    except MalformedError:
        raise
    except RecursionError:
        raise MalformedError(TOO_DEEP) from None
    except json.JSONDecodeError as error:
        raise MalformedError(_not_json(error.lineno, error.colno)) from None
    except UnicodeDecodeError:
        raise MalformedError(NOT_UTF_8) from None
    except (ValueError, ArithmeticError):
        raise MalformedError(NOT_JSON) from None


def _not_json(line: int, column: int) -> Label:
    """Return the place from which on the text is not JSON, without quoting it."""
    return Label(
        f"{NOT_JSON.zh}：自第 {line} 行第 {column} 列起",
        f"{NOT_JSON.en}, from line {line}, column {column} on",
    )


def dumps(document: Any) -> bytes:  # noqa: ANN401 - any JSON
    """Return the JSON of a document, with exact numbers. Raises MalformedError."""
    try:
        return orjson.dumps(document, default=_number)
    except TypeError:
        raise MalformedError(NOT_JSON) from None


def halved(document: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Yield the JSON pointer of each text with a lone surrogate, which is not a character."""
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting:
        at, value = waiting.pop()
        match value:
            case str() if not _whole(value):
                yield at
            case list():
                waiting += [(f"{at}/{place}", each) for place, each in enumerate(value)]
            case dict():
                for name, each in value.items():
                    if _whole(name):
                        waiting.append((f"{at}/{name.replace('~', '~0').replace('/', '~1')}", each))
                    else:
                        yield at


def _whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _whole_number(text: str) -> int | Decimal:
    return Decimal(text) if len(text) > _LONGEST or text == "-0" else int(text)


def _no_constant(_: str) -> NoReturn:
    raise MalformedError(NOT_JSON)


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(members)
    if len(document) < len(members):
        raise MalformedError(TWICE)
    return document


def _number(value: object) -> orjson.Fragment:
    if not isinstance(value, Decimal):
        raise TypeError
    return orjson.Fragment(str(value) if measurable(value) else BEYOND_MEASURE)
