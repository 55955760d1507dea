"""The grammar of scenarios over HTTP: given what stands in a file, when this is recorded, then so be it.

story = await a_story(served).given(("2024-03-05", some(ChildReceived)))
(await story.when(("2024-03-06", some(ChildAdmitted)))).refused("I01")
(await story.when(("2024-03-06", some(ChildAdmitted), {"exception": "I01"}))).recorded("I01")
"""

from collections.abc import Iterable
from typing import Any, Self
from uuid import UUID, uuid4

import pytest
from httpx2 import Response

from api.contract.entries import event_json
from api.identity.permissions import SEES, Role
from domain.envelope import Document, ExceptionClaim
from domain.event import Event
from domain.events.filing import FilesJoined, FilesSeparated
from domain.events.transfer.handing_over import ChildTransferred
from ledger.codec.split import stated
from ledger.recording.outcome import Recorded
from ledger.recording.request import Draft, Recording
from tests.support.client import NOW, Served
from tests.support.given import ROW, days, some

JsonObject = dict[str, Any]


def sent(
    on: Any,
    event: Event,
    *,
    documents: Iterable[str | Document] = (),
    exception: str | None = None,
    corrects: str | None = None,
    **more: Any,
) -> JsonObject:
    """Return an event as it is sent: a day or an interval as `given.days` reads it, and the event."""
    when = days(on)
    said: JsonObject = {
        "type": type(event).__name__,
        "occurred_on": None if when.first is None else when.first.isoformat(),
        "occurred_until": when.last.isoformat(),
        "data": event_json(event),
        **more,
    }
    papers = [Document(kind=paper) if isinstance(paper, str) else paper for paper in documents]
    if papers:
        said["documents"] = [
            {"kind": paper.kind, "number": paper.number, "sha256": paper.sha256} for paper in papers
        ]
    if exception is not None:
        said["exception"] = {"rule": exception, "reason": "情况特殊，已口头请示。"}
    if corrects is not None:
        said |= {"corrects": corrects, "reason": {"code": "incorrect_data", "explanation": "抄写错误。"}}
    return said


def written(happened: tuple[Any, ...]) -> JsonObject:
    """Return (day, event) or (day, event, envelope) as it is sent."""
    on, event, *envelope = happened
    return sent(on, event, **(envelope[0] if envelope else {}))


def who_may(happened: Iterable[tuple[Any, ...]]) -> Role:
    """Return who may record these: staff, or the supervisor what staff are not shown."""
    staff = all(stated(event) <= SEES[Role.STAFF] for _, event, *_ in happened)
    return Role.STAFF if staff else Role.SUPERVISOR


class Came:
    """What came of recording."""

    def __init__(self, response: Response) -> None:
        self.response = response
        self.body: JsonObject = response.json()

    def recorded(self, *findings: str) -> Self:
        """It was recorded, and exactly these rules speak against it all the same."""
        assert self.response.status_code == 201, self.body
        assert {finding["rule"] for finding in self.body["findings"]} == set(findings)
        return self

    def refused(self, *rules: str) -> Self:
        """It was refused by exactly these rules, each with its words in two languages and its source."""
        assert (self.response.status_code, self.body["code"]) == (422, "refused"), self.body
        refusals = self.body["refusals"]
        assert {refusal["rule"] for refusal in refusals} == set(rules), refusals
        for refusal in refusals:
            assert any("一" <= letter <= "鿿" for letter in refusal["zh"])
            assert any("a" <= letter <= "z" for letter in refusal["en"])
            assert refusal["source"]
            assert refusal["strength"] in {"forbidden", "impossible"}
        return self

    def problem(self, status: int, code: str) -> Self:
        """It was not recorded for another reason."""
        assert (self.response.status_code, self.body["code"]) == (status, code), self.body
        return self

    @property
    def entries(self) -> list[str]:
        """The ids of what was recorded."""
        return [entry["entry_id"] for entry in self.body["entries"]]


class Story:
    """One child's file, told and asked over HTTP."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.child: str | None = None
        self.position = 0
        self.entries: list[str] = []

    async def when(
        self, *happened: tuple[Any, ...], by: Role | str | None = None, client: Any = None, **query: Any
    ) -> Came:
        """Record these together; the first opens the file. Unless said otherwise, by who may."""
        client = client or await self.served.as_(by or who_may(happened))
        path = "/children" if self.child is None else f"/children/{self.child}/events"
        came = Came(
            await client.post(
                path,
                json={"events": [written(each) for each in happened]},
                headers={"Idempotency-Key": uuid4().hex},
                params=query,
            )
        )
        if came.response.status_code == 201:
            self.child = came.body["child"]
            self.position = came.body["position"]
            self.entries += came.entries
        return came

    async def given(self, *happened: tuple[Any, ...], by: Role | str | None = None) -> Self:
        """These stand in the file, each recorded by itself."""
        for each in happened:
            came = await self.when(each, by=by)
            assert came.response.status_code == 201, came.body
        return self

    async def asked(self, path: str = "", by: Role | str = Role.SUPERVISOR, **query: Any) -> JsonObject:
        """Return what the file answers, as an address below it."""
        client = await self.served.as_(by)
        answer = await client.get(f"/children/{self.child}{path}", params=query)
        assert answer.status_code == 200, answer.text
        body: JsonObject = answer.json()
        return body

    async def findings(self, **query: Any) -> set[tuple[str, str]]:
        """Return what speaks against the file across files, as (rule, kind), on a day."""
        client = await self.served.as_(Role.SUPERVISOR)
        answer = await client.get("/findings", params={"at_least": self.position, "limit": 500, **query})
        assert answer.status_code == 200, answer.text
        items = answer.json()["items"]
        return {(item["rule"], item["kind"]) for item in items if item["child"] == self.child}

    async def obligation(self, rule: str, day: str) -> JsonObject:
        """Return the only obligation of a rule on a day."""
        (found,) = (await self.asked("/obligations", day=day, rule=rule))["items"]
        return dict(found)


@pytest.fixture
def handing_over(served: Served, monkeypatch: pytest.MonkeyPatch) -> Event:
    """Give a hand-over to the institution elsewhere, for which nobody asks what comes before it."""
    monkeypatch.setattr(ChildTransferred, "refusals", Event.refusals)
    return some(ChildTransferred, to_institution=served.elsewhere.institution)


def a_story(served: Served) -> Story:
    """Return a story whose file is still to be opened."""
    return Story(served)


async def both(
    served: Served,
    kind: type[FilesJoined | FilesSeparated],
    files: tuple[Story, Story],
    on: str,
    *,
    by: Any = Role.SUPERVISOR,
    versions: tuple[int | None, int | None] = (None, None),
    **query: Any,
) -> Response:
    """Record the same in both files, in one request."""
    kept, joined = files
    event = sent(on, some(kind, kept=kept.child, joined=joined.child), documents=["household_booklet"])
    items = [
        {"child": each.child, "events": [event]} | ({} if version is None else {"version": version})
        for each, version in ((joined, versions[1]), (kept, versions[0]))
    ]
    client = await served.as_(by) if isinstance(by, Role) else by
    return await client.post(
        "/entries",
        json={"all_or_nothing": True, "items": items},
        headers={"Idempotency-Key": uuid4().hex},
        params=query,
    )


async def on_paper(
    served: Served, child: UUID, *happened: tuple[str, Event], excused: str = "", by: Role = Role.SUPERVISOR
) -> list[UUID]:
    """Record what old papers tell of a child, `excused` from a rule; return the ids of the entries."""
    actor = await served.actor(by)
    claim = ExceptionClaim(rule=excused, reason="情况特殊，已口头请示。") if excused else None
    outcome = await served.container.ledger.record(
        Recording(
            stream=child,
            drafts=tuple(
                Draft(event=event, days=days(on), documents=(ROW,), exception=claim) for on, event in happened
            ),
            region=served.home.region,
            origin="import",
            recorder=actor.recorder,
            key=uuid4().hex,
        ),
        now=NOW,
    )
    assert isinstance(outcome, Recorded), outcome
    return [entry.entry_id for entry in outcome.entries]


async def kinds_found(served: Served, child: UUID, *rules: str) -> list[str]:
    """Return the kinds of what a supervisor's list finds against a child by these rules."""
    await served.projected()
    supervisor = await served.as_(Role.SUPERVISOR)
    answers = [await supervisor.get("/findings", params={"rule": rule, "limit": 500}) for rule in rules]
    items = [item for answer in answers for item in answer.json()["items"]]
    return [item["kind"] for item in items if item["child"] == str(child)]
