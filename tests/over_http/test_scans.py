"""The bytes of papers that entries cite: stored, given out, refused, and masked as the entry is."""

from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from PIL import Image

from api.identity.permissions import Role
from domain.envelope import Document
from domain.event import Category
from domain.events.archive import PaperScanned
from domain.events.health import PhysicalExamined
from domain.events.intake import ChildReceived, IdentityRecorded
from domain.events.safety import SafeguardingConcernRaised
from tests.support.client import Served, new_key
from tests.support.given import some
from tests.support.http_given import Story, a_story, sent
from tests.support.scans import JPEG, PDF, lying, on_their_way, paper_id, papers_cited, png, stored

RECEIVED = ("2024-03-05", some(ChildReceived), {"documents": ["found_child_certificate"]})


async def received(served: Served) -> Story:
    return await a_story(served).given(RECEIVED)


async def test_a_paper_is_cited_without_bytes_until_they_are_stored_and_given_out_as_they_came(
    served: Served,
) -> None:
    story, staff = await received(served), await served.as_(Role.STAFF)
    (paper,) = await papers_cited(staff, story.child, story.entries[0])
    assert paper["held"] is False
    where = f"/children/{story.child}/documents/{paper['document']}"
    nothing = await staff.get(where)
    assert (nothing.status_code, nothing.json()["code"]) == (404, "not_found")
    assert "没有存入其影像" in nothing.json()["detail_zh"]
    came = await stored(staff, story.child, paper["document"])
    assert (came.status_code, came.headers["Location"]) == (201, where), came.text
    told = came.json()
    assert told["sha256"] == sha256(JPEG).hexdigest()
    assert (told["media_type"], told["size"]) == ("image/jpeg", len(JPEG))
    assert (await papers_cited(staff, story.child, story.entries[0]))[0]["held"] is True
    given = await staff.get(where)
    assert given.content == JPEG
    assert given.headers["Content-Type"] == "image/jpeg"
    assert given.headers["Content-Disposition"].startswith("attachment; filename=")
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    assert given.headers["Cache-Control"] == "no-store"
    recorded = await staff.get(f"/children/{story.child}/entries/{told['stored_by']}")
    assert recorded.json()["entry"]["data"]["sha256"] == sha256(JPEG).hexdigest()
    lines = (await (await served.as_(Role.AUDITOR)).get(f"/children/{story.child}/access")).json()["items"]
    assert [line["purpose"] for line in lines].count("paper") == 1


async def test_the_same_bytes_are_stored_once_and_others_take_their_place(served: Served) -> None:
    story, staff = await received(served), await served.as_(Role.STAFF)
    paper = paper_id(await papers_cited(staff, story.child, story.entries[0]))
    first = await stored(staff, story.child, paper)
    again = await stored(await served.another(Role.STAFF), story.child, paper)
    assert (again.status_code, again.json()) == (200, first.json())
    assert len(await lying(served)) == 1
    other = await stored(staff, story.child, paper, PDF, "application/pdf")
    assert other.status_code == 201
    assert (await staff.get(f"/children/{story.child}/documents/{paper}")).content == PDF
    assert len(await lying(served)) == 2


async def test_a_correction_cites_the_same_papers(served: Served) -> None:
    story, staff = await received(served), await served.as_(Role.STAFF)
    paper = paper_id(await papers_cited(staff, story.child, story.entries[0]))
    await stored(staff, story.child, paper)
    corrected = {"documents": ["found_child_certificate"], "corrects": story.entries[0]}
    came = (await story.when(("2024-03-04", some(ChildReceived), corrected))).recorded()
    (cited,) = await papers_cited(staff, story.child, came.entries[0])
    assert cited == {"document": str(paper), "held": True}


async def test_bytes_are_taken_only_as_what_they_are(served: Served) -> None:
    story, staff = await received(served), await served.as_(Role.STAFF)
    paper = paper_id(await papers_cited(staff, story.child, story.entries[0]))
    for scan, said in (
        (JPEG, "application/pdf"),
        (b"MZ" + bytes(100), "image/png"),
        (b"<svg onload='x'>", "image/svg+xml"),
        (b"", "image/jpeg"),
    ):
        refused = await stored(staff, story.child, paper, scan, said)
        assert (refused.status_code, refused.json()["code"]) == (415, "unsupported_media_type"), said
    assert [*await lying(served), *on_their_way(served)] == []


async def test_bytes_beyond_the_limit_or_other_than_the_entry_states_are_refused(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff = await served.as_(Role.STAFF)
    event = sent(*RECEIVED[:2])
    event["documents"] = [{"kind": "found_child_certificate", "sha256": sha256(PDF).hexdigest()}]
    opened = (await staff.post("/children", json={"events": [event]}, headers=new_key())).json()
    child, entry = opened["child"], opened["entries"][0]["entry_id"]
    paper = paper_id(await papers_cited(staff, child, entry))
    other = await stored(staff, child, paper)
    assert (other.status_code, other.json()["code"]) == (422, "invalid")
    monkeypatch.setitem(vars(served.container.settings), "paper_bytes", len(PDF) - 1)
    assert (await stored(staff, child, paper, PDF, "application/pdf")).status_code == 413
    assert [*await lying(served), *on_their_way(served)] == []
    monkeypatch.setitem(vars(served.container.settings), "paper_bytes", len(PDF))
    assert (await stored(staff, child, paper, PDF, "application/pdf")).status_code == 201
    assert on_their_way(served) == []


async def test_a_row_of_an_imported_workbook_is_no_paper_and_takes_no_scan(served: Served) -> None:
    row = Document(kind="register_row", number="儿童花名册!4", sha256=sha256(JPEG).hexdigest())
    story = await a_story(served).given((*RECEIVED[:2], {"documents": [row]}))
    child, entry = story.child, story.entries[0]
    staff = await served.as_(Role.STAFF)
    refused = await stored(staff, child, paper_id(await papers_cited(staff, child, entry)))
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert "没有单独的纸质材料" in refused.json()["errors"][0]["detail_zh"]


async def test_of_what_is_cut_off_on_its_way_nothing_is_kept_or_counted(served: Served) -> None:
    story, staff = await received(served), await served.as_(Role.STAFF)
    paper = paper_id(await papers_cited(staff, story.child, story.entries[0]))
    arriving: Iterator[dict[str, object]] = iter(
        [{"type": "http.request", "body": JPEG, "more_body": True}, {"type": "http.disconnect"}]
    )
    statuses: list[object] = []

    async def receive() -> dict[str, object]:
        return next(arriving)

    async def send(message: dict[str, object]) -> None:
        statuses.append(message.get("status"))

    where = f"/children/{story.child}/documents/{paper}"
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "PUT",
        "path": where,
        "raw_path": where.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "headers": [
            (b"content-type", b"image/jpeg"),
            (b"authorization", f"Bearer {served.tokens[Role.STAFF]}".encode()),
        ],
        "server": ("childledger.test", 80),
        "client": ("127.0.0.1", 1),
        "state": {},
    }
    await served.app(scope, receive, send)  # type: ignore[arg-type]  # plain dictionaries, as servers send them
    assert statuses[0] == 400
    assert [*await lying(served), *on_their_way(served)] == []
    assert (await papers_cited(staff, story.child, story.entries[0]))[0]["held"] is False


async def test_a_paper_is_masked_as_the_entry_that_cites_it(served: Served) -> None:
    story = await received(served)
    await story.given(("2024-06-01", some(SafeguardingConcernRaised), {"documents": ["photo"]}))
    supervisor, staff = await served.as_(Role.SUPERVISOR), await served.as_(Role.STAFF)
    entry = story.entries[-1]
    paper = paper_id(await papers_cited(supervisor, story.child, entry))
    assert (await stored(staff, story.child, paper)).status_code == 403
    came = await stored(supervisor, story.child, paper)
    assert came.status_code == 201, came.text
    (masked,) = await papers_cited(staff, story.child, entry)
    assert masked["held"] == {"restricted": "safeguarding"}
    where = f"/children/{story.child}/documents/{paper}"
    assert [
        (await (await served.as_(role)).get(where)).status_code for role in (Role.STAFF, Role.AUDITOR)
    ] == [
        403,
        200,
    ]
    scan = await staff.get(f"/children/{story.child}/entries/{came.json()['stored_by']}")
    assert scan.json()["entry"]["data"]["sha256"] == {"restricted": "safeguarding"}
    assert (await (await served.as_(Role.STAFF, elsewhere=True)).get(where)).status_code == 404
    assert (await staff.get(f"/children/{story.child}/documents/{uuid4()}")).status_code == 404


async def test_that_a_paper_was_scanned_is_recorded_by_its_bytes_alone(served: Served) -> None:
    story, staff = await received(served), await served.as_(Role.STAFF)
    by_hand = sent(
        "2024-03-06", some(PaperScanned, sha256="0" * 64, address="0" * 64, entry=UUID(story.entries[0]))
    )
    refused = await staff.post(f"/children/{story.child}/events", json=by_hand, headers=new_key())
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert "PUT" in refused.json()["detail"]


async def test_what_lies_there_tells_nothing_and_is_purged_for_one_subject_and_category(
    served: Served,
) -> None:
    staff = await served.as_(Role.STAFF)
    stories = [
        await a_story(served).given(
            RECEIVED,
            ("2024-03-05", some(IdentityRecorded, birth_on=date(2020, 3, 5))),
            ("2024-03-08", some(PhysicalExamined), {"documents": ["medical_report"]}),
        )
        for _ in range(2)
    ]
    for story in stories:
        for entry in (story.entries[0], story.entries[2]):
            paper = paper_id(await papers_cited(staff, story.child, entry))
            assert (await stored(staff, story.child, paper)).status_code == 201
    names = await lying(served)
    assert len({name.rpartition("/")[2] for name in names}) == len(names) == 4
    assert not any(
        str(story.child) in name or sha256(JPEG).hexdigest() in name for name in names for story in stories
    )
    folder = served.container.settings.data / "papers"
    assert all("影像".encode() not in (folder / name).read_bytes() for name in names)
    papers, purged = served.container.papers, str(stories[0].child)
    assert await papers.purge(UUID(purged), [Category.HEALTH]) == 1
    assert await papers.purge(UUID(purged)) == 1
    assert len(await lying(served)) == 2
    gone = paper_id(await papers_cited(staff, purged, stories[0].entries[0]))
    assert (await staff.get(f"/children/{purged}/documents/{gone}")).status_code == 404
    kept = stories[1]
    still = paper_id(await papers_cited(staff, kept.child, kept.entries[0]))
    assert (await staff.get(f"/children/{kept.child}/documents/{still}")).content == JPEG


async def test_a_thumbnail_is_made_of_a_picture_and_none_of_what_is_hostile_or_broken(served: Served) -> None:
    story, staff = await received(served), await served.as_(Role.STAFF)
    paper = paper_id(await papers_cited(staff, story.child, story.entries[0]))
    where = f"/children/{story.child}/documents/{paper}/thumbnail"
    # Few bytes that are said to be many millions of pixels; and what begins as a picture and is none.
    for scan, said, status in (
        (png(900, 600), "image/png", 200),
        (png(30_000, 30_000, rows=1), "image/png", 404),
        (JPEG, "image/jpeg", 404),
        (PDF, "application/pdf", 404),
    ):
        assert (await stored(staff, story.child, paper, scan, said)).status_code == 201
        made = await staff.get(where)
        assert made.status_code == status, (said, made.text[:200])
        if status == 200:
            assert made.headers["Content-Type"] == "image/jpeg"
            with Image.open(BytesIO(made.content)) as small:
                assert (small.format, small.size) == ("JPEG", (320, 213))
    assert (await staff.get(f"/children/{story.child}/documents/{paper}")).content == PDF
