"""Lines are taken as they are sent: bounded, each by itself, and without holding anybody up."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from api.http import import_starting
from api.http.line_splitting import LONGEST_LINE, lines_of
from tests.support.client import Served
from tests.support.imports_http import NDJSON, hand_in, told_of

MARK = b"\xef\xbb\xbf"


def a_line(child: UUID, day: str = "2014-03-01", **more: Any) -> bytes:
    """A line that records something of a child."""
    data = {"is_insured": False, "is_identity_verified": {"unknown": "not_asked"}}
    event = {"type": "InsuranceStatusChecked", "occurred_on": day, "data": data, **more}
    return orjson.dumps({"child": str(child), "events": [event]})


def test_lines_are_what_line_feeds_separate_and_nothing_else() -> None:
    text = "甲\u2028乙\x85丙\x0b丁\x1e戊".encode()

    assert list(lines_of([text + b"\r\n" + text])) == [text + b"\r", text]
    assert list(lines_of([b"a\n", b"\n", b"b", b"c\n"])) == [b"a", b"", b"bc"]
    assert list(lines_of([])) == []


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert list(lines_of([MARK[:1], MARK[1:] + b"a\n", MARK + b"b"])) == [b"a", MARK + b"b"]
    assert list(lines_of([MARK + b"a"])) == [b"a"]


@pytest.mark.parametrize("end", [b"", b"\nnext"])
def test_of_a_line_that_is_too_long_no_more_is_kept_than_shows_it(end: bytes) -> None:
    parts = [b"x" * 100_000] * (LONGEST_LINE // 100_000 + 2)

    first, *others = lines_of([*parts, end])

    assert len(first) == LONGEST_LINE + 1
    assert others == ([b"next"] if end else [])


async def test_sample_marked_lines(served: Served, cases: Path) -> None:
    child = await served.a_child()
    body = (cases / "marked-lines.ndjson").read_bytes().replace(b"{child}", str(child).encode())

    told = await told_of(await served.as_("staff"), body)

    assert (told["rows"], told["recorded"], told["rejected"]) == (2, 2, 0)


async def test_lines_with_a_mark_are_the_same_lines_without_one(served: Served) -> None:
    staff, child = await served.as_("staff"), await served.a_child()

    first = await told_of(staff, MARK + a_line(child))
    again = await told_of(staff, a_line(child))

    assert (first["recorded"], again["recorded"], again["already"]) == (1, 0, 1)


async def test_a_separator_of_other_kind_within_a_text_splits_no_line(served: Served) -> None:
    told = await told_of(await served.as_("staff"), a_line(await served.a_child(), note="甲\u2028乙"))

    assert (told["rows"], told["recorded"]) == (1, 1)


async def test_of_many_rejected_lines_the_first_are_listed_and_all_are_counted(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.http.import_lines.MOST_LISTED", 3)

    told = await told_of(await served.as_("staff"), b"x\n" * 5)

    assert (told["rows"], told["rejected"], told["unlisted"]) == (5, 5, {"rejections": 2})
    assert [each["row"] for each in told["rejections"]] == [1, 2, 3]


async def test_what_is_all_listed_says_nothing_of_the_unlisted(served: Served) -> None:
    assert "unlisted" not in await told_of(await served.as_("staff"), b"x\n" * 5)


async def test_a_line_that_is_too_long_is_rejected_and_the_others_are_recorded(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = await served.a_child()
    for module in ("api.http.import_lines", "api.http.line_splitting"):
        monkeypatch.setattr(f"{module}.LONGEST_LINE", 1000)

    told = await told_of(
        await served.as_("staff"), b"\n".join([a_line(child), b"x" * 5000, a_line(child, "2014-03-02")])
    )

    assert told["recorded"] == 2
    assert [(each["row"], each["code"]) for each in told["rejections"]] == [(2, "too_large")]


async def test_more_lines_than_are_taken_are_refused_before_any_is_recorded(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_starting, "MOST_LINES", 2)
    child = await served.a_child()
    lines = [a_line(child, f"2014-03-0{day}") for day in (1, 2, 3)]
    staff = await served.as_("staff")

    refused = await hand_in(staff, b"\n".join(lines) + b"\n", media_type=NDJSON)

    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert (await told_of(staff, b"\n".join(lines[:2])))["recorded"] == 2


async def test_worthless_lines_hold_nobody_up(served: Served) -> None:
    staff, nobody = await served.as_("staff"), await served.client()
    answer = await hand_in(staff, b"x\n" * 50_000, media_type=NDJSON)
    answered = 0
    told: dict[str, Any] = {"state": "queued"}
    while told["state"] not in {"done", "failed"}:
        await asyncio.sleep(0.01)
        assert (await nobody.get("/health/live")).status_code == 200
        answered += 1
        told = (await staff.get(answer.headers["Location"])).json()

    assert told["rejected"] == 50_000
    assert answered > 3
