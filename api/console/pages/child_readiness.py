"""Whether a young person is ready for adult life: fourteen gates, and what is missing."""

from fastapi import Response

from api.console.child_frame import AboutChild
from api.console.page_route import page_router
from api.http import one_file
from domain.codes import tables

router = page_router()


@router.get("/children/{child}/readiness")
async def child_readiness(asked: AboutChild) -> Response:
    """Show the gates on the day. It is advice: a person decides."""
    file = await asked.summary()
    ready = await asked.page.answer(one_file.readiness, asked.child, **asked.point)
    return await asked.render(
        "child-readiness.html", "readiness", file, ready=ready, routes=tables()["placement_route"].codes
    )
