"""Whatever a question list tells of the lives of the demonstration, it tells to those who may see it."""

from api.contract.question_rows import row_evidence
from api.identity.permissions import SEES, Role
from domain.asked_lists import QUESTION_LISTS
from domain.rulebook import Rulebook
from projections.asked_rows import RowsAsked, rows_about
from tests.support.fictional_lives import told_on
from tests.support.given import TODAY

RULEBOOK = Rulebook.shipped()


def test_no_cell_tells_what_its_reader_does_not_see_and_every_list_tells_something() -> None:
    lives = [file for file in told_on(TODAY) if file.opened.kind == "child"]
    shown = {role: dict.fromkeys(QUESTION_LISTS, 0) for role in (Role.SUPERVISOR, Role.BUREAU)}
    for role, rows in shown.items():
        for question, asked in QUESTION_LISTS.items():
            for file in lives:
                assert file.stream is not None
                for row in rows_about(file, file.stream, RULEBOOK, RowsAsked(asked, TODAY, SEES[role])):
                    _, told = row_evidence(file, row, SEES[role])
                    assert told <= SEES[role], (question, role)
                    hidden = [cell for cell in row.cells if cell.hidden is not None]
                    assert not any(cell.value or cell.entries for cell in hidden), (question, role)
                    rows[question] += 1
    assert min(shown[Role.SUPERVISOR].values()) > 0
    assert {name for name, count in shown[Role.BUREAU].items() if not count} == {"A6", "A10"}
