"""A file that a browser uploads in a form, read part by part within the bounds of every other body."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Final

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from api.console.page_request import SHOWN_TO
from api.contract.problems import Problem
from api.http.request_body import parts
from domain.label import Label
from domain.limit import Area, limit

AROUND_IT: Final = limit(
    16 * 1024,
    Area.REQUESTS,
    Label("上传表单中文件以外的字节数", "Bytes around the file in the form of an upload"),
    why=Label("只有一个文件栏", "There is one file in it"),
    beyond="too_large",
)
_FORM: Final = ("multipart/form-data",)
_LONGEST_NAME: Final = 200
_LONGEST_READER: Final = 100
_NO_FILE: Final = Label("没有选择文件。", "No file was chosen.")


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded file: its name, empty if none was chosen, and its bytes as they arrive.

    `shown_to` is what the form says before it of whose page it stood on.
    """

    name: str
    shown_to: str
    parts: AsyncIterator[bytes]


@dataclass(slots=True)
class _FileField:
    """The parts of the form as the parser comes upon them; `name` is None until the file's begins."""

    wanted: str
    name: str | None = None
    arrived: list[bytes] = field(default_factory=list)
    within: bool = False
    reader: bytearray = field(default_factory=bytearray)
    of_reader: bool = False
    header: tuple[bytearray, bytearray] = field(default_factory=lambda: (bytearray(), bytearray()))
    disposition: bytes = b""

    def parser(self, boundary: bytes) -> MultipartParser:
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self.part_begins,
                "on_header_field": lambda data, start, end: self.header[0].extend(data[start:end]),
                "on_header_value": lambda data, start, end: self.header[1].extend(data[start:end]),
                "on_header_end": self.header_ends,
                "on_headers_finished": self.headers_end,
                "on_part_data": self.data,
                "on_part_end": self.part_ends,
            },
        )

    def part_begins(self) -> None:
        self.disposition = b""

    def header_ends(self) -> None:
        name, value = self.header
        if bytes(name).lower() == b"content-disposition":
            self.disposition = bytes(value)
        self.header = (bytearray(), bytearray())

    def headers_end(self) -> None:
        _, options = parse_options_header(self.disposition)
        field_name = options.get(b"name", b"").decode("utf-8", "replace")
        self.within, self.of_reader = field_name == self.wanted, field_name == SHOWN_TO
        if self.within and self.name is None:
            given = options.get(b"filename", b"").decode("utf-8", "replace")
            self.name = given.replace("\\", "/").rpartition("/")[2][:_LONGEST_NAME]

    def data(self, data: bytes, start: int, end: int) -> None:
        if self.within:
            self.arrived.append(data[start:end])
        elif self.of_reader and len(self.reader) < _LONGEST_READER:
            self.reader += data[start:end]

    def part_ends(self) -> None:
        self.within = self.of_reader = False

    def taken(self) -> Iterator[bytes]:
        arrived, self.arrived = self.arrived, []
        yield from arrived


async def uploaded(request: Request, wanted: str, most: int) -> Upload:
    """Return the file of a form's field, of at most so many bytes.

    Raises the problems of every body, and `malformed` for what is no form or has no such field.
    """
    _, options = parse_options_header(request.headers.get("content-type", ""))
    there = _FileField(wanted)
    parser = there.parser(options.get(b"boundary", b"") or b"-")
    arriving = parts(request, most + AROUND_IT, _FORM)
    while there.name is None:
        part = await anext(arriving, None)
        if part is None:
            raise Problem("malformed", _NO_FILE)
        _feed(parser, part)

    async def rest() -> AsyncIterator[bytes]:
        for each in there.taken():
            yield each
        async for part in arriving:
            _feed(parser, part)
            for each in there.taken():
                yield each
        try:
            parser.finalize()
        except FormParserError:
            raise Problem("malformed") from None

    return Upload(there.name, there.reader.decode("ascii", "replace"), rest())


def _feed(parser: MultipartParser, part: bytes) -> None:
    try:
        parser.write(part)
    except FormParserError:
        raise Problem("malformed") from None
