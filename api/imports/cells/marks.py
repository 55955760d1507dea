"""What stands in a cell in place of a value: a dash, a question mark, *as above*, *to be filled in*.

`NOTHING` is what a dash says, `NOT_KNOWN` what a question mark says. What stands for something that another
cell holds, or that nobody has written yet, is a fault: it is told by its words, and no value is made of it.
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
"""What a dash or an empty remark says."""

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
"""Categories of what is neither letter nor digit, nor a character that the tables here do not know."""
_LENGTHENS: Final = "Lm"
"""The category of letters that stand behind others, and alone are drawn as dashes."""


def mark(raw: Raw) -> object | None:
    """What a mark says that stands in place of a value; None where something else stands there."""
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
    """What a mark says, or noughts, or a ticked box, where words or a number are due; None for these."""
    if isinstance(raw, bool) or not clean(raw).strip("0"):
        return Fault.PLACEHOLDER
    return mark(raw)


def _sign(written: str) -> object:
    """What is said without a letter or a digit."""
    signs = set(written)
    if signs <= _DASHES:
        return NOTHING
    return Fault.DITTO if signs <= _QUOTES else Fault.PLACEHOLDER
