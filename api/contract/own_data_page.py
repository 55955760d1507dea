"""What is kept of a person, as they are given it to read: plain HTML without a script, in both languages."""

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Any, Final

from typing_extensions import TypedDict

from domain.codes import tables
from domain.event import Category
from domain.label import Label

_STYLE: Final = (
    "body{font:16px/1.6 sans-serif;max-width:50em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse;width:100%}th,td{border-top:1px solid;padding:.4em;text-align:left;"
    "vertical-align:top}small{display:block}"
)
_TITLE: Final = Label("本人个人信息", "What is kept of you")


class OwnEntryAnswer(TypedDict):
    """One entry as it is shown: when it happened, in a sentence of each language, and its values."""

    occurred_on: date | None
    occurred_until: date
    type: str
    zh: str
    en: str
    data: dict[str, Any]


class OwnDataAnswer(TypedDict):
    """What is kept of a person: what is shown of it by category, and which categories are not."""

    child: str
    asked: str
    made_on: date
    shown: list[str]
    withheld: list[str]
    items: list[OwnEntryAnswer]


def own_data_page(told: OwnDataAnswer) -> str:
    """Return an answer as a page."""
    labels = tables()["personal_category"].codes
    shown, withheld = ([labels[each] for each in told[part]] for part in ("shown", "withheld"))
    rows = "".join(
        f"<tr><td>{each['occurred_until']}<td>{escape(each['zh'])}<small lang=en>{escape(each['en'])}</small>"
        for each in told["items"]
    )
    return (
        f"<!DOCTYPE html><html lang=zh-CN><meta charset=utf-8><title>{_TITLE.zh} {_TITLE.en}</title>"
        f"<style>{_STYLE}</style><h1>{_TITLE.zh} <span lang=en>{_TITLE.en}</span></h1>"
        f"<p>依据《个人信息保护法》第45条提供，{told['made_on']}。包括：{_zh(shown)}。"
        f"不包括涉及他人或者依法保密的：{_zh(withheld)}。"
        f"<small lang=en>Given under article 45 of the law on personal information. Shown: {_en(shown)}."
        f" Not shown, for it tells of others or is secret by law: {_en(withheld)}.</small>"
        "<table><thead><tr><th>日期<small lang=en>Day</small><th>内容<small lang=en>What</small>"
        f"<tbody>{rows}</table></html>\n"
    )


def names_of(categories: Sequence[Category]) -> list[str]:
    """Return categories by name, in order."""
    return sorted(each.value for each in categories)


def _zh(labels: Sequence[Label]) -> str:
    return "、".join(each.zh for each in labels)


def _en(labels: Sequence[Label]) -> str:
    return ", ".join(each.en.lower() for each in labels)
