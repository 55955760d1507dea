"""A file on a day: what holds, chapter by chapter, and what is due."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from fastapi import Response

from api.console.charts import life_strip
from api.console.file_frame import AboutFile, FilePage, of_files
from api.console.list_links import page_of
from api.console.page_route import page_router
from api.console.related_files import families_named
from api.console.value_display import chapters, field_at
from api.http import chronology, one_file
from domain.attribute_codes import attribute_codes

router = page_router()

_DUE_SHOWN: Final = 6


@of_files(router.get, "")
async def file_chapters(asked: AboutFile) -> Response:
    """Show what holds on the day, since when, and what waits then."""
    file = await asked.file()
    dated = await asked.page.answer(chronology.chronology, asked.file_id, known_at=asked.known_at)
    due = await asked.page.answer(
        one_file.obligations,
        asked.file_id,
        **asked.point,
        state=["overdue", "due"],
        evidence=False,
    )
    await asyncio.to_thread(attribute_codes)
    shown = chapters(asked.page.words, file, asked.kind)
    return await asked.render(
        "file-chapters.html",
        "status",
        file,
        chapters=[each for each in shown if each.attributes],
        empty=[each for each in shown if not each.attributes],
        due=due["items"][:_DUE_SHOWN],
        due_count=len(due["items"]),
        strip=life_strip(dated["items"], asked.day),
        families=await families_named(asked.page, file) if asked.kind == "child" else [],
        **(_beside_beds(asked, file) if asked.kind == "institution" else {}),
    )


def _beside_beds(asked: FilePage, file: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands beside the number of children in an institution: its beds, and who they are."""
    counted = file["occupancy"]
    (beds,) = field_at(asked.page.words, "capacity.approved_beds", file["capacity"]["approved_beds"])
    return {
        "beds": replace(beds, since=""),
        "occupied": None if counted is None else page_of(counted["list"]),
    }
