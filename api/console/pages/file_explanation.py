"""Why a field of a file is as it is: the entries that decided it, and the rules by which it was found."""

import asyncio
from typing import Annotated

from fastapi import Path, Response

from api.console.entry_display import entry_lines
from api.console.file_frame import AboutFile, of_files
from api.console.page_route import page_router
from api.console.value_display import field_at
from api.http import explain
from domain.attribute_codes import attribute_codes

router = page_router()


@of_files(router.get, "/explain/{field}")
async def file_explanation(asked: AboutFile, field: Annotated[str, Path(max_length=100)]) -> Response:
    """Show the value on the day, and in order what each entry contributed."""
    told = await asked.page.answer(explain.explain, asked.file_id, field, **asked.point)
    file = await asked.summary()
    await asyncio.to_thread(attribute_codes)
    words = asked.page.words
    return await asked.render(
        "file-explanation.html",
        "explanation",
        file,
        path=f"/explain/{field}",
        told=told,
        values=field_at(words, field, told["value"]),
        entries=list(
            zip(told["entries"], entry_lines(words, [each["entry"] for each in told["entries"]]), strict=True)
        ),
        asides=list(
            zip(told["asides"], entry_lines(words, [each["entry"] for each in told["asides"]]), strict=True)
        ),
        day=asked.day,
    )
