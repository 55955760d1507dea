"""The dossier of one child as it is printed: what stands in it, in the words of the archive, masked.

It is in Chinese, as the archive is, or in English but for what was written in Chinese. What is not known, not
shown or erased is said: nothing is left blank.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from api.contract.entries import EntryAnswer
from api.contract.explanation_words import CATEGORIES
from api.contract.list_tables import in_language, value_said
from api.contract.sentences import Language
from api.contract.value_words import VALUE_WORDS, called, words_of
from domain.attribute_codes import attribute_codes
from domain.codes import tables
from domain.entry import LATE_DAYS
from domain.event import CATALOGUE, Category
from domain.file import ATTRIBUTES
from domain.when import SHANGHAI

_WORDS: Final = words_of("api.contract", "dossier_words.toml")
_PHASES: Final = {"entry": "entry", "exit": "exit", "special_media": "other", "other": "other"}
"""The phases of the parts of the archive that do not belong to residence."""
_AFTER_PHASE: Final[Mapping[Language, str]] = {"zh": "：", "en": ": "}
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


def words_in(language: Language) -> dict[str, str]:
    """Return the words of a dossier by name, with places to be filled."""
    return {name: in_language(label, language) for name, label in _WORDS["dossier"].items()}


def dossier_words(language: Language, name: str, /, **filled: object) -> str:
    """Return the words of one name, with its places filled."""
    return in_language(_WORDS["dossier"][name], language).format(**filled)


def cover_lines(status: Mapping[str, Mapping[str, Any]], language: Language) -> list[list[str]]:
    """Return what the cover says of the child, each by its label, from a status in the form of answers."""
    return [
        [in_language(ATTRIBUTES[at].label, language), _held(at, status.get(at[0], {}).get(at[1]), language)]
        for at in _COVER
        if at in ATTRIBUTES
    ]


def _held(at: tuple[str, str], held: Any, language: Language) -> str:  # noqa: ANN401 - of an answer
    if held is None or held == []:
        return in_language(VALUE_WORDS["absence"]["nothing"], language)
    one = held[-1] if isinstance(held, list) else held
    value, table = one["value"], attribute_codes().get((*at, ""))
    if isinstance(value, str) and table is not None and value in table.codes:
        return in_language(table.codes[value], language)
    until = one.get("value_until")
    if until is not None and until != value:
        return f"{value or ''}—{until}"
    return _said(value, language)


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
    papers = _papers_told(answer, "zh")
    return max(len(answer["sentence_zh"]), len(answer["sentence_en"])) + sum(
        len(said) for paper in papers for said in paper.values()
    )


def parts_told(
    entries: Sequence[DossierEntry],
    volume: slice,
    asked: Sequence[Mapping[str, Any]],
    language: Language,
) -> list[dict[str, Any]]:
    """Return the parts of the archive in their order, each with what it should hold, and with its entries.

    `entries` are in the order of their parts, and `volume` is those of them that are printed.
    """
    by_part: dict[str, list[dict[str, Any]]] = defaultdict(list)
    elsewhere = {each.part for each in entries}
    for number, each in enumerate(entries[volume], volume.start + 1):
        by_part[each.part].append(_entry_told(number, each.answer, language))
    told = []
    for code, label in tables()["archive_part"].codes.items():
        part = in_language(label, language)
        told.append(
            {
                "phase": in_language(_WORDS["phase"][_PHASES.get(code, "residence")], language),
                "title": part.partition(_AFTER_PHASE[language])[2].capitalize() or part,
                "items": by_part[code],
                "elsewhere": code in elsewhere and not by_part[code],
                "asked": [_asked_told(line, language) for line in asked if line["part"] == code],
            }
        )
    return told


def withheld_told(
    entries: Iterable[DossierEntry], sees: frozenset[Category], language: Language
) -> list[dict[str, Any]]:
    """Return the categories that are not shown, each with the number of listed entries that have some."""
    found = Counter(category for each in entries for category in each.withheld)
    return [
        {"category": in_language(CATEGORIES[each], language), "entries": found[each]}
        for each in Category
        if each not in sees
    ]


def notes_told(
    entries: Sequence[DossierEntry], asked: Sequence[Mapping[str, Any]], struck: int, language: Language
) -> list[list[str]]:
    """Return what the note at the end counts: what the dossier has, and what it lacks."""
    papers = [paper for each in entries for paper in each.answer["papers"]]
    held = sum(paper.get("held") is True for paper in papers)
    missing = sum(line["verdict"] == "missing" for line in asked)
    late = sum((each.answer["lag_days"] or 0) > LATE_DAYS for each in entries)
    said = partial(dossier_words, language)
    return [
        [said("listed"), said("entries_count", count=len(entries))],
        [said("of_entries"), said("held_papers", count=len(papers), held=held)],
        [said("late", days=LATE_DAYS), said("entries_count", count=late)],
        [said("struck"), said("struck_count", count=struck)],
        [said("missing"), said("missing_count", count=missing)],
    ]


def _entry_told(number: int, answer: EntryAnswer, language: Language) -> dict[str, Any]:
    title = in_language(CATALOGUE[answer["type"]].label, language)
    sentence = answer["sentence_zh"] if language == "zh" else answer["sentence_en"]
    return {
        "no": number,
        "on": _days(answer["occurred_on"], answer["occurred_until"], language),
        "recorded": datetime.fromisoformat(answer["recorded_at"]).astimezone(SHANGHAI).date().isoformat(),
        "title": title,
        "said": sentence.removeprefix(title).lstrip("。. "),
        "papers": _papers_told(answer, language),
    }


def _papers_told(answer: EntryAnswer, language: Language) -> list[dict[str, str]]:
    documents = answer["documents"]
    if isinstance(documents, Mapping):
        return [{"kind": _said(documents, language), "number": "", "issuer": "", "on": "", "held": ""}]
    return [
        {
            "kind": _kind(each["kind"], language),
            "number": _said(each["number"], language),
            "issuer": _said(each["issuer"], language),
            "on": _said(each["issued_on"], language),
            "held": _called("paper_held", "held" if paper.get("held") is True else "cited", language),
        }
        for each, paper in zip(documents, answer["papers"], strict=True)
    ]


def _kind(kind: Any, language: Language) -> str:  # noqa: ANN401 - of an answer
    kinds = tables()["document_kind"].codes
    return in_language(kinds[kind], language) if kind in kinds else _said(kind, language)


def _asked_told(line: Mapping[str, Any], language: Language) -> dict[str, Any]:
    required, kinds, items = line["required"], tables()["document_kind"].codes, tables()["archive_item"].codes
    title = kinds.get(required) or items.get(required)
    verdict = _called("paper_verdict", line["verdict"], language)
    return {
        "title": verdict if title is None else in_language(title, language),
        "verdict": verdict,
        "missing": line["verdict"] == "missing",
        "paper": _called("paper_held", line["paper"], language),
    }


def _called(table: str, value: str, language: Language) -> str:
    return in_language(called(table, value), language)


def _days(first: Any, last: Any, language: Language) -> str:  # noqa: ANN401 - days of an answer
    if first == last:
        return str(last)
    return dossier_words(language, "by", day=last) if first is None else f"{first}—{last}"


def _said(value: Any, language: Language) -> str:  # noqa: ANN401 - a value of an answer
    if value is None:
        return "—"
    return str(value_said(value, language))
