"""Marks in a cell instead of a value: a dash, a question mark, *as above*, *to be filled in*.

`NOTHING` is the meaning of a dash, `NOT_KNOWN` that of a question mark. A mark that refers to another cell,
or to a value not written yet, is a fault: it is reported as written, and no value is made of it.
"""

import re
from typing import Final
from unicodedata import category

from api.folding import folded
from api.imports.cells.raw import Raw, clean
from api.imports.faults import Fault
from domain.event import Unknown

NOT_KNOWN: Final = Unknown("not_known")
NOTHING: Final = object()
"""The meaning of a dash or of an empty remark."""

_ENCLOSING: Final = "()[]{}<>【】〔〕《》「」。.!"
_NOTHING_WORDS: Final = frozenset(
    (
        *("无", "空", "空白", "没有", "暂无", "暂无信息", "无记录", "无信息", "不适用"),
        *("未填", "未填写", "未写", "未录入", "未提供", "n/a", "na", "none", "null", "nil"),
    )
)
_UNKNOWN_WORDS: Final = frozenset(
    ("不详", "未详", "未知", "不明", "不清", "不清楚", "不知", "不知道", "查不到", "无法查明", "unknown")
)
_PENDING: Final = re.compile(
    "待(补|补充|补录|补填|填|填写|录|录入|定|查|查实|查证|核|核实|核查|核对|确认|确定|办|办理|完善|更新)"
    "|待(认定|鉴定|落实)|后补|后续补充|未定|未认定|尚未确定|(补办|办理|认定|鉴定)中|正在办理|tbd|tba|pending"
)
_DITTO: Final = re.compile(
    ".{0,4}[同仝][上前](一?[行栏格列条款表个人])?|[同仝][左右下]|同第?[0-9]+[行号条]?"
    "|上同|[与和]上[述面行栏]?相?同|々+|ditto"
)
_PLACEHOLDER: Final = re.compile("[x×某]{2,}|某|一")
_FAULTS: Final = ((_PENDING, Fault.PENDING), (_DITTO, Fault.DITTO), (_PLACEHOLDER, Fault.PLACEHOLDER))
_QUOTES: Final = frozenset("\"'`´‘’‚‛“”„‟′‵〃〝〞〟ˮ")
_DASHES: Final = frozenset("-‐‒–—―−─━ーｰ_~/\\.·…。、,")
_MARKS: Final = frozenset("PSMZ")
"""Unicode categories of signs: no letters, no digits, no characters unknown to the tables here."""
_LENGTHENS: Final = "Lm"
"""The category of letters that modify others, and alone are used as dashes."""


def mark(raw: Raw) -> object | None:
    """Return the meaning of a mark in place of a value; None if the cell has another content."""
    if not isinstance(raw, str):
        return None
    written = folded(raw)
    word = written.strip(_ENCLOSING)
    if word in _UNKNOWN_WORDS or set(word) == {"?"}:
        return NOT_KNOWN
    if word in _NOTHING_WORDS:
        return NOTHING
    fault = next((fault for pattern, fault in _FAULTS if pattern.fullmatch(word)), None)
    if fault is None and all(category(sign)[0] in _MARKS or category(sign) == _LENGTHENS for sign in written):
        return _sign(written)
    return fault


def no_words(raw: Raw) -> object | None:
    """Return the meaning of a mark, zeros or a ticked box, where words or a number are due; else None."""
    if isinstance(raw, bool) or not clean(raw).strip("0"):
        return Fault.PLACEHOLDER
    return mark(raw)


def _sign(written: str) -> object:
    """Return the meaning of a text without letters or digits."""
    signs = set(written)
    if signs <= _DASHES:
        return NOTHING
    return Fault.DITTO if signs <= _QUOTES else Fault.PLACEHOLDER
