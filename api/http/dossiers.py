"""The dossier of one child as a PDF: what the archive has of a life, part by part, for a stated purpose."""

from dataclasses import replace
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query
from starlette.responses import Response

from api.contract.dossier import (
    DossierEntry,
    cover_lines,
    dossier_words,
    notes_told,
    parts_told,
    volumes_of,
    withheld_told,
    words_in,
)
from api.contract.entries import entry_json
from api.contract.file_status import status_json
from api.contract.list_tables import in_language
from api.contract.problems import OF_FILE, invalid, responses
from api.contract.sentences import Language
from api.contract.value_words import called
from api.http.authentication import callers_router
from api.http.dependencies import AsOf, FileRequest, KnownAt, RequestContext, categories_of
from api.http.file_points import FilePoint, file_point
from api.http.file_statements import statement_asked, statement_lines
from api.issuing.printed_dossier import printed_dossier
from domain.archive_parts import archive_part
from domain.codes import tables
from domain.entry import AnyEntry
from domain.event import Category
from domain.events.archive import PDF
from domain.label import Label
from domain.life import Life
from domain.limit import Area, limit
from domain.scope import scope_of
from domain.statements.paper_sets import PAPER_SETS
from domain.when import SHANGHAI
from ledger.codec.messages import InvalidValue, unknown_word
from ledger.codec.split import sealed
from ledger.compute import compute
from ledger.log.checkpoint import Checkpoint, base64_of

router = callers_router("one file")
MOST_ENTRIES: Final = limit(
    1500,
    Area.ANSWERS,
    Label("卷宗一卷的条目数", "Entries of a volume of a dossier"),
    why=Label("印制占用内存和处理器", "To set them takes memory and the processor"),
    beyond=Label("其余列在后面各卷", "The others are in the volumes that follow"),
)
MOST_VOLUMES: Final = limit(
    1000,
    Area.REQUESTS,
    Label("可以取的卷宗卷次", "Number of a volume of a dossier"),
    why=Label("没有档案有更多的卷", "No file has more"),
    beyond="invalid",
)
MOST_TEXT: Final = limit(
    1_000_000,
    Area.ANSWERS,
    Label("卷宗一卷的字数", "Characters of a volume of a dossier"),
    why=Label("印制占用内存和处理器", "To set them takes memory and the processor"),
    beyond=Label("其余列在后面各卷", "The others are in the volumes that follow"),
)
_PARTS: Final = [*tables()["archive_part"].codes]
_PURPOSES: Final = tables()["access_purpose"].codes
_NO_PURPOSE: Final = Label("没有这一用途", "no such purpose")
_ANOTHER_PURPOSE: Final = Label(
    "本档案限制查阅，批准的是另一用途", "the file is restricted, and another purpose was approved"
)
_NO_VOLUME: Final = Label("卷宗没有这么多卷", "the dossier has fewer volumes")


@router.get(
    "/children/{child}/dossier",
    responses=OF_FILE
    | responses("not_printable", "too_many_requests", "unavailable")
    | {
        200: {
            "content": {PDF: {"schema": {"type": "string", "format": "binary"}}},
            "description": "The dossier, as PDF/A-2a and PDF/UA-1.",
        }
    },
    response_class=Response,
)
async def dossier(
    request: FileRequest,
    child: UUID,
    purpose: Annotated[
        str,
        Query(
            description="What it is printed for, by a code of `access_purpose`; the access log keeps it.",
            json_schema_extra={"enum": [*_PURPOSES]},
        ),
    ],
    as_of: AsOf = None,
    known_at: KnownAt = None,
    volume: Annotated[
        int,
        Query(
            ge=1,
            le=MOST_VOLUMES,
            description=f"Which volume, each of {MOST_ENTRIES} entries and {MOST_TEXT} characters at most.",
        ),
    ] = 1,
    blanks: Annotated[  # noqa: FBT002 - of the query string
        bool,
        Query(
            description="Whether the code point and a blank stand for a character that the font lacks; else"
            " nothing is printed."
        ),
    ] = False,
    lang: Annotated[
        Language, Query(description="The language of the document; what was written in Chinese stays so.")
    ] = "zh",
) -> Response:
    """Print the dossier of a child: cover, contents, the parts of the archive, what is withheld, final note.

    It says what had happened by a day, as known at a time, masked as all answers are, and names who printed
    it, when and what for. What was corrected or withdrawn is not in it. A character that the font lacks is
    named, and never dropped.
    """
    if purpose not in _PURPOSES:
        raise invalid([unknown_word("/query/purpose", _NO_PURPOSE, purpose, _PURPOSES)])
    request = replace(request, reason=purpose)
    with request.container.budgets.dossiers.taken(request.actor.user):
        point = await file_point(request, child, as_of, known_at)
        if request.purposes.get(child, purpose) != purpose:
            approved = request.purposes[child]
            raise invalid([unknown_word("/query/purpose", _ANOTHER_PURPOSE, purpose, [approved])])
        told, categories = await _told(request, child, point, known_at, volume, lang)
        await request.note({child: categories}, "dossier", point.known)
        made = await printed_dossier(told, blanks=blanks)
    name = f'attachment; filename="dossier-{child}.pdf"'
    return Response(made, media_type=PDF, headers={"Content-Disposition": name})


async def _told(
    request: RequestContext,
    child: UUID,
    point: FilePoint,
    known_at: str | None,
    volume: int,
    language: Language,
) -> tuple[dict[str, Any], set[Category]]:
    """Return what the dossier says, and the categories of it."""
    file, last = point.file, min(point.day, request.until(point.file))
    by_then = [each for each in file.entries.values() if each.days.last <= last]
    standing = {each.entry_id for each in file.standing()}
    listed = sorted(
        (each for each in by_then if each.entry_id in standing),
        key=lambda each: (_PARTS.index(archive_part(each)), each.days.last, each.turn),
    )
    causes = await request.causes(listed)
    asked = statement_asked(PAPER_SETS, last, None, None, None)
    papers, of_papers = await statement_lines(request, asked, file, point.rulebook)

    def entry_of(entry: AnyEntry) -> DossierEntry:
        answer = entry_json(entry, file, request.sees, file.entries, causes=causes)
        return DossierEntry(answer, archive_part(entry), frozenset(sealed(type(entry.event)) - request.sees))

    def told() -> dict[str, Any]:
        entries = [entry_of(each) for each in listed]
        volumes = volumes_of(entries, MOST_ENTRIES, MOST_TEXT)
        if volume > len(volumes):
            raise invalid([InvalidValue("/query/volume", _NO_VOLUME)])
        return {
            "volume": volume,
            "volumes": len(volumes),
            "cover": cover_lines(status_json(Life(file, last, point.rulebook), request.sees), language),
            "parts": parts_told(entries, volumes[volume - 1], papers, language),
            "withheld": withheld_told(entries, request.sees, language),
            "notes": notes_told(entries, papers, len(by_then) - len(listed), language),
        }

    said = await compute(told, len(file.entries))
    said |= {
        "language": language,
        "words": words_in(language),
        "institution": await _institution(request, point),
        "as_of": last,
        "known_at": _minute(await request.instant(known_at) or request.now),
        "known_position": point.known,
        "log": await _log(request),
        "printed": {
            "who": await _printed_by(request, language),
            "day": request.today,
            "at": _minute(request.now),
            "purpose": _purpose(request, child, language),
        },
    }
    return said, {Category.IDENTITY} | categories_of(listed) | of_papers


def _minute(instant: Any) -> str:  # noqa: ANN401 - an instant
    return str(instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"))


def _purpose(request: RequestContext, child: UUID, language: Language) -> str:
    """Return what the access log has as the purpose, in words."""
    why = request.why(child) or ""
    label = _PURPOSES.get(why) or tables()["emergency_ground"].codes.get(why) or Label(why, why)
    return in_language(label, language)


async def _printed_by(request: RequestContext, language: Language) -> str:
    member = await request.container.identity.member(request.actor.user)
    name = None if member is None else member.name
    role = in_language(called("role", request.actor.role), language)
    return dossier_words(language, "member", name=name or dossier_words(language, "nobody"), role=role)


async def _institution(request: RequestContext, point: FilePoint) -> str:
    institution = scope_of(point.file).institution
    found = None if institution is None else await request.container.identity.institution(institution)
    return "" if found is None else found.name


async def _log(request: RequestContext) -> dict[str, Any] | None:
    """Return the size and the root of the log that was signed last; None before the first."""
    note = await request.container.transparency_log.published()
    if note is None:
        return None
    signed = Checkpoint.read(note.text)
    return {"size": signed.size, "root": base64_of(signed.root)}
