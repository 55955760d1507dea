"""One entry whole, what became of it, and what was known when it was recorded."""

import asyncio
from uuid import UUID

from fastapi import Response

from api.console.addresses import addressed
from api.console.entry_display import documents, entry_fields, entry_line, entry_lines
from api.console.file_frame import AboutFile, of_files
from api.console.forms.entry_to_amend import amends_type
from api.console.page_route import page_router
from api.console.related_files import families_named
from api.console.value_display import chapters_of_fields
from api.http import decisions, one_entry
from domain.attribute_codes import attribute_codes
from domain.event import CATALOGUE

router = page_router()


@of_files(router.get, "/entries/{entry}")
async def file_entry(asked: AboutFile, entry: UUID) -> Response:
    """Show every field of an entry, both its dates, who recorded it, and what became of it."""
    told = await asked.page.answer(one_entry.one_entry, asked.file_id, entry, known_at=asked.known_at)
    file = await asked.summary()
    words, shown = asked.page.words, told["entry"]
    position = shown["position"]
    return await asked.render(
        "file-entry.html",
        "entry",
        file,
        line=entry_line(words, shown),
        fields=entry_fields(words, shown),
        others=entry_lines(words, told["others"]),
        documents=documents(words, shown),
        amends=amends_type(CATALOGUE[shown["type"]], asked.page.context.records),
        families=await families_named(asked.page, shown["data"]) if asked.kind == "child" else [],
        institution=await asked.page.institution_names([shown["recorded_by"]["institution"]]),
        before_and_after=addressed(
            f"{asked.address}/compare", {"from_known_at": position - 1, "to_known_at": position}
        ),
    )


@of_files(router.get, "/entries/{entry}/decision")
async def file_decision(asked: AboutFile, entry: UUID) -> Response:
    """Show the file as it was known when the entry was recorded, on the entry's own day."""
    one = await asked.page.answer(one_entry.one_entry, asked.file_id, entry)
    told = await asked.page.answer(decisions.decision, one["entry"]["position"])
    file = await asked.of_now().summary()
    await asyncio.to_thread(attribute_codes)
    words = asked.page.words
    return await asked.of_now().render(
        "file-decision.html",
        "decision",
        file,
        told=told,
        line=entry_line(words, told["entry"]),
        together=entry_lines(words, told["together_with"]),
        chapters=[each for each in chapters_of_fields(words, told["fields"], asked.kind) if each.attributes],
        waiting=[each for each in told["obligations"] if each["state"] in {"overdue", "due"}],
    )
