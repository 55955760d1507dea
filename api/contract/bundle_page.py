"""The page of a bundle, for reading: plain HTML without a script, in Chinese and English."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final
from uuid import UUID

from api.contract.sentences import sentence
from api.contract.value_words import called
from domain.codes import tables
from domain.entry import AnyEntry
from domain.event import Category
from domain.label import Label
from domain.when import SHANGHAI
from ledger.log.checkpoint import Checkpoint

_STYLE: Final = (
    "body{font:16px/1.6 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse;width:100%}th,td{border-top:1px solid;padding:.4em;text-align:left;"
    "vertical-align:top}small{display:block}code{overflow-wrap:anywhere}"
)
_TITLE: Final = Label("档案核验包", "Bundle of a file")
_HEADINGS: Final = (
    Label("位置", "Position"),
    Label("发生", "Happened"),
    Label("登记", "Recorded"),
    Label("登记人", "By"),
    Label("内容", "What"),
)
_RESTRICTED: Final = (
    "<p>档案限制处理，没有经批准的用途，受限的条目不出示，只证明其存在。"
    "<small lang=en>The file is restricted: without an approved purpose what is restricted is not shown, and"
    " only proved to be there.</small>"
)
_PAPER: Final = Label("材料", "Paper")
_UNKNOWN_DAY: Final = Label("至迟", "by")


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper that an entry cites: its kind, the path of its bytes in the bundle, or why it has none."""

    kind: str
    path: str | None
    why_not: Label | None

    def html(self) -> str:
        """Return the line."""
        kinds = tables()["document_kind"].codes
        kind = kinds.get(self.kind, _PAPER)
        if self.why_not is not None:
            kind = Label(f"{kind.zh}（{self.why_not.zh}）", f"{kind.en} ({self.why_not.en})")
        said = f"{escape(kind.zh)} <span lang=en>{escape(kind.en)}</span>"
        linked = said if self.path is None else f"<a href={self.path}>{said}</a>"
        return f"<small>{linked}</small>"


@dataclass(frozen=True, slots=True)
class BundlePage:
    """The page of a file's bundle: what is opened, who recorded by name, and whether some is kept back."""

    file: UUID
    sees: AbstractSet[Category]
    recorders: Mapping[UUID, str]
    restricted: bool = False

    def head(self, checkpoint: Checkpoint, made: datetime, shown: int, count: int) -> str:
        """Return the page up to its first entry."""
        headings = "".join(f"<th>{each.zh}<small lang=en>{each.en}</small>" for each in _HEADINGS)
        return (
            f"<!DOCTYPE html><html lang=zh-CN><meta charset=utf-8><title>{_TITLE.zh} {_TITLE.en}</title>"
            f"<style>{_STYLE}</style><h1>{_TITLE.zh} <span lang=en>{_TITLE.en}</span></h1>"
            f"<p>档案 <code>{self.file}</code>，{_moment(made)}导出：共 {count} 条，出示 {shown} 条。"
            f"日志 <code>{escape(checkpoint.origin)}</code> 签署至第 {checkpoint.size} 条。"
            f"<small lang=en>The file as exported then: {shown} of {count} entries are shown. The log is"
            f" signed up to entry {checkpoint.size}.</small>{_RESTRICTED if self.restricted else ''}"
            "<p>本页供阅读；能够证明的是 <code>entries.ndjson</code>。在任何装有 Python 3 的计算机上运行 "
            "<code>python3 -I verify.py --key 公布的公钥</code> 即可核对。"
            "<small lang=en>This page is for reading; what is proved stands in entries.ndjson. Any computer"
            " with Python 3 verifies it: python3 -I verify.py --key KEY, as it was published.</small>"
            f"<table><thead><tr>{headings}<tbody>"
        )

    def row(self, entry: AnyEntry, struck: str | None, papers: Sequence[PaperLine]) -> str:
        """Return an entry as a row, with its papers; `struck` is why it does not count."""
        days = entry.days
        when = days.last.isoformat() if days.first == days.last else f"{_UNKNOWN_DAY.zh} {days.last}"
        mark = "" if struck is None else f"［{called('struck', struck).zh}］"
        mark_en = "" if struck is None else f"[{called('struck', struck).en}] "
        recorded = "" if entry.recorded_at is None else _moment(entry.recorded_at)
        by = self.recorders.get(entry.recorded_by.user, "")
        return (
            f"<tr><td>{entry.position}<td>{when}<td>{recorded}<td>{escape(by)}"
            f"<td>{mark}{escape(sentence(entry.event, 'zh', self.sees))}"
            f"<small lang=en>{mark_en}{escape(sentence(entry.event, 'en', self.sees))}</small>"
            f"{''.join(each.html() for each in papers)}"
        )

    def tail(self) -> str:
        """Return the end of the page."""
        return "</table></html>\n"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
