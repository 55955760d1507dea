"""Lines of a stream, separated by line feeds alone: a text in JSON may contain other separators."""

from collections.abc import Iterable, Iterator
from typing import Final

from api.http.request_body import MOST_BYTES
from domain.label import Label
from domain.limit import Area, limit

MOST_LINES: Final = limit(
    500_000,
    Area.IMPORTS,
    Label("逐行导入的行数", "Lines of an import in lines"),
    why=Label("每一行都要解析", "Each is parsed, however worthless it is"),
    beyond="too_large",
)
LONGEST_LINE: Final = limit(
    MOST_BYTES,
    Area.IMPORTS,
    Label("逐行导入中一行的字节数", "Bytes of a line of an import in lines"),
    why=Label("一行即一个请求", "A line is what else would be a request"),
    beyond=Label("该行不录入（too_large）", "The line is rejected (`too_large`)"),
)
_MARK: Final = b"\xef\xbb\xbf"
"""The byte order mark that some programs write before UTF-8."""


def lines_of(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield each line; of a too long one, its beginning, which is too long as well."""
    rest, first = b"", True
    for part in parts:
        *whole, more = part.split(b"\n")
        for end in whole:
            line, rest = rest + end, b""
            yield (line.removeprefix(_MARK) if first else line)[: LONGEST_LINE + 1]
            first = False
        rest = (rest + more)[: LONGEST_LINE + len(_MARK) + 1]
    if rest:
        yield (rest.removeprefix(_MARK) if first else rest)[: LONGEST_LINE + 1]
