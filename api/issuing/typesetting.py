"""Sets a report in type, in a process of its own: a report on the way in, a PDF on the way out."""

import json
import sys
from importlib.resources import files

import typst

UNSETTABLE = 2
"""Exit status where the report cannot be set, as when the font lacks a character."""


def main() -> int:
    """Read the report, its digest and the folder of the font from stdin, and write the PDF (PDF/A-2b)."""
    asked = json.load(sys.stdin)
    template = files("api.issuing").joinpath("printed_report.typ").read_bytes()
    try:
        pdf = typst.compile(
            template,
            sys_inputs={"report": json.dumps(asked["report"], ensure_ascii=False), "sha256": asked["sha256"]},
            ignore_system_fonts=True,
            font_paths=[asked["fonts"]],
            pdf_standards=["a-2b"],
        )
    except typst.TypstError:
        return UNSETTABLE
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
