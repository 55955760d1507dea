"""Institutions for whoever administers the ledger: opened, changed, and the rulebooks that they adopt."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Query

from api.bootstrap import Container
from api.contract import bodies
from api.contract.administration_answers import (
    InstitutionsAnswer,
    OpenedInstitutionAnswer,
    PackFaultAnswer,
    RulebookChangesAnswer,
)
from api.contract.administration_tables import INSTITUTIONS_TABLE
from api.contract.encoding import JsonResponse
from api.contract.problems import invalid, not_found, responses
from api.contract.requests import InstitutionChangeRequest, InstitutionRequest, RulebookRequest
from api.http.administering_requests import ACTING, ActBody, acting, directory_page
from api.http.authentication import callers_router
from api.http.dependencies import FileRequest
from api.http.list_formats import in_formats, listed, one_page
from api.http.recording_requests import RecordingRequest, takes
from api.identity.administration import Act, check_act
from api.identity.directory import Institution
from api.institutions import adopt_rulebook, change_institution, open_institution, remark
from api.rule_packs.pack_files import UnreadablePackError, draft
from api.rule_packs.telling import change_json
from domain.label import Label
from domain.pack_faults import faults
from domain.rule_pack import RulePack, changes, packs_of
from ledger.codec.messages import InvalidValue

router = callers_router("administration")

_OTHER_DIGEST: Final = Label(
    "不是试算所示的规则集；请重新试算", "is not that of the rulebook that a dry run showed; ask again"
)
_NO_PACK: Final = Label("该机构未启用此规则包", "is no pack that this institution has adopted")
_NOT_TOGETHER: Final = Label("规则包不能与规则集合并", "cannot be laid over the rulebook")


@router.get("/institutions", responses=listed(InstitutionsAnswer))
@in_formats(INSTITUTIONS_TABLE, pages=one_page)
async def institutions(request: FileRequest) -> JsonResponse:
    """List all institutions by name."""
    check_act(request.actor, Act.LOOK)
    found = await request.container.identity.institutions()
    return await directory_page(request, [_answer(each) for each in found])


@router.post(
    "/institutions",
    status_code=201,
    response_model=OpenedInstitutionAnswer,
    responses=ACTING,
    openapi_extra=takes("InstitutionRequest"),
)
async def open_one(request: RecordingRequest, raw: ActBody) -> JsonResponse:
    """Open an institution under the shipped rulebook; what is doubtful about it is told in `remarks`."""
    check_act(request.actor, Act.OPEN_INSTITUTION)
    sent = bodies.valid(InstitutionRequest, raw)
    async with acting(request):
        opened = await open_institution(
            request.container, sent.name, uscc=sent.uscc, region=sent.region, by=request.actor
        )
    return JsonResponse(_whole(request.container, opened), 201)


@router.post(
    "/institutions/{institution}/particulars",
    response_model=OpenedInstitutionAnswer,
    responses=ACTING,
    openapi_extra=takes("InstitutionChangeRequest"),
)
async def change_one(request: RecordingRequest, institution: UUID, raw: ActBody) -> JsonResponse:
    """Record what changed of an institution: its name, its code, where it lies."""
    check_act(request.actor, Act.CHANGE_INSTITUTION)
    sent = bodies.valid(InstitutionChangeRequest, raw)
    await _known(request.container, institution)
    async with acting(request):
        changed = await change_institution(
            request.container,
            institution,
            name=sent.name,
            uscc=sent.uscc,
            region=sent.region,
            by=request.actor,
        )
    return JsonResponse(_whole(request.container, changed))


@router.post(
    "/institutions/{institution}/rulebook",
    response_model=RulebookChangesAnswer,
    responses=ACTING | responses("refused"),
    openapi_extra=takes("RulebookRequest"),
)
async def adopt(
    request: RecordingRequest,
    institution: UUID,
    raw: ActBody,
    dry_run: Annotated[bool, Query(description="Tell what would change, and adopt nothing.")] = False,  # noqa: FBT002 - a query
) -> JsonResponse:
    """Let an institution adopt the shipped rulebook under its packs, as a dry run has shown it.

    It tells each number, paper and text that changes, by region, with its source.
    """
    check_act(request.actor, Act.ADOPT_RULEBOOK)
    sent = bodies.valid(RulebookRequest, raw)
    await _known(request.container, institution)
    ledger = request.ledger
    book, shipped = await ledger.rulebook_at(institution), ledger.rulebook
    for place, name in enumerate(sent.without):
        if name not in packs_of(book):
            raise invalid([InvalidValue(f"/without/{place}", _NO_PACK)])
    packs = [RulePack(each.name, {f"{each.name}.toml": each.text}) for each in sent.packs]
    wrong: list[PackFaultAnswer] = [
        {
            "place": " · ".join(filter(None, (each.file, each.rule, each.table, each.field))),
            "zh": each.words.zh,
            "en": each.words.en,
        }
        for pack in packs
        for each in faults(pack, shipped)
    ]
    try:
        wanted = book if wrong else draft(book, shipped, packs, sent.without)
    except UnreadablePackError:
        raise invalid([InvalidValue("/packs", _NOT_TOGETHER)]) from None
    differences = changes(book, wanted)
    if not dry_run and not wrong:
        if sent.digest != wanted.digest:
            raise invalid([InvalidValue("/digest", _OTHER_DIGEST)])
        if differences:
            async with acting(request):
                await adopt_rulebook(request.container, institution, wanted, by=request.actor)
    body: RulebookChangesAnswer = {
        "institution": institution,
        "digest": wanted.digest,
        "digest_now": book.digest,
        "adopted_on": await ledger.adopted_on(institution),
        "packs": sorted(packs_of(wanted)),
        "adopted": not dry_run and not wrong and bool(differences),
        "faults": wrong,
        "items": [change_json(each) for each in differences],
        "next": None,
    }
    return JsonResponse(body)


async def _known(container: Container, institution: UUID) -> None:
    if await container.identity.institution(institution) is None:
        raise not_found()


def _answer(each: Institution) -> dict[str, object]:
    return {
        "institution": each.institution,
        "name": each.name,
        "uscc": each.uscc,
        "region": each.region,
    }


def _whole(container: Container, each: Institution) -> dict[str, object]:
    remarks = remark(each, container.ledger.rulebook)
    return {**_answer(each), "remarks": [{"zh": said.zh, "en": said.en} for said in remarks]}
