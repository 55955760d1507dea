"""A form that a browser sent, read within the bounds of every other body."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request

from api.console.page_request import SHOWN_TO, PageRequest, SignedIn
from api.contract.problems import Problem
from api.http.request_body import MOST_BYTES as MOST_RECORDED
from api.http.request_body import parts
from domain.label import Label
from domain.limit import Area, limit

MOST_BYTES: Final = limit(
    16 * 1024,
    Area.REQUESTS,
    Label("登录、查找和设置表单的字节数", "Bytes of the forms to sign in, to search and of preferences"),
    why=Label("这些表单没有更长的", "None of these forms is longer"),
    beyond="too_large",
)
MOST_KEPT_BYTES: Final = limit(
    256 * 1024,
    Area.REQUESTS,
    Label(
        "登录结束后提交而保留的表单的字节数", "Bytes of a form that is kept, sent after its session had ended"
    ),
    why=Label("最长的登记表也不过如此", "The longest form of an event has no more"),
    beyond=Label("不予保留", "It is not kept"),
)
MOST_FIELDS: Final = limit(
    5000,
    Area.REQUESTS,
    Label("一张登记表的栏目数", "Fields of the form of an event"),
    why=Label("最长的登记表也用不完", "The longest form has fewer"),
    beyond="malformed",
)
READING: Final = frozenset({"language", "text"})
"""What the buttons of the frame send of how somebody reads, with the form that they were filling in."""
SHOWN_AGAIN: Final = "-"
"""The row that a form asks for which is to be shown again as it is, and not to be checked."""
FORM: Final = ("application/x-www-form-urlencoded",)


async def form_to_keep(request: Request) -> Sequence[tuple[str, str]]:
    """Return the fields of a form that came too late, in their order; none if there is nothing to keep."""
    try:
        raw: bytes | None = getattr(request.state, "form", None)
        if raw is None:
            raw = b"".join([part async for part in parts(request, MOST_KEPT_BYTES, FORM)])
        fields = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict")
    except (Problem, ValueError):
        return ()
    return fields if any(value for _, value in fields) else ()


def form(*names: str, most: int = MOST_BYTES) -> Callable[[Request], Awaitable[Mapping[str, str]]]:
    """Return a dependency that reads a form with these fields, each once; one that was not sent is empty.

    The form has at most so many bytes. It raises the problem `malformed` for other fields, and those of
    every body.
    """

    async def read(request: Request) -> Mapping[str, str]:
        raw = request.state.form = b"".join([part async for part in parts(request, most, FORM)])
        try:
            sent = parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=len(names), errors="strict")
        except ValueError:
            raise Problem("malformed") from None
        fields = dict(sent)
        if len(fields) < len(sent) or not fields.keys() <= {*names}:
            raise Problem("malformed")
        return {name: fields.get(name, "") for name in names}

    return read


def readers_form(
    *names: str, most: int = MOST_BYTES
) -> Callable[[PageRequest, Request], Awaitable[Mapping[str, str]]]:
    """Return a dependency that reads a form as `form` does, of a page that was shown to whoever sends it.

    It raises the problem `other_person` for a form that was shown to somebody else.
    """
    read = form(*names, SHOWN_TO, most=most)

    async def theirs(page: SignedIn, request: Request) -> Mapping[str, str]:
        sent = await read(request)
        page.take_from_reader(sent[SHOWN_TO])
        return sent

    return theirs


async def filled_form(page: SignedIn, request: Request) -> dict[str, list[str]]:
    """Return all that a form says: of each field its values, in the order of the page.

    A form that came because somebody reads otherwise now is shown again as it is. Raises the problem
    `other_person` for a form that was shown to somebody else, `malformed`, and those of every body.
    """
    filled = await all_fields(request)
    page.take_from_reader("".join(filled.pop(SHOWN_TO, ())))
    if filled.keys() & READING:
        filled = {name: values for name, values in filled.items() if name not in READING}
        filled["more"] = [SHOWN_AGAIN]
    return filled


async def all_fields(request: Request) -> dict[str, list[str]]:
    """Return all that a form sends, in the order of the page. Raises the problems of `filled_form`."""
    raw = request.state.form = b"".join([part async for part in parts(request, MOST_RECORDED, FORM)])
    filled: dict[str, list[str]] = {}
    try:
        for name, value in parse_qsl(
            raw.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        ):
            filled.setdefault(name, []).append(value)
    except ValueError:
        raise Problem("malformed") from None
    return filled
