"""The board of readiness as a workbook: a row for each person, and in words what each gate lacks."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, Final

import xlsxwriter  # type: ignore[import-untyped] # it has no types

from api.console.value_display import days, gate, personal
from api.console.words import Words
from domain.readiness import GATES

_TEXTS_ONLY: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_NAMED: Final = 2
"""Columns that say who it is, and stay while one looks at others."""
_NARROW, _WIDE = 16, 28


def board_workbook(
    words: Words, rows: Sequence[Mapping[str, Any]], about: Sequence[tuple[str, str]]
) -> bytes:
    """Return a workbook of texts: those who are listed, and on a second sheet what the list is about."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, _TEXTS_ONLY) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        listed = book.add_worksheet(words("readiness.title"))
        headings = _headings(words)
        for column, heading in enumerate(headings):
            listed.set_column(column, column, _NARROW if column < len(headings) - len(GATES) else _WIDE)
            listed.write_string(0, column, heading, bold)
        for line, row in enumerate(rows, 1):
            for column, text in enumerate(_cells(words, row)):
                listed.write_string(line, column, text, wrapped)
        listed.freeze_panes(1, _NAMED)
        listed.autofilter(0, 0, max(len(rows), 1), len(headings) - 1)
        told = book.add_worksheet(words("board.about"))
        told.set_column(0, 1, _WIDE)
        for line, (label, text) in enumerate(about):
            told.write_string(line, 0, label, bold)
            told.write_string(line, 1, text, wrapped)
    return buffer.getvalue()


def _headings(words: Words) -> list[str]:
    return [
        words("children.name"),
        words("children.number"),
        words("board.turns_18"),
        words("board.status"),
        words("board.next"),
        words("board.due_on"),
        *(f"{number} {words.label(GATES[number].label)}" for number in sorted(GATES)),
    ]


def _cells(words: Words, row: Mapping[str, Any]) -> list[str]:
    due = row["next"]
    return [
        personal(words, row["name"]).text,
        personal(words, row["file_no"]).text,
        days(words, row["turns_18_from"], row["turns_18_on"]),
        words.of("readiness_status", row["status"]),
        words.said(due, "title") if due else "",
        due["due_on"] if due else "",
        *(_gate(words, each) for each in row["gates"]),
    ]


def _gate(words: Words, answer: Mapping[str, Any]) -> str:
    missing = words.said(answer, "missing") if answer["missing_zh"] else ""
    return words("history.colon").join(filter(None, (gate(words, answer).words, missing)))
