"""What speaks against one file on a day, each finding with its evidence."""

from fastapi import APIRouter, Response

from api.console.child_frame import AboutChild
from api.console.entry_display import entry_lines
from api.console.page_route import PageRoute
from api.http import one_file

router = APIRouter(prefix="/console", route_class=PageRoute)


@router.get("/children/{child}/findings")
async def child_findings(asked: AboutChild) -> Response:
    """Show every finding of the file, the rule that it breaks, and the entries that show it."""
    listed = await asked.page.answer(one_file.findings, asked.child, **asked.point)
    file = await asked.summary()
    found = [(each, entry_lines(asked.page.words, each["evidence"])) for each in listed["items"]]
    return await asked.render(
        "child-findings.html",
        "findings",
        file,
        found=found,
        elsewhere=file["findings"] - len(found),
    )
