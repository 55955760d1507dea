"""Files whose rows a list has found, read while the list is answered."""

from collections.abc import AsyncIterator, Sequence
from functools import partial
from uuid import UUID

from api.http.dependencies import FILES_AT_ONCE, RequestContext
from api.identity.permissions import Action
from api.identity.restricted import Tells
from domain.file import File
from domain.rulebook import Rulebook
from domain.scope import scope_of


async def listed_files(
    request: RequestContext, children: Sequence[UUID], known: int | None, tells: Tells = "file"
) -> AsyncIterator[list[tuple[UUID, File, Rulebook]]]:
    """Yield the files of children in their order, some at once, each with the rulebook by which it is judged.

    `known` is the position as known at which they are read, None for now. What was handed over since the list
    was read is another institution's, and left out; as is what is restricted, unless the list `tells` entries
    one by one, of which it leaves out the restricted ones itself.
    """
    reads = request.reads_about if tells == "file" else partial(request.may, Action.READ)
    for start in range(0, len(children), FILES_AT_ONCE):
        piece = children[start : start + FILES_AT_ONCE]
        files = await request.ledger.files(piece, known, keep="listed")
        found = [(child, files[child]) for child in piece if child in files]
        yield [
            (child, file, await request.ledger.rulebook_of(file, known))
            for child, file in found
            if known is not None or reads(scope_of(file), None)
        ]
