"""Sets a document in type, in a process of its own: what stands in it on the way in, a PDF on the way out."""

import json
import re
import sys
from importlib.resources import files
from typing import Final

import typst

from api.child_process import confine

UNSETTABLE: Final = 2
"""Exit status where a document cannot be set; the characters that the font lacks are written, as JSON."""
_MEMORY: Final = 1536 * 1024**2
_SECONDS: Final = 60
_NICENESS: Final = 5
_NOT_SET: Final = re.compile(r'the (?:text|PDF contains the codepoint) `"(.*?)"`|the codepoint `"(.*?)"`')
_ESCAPED: Final = re.compile(r"\\u\{([0-9a-f]{1,6})\}")


def blank(character: str) -> str:
    """Return what stands for a character that the font lacks: its code point, and room to write it."""
    return f"〔U+{ord(character):04X}\N{IDEOGRAPHIC SPACE}\N{IDEOGRAPHIC SPACE}〕"


def missing(error: typst.TypstError) -> list[str]:
    """Return the characters for which a document could not be set."""
    texts = {first or second for first, second in _NOT_SET.findall(str(error.diagnostic))}
    said = "".join(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) for text in texts)
    return sorted({each for each in said if not " " <= each <= "~"})


def main() -> int:
    """Read from stdin which template is filled in with what, and write the PDF.

    `standards` are those of typst, `fonts` is the folder of the font. `blank` stands for each character that
    the font lacks, until nothing is lacking; the PDF is written where `blanks` is set, else which they are.
    """
    asked = json.load(sys.stdin)
    template = files("api.issuing").joinpath(asked["template"]).read_bytes()
    confine(memory=_MEMORY, seconds=_SECONDS, niceness=_NICENESS)
    inputs, lacking = dict(asked["inputs"]), set[str]()
    while True:
        try:
            pdf = typst.compile(
                template,
                sys_inputs=inputs,
                ignore_system_fonts=True,
                font_paths=[asked["fonts"]],
                pdf_standards=asked["standards"],
            )
        except typst.TypstError as error:
            found = [each for each in missing(error) if each not in lacking]
            lacking.update(found)
            if not found:
                break
            written = str.maketrans({each: blank(each) for each in found})
            inputs = {name: value.translate(written) for name, value in inputs.items()}
        else:
            if lacking and not asked["blanks"]:
                break
            sys.stdout.buffer.write(pdf)
            return 0
    json.dump(sorted(lacking), sys.stdout)
    return UNSETTABLE


if __name__ == "__main__":
    sys.exit(main())
