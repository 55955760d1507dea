"""What is due, was done and is no longer required in one file."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import Response

from api.console.file_frame import AboutFile, of_files
from api.console.page_route import page_router
from api.http import one_file

router = page_router()

_GROUPS: Final = (("overdue",), ("due",), ("met", "met_late"), ("void",))
"""The states of obligations that stand together, in the order of the page."""


@of_files(router.get, "/due")
async def file_due(asked: AboutFile) -> Response:
    """Show every obligation of the file with its state on the day."""
    file = await asked.summary()
    due = await asked.page.answer(one_file.obligations, asked.file_id, **asked.point)
    groups: list[tuple[str, list[Mapping[str, Any]]]] = [
        (states[0], [each for each in due["items"] if each["state"] in states]) for states in _GROUPS
    ]
    return await asked.render("file-due.html", "due", file, groups=[each for each in groups if each[1]])
