"""What speaks against one file on a day, each finding with its evidence and what can be recorded of it."""

from fastapi import Response

from api.console.entry_display import entry_lines
from api.console.file_frame import AboutFile, FilePage, of_files
from api.console.forms.dry_run import records_type
from api.console.page_route import page_router
from api.http import one_file
from domain.event import CATALOGUE
from domain.rulebook import Rule

router = page_router()


@of_files(router.get, "/findings")
async def file_findings(asked: AboutFile) -> Response:
    """Show every finding of the file, the rule that it breaks, and the entries that show it."""
    listed = await asked.page.answer(one_file.findings, asked.file_id, **asked.point)
    file = await asked.summary()
    rules = (await asked.page.context.rulebook()).rules if asked.is_now else {}
    found = [
        (each, entry_lines(asked.page.words, each["evidence"]), _mends(asked, rules.get(each["rule"])))
        for each in listed["items"]
    ]
    return await asked.render(
        "file-findings.html",
        "findings",
        file,
        found=found,
        elsewhere=file["findings"] - len(found),
    )


def _mends(asked: FilePage, rule: Rule | None) -> bool:
    """Return whether the reader may record an event that mends a breach of a rule."""
    named = () if rule is None else rule.cured_by
    return any(records_type(asked.page.role, CATALOGUE[name], asked.kind) for name in named)
