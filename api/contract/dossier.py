"""The dossier of one child as it is printed: what stands in it, in the words of the archive, masked.

It is in Chinese, as the archive is; what is not known, not shown or erased is said: nothing is left blank.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from api.contract.entries import EntryAnswer
from api.contract.explanation_words import CATEGORIES
from api.contract.list_tables import value_said
from api.contract.value_words import VALUE_WORDS, called
from domain.attribute_codes import attribute_codes
from domain.codes import tables
from domain.entry import LATE_DAYS
from domain.event import CATALOGUE, Category
from domain.file import ATTRIBUTES

PHASES: Final = {"entry": "入院", "exit": "离院", "special_media": "其他", "other": "其他"}
"""The phases of the parts of the archive that do not belong to residence."""
RESIDENCE: Final = "在院"
_COVER: Final = (
    ("identity", "name"),
    ("identity", "sex"),
    ("identity", "birth"),
    ("identity", "ethnic_group"),
    ("household", "citizen_id"),
    ("intake", "file_no"),
    ("intake", "category"),
    ("intake", "admitted"),
    ("guardianship", "type"),
    ("life", "stage"),
)
"""The attributes that the cover tells."""


@dataclass(frozen=True, slots=True)
class DossierEntry:
    """An entry of a dossier: as it is answered, the part that it stands in, and the categories withheld."""

    answer: EntryAnswer
    part: str
    withheld: frozenset[Category]


def cover_lines(status: Mapping[str, Mapping[str, Any]]) -> list[list[str]]:
    """Return what the cover says of the child, each by its label, from a status in the form of answers."""
    return [
        [ATTRIBUTES[at].label.zh, _held(at, status.get(at[0], {}).get(at[1]))]
        for at in _COVER
        if at in ATTRIBUTES
    ]


def _held(at: tuple[str, str], held: Any) -> str:  # noqa: ANN401 - one value of an answer, or several
    if held is None or held == []:
        return VALUE_WORDS["absence"]["nothing"].zh
    one = held[-1] if isinstance(held, list) else held
    value, table = one["value"], attribute_codes().get((*at, ""))
    if isinstance(value, str) and table is not None and value in table.codes:
        return table.codes[value].zh
    until = one.get("value_until")
    if until is not None and until != value:
        return f"{value or ''}—{until}"
    return _said(value)


def volumes_of(entries: Sequence[DossierEntry], most: int, most_text: int) -> list[slice]:
    """Return which entries each volume has: at most so many, and if several, of so many characters in all."""
    volumes, first, text = [], 0, 0
    for at, each in enumerate(entries):
        length = _length(each.answer)
        if at > first and (at - first == most or text + length > most_text):
            volumes.append(slice(first, at))
            first, text = at, 0
        text += length
    return [*volumes, slice(first, len(entries))]


def _length(answer: EntryAnswer) -> int:
    papers = _papers_told(answer)
    return len(answer["sentence_zh"]) + sum(len(said) for paper in papers for said in paper.values())


def parts_told(
    entries: Sequence[DossierEntry], volume: slice, asked: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return the parts of the archive in their order, each with what it should hold, and with its entries.

    `entries` are in the order of their parts, and `volume` is those of them that are printed.
    """
    by_part: dict[str, list[dict[str, Any]]] = defaultdict(list)
    elsewhere = {each.part for each in entries}
    for number, each in enumerate(entries[volume], volume.start + 1):
        by_part[each.part].append(_entry_told(number, each.answer))
    told = []
    for code, label in tables()["archive_part"].codes.items():
        told.append(
            {
                "phase": PHASES.get(code, RESIDENCE),
                "title": label.zh.partition("：")[2] or label.zh,
                "items": by_part[code],
                "elsewhere": code in elsewhere and not by_part[code],
                "asked": [_asked_told(line) for line in asked if line["part"] == code],
            }
        )
    return told


def withheld_told(entries: Iterable[DossierEntry], sees: frozenset[Category]) -> list[dict[str, Any]]:
    """Return the categories that are not shown, each with the number of listed entries that have some."""
    found = Counter(category for each in entries for category in each.withheld)
    return [
        {"category": CATEGORIES[each].zh, "entries": found[each]} for each in Category if each not in sees
    ]


def notes_told(entries: Sequence[DossierEntry], asked: Sequence[Mapping[str, Any]], struck: int) -> list[Any]:
    """Return what the note at the end counts: what the dossier has, and what it lacks."""
    papers = [paper for each in entries for paper in each.answer["papers"]]
    held = sum(paper.get("held") is True for paper in papers)
    missing = sum(line["verdict"] == "missing" for line in asked)
    late = sum((each.answer["lag_days"] or 0) > LATE_DAYS for each in entries)
    return [
        ["本卷所列条目", f"{len(entries)} 条"],
        ["条目所附材料", f"{len(papers)} 件，其中已存影像 {held} 件"],
        [f"发生 {LATE_DAYS} 天以后才登记的条目", f"{late} 条"],
        ["已更正、撤回或者移出、未列入本卷的条目", f"{struck} 条（见系统内的经历）"],
        ["应有而缺少的材料", f"{missing} 项"],
    ]


def _entry_told(number: int, answer: EntryAnswer) -> dict[str, Any]:
    title = CATALOGUE[answer["type"]].label.zh
    return {
        "no": number,
        "on": _days(answer["occurred_on"], answer["occurred_until"]),
        "recorded": answer["recorded_at"][:10],
        "title": title,
        "said": answer["sentence_zh"].removeprefix(title).lstrip("。"),
        "papers": _papers_told(answer),
    }


def _papers_told(answer: EntryAnswer) -> list[dict[str, str]]:
    documents = answer["documents"]
    if isinstance(documents, Mapping):
        return [{"kind": _said(documents), "number": "", "issuer": "", "on": "", "held": ""}]
    kinds = tables()["document_kind"].codes
    return [
        {
            "kind": kinds[each["kind"]].zh if each["kind"] in kinds else _said(each["kind"]),
            "number": _said(each["number"]),
            "issuer": _said(each["issuer"]),
            "on": _said(each["issued_on"]),
            "held": called("paper_held", "held" if paper.get("held") is True else "cited").zh,
        }
        for each, paper in zip(documents, answer["papers"], strict=True)
    ]


def _asked_told(line: Mapping[str, Any]) -> dict[str, Any]:
    required, kinds, items = line["required"], tables()["document_kind"].codes, tables()["archive_item"].codes
    title = kinds.get(required) or items.get(required)
    return {
        "title": called("paper_verdict", line["verdict"]).zh if title is None else title.zh,
        "verdict": called("paper_verdict", line["verdict"]).zh,
        "missing": line["verdict"] == "missing",
        "paper": called("paper_held", line["paper"]).zh,
    }


def _days(first: Any, last: Any) -> str:  # noqa: ANN401 - days of an answer
    if first == last:
        return str(last)
    return f"{last} 以前" if first is None else f"{first}—{last}"


def _said(value: Any) -> str:  # noqa: ANN401 - a value of an answer
    if value is None:
        return "—"
    return str(value_said(value, "zh"))
