"""Whatever is asked, by whomever: no server error, and no answer that the documentation does not have."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from functools import cache
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from httpx2 import AsyncClient, Response
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation.case import Case
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.contract import requests
from api.http import dependencies
from api.identity.permissions import Role
from domain.events.community.rolls import ChildIdentified
from domain.events.family.profile import FamilyRegistered
from domain.events.institution.premises import DrillConducted
from domain.events.intake import ChildAdmitted, ChildReceived, IdentityRecorded
from domain.events.placement.preparing import AdultPlacementCaseOpened
from tests.support.client import Served, new_key
from tests.support.exploring import examples
from tests.support.given import some
from tests.support.http_given import a_story, sent
from tests.support.issued import an_issued_report

# The app that is asked runs in this process, and its pools draw at random how long they pause meanwhile.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Do not use the `random` module:hypothesis.errors.HypothesisDeprecationWarning"
)
AnyCase = Case[Any]
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SERVICE_UNAVAILABLE = 503
CASES = 6
"""Cases drawn of each operation."""
CASES_OF_A_STRANGER = 2
"""Who has no token is refused before what is asked is looked at."""
BETWEEN = {"from": "2016-01-01", "to": "2026-11-01"}
COUNTED_BETWEEN = ("/census/flows", "/census/moves", "/census/series")
"""Counts that are of the days between two."""
SHARE = 6
"""Of these every sixth is sent with a role's token, and the next one with the next role's."""


def documented(served: Served) -> list[Any]:
    """Every operation of the app's documentation."""
    found: list[Any] = list(schemathesis.openapi.from_dict(served.app.openapi()).get_all_operations())
    return [result.ok() for result in found]


def drawn(operation: Any, cases: int = CASES) -> list[AnyCase]:
    """Cases of one operation, as its documentation says that it is asked, and otherwise."""
    found: list[AnyCase] = []

    @settings(
        max_examples=examples(cases),
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def collect(case: AnyCase) -> None:
        found.append(case)

    collect()
    return found


@cache
def shapes() -> dict[str, Any]:
    """The shapes of what is sent, with examples."""
    return requests.schemas()


def sensible(operation: Any, real: dict[str, str]) -> Iterator[AnyCase]:
    """Cases that somebody would send: only what must be said, about what there is."""
    bodies: list[Any] = [None]
    if operation.method.upper() == "POST":
        kinds = {
            "/children": requests.OpeningRequest,
            "/entries": requests.ItemsRequest,
            "/reports": requests.ReportRequest,
            "/children/{child}/extracts": requests.ExtractRequest,
        }
        kind = kinds.get(operation.path, requests.EventRequest)
        bodies = deepcopy(shapes()[kind.__name__]["examples"])
        if operation.path == "/families/search":
            bodies = [{"q": "王"}, {"q": "w", "approved": False}]
        elif operation.path == "/children/search":
            bodies = [{"q": "王"}, {"q": "wxm", "stage": "in_care"}]
        if operation.path.endswith("/move"):
            bodies = [{"to": real[f"other {operation.path.split('/')[1]}"], "explanation": "误记入他人档案"}]
        elif operation.path.startswith("/families") and operation.path != "/families/search":
            bodies = [{"events": [sent("2024-03-05", some(FamilyRegistered, region="371002"))]}]
        elif operation.path.startswith("/institutions"):
            bodies = [sent("2024-03-05", some(DrillConducted, drill="fire"))]
    for body in bodies:
        if operation.path == "/entries" and body is not None:
            body["items"][0]["child"] = real["child"]
        own = next((kind for kind in ("family", "institution") if f"{{{kind}}}" in operation.path), None)
        moved = real["entry_id"] if own is None else real[f"{own} entry"]
        case = operation.Case(
            path_parameters={
                name: moved if name == "entry_id" else real[name]
                for name in real
                if f"{{{name}}}" in operation.path
            },
            headers={"Idempotency-Key": uuid4().hex},
            # It is moved once only.
            query={"dry_run": "true"}
            if operation.path.endswith("/move")
            else BETWEEN
            if operation.path in COUNTED_BETWEEN
            else {},
        )
        if body is not None:
            case.body, case.media_type = body, "application/json"
        yield case


async def ask(client: AsyncClient, case: AnyCase) -> Response:
    """Send a case, and check that its answer is a documented one."""
    said = case.as_transport_kwargs(base_url=str(client.base_url))
    headers = {name: value for name, value in said["headers"].items() if name.lower() != "authorization"}
    response = await client.request(
        said["method"],
        said["url"],
        params=said.get("params"),
        headers=headers,
        json=said.get("json"),
        content=said.get("data"),
    )
    case.validate_response(response, checks=CHECKS)
    waited = "at_least" in (case.query or {}) or case.path == "/reports"
    assert response.is_server_error is False or (waited and response.status_code == SERVICE_UNAVAILABLE)
    return response


@schemathesis.serializer(
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/pdf"
)
def file(_: schemathesis.SerializationContext, value: Any) -> bytes:
    """A body that is to be a workbook or a PDF, and is any bytes."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


async def filled(served: Served) -> dict[str, str]:
    """Fill the ledger with a young person in care, and return the ids that can be asked for."""
    story = await a_story(served).given(
        ("2015-03-05", some(ChildReceived)),
        ("2015-03-05", some(IdentityRecorded, name="王小明", birth_on=date(2008, 6, 1), sex="1")),
        ("2015-04-01", some(ChildAdmitted, intake_category="A1"), {"exception": "I01"}),
        ("2026-01-05", some(AdultPlacementCaseOpened)),
    )
    await served.projected()
    staff, family = await served.as_(Role.STAFF), sent("2024-03-05", some(FamilyRegistered))
    opened = await staff.post("/families", json={"events": [family]}, headers=new_key())
    others = [
        (await staff.post(path, json={"events": [event]}, headers=new_key())).json()
        for path, event in (
            ("/children", sent("2015-03-05", some(ChildReceived))),
            ("/families", family),
        )
    ]
    of_institution = await staff.get(f"/institutions/{served.home.institution}/entries")
    return {
        "child": story.child or "",
        "family": opened.json()["family"],
        "entry_id": story.entries[0],
        "family entry": opened.json()["entries"][0]["entry_id"],
        "institution entry": of_institution.json()["items"][0]["entry_id"],
        "other children": others[0]["child"],
        "other families": others[1]["family"],
        "institution": str(served.home.institution),
        "type": "CareModeAssigned",
        "table": "stage",
        "field": "version",
        "document": str(uuid4()),
        "question": "A3",
        "entry": story.entries[2],
        "job": str(uuid4()),
        "report": await an_issued_report(served),
        "position": str(story.position),
        "tile": "0/000.p/1",
        "person": str((await served.actor(Role.STAFF)).user),
        "user": str(uuid4()),
        "token": str(uuid4()),
    }


ADMINISTERED = (
    "GET /institutions",
    "POST /institutions",
    "/particulars",
    "/rulebook",
    "/users",
    "/tokens",
    "/running-state",
)
"""What an administrator alone is answered."""


@pytest.mark.long
async def test_every_answer_to_every_role_is_a_documented_one(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dependencies, "PATIENCE_SECONDS", 0.001)
    real = await filled(served)
    outside = await (await served.as_(Role.TOWNSHIP)).post(
        "/children", json={"events": [sent("2026-03-02", some(ChildIdentified))]}, headers=new_key()
    )
    operations = documented(served)
    cases = {operation.label: drawn(operation) for operation in operations}
    for number, case in enumerate(each for found in cases.values() for each in found):
        if number % 2:
            case.path_parameters |= {name: real[name] for name in case.path_parameters if name in real}
    for turn, role in enumerate(Role):
        client = await served.as_(role)
        answered = set()
        # A township sees no child of an institution.
        own = real | {"child": outside.json()["child"]} if role is Role.TOWNSHIP else real
        for operation in operations:
            for case in [*cases[operation.label][turn % SHARE :: SHARE], *sensible(operation, own)]:
                response = await ask(client, case)
                if response.is_success:
                    answered.add(operation.label)
        asked = [each for each in operations if not any(part in each.label for part in ADMINISTERED)]
        assert len(answered) * 2 >= len(asked), (role, sorted(answered))
        if role in {Role.STAFF, Role.SUPERVISOR}:
            elsewhere = (
                "/imports",
                "/reconciliations",
                "/access",
                "GET /emergency-accesses",
                "GET /erasures",
                "/integrity",
                "/bundle",
                "/dossier",
                "/own-data",
                "/extracts",
                "POST /reports",
                "POST /verify",
                "/log",
                "/access-log",
                "/documents",
                "/proof",
                *ADMINISTERED,
            )
            assert {label for label in cases if not any(each in label for each in elsewhere)} <= answered


async def test_every_answer_without_a_token_is_a_documented_one(served: Served) -> None:
    await served.projected()  # ready from then on
    client = await served.client()
    for operation in documented(served):
        for case in drawn(operation, CASES_OF_A_STRANGER):
            response = await ask(client, case)
            if case.path != "/verify":
                is_open = case.path.startswith(("/health", "/metrics"))
                assert response.status_code == (200 if is_open else 401)
