"""Texts above and below the rows of a table: its institution, its day and its signatures."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from api.folding import folded
from api.imports.cells.days import read_days
from api.imports.cells.raw import Raw, clean
from api.imports.cells.values import title
from api.imports.reading.workbook import BLANK
from api.imports.recognition.matching import is_heading
from domain.when import Days

_STAMPED: Final = r"(?:[(（](?:加?盖?公?章|签[字名章]|公章)[)）])?"
_BANNER: Final = re.compile(
    r"(?P<label>(?:填报|编制|上报|报送|制表|统计)(?:单位|机构|日期|时间)"
    rf"|(?<![^\W\d_])(?:单位名称|机构名称|单位|机构|日期)){_STAMPED}\s*[:：]"
)
_SIGNATURE: Final = re.compile(
    r"(制表|填表|填报|审核|复核|审批|经办|负责|分管|主管|单位负责|联系)(人|单位|领导)?(\(?签[字名章]?\)?|日期|时间|电话)?[:：].*"
    r"|(签字|签名|盖章|签章|公章)[:：)].*"
)
_NOTE: Final = re.compile(r"(注|备注|说明)[:：].*")
_LABEL: Final = re.compile(
    rf"(?:^|\s)[^\W\d_]{{2,8}}{_STAMPED}\s*[:：]|(?:填报|制表|审核|负责|联系)人\s*[:：]|联系电话\s*[:：]"
)
_LABELS: Final = re.compile(r"([^\W\d_]{2,8})\s*[:：]")
_PAGE: Final = re.compile("((第[0-9]+|共[0-9]+)页[,/]?)+")
_STAMP_BEHIND: Final = re.compile(rf"{_STAMPED}$")
_NAME: Final = title()
_LONGEST_UNIT: Final = 3
"""`单位：万元` gives a unit of measure, not an institution."""


@dataclass(frozen=True, slots=True)
class Banner:
    """The text above the headings: the institution, and the day up to which it states facts."""

    institution: str | None = None
    issued_on: date | None = None


def banner(rows: Sequence[Sequence[Raw]], otherwise: Banner) -> Banner:
    """Return the banner of these rows; what they do not state is taken from `otherwise`."""
    institution: str | None = None
    issued_on: date | None = None
    for row in rows:
        for label, value in _labelled(row):
            if label.endswith(("日期", "时间")):
                days = read_days(value)
                issued_on = issued_on or (days.last if isinstance(days, Days) else None)
            elif isinstance(value, str):
                name = _NAME(_STAMP_BEHIND.sub("", clean(value)))
                of_money = label in {"单位", "机构"} and len(value) <= _LONGEST_UNIT
                institution = institution or (name if isinstance(name, str) and not of_money else None)
    return Banner(institution or otherwise.institution, issued_on or otherwise.issued_on)


def _labelled(row: Sequence[Raw]) -> Iterator[tuple[str, Raw]]:
    """Yield each label with the text that follows it, in its cell or in the next filled one."""
    cells = [raw for raw in row if raw != BLANK]
    for number, raw in enumerate(cells):
        if not isinstance(raw, str):
            continue
        text = clean(raw)
        for label in _BANNER.finditer(text):
            behind = text[label.end() :]
            others = [match for match in (_BANNER.search(behind), _LABEL.search(behind)) if match]
            value: Raw = behind[: min((match.start() for match in others), default=None)].strip()
            following = cells[number + 1] if number + 1 < len(cells) else BLANK
            if value == BLANK and not _LABEL.match(clean(following)):
                value = following
            yield label["label"], value


def is_caption(row: Sequence[Raw]) -> bool:
    """Whether a row above headings is a title, with nothing beside it except labelled texts and days.

    A label that is the heading of a column belongs to a child's data.
    """
    words = [raw for raw in row if raw != BLANK]
    labels = (
        label for raw in words for label in _LABELS.findall(clean(raw)) if not _BANNER.match(f"{label}:")
    )
    if any(map(is_heading, labels)):
        return False
    return len(set(map(clean, _unlabelled(words, (_BANNER, _SIGNATURE, _LABEL))))) < 2  # noqa: PLR2004 - one title


def is_banner(row: Sequence[Raw]) -> bool:
    """Whether a row has nothing except the institution and the day."""
    return _is_labelled([raw for raw in row if raw != BLANK], (_BANNER,))


def is_signature(row: Sequence[Raw], *, noted: bool) -> bool:
    """Whether a row has nothing except signatures, or notes if `noted`."""
    words = [raw for raw in row if raw != BLANK]
    patterns = (_SIGNATURE, _BANNER, _NOTE) if noted else (_SIGNATURE, _BANNER)
    return _is_labelled(words, patterns)


def is_label(raw: Raw) -> bool:
    """Whether a cell labels a signature, a note or a page number, and is no value."""
    word = folded(clean(raw))
    return any(pattern.match(word) for pattern in (_SIGNATURE, _BANNER, _NOTE)) or is_page(raw)


def is_page(raw: Raw) -> bool:
    """Whether a cell is a page number."""
    return _PAGE.fullmatch(folded(clean(raw))) is not None


def _is_labelled(words: Sequence[Raw], patterns: Sequence[re.Pattern[str]]) -> bool:
    """Whether a row begins with a label, and has nothing except labelled texts and days."""
    return bool(words) and _begins(words[0], patterns) and next(_unlabelled(words, patterns), BLANK) == BLANK


def _unlabelled(words: Sequence[Raw], patterns: Sequence[re.Pattern[str]]) -> Iterator[Raw]:
    """Yield the cells that are neither labels, nor texts after a label, nor days."""
    waiting = False
    for raw in words:
        if _begins(raw, patterns):
            waiting = clean(raw).endswith((":", "："))
        elif waiting:
            waiting = False
        elif not isinstance(read_days(raw), Days):
            yield raw


def _begins(raw: Raw, patterns: Sequence[re.Pattern[str]]) -> bool:
    return isinstance(raw, str) and any(pattern.match(folded(raw)) for pattern in patterns)
