"""One entry of a file, with every other entry about the same: what it corrects, and what became of it."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from api.contract.encoding import JsonResponse
from api.contract.entries import EntryAnswer, entry_json
from api.contract.file_kinds import PATHS, answer_about, path_of
from api.contract.masking import typed_dict
from api.contract.problems import OF_FILE, Problem, not_found
from api.http.authentication import callers_router
from api.http.dependencies import FileRequest, KnownAt, categories_of
from api.http.of_kind import of_kind
from domain.entry import AnyEntry
from domain.explaining import original_of

router = callers_router("one file")

WholeEntryAnswer: Final[Any] = typed_dict(
    "WholeEntryAnswer",
    {"child": UUID, "known_position": int, "entry": EntryAnswer, "others": list[EntryAnswer]},
    """An entry, and in the order of recording the `others` about the same.

    These are the entry that it corrects, withdraws, restores or decides on, and all others that do so.
    """,
)


async def one_entry(
    request: FileRequest, file_id: UUID, entry_id: UUID, known_at: KnownAt = None
) -> JsonResponse:
    """Return one entry of a file, and what became of it."""
    known = await request.known(known_at)
    read = await request.file(file_id, known=known, about=date.min, tells="entries")
    last, chosen = request.until(read), read.entries.get(entry_id)
    if chosen is None or chosen.days.last > last:
        raise not_found()
    unrestricted = request.unrestricted(read)
    if not unrestricted(chosen):
        raise Problem("restricted", child=str(file_id))
    about = original_of(read, chosen)
    others = [
        each
        for each in read.entries.values()
        if each is not chosen
        and each.days.last <= last
        and unrestricted(each)
        and original_of(read, each) == about
    ]
    causes, recorders = await request.causes([chosen, *others]), await request.recorders([chosen, *others])
    await request.note({file_id: categories_of([chosen, *others])}, "entry")

    def told(entry: AnyEntry) -> EntryAnswer:
        return entry_json(entry, read, request.sees, read.entries, causes=causes, recorders=recorders)

    body = {
        request.kind: file_id,
        "known_position": known,
        "entry": told(chosen),
        "others": [told(each) for each in others],
    }
    return JsonResponse(body, headers={"Ledger-Position": str(known)})


for _kind in PATHS:
    router.get(
        f"{path_of(_kind)}/entries/{{entry_id}}",
        responses=OF_FILE | {200: {"model": answer_about(_kind, WholeEntryAnswer)}},
    )(of_kind(_kind, one_entry))
