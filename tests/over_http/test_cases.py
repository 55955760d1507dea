"""The sample requests, played step by step against a served ledger, and what must come out of each."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from httpx2 import AsyncClient, Response

from tests.support.client import Served, new_key

JsonObject = dict[str, Any]
AT_ONCE: Final = 16


@dataclass
class Play:
    """A case being played: its steps, what was saved of answers, and what the marked steps answered."""

    served: Served
    client: AsyncClient
    steps: list[JsonObject]
    saved: JsonObject = field(default_factory=dict)
    judged: list[Response] = field(default_factory=list)
    position: str = "0"

    async def until_judged(self) -> JsonObject:
        """Play the steps before the first that is marked, and return that one as it is to be sent."""
        while "judge" not in self.steps[0]:
            await self.send(self.steps.pop(0))
        return self.filled(self.steps[0])

    async def on(self) -> None:
        """Play what is left."""
        while self.steps:
            step = self.steps.pop(0)
            responses = await asyncio.gather(*(self.send(step) for _ in range(step.get("parallel", 1))))
            if "judge" in step:
                self.judged += responses

    async def send(self, step: JsonObject, **query: str) -> Response:
        """Send a step, filled in with what was saved, and save what it names of the answer."""
        step = self.filled(step)
        records = step["method"] == "POST" and not step.get("no_key")
        headers = new_key() if records else {}
        params = query if records else query | {"at_least": self.position}
        content = step.get("raw") or (json.dumps(step["body"]) if "body" in step else None)
        if content is not None:
            headers["Content-Type"] = "application/json"
        async with self.at_once:
            response = await self.client.request(
                step["method"],
                step["path"],
                params=dict(_query(step["path"])) | params,
                content=content,
                headers=headers,
            )
        self.position = response.headers.get("Ledger-Position", self.position)
        if response.status_code == 201:
            self.saved |= {name: response.json()[member] for name, member in step.get("save", {}).items()}
        return response

    at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def filled(self, step: JsonObject) -> JsonObject:
        """Return a step with `{child}` and the like in place."""
        filled: JsonObject = json.loads(re.sub(r"\{(child[^}\"]*)\}", self._value, json.dumps(step)))
        return filled

    def _value(self, place: re.Match[str]) -> str:
        value: Any = self.saved
        for part in place[1].split("."):
            value = value[int(part) if part.isdecimal() else part]
        return str(value)

    async def get(self, path: str) -> Any:
        """Read something as it is after all that was recorded."""
        answer = await self.client.get(path, params={**dict(_query(path)), "at_least": self.position})
        assert answer.status_code == 200, answer.json()
        return answer.json()


def _query(path: str) -> list[tuple[str, str]]:
    return [tuple(pair.split("=")) for pair in path.partition("?")[2].split("&") if pair]  # type: ignore[misc]  # pairs, as sent


Must = Callable[[Play], Awaitable[None]]
MUST: Final[dict[str, Must]] = {}
"""What must come out of each case, by its name."""


def case(name: str) -> Callable[[Must], Must]:
    def register(function: Must) -> Must:
        MUST[name] = function
        return function

    return register


def invalid_at(response: Response, pointer: str) -> None:
    assert (response.status_code, response.json()["code"]) == (422, "invalid")
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


def refused_by(response: Response, *rules: str) -> None:
    assert (response.status_code, response.json().get("code")) == (422, "refused"), response.json()
    assert {refusal["rule"] for refusal in response.json()["refusals"]} == set(rules)


@case("blank-name")
@case("control-characters")
async def _names(play: Play) -> None:
    await play.on()
    assert len(play.judged) >= 2
    for response in play.judged:
        invalid_at(response, "/events/1/data/name")


@case("same-citizen-id")
@case("same-file-number")
async def _same_number(play: Play) -> None:
    step = await play.until_judged()
    first = play.saved["child"]
    rehearsed = (await play.send(step, dry_run="true")).json()["possible_duplicates"]
    await play.on()
    (recorded,) = play.judged
    second = play.saved["child"]
    assert recorded.status_code == 201
    (told,) = recorded.json()["findings"]
    assert (told["child"], told["others"]) == (second, [first])
    assert told["rule"] in {"I32", "I33"}
    assert [(each["rule"], each["child"]) for each in rehearsed] == [(told["rule"], first)]
    listed = (await play.get(f"/findings?rule={told['rule']}"))["items"]
    assert {(each["child"], *each["others"]) for each in listed} == {(first, second), (second, first)}


@case("lower-case-x")
async def _lower_case_x(play: Play) -> None:
    await play.on()
    (recorded,) = play.judged
    assert recorded.json()["entries"][2]["data"]["citizen_id"] == "37109920120315004X"
    assert recorded.json()["findings"] == []
    file = await play.get(f"/children/{play.saved['child']}")
    assert file["household"]["citizen_id"]["value"] == "37109920120315004X"


@case("instant-not-on-its-day")
async def _instant(play: Play) -> None:
    step = await play.until_judged()
    refused_by(await play.send(step), "E10")
    on_its_day = step | {"body": step["body"] | {"occurred_on": "2024-03-05"}}
    assert (await play.send(on_its_day)).status_code == 201


@case("noted-in-the-future")
async def _noted(play: Play) -> None:
    await play.on()
    refused_by(play.judged[0], "E02")


@case("left-before-received")
async def _left(play: Play) -> None:
    await play.on()
    refused_by(play.judged[0], "E14", "R-DEP-2")
    (refusal,) = [each for each in play.judged[0].json()["refusals"] if each["rule"] == "E14"]
    assert refusal["evidence"] == [play.saved["child_entries"][0]["entry_id"]]


@case("card-of-somebody-else")
async def _card(play: Play) -> None:
    await play.on()
    (recorded,) = play.judged
    assert recorded.status_code == 201
    found = {(finding["rule"], finding["kind"]) for finding in recorded.json()["findings"]}
    assert ("I30", "breach") in found
    readiness = await play.get(f"/children/{play.saved['child']}/readiness")
    assert readiness["gates"][5]["gate"] == 6
    assert readiness["gates"][5]["state"] == "unmet"


@case("measures-out-of-reach")
async def _measures(play: Play) -> None:
    await play.on()
    (response,) = play.judged
    assert (response.status_code, response.json()["code"]) == (422, "invalid")
    assert {error["pointer"] for error in response.json()["errors"]} == {"/data/height_cm", "/data/weight_kg"}


@case("change-of-nothing")
async def _change(play: Play) -> None:
    await play.on()
    refused_by(play.judged[0], "E11")


@case("withdrawn-twice")
async def _withdrawn(play: Play) -> None:
    await play.on()
    refused_by(play.judged[0], "E12")


@case("age-before-birth")
async def _age(play: Play) -> None:
    await play.on()
    assert play.judged[0].status_code == 200
    assert play.judged[0].json()["age"] is None


@case("long-name-by-pinyin")
@case("name-without-accents")
async def _found(play: Play) -> None:
    await play.on()
    for response in play.judged:
        assert [row["child"] for row in response.json()["items"]] == [play.saved["child"]]


@case("member-twice")
async def _twice(play: Play) -> None:
    await play.on()
    assert (play.judged[0].status_code, play.judged[0].json()["code"]) == (400, "malformed")


@case("mistyped-filter")
async def _filter(play: Play) -> None:
    await play.on()
    assert [response.status_code for response in play.judged] == [422, 422]


@case("many-at-once")
async def _many(play: Play) -> None:
    await play.on()
    assert [response.status_code for response in play.judged] == [201] * 28


@pytest.mark.parametrize("name", sorted(MUST))
async def test_of_a_sample_request_comes_what_must(cases: Path, served: Served, name: str) -> None:
    told = json.loads((cases / f"{name}.json").read_text("utf-8"))
    client = await served.as_(told["role"])
    await MUST[name](Play(served, client, told["steps"]))


def test_every_sample_request_is_played(cases: Path) -> None:
    assert {path.stem for path in cases.glob("*.json")} == set(MUST)
