"""While the key service is away everybody is told to try again, nothing is lost, and then it goes on."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson
import pytest

from api.http.import_lines import LinesImport
from domain.events.intake import ChildReceived, IdentityRecorded
from ledger.files.cache import FileCache
from ledger.sealing.key_file import KeyFile
from ledger.sealing.wrapping import KeyUnavailableError
from tests.support.client import Served, new_key
from tests.support.given import some
from tests.support.http_given import sent
from tests.support.imports_http import NDJSON, done, hand_in

EVENTS = [
    sent("2024-03-05", some(ChildReceived)),
    sent("2024-03-05", some(IdentityRecorded, name="王小明", birth_on=date(2014, 3, 5))),
]


class KeyService:
    """The wrapping of keys, which a test takes away."""

    away = False

    def answer(self) -> None:
        """Answer, or be away."""
        if self.away:
            raise KeyUnavailableError


@pytest.fixture
def service(served: Served, monkeypatch: pytest.MonkeyPatch) -> KeyService:
    """Give the key service of a ledger that keeps no key and no file at hand."""
    kept, wrap, unwrap = KeyService(), KeyFile.wrap, KeyFile.unwrap

    async def wrapped(self: KeyFile, keys: Sequence[bytes], contexts: Sequence[bytes]) -> list[bytes]:
        kept.answer()
        return await wrap(self, keys, contexts)

    async def unwrapped(self: KeyFile, keys: Sequence[bytes], contexts: Sequence[bytes]) -> list[bytes]:
        kept.answer()
        return await unwrap(self, keys, contexts)

    monkeypatch.setattr(KeyFile, "wrap", wrapped)
    monkeypatch.setattr(KeyFile, "unwrap", unwrapped)
    monkeypatch.setattr(served.container.ledger.keys, "_capacity", 0)
    monkeypatch.setattr(served.container.ledger.repository, "cache", FileCache(0))
    return kept


def a_line(child: UUID) -> bytes:
    data = {"is_insured": False, "is_identity_verified": {"unknown": "not_asked"}}
    event = {"type": "InsuranceStatusChecked", "occurred_on": "2024-04-01", "data": data}
    return orjson.dumps({"child": str(child), "events": [event]})


async def test_it_goes_on_for_all_when_the_key_service_is_back(served: Served, service: KeyService) -> None:
    staff, container = await served.as_("staff"), served.container
    child = await served.a_child()
    await served.projected()
    before = (await container.ledger.head()).position
    key = new_key()

    # Given a key service that is away, when somebody reads, records, imports
    service.away = True
    for answer in (
        await staff.get(f"/children/{child}"),
        await staff.post("/children", json={"events": EVENTS}, headers=key),
        await hand_in(staff, a_line(child), media_type=NDJSON),
    ):
        # Then each is told to try again, in both languages, and nothing is recorded
        assert answer.status_code == 503, answer.text
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert int(answer.headers["retry-after"]) > 0
        assert "密钥服务" in answer.json()["detail_zh"]
        assert "key service" in answer.json()["detail"]
    assert (await container.ledger.head()).position == before

    # And once it is back, the same requests do what they ask, once
    service.away = False
    assert (await staff.get(f"/children/{child}")).status_code == 200
    recorded = [await staff.post("/children", json={"events": EVENTS}, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in recorded] == [201, 200]
    told = await done(staff, (await hand_in(staff, a_line(child), media_type=NDJSON)).headers["Location"])
    assert (told["recorded"], told["rejected"]) == (1, 0)
    # Nor was a read model stopped meanwhile, or a file passed over.
    await served.projected()
    assert container.projector.stopped == {}


async def test_an_import_that_was_accepted_says_that_the_key_service_is_away(
    served: Served, service: KeyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff, container = await served.as_("staff"), served.container
    child = await served.a_child()
    await served.projected()
    before, take = (await container.ledger.head()).position, LinesImport.take

    # Given a key service that goes away when an accepted import begins
    async def away(self: LinesImport, progress: Callable[[int, int], None]) -> dict[str, Any]:
        service.away = True
        try:
            return await take(self, progress)
        finally:
            service.away = False

    with monkeypatch.context() as patched:
        patched.setattr(LinesImport, "take", away)
        address = (await hand_in(staff, a_line(child), media_type=NDJSON)).headers["Location"]
        while container.jobs.going_on:
            await container.jobs.going_on[0].settled.wait()
    told = await done(staff, address)

    # Then the import says so, and nothing of it is recorded
    assert told["state"] == "failed"
    assert (told["problem"]["status"], told["problem"]["code"]) == (503, "unavailable")
    assert "密钥服务" in told["problem"]["detail_zh"]
    assert (await container.ledger.head()).position == before

    # And handed in once more, it is recorded, once
    for recorded, already in ((1, 0), (0, 1)):
        told = await done(staff, (await hand_in(staff, a_line(child), media_type=NDJSON)).headers["Location"])
        assert (told["recorded"], told["already"], told["rejected"]) == (recorded, already, 0)
